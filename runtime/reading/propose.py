"""Which task data are meant for, and of which shape its examples are, where nobody says so."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from runtime import console, image, mnist, tasks
from runtime.errors import DataError, ThimbleError
from runtime.reading import archives, folders, idx, tables
from runtime.reading.source import Source
from runtime.tasks import digits, photo
from runtime.tasks.digits import Digits
from runtime.tasks.photo import Photo
from runtime.tasks.scaling import NAMED, Scaling
from runtime.tasks.task import Task
from runtime.tasks.tensor import Arrays

Shape = tuple[int, ...]

PICTURE = (32, 32, 3)
"""The size of pictures that come in several sizes."""
LARGEST_GIVEN = 96
"""Pictures that all have one size keep it up to this side."""
_LOOKED_AT = 50  # files, to see what all of them are like


def task(kind: str, source: Source | None, shape: Shape | None, fit: str = "crop") -> Task:
    """The task for this data; ``kind`` "" and ``shape`` None are what the data suggest.

    Raises DataError where the data do not say, or are of another kind.
    """
    chosen = tasks.find(kind) if kind else _kind(source, shape)
    if chosen is Digits:
        return Digits.of(shape or digits.SHAPE, digits.SCALING, {})
    if source is None:
        if shape is None:
            raise DataError("the size of an example is not known: pass --size, or --data")
        scaling = NAMED["0..1"] if chosen is Photo else Scaling()
        return chosen.of(shape, scaling, {"fit": fit})
    if chosen is Photo:
        return Photo.of(shape or _picture(source.path), NAMED["0..1"], {"fit": fit})
    return _arrays(source, shape)


def _kind(source: Source | None, shape: Shape | None) -> type[Task]:
    path = source.path if source else None
    if path is None or (path.is_dir() and mnist.is_mnist(path)):
        known = shape is None or Digits.fits(shape)
        return Digits if known else type(tasks.guess(shape or ()))
    if path.is_dir() and not idx.pairs(path):
        return _of_folder(path, shape)
    if path.is_dir():
        return Photo
    if path.suffix.lower() in (".npz", ".npy"):
        values = archives.inputs(path)
        wide = (*values.shape[1:], 1) if values.ndim == 3 else values.shape[1:]
        return Photo if values.dtype == np.uint8 and Photo.fits(wide) else Arrays
    return Arrays


def _of_folder(path: Path, shape: Shape | None) -> type[Task]:
    """By the files: tables, or pictures; single characters as class names are characters."""
    first = next(_files(path), None)
    if first is None:
        raise DataError(
            f"{path} holds no class folder with files: it needs MNIST's files, or a subfolder for "
            "each class"
        )
    if first.suffix.lower() in Arrays.suffixes:
        return Arrays
    if shape is not None and not Digits.fits(shape):
        return Photo
    inside = next(iter(folders.parts(path).values()), path)
    names = [folder.name for folder in folders.subfolders(inside)]
    if all(len(name) == 1 for name in names):
        console.note("task: digits, as every class is one character; --task image for pictures")
        return Digits
    return Photo


def _files(path: Path) -> Iterator[Path]:
    for folder in folders.parts(path).values() or [path]:
        for inner in folders.subfolders(folder):
            yield from (file for file in folders.visible(inner) if file.is_file())


def _picture(path: Path) -> Shape:
    """The size that all pictures have, if it is a small one; else PICTURE. Grey ones stay grey."""
    if not path.is_dir() or idx.pairs(path):
        values = idx.shape(path) if path.is_dir() else archives.inputs(path).shape[1:]
        return (*values, 1) if len(values) == 2 else tuple(values)
    sizes: set[tuple[int, int]] = set()
    grey = True
    for file in _spread(list(_files(path))):
        try:
            found = image.read(file)
        except ThimbleError:
            continue  # reading all of them will say so
        sizes.add((found.height, found.width))
        grey = grey and found.mode in ("1", "L")
    height, width = sizes.pop() if len(sizes) == 1 else (0, 0)
    kept = min(height, width) >= photo.LEAST_SIDE and max(height, width) <= LARGEST_GIVEN
    shape = (*((height, width) if kept else PICTURE[:2]), 1 if grey else 3)
    console.note(f"size: {written(shape)}; --size HEIGHTxWIDTHxCHANNELS for another")
    return shape


def _spread(files: list[Path]) -> list[Path]:
    return files[:: max(1, len(files) // _LOOKED_AT)]


def _arrays(source: Source, shape: Shape | None) -> Arrays:
    path = source.path
    file = next(_files(path), path) if path.is_dir() and not idx.pairs(path) else path
    if path.is_dir() and idx.pairs(path):
        found: Arrays = Arrays(idx.shape(path), Scaling())
    elif file.suffix.lower() == ".csv":
        table = tables.load(file, source.label)
        columns = tables.columns(table, source)
        rows = (source.window,) if source.window else ()
        step = source.stride if source.window else 0
        found = Arrays((*rows, len(columns)), Scaling(), columns, step)
    else:
        found = Arrays(tuple(archives.inputs(file).shape[1:]), Scaling())
    if not found.shape or 0 in found.shape:
        raise DataError(f"{path} has no columns of inputs: give some beside the answers")
    return found if shape is None else _reshaped(found, shape, path)


def _reshaped(found: Arrays, shape: Shape, path: Path) -> Arrays:
    if np.prod(found.shape) != np.prod(shape):
        raise DataError(
            f"{path} has examples of {written(found.shape)}, {written(shape)} is asked for"
        )
    return replace(found, shape=shape)


def written(shape: Shape) -> str:
    """A shape as people write it: 32x32x3."""
    return "x".join(map(str, shape))


def size(text: str) -> Shape:
    """What ``written`` wrote; raises DataError for anything else."""
    try:
        shape = tuple(int(side) for side in text.lower().split("x"))
    except ValueError:
        shape = ()
    if not shape or min(shape) < 1:
        raise DataError(f"{text!r} is no size: give for instance 32x32x3, or 128x3")
    return shape
