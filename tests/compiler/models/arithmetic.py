"""Operators of two operands, with every kind of broadcasting, either of them constant or not."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from tests.compiler.builder import Builder
from tests.compiler.models.base import ACTIVATIONS, Random

Shape = tuple[int, ...]

INT16 = np.dtype(np.int16)
INT8 = np.dtype(np.int8)


def shapes(r: Random, *, most: int = 5) -> tuple[Shape, Shape, Shape]:
    """Two shapes and what they broadcast to, in a random order of the two."""
    rank = int(r.rng.integers(1, most + 1))
    full = tuple(int(n) for n in r.rng.integers(1, 6 if rank < 4 else 4, rank))
    way = r.pick("same", "same", "scalar", "channel", "trailing", "middle", "both", "one")
    other, first = full, full
    if way == "scalar":
        other = ()
    elif way == "one":
        other = (1,) * rank
    elif way == "channel":
        other = full[-1:]
    elif way == "trailing":
        other = full[int(r.rng.integers(rank)) :]
    elif way in ("middle", "both"):
        other = tuple(1 if r.rng.random() < 0.5 else n for n in full)
    if way == "both":
        first = tuple(1 if r.rng.random() < 0.5 else n for n in full)
    pair = (first, other) if r.rng.random() < 0.5 else (other, first)
    return (*pair, np.broadcast_shapes(*pair))


def operands(
    b: Builder, r: Random, pair: tuple[Shape, Shape], scales: tuple[float, float], dtype: Any
) -> tuple[list[int], list[int]]:
    """The operands, and those of them that are inputs of the model: one at least."""
    constant = r.pick(None, None, 0, 1)
    found, inputs = [], []
    limits = np.iinfo(dtype)
    for place, (shape, scale) in enumerate(zip(pair, scales, strict=True)):
        zero, data = r.zero() if dtype == INT8 else 0, None
        if place == constant:
            data = r.rng.integers(limits.min, limits.max + 1, shape).astype(dtype)
            data = r.pick(data, np.full(shape, r.pick(limits.min, limits.max), dtype))
        name = "INT8" if dtype == INT8 else "INT16"
        found.append(b.tensor(shape, scale, zero, data, dtype=name))
        inputs += [found[-1]] if data is None else []
    return found, inputs


@dataclass(frozen=True)
class Scales:
    """How the scales of two operands and the output are drawn."""

    spread: float = 2  # they differ by e^-spread to e^spread
    product: float = 0  # not 0: the output's is about so many times the product of the others
    least: float = 0  # the smallest ratio of the output's to another

    def drawn(self, r: Random) -> tuple[float, float, float]:
        """Of the first, the second and the output."""
        first = r.scale()
        second = first * self._ratio(r)
        out = first * self._ratio(r)
        if self.product:
            out *= self.product * second * float(r.pick(1, 16, 2.0 ** r.rng.integers(0, 9)))
        return first, second, max(out, self.least * first, self.least * second)

    def _ratio(self, r: Random) -> float:
        any_ratio = np.exp(r.rng.uniform(-self.spread, self.spread))
        return float(r.pick(1, 2.0 ** r.rng.integers(-4, 4), any_ratio))


def binary(
    op: str,
    r: Random,
    *,
    dtype: Any = INT8,
    scales: Scales = Scales(),
    options: Mapping[str, Any] | None = None,
) -> bytes:
    """``op`` of two tensors."""
    b = Builder()
    first, second, out = shapes(r)
    *given, so = scales.drawn(r)
    tensors, inputs = operands(b, r, (first, second), (given[0], given[1]), dtype)
    wide = dtype == INT16
    y = b.tensor(out, so, 0 if wide else r.zero(), dtype="INT16" if wide else "INT8")
    more = dict(options or {})
    if op in ("ADD", "SUB", "MUL"):
        more["fusedActivationFunction"] = r.pick(*ACTIVATIONS)
    b.add(op, tensors, y, version=3 if wide else 2, **more)
    return b.pack(inputs, y)


def prelu(r: Random) -> bytes:
    """The slope is smaller than the input in any way, most often constant."""
    b = Builder()
    shape = shapes(r)[2]
    rank = len(shape)
    slope = r.pick(
        shape,
        shape[-1:],
        (1,) * rank,
        (*(1,) * (rank - 1), shape[-1]),
        tuple(1 if r.rng.random() < 0.5 else n for n in shape),
    )
    si = r.scale()
    x = b.tensor(shape, si, r.zero())
    data = r.rng.integers(-128, 128, slope).astype(np.int8) if r.rng.random() < 0.7 else None
    alpha = b.tensor(slope, r.scale(), r.zero(), data)
    so = si * float(r.pick(1, 2.0 ** r.rng.integers(-4, 4), np.exp(r.rng.uniform(-2, 2))))
    y = b.tensor(shape, so, r.zero())
    b.add("PRELU", [x, alpha], y)
    return b.pack([x] if data is not None else [x, alpha], y)


WIDE = {"potScaleInt16": False}

MODELS = {
    "ADD broadcast": partial(binary, "ADD"),
    "ADD far apart": partial(binary, "ADD", scales=Scales(spread=6, least=1 / 250)),
    "ADD int16": partial(binary, "ADD", dtype=INT16, options=WIDE),
    "MAXIMUM": partial(binary, "MAXIMUM"),
    "MINIMUM": partial(binary, "MINIMUM"),
    "MUL": partial(binary, "MUL", scales=Scales(product=1)),
    "MUL small factor": partial(binary, "MUL", scales=Scales(product=2**11)),
    "MUL int16": partial(binary, "MUL", dtype=INT16, scales=Scales(product=1)),
    "PRELU": prelu,
    "SQUARED_DIFFERENCE": partial(
        binary, "SQUARED_DIFFERENCE", scales=Scales(product=1, least=1e-3)
    ),
    "SUB": partial(binary, "SUB"),
    "SUB far apart": partial(binary, "SUB", scales=Scales(spread=9, least=2**-18)),
    "SUB int16": partial(binary, "SUB", dtype=INT16, options=WIDE),
}
