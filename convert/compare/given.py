"""What both versions are given: a user's arrays, labelled data, or random numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from convert.compare.layer import Layer, Version, bare, inputs
from convert.compare.recording import Recording
from runtime import bounds, reading
from runtime.dataset import Array
from runtime.errors import DataError
from runtime.reading import Source, npy
from runtime.tasks.digits import Digits
from runtime.tasks.task import Task
from train import data

SEED = 0
RANDOM = "random numbers"


@dataclass(frozen=True)
class Given:
    """Real values for each input of A."""

    reals: tuple[Array, ...]  # [count, *shape] each: float32, or whole numbers as they are
    source: str  # what a person calls them
    noun: str = "input"  # what one of them is

    def __len__(self) -> int:
        return len(self.reals[0])

    @property
    def is_random(self) -> bool:
        """Whether they say nothing of the ranges that real data need."""
        return self.source == RANDOM

    def first(self, count: int | None) -> "Given":
        """The first ``count``, or as many as there are; None: all."""
        return Given(tuple(one[:count] for one in self.reals), self.source, self.noun)


@dataclass(frozen=True)
class Asked:
    """Which inputs are asked for; None: as there are."""

    count: int | None = None
    source: Source | None = None  # labelled data
    arrays: Path | None = None  # an ``.npz`` of raw inputs


def choose(a: Version, b: Version, task: Task | None, asked: Asked, default: int) -> Given:
    """What is asked for; else what was recorded, the digits, or random numbers.

    Raises DataError for what the versions do not take.
    """
    count = asked.count or default
    if isinstance(b, Recording):
        return Given(b.reals, "what was recorded", "image" if _is_digits(task) else "input").first(
            asked.count
        )
    if asked.arrays is not None:
        return of_arrays(asked.arrays, a, b).first(count)
    if asked.source is not None or (_is_digits(task) and len(inputs(a)) == 1):
        return _of_data(a, task, asked).first(count)
    return at_random(inputs(a), inputs(b), task, count)


def _is_digits(task: Task | None) -> bool:
    return isinstance(task, Digits)


def of_task(task: Task, examples: Array, source: str = "examples") -> Given:
    """``examples`` as ``task`` keeps them."""
    noun = "image" if _is_digits(task) else task.noun
    return Given((task.real(examples),), source, noun)


def _of_data(a: Version, task: Task | None, asked: Asked) -> Given:
    if len(inputs(a)) != 1 or task is None:
        raise DataError(f"the network has {len(inputs(a))} inputs: give --inputs instead of --data")
    if asked.source is None or _is_digits(task):
        examples = data.load(asked.source, task).test
    else:
        examples = reading.judged_on(task, asked.source.path, asked.source)
    return of_task(task, examples.inputs, examples.source)


def of_arrays(path: Path, a: Version, b: Version) -> Given:
    """The arrays of a ``.npz`` or ``.npy``: reals, or codes of an input of A or of B."""
    arrays = npy.load(path)
    ours, theirs = inputs(a), inputs(b)
    known = {bare(name): array for name, array in arrays.items()}
    if len(ours) == len(known) == 1:
        known = {ours[0].name: next(iter(known.values()))}
    found = []
    for place, layer in enumerate(ours):
        if layer.name not in known:
            raise DataError(
                f"{path} lacks {layer.name!r}: the inputs are "
                f"{', '.join(one.name for one in ours)}, and the arrays must be named so"
            )
        both = (layer, *(one for one in theirs[place : place + 1]))
        found.append(_reals(path, known[layer.name], both))
    if len({len(one) for one in found}) != 1 or not len(found[0]):
        counts = ", ".join(str(len(one)) for one in found)
        raise DataError(f"{path} has {counts} inputs: as many of each are needed, one at least")
    return Given(tuple(found), path.name)


def _reals(path: Path, array: Array, layers: Sequence[Layer]) -> Array:
    """``array`` as reals of the first of ``layers``, which are the same input."""
    first = layers[0]
    if array.ndim == len(first.shape) + 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.shape[1:] != first.shape or not array.ndim:
        raise DataError(
            f"{path}: {first.name!r} has shape {list(array.shape)}, the network takes "
            f"{['n', *first.shape]}"
        )
    if array.dtype.kind == "f":
        bounds.require_finite(array, f"{path}: {first.name!r}")
        return array.astype(np.float32)
    grids = [layer.grid for layer in layers if layer.grid and layer.grid.dtype == array.dtype]
    if grids and grids[0]:
        return grids[0].real(array).astype(np.float32)
    if array.dtype.kind in "iub" and all(layer.grid is None for layer in layers):
        return array
    known = sorted({layer.grid.dtype if layer.grid else "float32" for layer in layers})
    raise DataError(
        f"{path}: {first.name!r} is {array.dtype}, the network takes {', '.join(known)}"
    )


def at_random(
    ours: Sequence[Layer], theirs: Sequence[Layer], task: Task | None, count: int
) -> Given:
    """Reals over the whole range of each input, and in smaller parts of it."""
    rng = np.random.default_rng(SEED)
    span = task.span() if task is not None and len(ours) == 1 else None
    found = []
    for place, layer in enumerate(ours):
        grids = [one.grid for one in (layer, *theirs[place : place + 1]) if one.grid]
        low, high = grids[0].limits if grids else span or (-1.0, 1.0)
        values = rng.uniform(low, high, (count, *layer.shape))
        middles = rng.uniform(low, high, (count, *[1] * len(layer.shape)))
        narrow = np.clip(middles + (values - (low + high) / 2) / 4, low, high)
        half = (np.arange(count) % 2).reshape(-1, *[1] * len(layer.shape))
        found.append(np.where(half, narrow, values).astype(np.float32))
    return Given(tuple(found), RANDOM)
