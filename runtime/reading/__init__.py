"""Examples from files: MNIST, folders with a subfolder per class, ``.csv``, ``.npz``, IDX files."""

from pathlib import Path

from runtime import mnist
from runtime.dataset import ENVIRONMENT, Examples, named
from runtime.errors import DataError
from runtime.reading import archives, folders, idx, tables
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


def judged_on(task: Task, option: Path | None, source: Source | None = None) -> Examples:
    """What a model is measured on: the part for testing where there is one, else everything."""
    path = find(option)
    if path is None:
        raise DataError(f"no data to measure on: pass --data, or set {ENVIRONMENT}")
    if isinstance(task, Digits) and mnist.is_mnist(path):
        return mnist.read_mnist(path, "test")
    found = parts(task, source or Source(path))
    return found["test"] if "test" in found else found[next(iter(found))]
