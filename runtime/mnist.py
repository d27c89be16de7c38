"""MNIST's IDX files, checked by their sha256.

The IDX format: a magic number (0, 0, 8 for uint8, number of dimensions), the dimensions as
big-endian uint32, then the values. Source: the description at the MNIST database's own page.
"""

import gzip
import hashlib
import math
import os
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from runtime.dataset import Examples, Pixels
from runtime.errors import DataError


@dataclass(frozen=True)
class IdxFile:
    """One file of MNIST."""

    name: str
    sha256: str  # of the uncompressed file
    size: int  # of the uncompressed file, in bytes


MNIST = {
    "train images": IdxFile(
        "train-images-idx3-ubyte",
        "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
        47_040_016,
    ),
    "train labels": IdxFile(
        "train-labels-idx1-ubyte",
        "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
        60_008,
    ),
    "test images": IdxFile(
        "t10k-images-idx3-ubyte",
        "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
        7_840_016,
    ),
    "test labels": IdxFile(
        "t10k-labels-idx1-ubyte",
        "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
        10_008,
    ),
}


def cache_folder() -> Path:
    """Where downloaded MNIST files lie: thimble's folder in the user's cache."""
    base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(base).expanduser() / "thimble" / "mnist"


def cached() -> Path | None:
    """The cache's folder, where MNIST is complete in it."""
    cache = cache_folder()
    return cache if all(locate(cache, file) for file in MNIST.values()) else None


def locate(folder: Path, file: IdxFile) -> Path | None:
    """The path of ``file`` in ``folder``, plain or gzip; None when there is neither."""
    candidates = (folder / file.name, folder / f"{file.name}.gz")
    return next((path for path in candidates if path.is_file()), None)


def is_mnist(folder: Path) -> bool:
    """Whether ``folder`` holds any of MNIST's files, so is meant to be MNIST."""
    return any(locate(folder, file) for file in MNIST.values())


def read_mnist(folder: Path, part: str) -> Examples:
    """Read one part, "train" or "test", of MNIST from ``folder``.

    Raises DataError, naming the file, when one is missing or is not the original.
    """
    images = parse_idx(*_original(folder, MNIST[f"{part} images"]))
    labels = parse_idx(*_original(folder, MNIST[f"{part} labels"]))
    return Examples(images, labels.astype(np.int64), tuple("0123456789"), "MNIST")


def _original(folder: Path, file: IdxFile) -> tuple[bytes, Path]:
    path = locate(folder, file)
    if path is None:
        raise DataError(f"{folder} lacks {file.name} (or {file.name}.gz): add the file")
    content = unpack(path, file.size)
    digest = hashlib.sha256(content).hexdigest()
    if digest != file.sha256:
        raise DataError(
            f"{path} is not MNIST's {file.name}: its sha256 is {digest[:16]}..., "
            f"expected {file.sha256[:16]}...; fetch it again, or say --task image where it is "
            "meant to be other data"
        )
    return content, path


def unpack(path: Path, size: int) -> bytes:
    """The uncompressed content of ``path``, which must be ``size`` bytes; never reads much more."""
    content = read(path, size)
    if len(content) != size:
        found = f"more than {size}" if len(content) > size else str(len(content))
        raise DataError(f"{path} holds {found} bytes, expected {size}: fetch it again")
    return content


def read(path: Path, most: int) -> bytes:
    """The uncompressed content of ``path``, plain or gzip; one byte more than ``most`` at most."""
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as stream:
            return stream.read(most + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path} is damaged or cannot be read ({error}): fetch it again") from error


def parse_idx(content: bytes, path: Path) -> Pixels:
    """The uint8 array in an IDX file's bytes; ``path`` is for messages only."""
    dimensions = content[3] if len(content) >= 4 and content[:3] == b"\0\0\x08" else 0
    start = 4 + 4 * dimensions
    if not dimensions or len(content) < start:
        raise DataError(f"{path} is not an IDX file of unsigned bytes")
    shape = struct.unpack(f">{dimensions}I", content[4:start])
    if len(content) - start != math.prod(shape):
        raise DataError(f"{path} says {shape} values and holds {len(content) - start} bytes")
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape)
