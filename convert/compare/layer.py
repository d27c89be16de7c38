"""What two versions of a network are compared by: layers, and what one has to be able to do."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from runtime.dataset import Array

INPUT = "INPUT"
"""What stands for an operator in the row of an input of the network."""
WEIGHTED = ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED", "TRANSPOSE_CONV")
"""Operators with weights and a bias."""


@dataclass(frozen=True)
class Grid:
    """The reals that a type can tell apart: real = scale * (code - zero_point)."""

    scale: float
    zero_point: int
    dtype: str = "int8"  # or "uint8", "int16"

    @property
    def ends(self) -> tuple[int, int]:
        """The smallest and the largest code."""
        known = np.iinfo(np.dtype(self.dtype))
        return int(known.min), int(known.max)

    @property
    def count(self) -> int:
        """How many codes there are."""
        return self.ends[1] - self.ends[0] + 1

    @property
    def codes_needed(self) -> int:
        """How many of them a sound range uses at least: a quarter."""
        return self.count // 4

    @property
    def limits(self) -> tuple[float, float]:
        """The smallest and the largest of the reals."""
        low, high = self.ends
        return self.scale * (low - self.zero_point), self.scale * (high - self.zero_point)

    def real(self, codes: Array) -> Array:
        """What ``codes`` stand for, float64."""
        return self.scale * (codes.astype(np.float64) - self.zero_point)

    def codes(self, real: Array) -> Array:
        """The nearest codes."""
        steps = np.rint(real / self.scale) + self.zero_point
        return np.clip(steps, *self.ends).astype(self.dtype)


@dataclass(frozen=True)
class Layer:
    """One row: an input of the network, or what an operator gives."""

    name: str
    operator: str  # "CONV_2D"; INPUT
    shape: tuple[int, ...]  # without a batch of 1
    grid: Grid | None  # None: its values are reals, or whole numbers that stand for themselves
    reads: tuple[int, ...]  # layers whose values go in, as positions in Version.layers

    def real(self, values: Array) -> Array:
        """Its values as reals, float64."""
        return self.grid.real(values) if self.grid else values.astype(np.float64)


class Version(Protocol):
    """A network that can be looked into; its inputs are its first layers."""

    layers: tuple[Layer, ...]
    outputs: tuple[int, ...]  # which layers the outputs are

    def values(self, reals: Sequence[Array]) -> Iterator[Array | None]:
        """What each layer gives, [count, *shape]; None where that is not known.

        ``reals`` are the real values of each input, [count, *shape].
        """

    def apply(self, index: int, reals: Sequence[Array]) -> Array | None:
        """What layer ``index`` alone makes of what it reads; None when it cannot be run so.

        ``reals`` are [count, *shape] for each layer of ``reads``.
        """


def inputs(version: Version) -> tuple[Layer, ...]:
    """The layers that are inputs of the network."""
    return tuple(layer for layer in version.layers if layer.operator == INPUT)


def bare(name: str) -> str:
    """The name of an input or output as people write it."""
    return name.removeprefix("serving_default_").removesuffix(":0")


def distinct(names: Sequence[str]) -> list[str]:
    """``names``, with a number behind those that were there before."""
    found: list[str] = []
    for name in names:
        number, told = 1, name
        while told in found:
            number += 1
            told = f"{name}_{number}"
        found.append(told)
    return found
