"""Pairs of IDX files, as MNIST has them, with other data in them."""

from pathlib import Path

import numpy as np

from runtime import mnist
from runtime.dataset import Examples
from runtime.errors import DataError
from runtime.reading.folders import visible
from runtime.reading.source import ALL, NAMED_PARTS, Parts, Source
from runtime.tasks.task import Task

_LARGEST = 1 << 31  # bytes


def pairs(folder: Path) -> dict[str, tuple[Path, Path]]:
    """The files of inputs and of labels, by the part that they are."""
    found: dict[str, dict[str, Path]] = {}
    for path in visible(folder):
        name = path.name.casefold().removesuffix(".gz")
        kind = next((kind for kind in ("images", "data", "labels") if kind in name), "")
        if kind and "idx" in name and path.is_file():
            part = next((NAMED_PARTS[key] for key in NAMED_PARTS if name.startswith(key)), ALL)
            found.setdefault(part, {})["labels" if kind == "labels" else "inputs"] = path
    return {part: (two["inputs"], two["labels"]) for part, two in found.items() if len(two) == 2}


def read(task: Task, source: Source) -> Parts:
    """The examples in the pairs of a folder; raises DataError for what does not fit."""
    return {
        part: _pair(task, *paths, source.path.name) for part, paths in pairs(source.path).items()
    }


def _pair(task: Task, inputs: Path, labels: Path, name: str) -> Examples:
    values = mnist.parse_idx(mnist.read(inputs, _LARGEST), inputs)
    classes = mnist.parse_idx(mnist.read(labels, _LARGEST), labels).astype(np.int64)
    if classes.shape != values.shape[:1]:
        raise DataError(
            f"{labels} has {list(classes.shape)} labels for {len(values)} examples in {inputs}"
        )
    names = tuple(str(number) for number in range(int(classes.max(initial=0)) + 1))
    return Examples(task.adopt(values, str(inputs)), classes, names, f"folder {name}")


def shape(folder: Path) -> tuple[int, ...]:
    """Of one example, without a channel: what the header of a file of inputs says."""
    inputs, _ = next(iter(pairs(folder).values()))
    return tuple(
        int(side) for side in mnist.parse_idx(mnist.read(inputs, _LARGEST), inputs).shape[1:]
    )
