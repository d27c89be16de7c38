"""Examples from files: MNIST, folders with a subfolder per class, ``.csv``, ``.npz``, IDX files."""

import json
from pathlib import Path

from runtime import console, mnist
from runtime.dataset import ENVIRONMENT, Examples, named
from runtime.errors import DataError
from runtime.reading import archives, folders, idx, split, tables
from runtime.reading.source import ALL, Parts, Source
from runtime.tasks.digits import Digits
from runtime.tasks.task import Task
from runtime.tasks.tensor import Arrays

__all__ = ["ALL", "Source", "find", "judged_on", "parts"]


def find(option: Path | None) -> Path | None:
    """The data: the option, else the environment variable, else MNIST in the cache."""
    return named(option) or mnist.cached()


def parts(task: Task, source: Source) -> Parts:
    """Every example, by the part of the split that it is given for, or all as one.

    Raises DataError for data that are damaged, of another kind, or not there.
    """
    path = source.path
    if path.is_dir():
        if isinstance(task, Digits) and mnist.is_mnist(path):
            return {part: mnist.read_mnist(path, part) for part in ("train", "test")}
        return (idx.read if idx.pairs(path) else folders.read)(task, source)
    if path.suffix.lower() in (".npz", ".npy"):
        return archives.read(task, source)
    if path.suffix.lower() == ".csv" and isinstance(task, Arrays):
        return {ALL: tables.examples(task, source)}
    kinds = ".csv, .npz or .npy" if isinstance(task, Arrays) else ".npz or .npy"
    raise DataError(f"{path} is no data for the task {task.kind}: give a folder, {kinds}")


def judged_on(
    task: Task, option: Path | None, source: Source | None = None, model: Path | None = None
) -> Examples:
    """What a model is measured on: the part for testing where there is one, else everything.

    Of data that come in one piece, and that ``model`` was exported with, it is the part that was
    kept back for testing. Raises DataError for data that are not there or damaged.
    """
    path = find(option)
    if path is None:
        raise DataError(f"no data to measure on: pass --data, or set {ENVIRONMENT}")
    if isinstance(task, Digits) and mnist.is_mnist(path):
        return mnist.read_mnist(path, "test")
    source = source or Source(path)
    found = parts(task, source)
    if "test" in found:
        return found["test"]
    return _kept_back(found, source, model) or found[next(iter(found))]


def _kept_back(found: Parts, source: Source, model: Path | None) -> Examples | None:
    """The part for testing of data that ``model`` was exported with; None: it was with others."""
    learnt_from = None if model is None else _learnt_from(model)
    if learnt_from is None:
        return None
    try:
        three = split.three(found, strict=source.strict)
    except DataError:
        return None  # no export has taken it
    if split.digest(three) != learnt_from:
        return None
    console.note(
        f"the model was made with this data: measured on the {len(three[2]):,} examples that were "
        "kept back for testing"
    )
    return three[2]


def _learnt_from(model: Path) -> str | None:
    """The sha256 of the data that an export was made with, from its manifest."""
    try:
        found = json.loads((model.parent / "manifest.json").read_text(encoding="utf-8"))
        return str(found["data"]["sha256"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
