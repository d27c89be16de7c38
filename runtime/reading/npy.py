"""NumPy's files read within bounds: what a header claims is looked at before anything is unpacked.

Format: numpy.lib.format.
"""

import math
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import numpy as np

from runtime.dataset import Array
from runtime.errors import DataError

DENSE = 256
"""How many times its size a file may hold, where that is much: data do not shrink further."""
MUCH = 1 << 28  # bytes
_HEADERS = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}


def load(path: Path) -> dict[str, Array]:
    """The arrays in a ``.npz`` by their names, the one in a ``.npy`` as "x".

    Raises DataError for what holds no numbers, is damaged, or would not fit the memory.
    """
    try:
        _check(path)
        content = np.load(path, allow_pickle=False)
        if isinstance(content, np.ndarray):
            return {"x": content}
        with content:
            return {name: content[name] for name in content.files}
    except OSError as error:
        said = error.strerror or error
        raise DataError(f"cannot read {path}: {said}: give a .npz or .npy of numbers") from error
    except (ValueError, EOFError, KeyError, zipfile.BadZipFile, NotImplementedError) as error:
        reason = " ".join(str(error).split())[:120]
        if "pickle" in reason or "magic string" in reason:
            reason = "it is another kind of file, or holds objects of Python"
        raise DataError(f"{path} is not a .npz or .npy of numbers: {reason}") from error


def _check(path: Path) -> None:
    """Raise DataError or ValueError unless what the headers claim can be true and be held."""
    held, size = path.stat().st_size, 0
    for claimed, there in _headers(path):
        if claimed != there:
            raise ValueError(f"an array says {claimed:,} bytes where {there:,} are")
        size += claimed
    if size > memory():
        raise DataError(f"{path} holds {size / 1e9:,.1f} GB, more than this machine's memory")
    if size > max(MUCH, DENSE * held):
        raise DataError(
            f"{path} unpacks to {size / 1e9:,.1f} GB, over {DENSE} times its size: that is no data"
        )


def _headers(path: Path) -> Iterator[tuple[int, int]]:
    """Of each array the bytes that its header claims, and those that are there."""
    if not zipfile.is_zipfile(path):
        with path.open("rb") as stream:
            claimed = _claimed(stream)
            yield claimed, path.stat().st_size - stream.tell()
        return
    with zipfile.ZipFile(path) as archive:
        for entry in archive.infolist():
            if entry.filename.endswith(".npy"):
                with archive.open(entry) as stream:
                    claimed = _claimed(stream)
                    yield claimed, entry.file_size - stream.tell()


def _claimed(stream: IO[bytes]) -> int:
    """The bytes of the values behind the header that ``stream`` begins with."""
    version = np.lib.format.read_magic(stream)  # type: ignore[no-untyped-call]
    read = _HEADERS.get(version)
    if read is None:
        raise ValueError(f"version {version[0]}.{version[1]} of the format")
    try:
        shape, _, dtype = read(stream)  # type: ignore[no-untyped-call]
    except Exception as error:  # it is Python source, in which NumPy stumbles in many ways
        raise ValueError(f"its header cannot be read ({error})") from error
    if dtype.hasobject:
        raise ValueError("it holds pickled objects")
    if any(side < 0 for side in shape):
        raise ValueError(f"an array has the shape {list(shape)}")
    return math.prod(map(int, shape)) * int(dtype.itemsize)


def memory() -> int:
    """Bytes of this machine's memory; where that cannot be known, more than any has."""
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return 1 << 62
