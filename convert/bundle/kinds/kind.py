"""What every kind of task tells a bundle."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from runtime.dataset import Array, Examples
from runtime.tasks.task import Task

T = TypeVar("T", bound=Task)
ROUND = "to the nearest whole number, halves to the even one"


@dataclass(frozen=True)
class Sample:
    """One thing that a port is proven with."""

    told: dict[str, Any]  # for vectors.json: which it is
    example: Array | None  # as the task keeps it; None: there is nothing to read in it


class Kind(ABC, Generic[T]):
    """One kind of task, for those who write its preprocessing once more."""

    values: str  # what vectors.json calls an example as the task keeps it
    given: str  # what the metadata call the input
    ports: tuple[str, ...]  # the sources in ports/ that do its preprocessing

    @abstractmethod
    def preprocessing(self, task: T) -> dict[str, Any]:
        """How raw data becomes an example, for contract.json."""

    @abstractmethod
    def precision(self, task: T) -> str:
        """How exact a port can be, a sentence or two."""

    @abstractmethod
    def rule(self, task: T) -> str:
        """From an example's value to the real one that the network was trained on."""

    @abstractmethod
    def described(self, task: T) -> str:
        """The input, for the metadata."""

    @abstractmethod
    def noun(self, task: T) -> str:
        """One example, with its size."""

    @abstractmethod
    def drawn(self, task: T, test: Examples) -> dict[str, bytes]:
        """Pictures to read, files by name; {}: the kind has none."""

    @abstractmethod
    def samples(self, task: T, test: Examples, files: Sequence[Path]) -> list[Sample]:
        """What the vectors are made of; ``files`` are those that ``drawn`` told."""


def scaled(task: Task, value: str) -> str:
    """The rule from ``value`` to what the network was trained on, in 32-bit floats."""
    mean, deviation = task.scaling.mean, task.scaling.deviation
    if mean == (0.0,) and deviation == (1.0,):
        return value
    if len(mean) > 1:
        return f"({value} - mean) / deviation"
    over = "" if deviation == (1.0,) else f" / {deviation[0]:.9g}"
    moved = f"({value} - {mean[0]:.9g})" if over else f"{value} - {mean[0]:.9g}"
    return f"{value}{over}" if mean == (0.0,) else f"{moved}{over}"
