"""What a search asks of who can compile and quantize; ``convert.search`` answers.

A search must not know how a network becomes C: it is given a judge where it is started.
"""

from dataclasses import dataclass
from typing import Any, Protocol

from runtime.dataset import Examples
from train.search.point import Point


@dataclass(frozen=True)
class Cost:
    """What a network takes on the core, before it is trained."""

    instructions: int  # of an inference; cycles on an AVR
    flash: int  # bytes; with a board of the whole image, else of tables
    ram: int  # bytes; with a board of all, else of the arena
    macs: int


@dataclass(frozen=True)
class Refusal:
    """Why a network is not trained."""

    reason: str  # "flash", "RAM", "instructions", "milliseconds", "too small an input"
    excess: float  # by how much it is too large: 0.5 is half as much again


@dataclass(frozen=True)
class Tuned:
    """A finalist in int8."""

    content: bytes  # the .tflite
    right: int  # of the held-out part
    held_out: int


class Judge(Protocol):
    """Knows costs and int8 accuracies."""

    def cost(self, point: Point) -> Cost | Refusal:
        """What ``point`` costs, with random weights; or why it does not fit."""

    def right(self, point: Point, model: Any, examples: Examples) -> int:
        """How many of ``examples`` the int8 form of the float Keras ``model`` reads rightly."""

    def describe(self) -> dict[str, Any]:
        """The limits and all else that decides its answers."""
