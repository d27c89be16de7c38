"""What every task can do: turn raw data into a network's input."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
from PIL import Image

from runtime.dataset import Array, Floats
from runtime.errors import DataError
from runtime.tasks.scaling import Scaling

Thing = str | Path | Image.Image | Array
"""Something to read: a file, a picture, or an array as the task keeps it."""


@dataclass(frozen=True)
class Sight:
    """One of the things that a file shows."""

    example: Array  # as its task keeps it
    box: tuple[int, int, int, int] | None = None  # left, top, right, bottom: what was taken for it
    doubts: tuple[str, ...] = ()  # why it may be something else, in words


@dataclass(frozen=True)
class Task(ABC):
    """How raw data becomes the input of a network."""

    shape: tuple[int, ...]  # of the network's input, without the batch
    scaling: Scaling

    kind: ClassVar[str]
    """Its name in contracts and on command lines."""
    title: ClassVar[str]
    """What a person calls it."""
    noun: ClassVar[str] = "example"
    """What one example is called."""
    said: ClassVar[str] = "class"
    """What a classifier's answer is called."""
    nothing: ClassVar[str] = "none of these"
    """What a classifier says of what belongs to none of its classes."""
    sure: ClassVar[float] = 0.0
    """An answer with a lower probability is told as doubtful."""
    stored: ClassVar[np.dtype[Any]]
    """The type of an example as it is kept and sent."""
    suffixes: ClassVar[frozenset[str]]
    """How its files' names end, lower case."""

    @property
    def stored_shape(self) -> tuple[int, ...]:
        """The shape of an example as it is kept."""
        return self.shape

    @abstractmethod
    def read(self, path: Path) -> Array:
        """The examples in a file, as they are kept: [count, *stored_shape].

        Raises ThimbleError, naming the file, for what cannot be read or holds no example.
        """

    def sights(self, path: Path) -> list[Sight]:
        """All that a file shows, in the order of reading, for who asks what it shows.

        Unlike ``read``, which knows how many examples a file holds. Raises what that raises.
        """
        return [Sight(example) for example in self.read(path)]

    @abstractmethod
    def adopt(self, values: Array, where: str) -> Array:
        """``values`` [count, ...] of a data file as they are kept; DataError for what cannot be."""

    @abstractmethod
    def details(self) -> dict[str, Any]:
        """What a contract says of this task besides kind, shape and scaling."""

    @classmethod
    @abstractmethod
    def of(cls, shape: tuple[int, ...], scaling: Scaling, details: Mapping[str, Any]) -> Self:
        """The task of a contract; raises ThimbleError for what does not fit."""

    @classmethod
    @abstractmethod
    def fits(cls, shape: tuple[int, ...]) -> bool:
        """Whether an input of that shape, without the batch, may be meant for this task."""

    def prepare(self, thing: Thing) -> Array:
        """One thing as it is kept, [*stored_shape]; raises ThimbleError for more than one."""
        if isinstance(thing, np.ndarray):
            return self._checked(thing)
        found = self.read(Path(thing)) if isinstance(thing, str | Path) else self.picture(thing)
        if len(found) != 1:
            raise DataError(f"{thing} holds {len(found)} {self.noun}s: one is needed here")
        return np.asarray(found[0])

    def picture(self, picture: Image.Image) -> Array:
        """A decoded picture as it is kept, [1, *stored_shape]."""
        raise DataError(f"the task {self.kind} takes no picture ({picture.size})")

    def _checked(self, array: Array) -> Array:
        if array.dtype != self.stored or array.shape != self.stored_shape:
            raise DataError(
                f"one {self.noun} is {self.stored} {list(self.stored_shape)}, not {array.dtype} "
                f"{list(array.shape)}"
            )
        return array

    def shown(self, example: Array) -> str:
        """One example as it is kept, for people at a terminal: shape and range."""
        low, high = float(example.min()), float(example.max())
        return f"{list(example.shape)}, {low:.6g} to {high:.6g}"

    def real(self, examples: Array) -> Floats:
        """Examples as they are kept, [count, ...], as the network takes them, [count, *shape]."""
        return self.scaling.real(examples.reshape(len(examples), *self.shape))

    def span(self) -> tuple[float, float] | None:
        """The least and the largest real value that there can be; None: data say so."""
        if self.stored != np.uint8:
            return None
        ends = self.scaling.real(np.array([[0], [255]], np.uint8))
        return float(ends.min()), float(ends.max())

    def describe(self) -> dict[str, Any]:
        """For a contract: what ``runtime.tasks.of`` makes this task of again."""
        return {
            "kind": self.kind,
            "shape": list(self.shape),
            "stored": self.stored.name,
            "scaling": {"mean": list(self.scaling.mean), "deviation": list(self.scaling.deviation)},
            **self.details(),
        }

    def scaled(self, scaling: Scaling) -> Self:
        """The same task under another scaling."""
        return replace(self, scaling=scaling)
