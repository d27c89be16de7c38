"""From stored values to the numbers that a network was trained on."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from runtime.dataset import Array, Floats
from runtime.errors import DataError


@dataclass(frozen=True)
class Scaling:
    """``real = (value - mean) / deviation``, each step in float32.

    One mean and deviation for all values, or one for each channel, the last axis.
    """

    mean: tuple[float, ...] = (0.0,)
    deviation: tuple[float, ...] = (1.0,)

    def __post_init__(self) -> None:
        """Raises DataError for what no value could be divided by."""
        fits = len(self.mean) == len(self.deviation) > 0
        numbers = np.array([*self.mean, *self.deviation], np.float32)
        divisors = numbers[len(self.mean) :]
        if not fits or not np.isfinite(numbers).all() or not divisors.all():
            raise DataError(
                f"the scaling {self} cannot be: as many means as deviations are needed, all of "
                "them finite, no deviation 0"
            )

    def real(self, values: Array) -> Floats:
        """``values`` [..., channels] as the network takes them."""
        moved = values.astype(np.float32) - np.array(self.mean, np.float32)
        return np.asarray(moved / np.array(self.deviation, np.float32))

    def __str__(self) -> str:
        """By its name, if it has one."""
        known = [name for name, scaling in NAMED.items() if scaling == self]
        told = [",".join(f"{number:.6g}" for number in row) for row in (self.mean, self.deviation)]
        return known[0] if known else f"{told[0]}/{told[1]}"


NAMED = {
    "0..255": Scaling(),
    "0..1": Scaling((0.0,), (255.0,)),
    "-1..1": Scaling((127.5,), (127.5,)),
}
"""The usual ways to feed 8-bit pixels, by what they make of 0 and 255."""


def parse(text: str) -> Scaling:
    """The scaling that a person writes: a name, or ``MEANS/DEVIATIONS`` with commas between.

    Raises DataError for anything else.
    """
    if text in NAMED:
        return NAMED[text]
    if text == "none":
        return Scaling()
    try:
        mean, deviation = (tuple(map(float, half.split(","))) for half in text.split("/"))
    except ValueError as error:
        raise DataError(
            f"{text!r} is no scaling: give {', '.join(NAMED)}, none, or means/deviations, for "
            "instance 127.5/127.5 or 123.7,116.3,103.5/58.4,57.1,57.4"
        ) from error
    return Scaling(mean, deviation)


def alike(mean: Sequence[float], deviation: Sequence[float]) -> Scaling:
    """A scaling by means and deviations of which one may stand for all channels."""
    count = max(len(mean), len(deviation))
    rows = [tuple(map(float, row)) * (count if len(row) == 1 else 1) for row in (mean, deviation)]
    return Scaling(rows[0], rows[1])


def measured(values: Array) -> Scaling:
    """Mean 0 and deviation 1 for each channel of ``values`` [count, ..., channels]."""
    rows = values.reshape(-1, values.shape[-1]).astype(np.float64)
    deviation = rows.std(axis=0)
    deviation[deviation < 1e-12 * np.maximum(1, np.abs(rows.mean(axis=0)))] = 1  # it is constant
    # As float32 holds them: what is written to a contract and read again is the same.
    kept = [np.float32(row).astype(float).tolist() for row in (rows.mean(axis=0), deviation)]
    return Scaling(tuple(kept[0]), tuple(kept[1]))
