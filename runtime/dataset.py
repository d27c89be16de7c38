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

Array = npt.NDArray[Any]
Pixels = npt.NDArray[np.uint8]
Labels = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]


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

    def __len__(self) -> int:
        return len(self.labels)

    def take(self, index: Labels | slice) -> "Examples":
        """Those of that index, in its order."""
        kept: dict[str, Any] = {
            name: None if (array := getattr(self, name)) is None else array[index]
            for name in ("inputs", "labels", "targets", "groups", "files")
        }
        return replace(self, **kept)

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


def named(option: Path | None) -> Path | None:
    """What the option, else the environment variable, names; None: neither does.

    Raises DataError when it does not exist.
    """
    path = option or (Path(os.environ[ENVIRONMENT]) if os.environ.get(ENVIRONMENT) else None)
    if path is not None and not path.exists():
        origin = "--data" if option else ENVIRONMENT
        raise DataError(f"{path} ({origin}) does not exist: give the data's folder or file")
    return path
