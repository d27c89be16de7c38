"""Labelled digits: MNIST's IDX files, checked by their sha256, and folders of pictures.

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
import numpy.typing as npt

from runtime import image
from runtime.errors import DataError, ImageError

ENVIRONMENT = "THIMBLE_DATA"
"""Environment variable that names the folder of the data."""

Pixels = npt.NDArray[np.uint8]
Labels = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Digits:
    """Labelled images, as the network sees them."""

    images: Pixels  # [count, 28, 28], 0 is paper and 255 is ink
    labels: Labels  # [count], an index into ``names``
    names: tuple[str, ...]  # one per class
    source: str  # what a person calls this data, for instance "MNIST"

    def __len__(self) -> int:
        return len(self.labels)


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


def find(option: Path | None) -> Path | None:
    """The data's folder: the option, else the environment variable, else the cache if complete.

    Raises DataError when the option or the variable names something that is not a folder.
    """
    named = option or (Path(os.environ[ENVIRONMENT]) if os.environ.get(ENVIRONMENT) else None)
    if named is not None:
        if not named.is_dir():
            origin = "--data" if option else ENVIRONMENT
            raise DataError(f"{named} ({origin}) is not a folder: give the folder of the data")
        return named
    cache = cache_folder()
    return cache if all(locate(cache, file) for file in MNIST.values()) else None


def locate(folder: Path, file: IdxFile) -> Path | None:
    """The path of ``file`` in ``folder``, plain or gzip; None when there is neither."""
    candidates = (folder / file.name, folder / f"{file.name}.gz")
    return next((path for path in candidates if path.is_file()), None)


def is_mnist(folder: Path) -> bool:
    """Whether ``folder`` holds any of MNIST's files, so is meant to be MNIST."""
    return any(locate(folder, file) for file in MNIST.values())


def read_mnist(folder: Path, part: str) -> Digits:
    """Read one part, "train" or "test", of MNIST from ``folder``.

    Raises DataError, naming the file, when one is missing or is not the original.
    """
    images = parse_idx(*_original(folder, MNIST[f"{part} images"]))
    labels = parse_idx(*_original(folder, MNIST[f"{part} labels"]))
    return Digits(images, labels.astype(np.int64), tuple("0123456789"), "MNIST")


def _original(folder: Path, file: IdxFile) -> tuple[bytes, Path]:
    path = locate(folder, file)
    if path is None:
        raise DataError(f"{folder} lacks {file.name} (or {file.name}.gz): add the file")
    content = unpack(path, file.size)
    digest = hashlib.sha256(content).hexdigest()
    if digest != file.sha256:
        raise DataError(
            f"{path} is not MNIST's {file.name}: its sha256 is {digest[:16]}..., "
            f"expected {file.sha256[:16]}...; fetch it again"
        )
    return content, path


def unpack(path: Path, size: int) -> bytes:
    """The uncompressed content of ``path``, which must be ``size`` bytes; never reads much more."""
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as stream:
            content = stream.read(size + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path} is damaged or cannot be read ({error}): fetch it again") from error
    if len(content) != size:
        found = f"more than {size}" if len(content) > size else str(len(content))
        raise DataError(f"{path} holds {found} bytes, expected {size}: fetch it again")
    return content


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


def read_folder(folder: Path) -> Digits:
    """Read a folder of pictures, one subfolder per class, through ``image.normalize``.

    Classes are the subfolders' names, sorted; files that start with a dot are passed over.
    Raises DataError when there are fewer than two classes, an empty class or an unreadable picture.
    """
    classes = sorted(p for p in folder.iterdir() if p.is_dir() and not p.name.startswith("."))
    if len(classes) < 2:
        raise DataError(
            f"{folder} holds {len(classes)} class folders: it needs MNIST's IDX files, "
            "or two or more subfolders of pictures, one per class"
        )
    images: list[Pixels] = []
    labels: list[int] = []
    for label, subfolder in enumerate(classes):
        files = sorted(p for p in subfolder.iterdir() if not p.name.startswith("."))
        if not files:
            raise DataError(f"{subfolder} holds no picture: add some, or remove the folder")
        images += [_picture(path) for path in files]
        labels += [label] * len(files)
    names = tuple(p.name for p in classes)
    return Digits(np.stack(images), np.array(labels, np.int64), names, f"folder {folder.name}")


def _picture(path: Path) -> Pixels:
    try:
        return image.normalize(image.read(path))
    except ImageError as error:
        raise DataError(f"a picture of the data cannot be used: {error}") from error


def read_test(option: Path | None) -> Digits:
    """What ``runtime.evaluate`` measures on: MNIST's test part, or a whole folder of pictures."""
    folder = find(option)
    if folder is None:
        raise DataError(f"no data to evaluate on: pass --data DIR or set {ENVIRONMENT}")
    return read_mnist(folder, "test") if is_mnist(folder) else read_folder(folder)
