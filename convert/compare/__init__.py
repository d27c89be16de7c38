"""Two versions of a network, layer by layer: how far they are from each other, and why.

Each layer is measured with all errors that have gathered, and by its own error, for the same input.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

import numpy as np

from convert.compare import cause
from convert.compare.cause import Cause
from convert.compare.deviation import Deviation, Own, deviation
from convert.compare.runners import Array
from convert.compare.versions import INPUT, Layer, Version
from runtime import console
from runtime.dataset import Pixels
from runtime.errors import ModelError

THRESHOLD = 12.0
"""SQNR that every channel of a layer must have, dB; fine-tuning alone moves weights by 16 dB."""
_MOVING = ("RESHAPE", "PAD", "QUANTIZE", "DEQUANTIZE", "LINEAR")
"""Operators that one version may have and the other not."""


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

    images: int
    rows: tuple[Row, ...]

    @property
    def first(self) -> Row | None:
        """The first layer beyond the threshold."""
        return next((row for row in self.rows if row.cause), None)


def compare(a: Version, b: Version, images: Pixels, threshold: float = THRESHOLD) -> Comparison:
    """Run ``images`` [count, 28, 28] through both; ``threshold`` in dB.

    Raises ModelError when the two are not the same network, ThimbleError when one cannot be run.
    """
    pairs = align(a.layers, b.layers)
    left = list(console.progress(a.values(images), "A", len(a.layers)))
    right = list(console.progress(b.values(images), "B", len(b.layers)))
    both = _Both(a, b, pairs, left, right, threshold)
    rows = [both.row(i, j) for i, j in console.progress(list(pairs.items()), "own errors")]
    return Comparison(len(images), tuple(rows))


def align(a: Sequence[Layer], b: Sequence[Layer]) -> dict[int, int]:
    """Which layer of ``a`` is which of ``b``; raises ModelError for different networks."""
    keys = [[(row.operator, int(np.prod(row.shape))) for row in rows] for rows in (a, b)]
    blocks = SequenceMatcher(a=keys[0], b=keys[1], autojunk=False).get_matching_blocks()
    pairs = {block.a + k: block.b + k for block in blocks for k in range(block.size)}
    for rows, known in ((a, set(pairs)), (b, set(pairs.values()))):
        for place, row in enumerate(rows):
            if place not in known and row.operator not in _MOVING:
                raise ModelError(
                    f"not the same network: layer {place} {row.name!r}, {row.operator} "
                    f"{list(row.shape)}, is in one of the two only"
                )
    return pairs


@dataclass(frozen=True)
class _Both:
    """Two versions with what their layers gave for the same images."""

    a: Version
    b: Version
    pairs: Mapping[int, int]  # which layer of A is which of B
    left: Sequence[Array | None]  # of A, for each layer
    right: Sequence[Array | None]
    threshold: float

    def row(self, i: int, j: int) -> Row:
        """Layer ``i`` of A against ``j`` of B."""
        first, second = self.a.layers[i], self.b.layers[j]
        ours, theirs = self.left[i], self.right[j]
        if ours is None or theirs is None:
            return Row(second, None, None, None)
        # Where B's input is not known, what A gave stands in, with the errors up to there.
        expected = ours if second.operator == INPUT else self._expected(i, j)
        known = ours if expected is None else expected
        shape = (-1, ours.shape[-1])
        own = Own(
            first.real(known).reshape(shape),
            second.real(theirs).reshape(shape),
            second.grid,
            self._exact(i, j),
            self.threshold,
        )
        found = _cause(second, own, ours.shape) if cause.is_beyond(own) else None
        own_db = None if expected is None else own.worst
        return Row(second, deviation(first, ours, second, theirs), own_db, found)

    def _expected(self, i: int, j: int) -> Array | None:
        """What A's layer makes of the input of B's; None where one has no such input."""
        reads, given = self.a.layers[i].reads, self.b.layers[j].reads
        if len(reads) != 1 or len(given) != 1 or self.pairs.get(reads[0]) != given[0]:
            return None
        values = self.right[given[0]]
        if values is None:
            return None
        real = self.b.layers[given[0]].real(values)
        return self.a.apply(i, real.reshape(len(real), *self.a.layers[reads[0]].shape))

    def _exact(self, i: int, j: int) -> bool:
        """Whether both layers read and give int8 on the same grids."""
        sides = (self.a.layers, i), (self.b.layers, j)
        grids = [[rows[k].grid for k in (n, *rows[n].reads)] for rows, n in sides]
        return grids[0] == grids[1] and None not in grids[0]


def _cause(layer: Layer, own: Own, shape: tuple[int, ...]) -> Cause:
    if layer.operator == INPUT and not own.only_cut:
        return cause.preprocessing(own.expected.reshape(shape), own.given.reshape(shape))
    return cause.find(layer.operator, own)
