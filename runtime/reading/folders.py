"""Folders with a subfolder for each class, and with such folders for the parts of a split."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from runtime import console
from runtime.dataset import Array, Examples
from runtime.errors import DataError, ThimbleError
from runtime.reading.source import ALL, NAMED_PARTS, Parts, Skipped, Source, unique
from runtime.tasks.task import Task


def visible(folder: Path) -> list[Path]:
    """What lies in ``folder``, sorted, without what starts with a dot."""
    try:
        return sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    except OSError as error:
        raise DataError(f"cannot read {folder}: {error.strerror or error}") from error


def subfolders(folder: Path) -> list[Path]:
    """The folders in ``folder``, sorted."""
    return [path for path in visible(folder) if path.is_dir()]


def parts(folder: Path) -> dict[str, Path]:
    """The folders of a split that is given: all subfolders are called so, one is for training."""
    inside = subfolders(folder)
    named = {NAMED_PARTS.get(path.name.casefold(), ""): path for path in inside}
    whole = {name: path for name, path in named.items() if name}
    return whole if len(whole) == len(inside) > 1 and "train" in whole else {}


def read(task: Task, source: Source) -> Parts:
    """The examples in a folder; raises DataError when it cannot serve.

    Classes are the subfolders' names, sorted. Files that are broken, blank or of another kind are
    left out and told of.
    """
    skipped = Skipped(source.strict)
    split = parts(source.path) or {ALL: source.path}
    names = _classes(split)
    found = {part: _part(task, folder, names, skipped, source) for part, folder in split.items()}
    skipped.tell()
    return found


def _classes(split: dict[str, Path]) -> tuple[str, ...]:
    found: dict[str, list[str]] = {
        part: [path.name for path in subfolders(folder)] for part, folder in split.items()
    }
    first, *others = found
    for other in others:
        if odd := sorted(set(found[other]) ^ set(found[first])):
            raise DataError(
                f"{split[other]} and {split[first]} do not have the same classes: {odd[0]!r} is "
                "in one of the two only"
            )
    if len(found[first]) < 2:
        raise DataError(
            f"{split[first]} holds {len(found[first])} class folders: it needs two or more "
            "subfolders, one per class, or a data file is to be named"
        )
    return unique(found[first], split[first])


def _part(
    task: Task, folder: Path, names: Sequence[str], skipped: Skipped, source: Source
) -> Examples:
    inputs: list[Array] = []
    labels: list[int] = []
    groups: list[int] = []
    files = [(label, path) for label, name in enumerate(names) for path in _files(folder / name)]
    for number, (label, path) in enumerate(console.progress(files, f"reading {folder.name}")):
        found = _one(task, path, skipped)
        inputs += list(found)
        labels += [label] * len(found)
        groups += [number] * len(found)
    for label, name in enumerate(names):
        if label not in set(labels):
            raise DataError(
                f"{folder / name} holds no {task.noun} that can be used: add some, or remove the "
                "folder"
            )
    several = np.array(groups, np.int64) if len(set(groups)) < len(groups) else None
    paths = np.array([str(files[number][1]) for number in groups])
    return Examples(
        np.stack(inputs),
        np.array(labels, np.int64),
        tuple(names),
        f"folder {source.path.name}",
        groups=several,
        files=paths,
    )


def _files(folder: Path) -> list[Path]:
    return [path for path in visible(folder) if path.is_file()]


def _one(task: Task, path: Path, skipped: Skipped) -> Array:
    """The examples in a file; none where it cannot serve."""
    try:
        if path.suffix.lower() not in task.suffixes:
            raise DataError(f"{path} is not a file of {task.title}")
        found = task.read(path)
        if len(found) and _is_flat(task, found):
            raise DataError(f"{path} is blank: every value in it is the same")
    except ThimbleError as error:
        skipped.add(str(error))
        found = np.empty((0, *task.stored_shape), task.stored)
    return found


def _is_flat(task: Task, found: Array) -> bool:
    """Whether a picture shows nothing; a sensor may well be silent."""
    return bool(task.stored == np.uint8 and (found == found.flat[0]).all())
