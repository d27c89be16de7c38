"""How far one layer's values are from another's: figures, and the evidence that names a cause.

A layer's *own* error is what it gives less what the other version's layer makes of the very same
input. What went wrong before it is no part of that, so it alone says which layer is to blame.
"""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from convert.compare.layer import Grid, Layer
from convert.parity import sqnr_db
from runtime.dataset import Array

Reals = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Deviation:
    """One layer of B against that of A, with all that has gathered up to it. Shares are 0..1."""

    rmse: float
    largest: float
    cosine: float  # of the angle between all values of A and all of B
    sqnr_db: float  # power of A over that of the difference; inf: equal
    differing: float  # share of values, after both are on the grid of B, or of A where B is float
    saturated: float | None  # share of B at an end of its type that is not its zero; None: float


def deviation(a: Layer, a_values: Array, b: Layer, b_values: Array) -> Deviation:
    """The figures of one row; the values [count, ...] are as the versions gave them."""
    left, right = a.real(a_values), b.real(b_values).reshape(a_values.shape)
    error = right - left
    grid = b.grid or a.grid
    codes = (grid.codes(left), grid.codes(right)) if grid else (left, right)
    norms = float(np.linalg.norm(left) * np.linalg.norm(right))
    return Deviation(
        rmse=float(np.sqrt(np.mean(error**2))),
        largest=float(np.abs(error).max()),
        cosine=float(np.sum(left * right)) / norms if norms else float(not error.any()),
        sqnr_db=sqnr_db(left.astype(np.float32), error),
        differing=float(np.mean(codes[0] != codes[1])),
        saturated=_saturated(b_values, b.grid) if b.grid else None,
    )


def _saturated(codes: Array, grid: Grid) -> float:
    ends = set(grid.ends) - {grid.zero_point}  # zero is where a ReLU clamps by intention
    return float(np.mean(np.isin(codes, sorted(ends))))


@dataclass(frozen=True)
class Own:
    """What a layer of B gave, beside what A's layer makes of the same input; both [m, channels]."""

    expected: Reals
    given: Reals
    grid: Grid | None  # of B's values; None: float
    exact: bool  # both are int8 on the same grids, so that any difference is one
    threshold: float  # dB of a channel, where they are not
    is_random: bool = False  # the inputs are, so that they say nothing of what a range must hold

    @cached_property
    def error(self) -> Reals:
        """What is given less what is expected."""
        return self.given - self.expected

    @cached_property
    def by_channel(self) -> Reals:
        """For each channel the SQNR, dB: the layer's mean power over the error of the channel.

        The layer's power, because a channel that hardly speaks does no harm by speaking falsely.
        """
        return _by_channel(self.expected, self.error)

    @property
    def worst(self) -> float:
        """The least of ``by_channel``, dB; inf: no difference."""
        return float(self.by_channel.min())

    @property
    def bad(self) -> npt.NDArray[np.int64]:
        """The channels beyond the threshold, the worst first."""
        order = np.argsort(self.by_channel, kind="stable")
        return order[self.by_channel[order] < self.limit]

    @property
    def limit(self) -> float:
        """The SQNR that each channel must have, dB."""
        return math.inf if self.exact else self.threshold

    @cached_property
    def inner(self) -> Mask:
        """Which values no clamp has touched: those at an extreme of A or B say nothing exact."""
        return _inside(self.expected) & _inside(self.given)

    @cached_property
    def cut(self) -> tuple[Mask, Mask]:
        """Which values lie below and which above what B's grid can hold, by half a step."""
        low, high = self.grid.limits if self.grid else (-np.inf, np.inf)
        half = self.grid.scale / 2 if self.grid else 0.0
        return self.expected < low - half, self.expected > high + half

    @property
    def only_cut(self) -> bool:
        """Whether the error lies in values that the grid cuts off, and nowhere else."""
        below, above = self.cut
        error = np.where(below | above, 0, self.error)
        return bool((_by_channel(self.expected, error) >= self.limit).all())

    @property
    def used(self) -> tuple[int, int]:
        """The smallest and the largest code that B uses."""
        if self.grid is None:
            return 0, 0
        ends = self.grid.codes(np.array([self.given.min(), self.given.max()]))
        return int(ends[0]), int(ends[1])


def _by_channel(signal: Reals, error: Reals) -> Reals:
    noise = np.mean(error**2, axis=0)
    power = max(float(np.mean(signal**2)), np.finfo(np.float64).tiny)
    with np.errstate(divide="ignore"):
        return np.asarray(10 * np.log10(power / noise))


def _inside(values: Reals) -> Mask:
    return np.asarray((values > values.min()) & (values < values.max()))
