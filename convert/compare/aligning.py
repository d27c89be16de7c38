"""Which layer of one version is which of the other."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from convert.compare.layer import INPUT, Layer
from runtime.errors import ModelError

MOVING = ("RESHAPE", "EXPAND_DIMS", "SQUEEZE", "PAD", "QUANTIZE", "DEQUANTIZE", "LINEAR")
"""Operators that one version may have and the other not."""


def align(a: Sequence[Layer], b: Sequence[Layer]) -> dict[int, int]:
    """Which layer of ``a`` is which of ``b``; raises ModelError for different networks.

    Two layers are the same where operator and size are, and what they read is.
    """
    pairs = _inputs(a, b)
    for place, row in enumerate(a):
        if row.operator == INPUT:
            continue
        wanted = sorted(pairs.get(source(a, read, pairs), -1) for read in row.reads)
        taken = set(pairs.values())
        fitting = [
            other
            for other, theirs in enumerate(b)
            if other not in taken
            and _key(theirs) == _key(row)
            and sorted(source(b, read, taken) for read in theirs.reads) == wanted
        ]
        if fitting:
            pairs[place] = min(fitting, key=lambda other: (b[other].name != row.name, other))
    for rows, known in ((a, set(pairs)), (b, set(pairs.values()))):
        for place, row in enumerate(rows):
            if place not in known and row.operator not in MOVING:
                raise ModelError(
                    f"not the same network: layer {place} {row.name!r}, {row.operator} "
                    f"{list(row.shape)}, is in one of the two only"
                )
    return pairs


def source(rows: Sequence[Layer], place: int, known: Mapping[int, int] | set[int]) -> int:
    """The layer that ``place`` passes on: itself, unless it only moves and has no counterpart."""
    while place not in known and rows[place].operator in MOVING and len(rows[place].reads) == 1:
        place = rows[place].reads[0]
    return place


def _key(row: Layer) -> tuple[str, int]:
    return row.operator, int(np.prod(row.shape))


def _inputs(a: Sequence[Layer], b: Sequence[Layer]) -> dict[int, int]:
    """By name where the names are the same, else by shape, else by place."""
    ours, theirs = ([n for n, row in enumerate(rows) if row.operator == INPUT] for rows in (a, b))
    keys: tuple[Callable[[Layer], object], ...] = (lambda row: row.name, lambda row: row.shape)
    ways = [dict(zip(ours, theirs, strict=False))]
    for key in keys:
        left, right = [key(a[n]) for n in ours], [key(b[n]) for n in theirs]
        if set(left) == set(right) and len(set(left)) == len(left):
            ways.append({n: theirs[right.index(k)] for n, k in zip(ours, left, strict=True)})
    for pairs in (*ways[1:], ways[0]):
        fits = all(_key(a[mine])[1] == _key(b[other])[1] for mine, other in pairs.items())
        if fits and len(ours) == len(theirs):
            return pairs
    taken = [", ".join(str(list(rows[n].shape)) for n in places)
             for rows, places in ((a, ours), (b, theirs))]  # fmt: skip
    raise ModelError(f"not the same network: one takes {taken[0]}, the other {taken[1]}")
