"""What a search asks of who can compile and quantize; ``convert.search`` answers.

A search must not know how a network becomes C: it is given a judge where it is started.
"""

from dataclasses import dataclass
from typing import Any, Protocol

from runtime.dataset import Examples
from train.data import Dataset
from train.network import Network
from train.presets import Recipe


@dataclass(frozen=True)
class Cost:
    """What a network takes on the core, before it is trained."""

    instructions: int  # of an inference; cycles on an AVR
    flash: int  # bytes; with a board of the whole image, else of tables
    ram: int  # bytes; with a board of all, else of the arena
    macs: int

    @property
    def whole(self) -> float:
        """All of it in one number: the geometric mean of instructions, flash and RAM."""
        return float(self.instructions * self.flash * self.ram) ** (1 / 3)


@dataclass(frozen=True)
class Refusal:
    """Why a network is not trained."""

    reason: str  # "flash", "RAM", "instructions", "milliseconds"
    excess: float  # by how much it is too large: 0.5 is half as much again


@dataclass(frozen=True)
class Tuned:
    """A finalist after quantization-aware fine-tuning: what of each part int8 reads rightly."""

    held_out: int
    test: int  # of the test part, which is looked at here and nowhere else
    cost: Cost  # of the trained network: less, where training has left channels that give nothing


class Costs(Protocol):
    """Knows costs."""

    def cost(self, point: Network) -> Cost | Refusal:
        """What ``point`` costs, with random weights; or why it does not fit."""


class Judge(Costs, Protocol):
    """Knows int8 accuracies as well."""

    def right(self, point: Network, model: Any, examples: Examples) -> int:
        """How many of ``examples`` the int8 form of the float Keras ``model`` reads rightly."""

    def tuned(self, model: Any, dataset: Dataset, recipe: Recipe, seed: int) -> Tuned:
        """Fine-tune the float Keras ``model`` for int8, and judge it on both parts."""

    def describe(self) -> dict[str, Any]:
        """The limits and all else that decides its answers."""
