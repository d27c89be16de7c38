"""Arrays of numbers as they are: windows of sensor data, features, spectrograms."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np

from runtime import bounds
from runtime.dataset import Array
from runtime.errors import DataError, ModelError
from runtime.tasks.scaling import Scaling
from runtime.tasks.task import Task


@dataclass(frozen=True)
class Arrays(Task):
    """Numbers, float32; a window of a table has its rows and columns as the first two axes."""

    columns: tuple[str, ...] = ()  # of a CSV file, that are the input; (): all but the label's
    step: int = 0  # rows from one window to the next; 0: a row is an example

    kind: ClassVar[str] = "tensor"
    title: ClassVar[str] = "arrays"
    stored: ClassVar[np.dtype[Any]] = np.dtype(np.float32)
    suffixes: ClassVar[frozenset[str]] = frozenset({".npy", ".npz", ".csv"})

    def read(self, path: Path) -> Array:
        """The examples in a .npy, .npz or .csv."""
        from runtime.reading import tables  # noqa: PLC0415 - it knows this task

        return tables.inputs(self, path)

    def adopt(self, values: Array, where: str) -> Array:
        """Numbers of any type, in any shape of the right size, within ``bounds.LARGEST``."""
        if values.dtype.kind not in "iufb":
            raise DataError(f"{where} has {values.dtype} values: numbers are needed")
        size = int(np.prod(values.shape[1:]))
        if size != int(np.prod(self.shape)):
            raise DataError(
                f"{where} has examples of {list(values.shape[1:])}, {list(self.shape)} is needed"
            )
        shaped = values.reshape(len(values), *self.shape)
        bounds.require_small(shaped, where)
        return np.asarray(shaped, self.stored)

    def details(self) -> dict[str, Any]:
        """Where in a CSV file the numbers stand."""
        return {"columns": list(self.columns), "step": self.step}

    @classmethod
    def of(cls, shape: tuple[int, ...], scaling: Scaling, details: Mapping[str, Any]) -> Self:
        """Any shape; a mean for all or for each channel."""
        channels = shape[-1] if shape else 1
        if len(scaling.mean) not in (1, channels):
            raise ModelError(f"{len(scaling.mean)} means do not fit {channels} channels")
        columns = tuple(map(str, details.get("columns", ())))
        return cls(shape, scaling, columns, int(details.get("step", 0)))

    @classmethod
    def fits(cls, _shape: tuple[int, ...]) -> bool:
        """Any."""
        return True
