"""Successive halving: a network is trained in rungs, and goes on while few are better for less.

Optuna's pruners know studies of one objective only, so the rule is here: of all networks that have
come as far, one goes on that no other beats, or that is among the third that fewest beat, or among
the ninth with the least errors, unless its error is far from the least.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

ETA = 3
"""Of so many networks on a rung one goes on, besides those that none beats."""
ACCURATE = ETA**2
"""The same for the most accurate ones, whatever they cost: a rung tells close ones apart badly."""
NEAR = 1.05
"""A network that costs up to so many times as much still counts as no dearer."""
HOPELESS = 2.5
"""Times the least error on a rung: with more, a network does not go on, however cheap it is."""


@dataclass(frozen=True)
class Rung:
    """A part of a candidate's training; it begins with the weights of the one before."""

    share: float  # of the training part
    epochs: int  # at most
    rate: float  # of Adam, at the end of the warm-up


RUNGS = (Rung(0.1, 4, 8e-3), Rung(0.3, 3, 6e-3), Rung(1.0, 3, 4e-3))
"""What a candidate goes through."""
PATIENCE = 2
"""Epochs without a better accuracy, after which a rung ends early."""


@dataclass(frozen=True)
class Standing:
    """How a network stands on a rung."""

    error: float  # of int8 on the held-out part, 0..1
    cost: float  # ``Cost.whole``


def goes_on(own: Standing, others: Sequence[Standing]) -> bool:
    """Whether the network ``own`` goes on from a rung that ``others`` have come to."""
    if own.error > HOPELESS * min((one.error for one in others), default=own.error):
        return False
    if sum(one.error < own.error for one in others) < (1 + len(others)) // ACCURATE:
        return True
    beaten = _beaten([own, *others])
    return bool(beaten[0] == 0 or np.sum(beaten < beaten[0]) < len(beaten) // ETA)


def _beaten(standings: Sequence[Standing]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """For each how many are better in accuracy, and no dearer."""
    errors = np.array([one.error for one in standings])
    costs = np.array([one.cost for one in standings])
    better = errors[None] < errors[:, None]
    cheap = costs[None] <= NEAR * costs[:, None]
    return np.asarray((better & cheap).sum(axis=1))
