"""Two versions of a network, layer by layer: how far they are from each other, and why.

Each layer is measured with all errors that have gathered, and by its own error, for the same input.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from convert.compare import cause
from convert.compare.aligning import align, source
from convert.compare.cause import Cause
from convert.compare.deviation import Deviation, Own, deviation
from convert.compare.given import Given
from convert.compare.layer import INPUT, Layer, Version, inputs
from runtime import console
from runtime.dataset import Array

THRESHOLD = 12.0
"""SQNR that every channel of a layer must have, dB; fine-tuning alone moves weights by 16 dB."""


@dataclass(frozen=True)
class Row:
    """One layer in both versions."""

    layer: Layer  # of B
    deviation: Deviation | None  # None: B does not know its values
    own_db: float | None  # SQNR of the worst channel, given the same input; None: not to be had
    cause: Cause | None  # None: within the threshold


@dataclass(frozen=True)
class Comparison:
    """All layers, in order."""

    given: Given
    rows: tuple[Row, ...]

    @property
    def images(self) -> int:
        """The number of inputs."""
        return len(self.given)

    @property
    def first(self) -> Row | None:
        """The first layer beyond the threshold."""
        return next((row for row in self.rows if row.cause), None)


def compare(a: Version, b: Version, given: Given, threshold: float = THRESHOLD) -> Comparison:
    """Run ``given`` through both; ``threshold`` in dB.

    Raises ModelError when the two are not the same network, ThimbleError when one cannot be run.
    """
    pairs = align(a.layers, b.layers)
    back = {theirs: ours for ours, theirs in pairs.items()}
    theirs = [given.reals[back[place]] for place, _ in enumerate(inputs(b))]
    left = list(console.progress(a.values(given.reals), "A", len(a.layers)))
    right = list(console.progress(b.values(theirs), "B", len(b.layers)))
    both = _Both(a, b, pairs, left, right, threshold, given.is_random)
    rows = [both.row(i, j) for i, j in console.progress(list(pairs.items()), "own errors")]
    return Comparison(given, tuple(rows))


@dataclass(frozen=True)
class _Both:
    """Two versions with what their layers gave for the same inputs."""

    a: Version
    b: Version
    pairs: Mapping[int, int]  # which layer of A is which of B
    left: Sequence[Array | None]  # of A, for each layer
    right: Sequence[Array | None]
    threshold: float
    is_random: bool

    def row(self, i: int, j: int) -> Row:
        """Layer ``i`` of A against ``j`` of B."""
        first, second = self.a.layers[i], self.b.layers[j]
        ours, theirs = self.left[i], self.right[j]
        if ours is None or theirs is None:
            return Row(second, None, None, None)
        # Where B's input is not known, what A gave stands in, with the errors up to there.
        expected = ours if second.operator == INPUT else self._expected(i, j)
        known = first.real(ours if expected is None else expected)
        if self.is_random and second.grid:  # which says nothing of what a range has to hold
            known = np.clip(known, *second.grid.limits)
        shape = (-1, ours.shape[-1] if ours.ndim > 1 else 1)
        own = Own(
            known.reshape(shape),
            second.real(theirs).reshape(shape),
            second.grid,
            self._exact(i, j),
            self.threshold,
            self.is_random,
        )
        found = _cause(second, own, ours.shape) if cause.is_beyond(own) else None
        own_db = None if expected is None else own.worst
        return Row(second, deviation(first, ours, second, theirs), own_db, found)

    def _expected(self, i: int, j: int) -> Array | None:
        """What A's layer makes of the inputs of B's; None where one has no such inputs."""
        reads, free = self.a.layers[i].reads, list(self.b.layers[j].reads)
        known = set(self.pairs.values())
        reals: list[Array] = []
        for read in reads:
            wanted = self.pairs.get(source(self.a.layers, read, self.pairs))
            fitting = [one for one in free if source(self.b.layers, one, known) == wanted]
            values = self.right[fitting[0]] if fitting else None
            shape = self.a.layers[read].shape
            if values is None or values[0].size != np.prod(shape):
                return None
            free.remove(fitting[0])
            reals.append(self.b.layers[fitting[0]].real(values).reshape(len(values), *shape))
        return None if free or not reals else self.a.apply(i, reals)

    def _exact(self, i: int, j: int) -> bool:
        """Whether both layers read and give whole numbers on the same grids."""
        sides = (self.a.layers, i), (self.b.layers, j)
        grids = [[rows[k].grid for k in (n, *rows[n].reads)] for rows, n in sides]
        return grids[0] == grids[1] and None not in grids[0]


def _cause(layer: Layer, own: Own, shape: tuple[int, ...]) -> Cause:
    if layer.operator == INPUT and not own.only_cut:
        return cause.preprocessing(own.expected.reshape(shape), own.given.reshape(shape))
    return cause.find(layer.operator, own)
