"""Operators that reduce dimensions, and those that work on rows."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np

from convert.compiler.arithmetic.match import Match
from tests.compiler.builder import Builder
from tests.compiler.models.base import Random

Shape = tuple[int, ...]


def _shape(r: Random, most: int = 5) -> Shape:
    rank = int(r.rng.integers(1, most + 1))
    return tuple(int(n) for n in r.rng.integers(1, 7 if rank < 4 else 5, rank))


def reduced(op: str, r: Random, *, same: bool = False, sum_of: bool = False) -> bytes:
    """Some axes, in any order, counted from either end.

    ``same``: the output has the input's scale and zero point; ``sum_of``: its scale is a sum's.
    """
    b, shape = Builder(), _shape(r)
    si, zero, rank = r.scale(), r.zero(), len(shape)
    x = b.tensor(shape, si, zero)
    count = int(r.rng.integers(1, rank + 1))
    axes = [int(axis) for axis in r.rng.permutation(rank)[:count]]
    keep = bool(r.rng.integers(2))
    out = [1 if i in axes else n for i, n in enumerate(shape)]
    if not keep:
        out = [n for i, n in enumerate(shape) if i not in axes]
    listed = [int(r.pick(axis, axis - rank)) for axis in axes]
    so = si * float(r.pick(1, 0.5, 2, np.exp(r.rng.uniform(-2, 2))))
    if sum_of:
        so *= float(r.pick(1, np.sqrt(np.prod([shape[axis] for axis in axes]))))
    y = b.tensor(tuple(out), si if same else so, zero if same else r.zero())
    b.add(op, [x, b.ints(*listed)], y, version=2, keepDims=keep)
    return b.pack([x], y)


def arg(op: str, r: Random) -> bytes:
    """Few different numbers now and then, so that the first of equals matters."""
    b, shape = Builder(), _shape(r)
    x = b.tensor(shape, r.scale(), r.zero())
    source = x
    if r.rng.random() < 0.5:
        source = b.tensor(shape, b.quantization(x)[0] * 40, 0)
        b.add("QUANTIZE", [x], source)
    axis = int(r.rng.integers(len(shape)))
    out = shape[:axis] + shape[axis + 1 :]
    y = b.tensor(out, dtype="INT32")
    axes = b.tensor((), data=np.array(r.pick(axis, axis - len(shape)), np.int32))
    b.add(op, [source, axes], y, outputType=2)
    return b.pack([x], y)


def rows(
    op: str,
    r: Random,
    *,
    output: tuple[float, int],
    longest: int = 40,
    options: Mapping[str, Any] | None = None,
) -> bytes:
    """An operator on the last dimension, of ``longest`` elements at most."""
    b = Builder()
    shape = (*_shape(r, 3), int(r.rng.integers(1, longest + 1)))
    if longest > 100:
        shape = (1, int(r.pick(longest, shape[-1])))
    scale = r.pick(r.scale(), 2.0 ** -float(r.rng.integers(1, 12)), 1e-5)
    x = b.tensor(shape, scale, r.zero())
    y = b.tensor(shape, *output)
    b.add(op, [x], y, **(options or {}))
    return b.pack([x], y)


_SHARES, _LOGARITHMS = (1 / 256, -128), (1 / 16, 127)


def softmax_int16(r: Random) -> bytes:
    """Steps from far below a table's to far above."""
    b, shape = Builder(), (int(r.pick(1, 3)), int(r.rng.integers(1, 40)))
    x = b.tensor(shape, float(10 ** r.rng.uniform(-5, -2.5)), 0, dtype="INT16")
    y = b.tensor(shape, 1 / 32768, 0, dtype="INT16")
    b.add("SOFTMAX", [x], y, beta=float(r.pick(1.0, 1.0, 0.5, 2.0)))
    return b.pack([x], y)


def softmax_shares(r: Random) -> bytes:
    """16-bit shares of 8-bit numbers, with the scale as it is or as some converters write it."""
    b, shape = Builder(), (int(r.pick(1, 3)), int(r.rng.integers(1, 40)))
    x = b.tensor(shape, float(10 ** r.rng.uniform(-2.5, -0.3)), r.zero())
    y = b.tensor(shape, 1 / float(r.pick(65536, 65535)), -32768, dtype="INT16")
    b.add("SOFTMAX", [x], y, beta=1.0)
    return b.pack([x], y)


def softmax_long(r: Random) -> bytes:
    """Rows of more elements than can be about the largest at once, as networks of 1,000 classes."""
    b, shape = Builder(), (1, int(r.rng.integers(600, 1100)))
    x = b.tensor(shape, 0.1, 0)
    steep = b.tensor(shape, 0.2, 0)  # where no sum is clamped: few are as large as the largest
    ramp = np.linspace(-128, 127, shape[1]).astype(np.int8).reshape(shape)
    b.add("ADD", [x, b.tensor(shape, 0.1, 0, ramp)], steep, fusedActivationFunction=0)
    y = b.tensor(shape, 1 / 256, -128)
    b.add("SOFTMAX", [steep], y, beta=1.0)
    return b.pack([x], y)


MODELS = {
    "SOFTMAX classes": softmax_long,
    "SOFTMAX int8 to int16": softmax_shares,
    "SOFTMAX int16": softmax_int16,
    "ARG_MAX": partial(arg, "ARG_MAX"),
    "ARG_MIN": partial(arg, "ARG_MIN"),
    "L2_NORMALIZATION": partial(rows, "L2_NORMALIZATION", output=(1 / 128, 0)),
    "LOG_SOFTMAX": partial(rows, "LOG_SOFTMAX", output=_LOGARITHMS),
    "LOG_SOFTMAX long": partial(rows, "LOG_SOFTMAX", output=_LOGARITHMS, longest=4095),
    "MEAN any": partial(reduced, "MEAN"),
    "REDUCE_MAX": partial(reduced, "REDUCE_MAX", same=True),
    "REDUCE_MIN": partial(reduced, "REDUCE_MIN", same=True),
    "SOFTMAX rows": partial(rows, "SOFTMAX", output=_SHARES, options={"beta": 1.0}),
    "SOFTMAX long": partial(rows, "SOFTMAX", output=_SHARES, options={"beta": 1.0}, longest=511),
    "SUM": partial(reduced, "SUM", sum_of=True),
}
ONLY: dict[str, tuple[Match, ...]] = {"SUM": (Match.XNNPACK, Match.TFLM)}
