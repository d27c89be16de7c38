"""Labelled examples, whatever they are examples of; ``runtime.reading`` gets them from files."""

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from runtime.errors import DataError

ENVIRONMENT = "THIMBLE_DATA"
"""Environment variable that names the folder of the data."""

OTHER = -1
"""The label of an example that belongs to none of the classes."""
NONE = "none"
"""What a class is called that is none: its examples belong to none of the other classes."""

Array = npt.NDArray[Any]
Pixels = npt.NDArray[np.uint8]
Labels = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Truth:
    """What one output of a network shall say of some examples, as ``Examples`` has it."""

    labels: Labels
    names: tuple[str, ...] = ()
    targets: Floats | None = None

    @property
    def is_known(self) -> bool:
        """Whether it says anything."""
        return bool(self.names) or self.targets is not None


@dataclass(frozen=True)
class Examples:
    """Examples with what is true of them, as a task keeps them: see ``Task.stored_shape``."""

    inputs: Array  # [count, *stored shape]: uint8 pictures, float32 arrays
    labels: Labels  # [count], an index into ``names``; 0 where there are no classes
    names: tuple[str, ...]  # one per class; (): there are none
    source: str  # what a person calls this data, for instance "MNIST"
    targets: Floats | None = None  # [count, values] of a regression; None: there are none
    groups: Labels | None = None  # [count], equal where examples must not be split; None: each own
    files: npt.NDArray[np.str_] | None = None  # [count], where each lies; None: all in one
    others: tuple[Truth, ...] = ()  # for outputs behind the first, of which the above is true

    def __len__(self) -> int:
        return len(self.labels)

    def take(self, index: Labels | slice) -> "Examples":
        """Those of that index, in its order."""
        kept: dict[str, Any] = {
            name: None if (array := getattr(self, name)) is None else array[index]
            for name in ("inputs", "labels", "targets", "groups", "files")
        }
        others = [
            replace(
                one,
                labels=one.labels[index],
                targets=None if one.targets is None else one.targets[index],
            )
            for one in self.others
        ]
        return replace(self, **kept, others=tuple(others))

    def of(self, output: int) -> "Examples":
        """The same with what is true for that output of a network, from 0, and for no other.

        Nothing is where the data say nothing of it.
        """
        if output == 0:
            return replace(self, others=())
        known = output <= len(self.others)
        one = self.others[output - 1] if known else Truth(np.zeros_like(self.labels))
        return replace(self, labels=one.labels, names=one.names, targets=one.targets, others=())

    def with_inputs(self, inputs: Array) -> "Examples":
        """The same with other ``inputs``, as many."""
        return replace(self, inputs=inputs)

    def title(self, index: int) -> str:
        """What a person finds an example by: its file, else its number."""
        return f"number {index}" if self.files is None else str(self.files[index])

    def first(self, count: int | None) -> "Examples":
        """The first ``count``, or as many as there are; None: all.

        Of examples that stand one class after the other, that many evenly spread.
        """
        if count is None or count >= len(self) or not self._by_class:
            return self.take(slice(count))
        return self.take(np.linspace(0, len(self) - 1, count).round().astype(np.int64))

    @property
    def _by_class(self) -> bool:
        """Whether all examples of a class stand together, as folders of classes give them."""
        return len(self.names) > 1 and bool((np.diff(self.labels) >= 0).all())


def apart(examples: Examples) -> tuple[Examples, Examples | None]:
    """``examples`` without those of a class called ``NONE``, and these; None: there is none.

    Beside fewer than two others it is a class like any.
    """
    called = [name.casefold() for name in examples.names]
    if NONE not in called or len(called) < 3:
        return examples, None
    place = called.index(NONE)
    is_none = examples.labels == place
    kept, others = (examples.take(np.flatnonzero(mask)) for mask in (~is_none, is_none))
    names = tuple(name for number, name in enumerate(examples.names) if number != place)
    labels = kept.labels - (kept.labels > place)
    return replace(kept, names=names, labels=labels), others


def named(option: Path | None) -> Path | None:
    """What the option, else the environment variable, names; None: neither does.

    Raises DataError when it does not exist.
    """
    path = option or (Path(os.environ[ENVIRONMENT]) if os.environ.get(ENVIRONMENT) else None)
    if path is not None and not path.exists():
        origin = "--data" if option else ENVIRONMENT
        raise DataError(f"{path} ({origin}) does not exist: give the data's folder or file")
    return path
