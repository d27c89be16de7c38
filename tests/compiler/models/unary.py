"""Operators of one operand, element by element."""

from functools import partial
from typing import Any

import numpy as np

from convert.compiler.arithmetic.match import Match
from tests.compiler.builder import Builder
from tests.compiler.models.base import Random

Shape = tuple[int, ...]


def shape(r: Random) -> Shape:
    """Of 0 to 5 dimensions, with a batch at times."""
    rank = int(r.pick(0, 1, 2, 3, 4, 4, 5))
    return tuple(int(n) for n in r.rng.integers(1, 7, rank))


def ratio(r: Random, spread: float = 3) -> float:
    """How much larger the output's scale is than the input's: 1, a power of two, or anything."""
    tied = float(r.rng.integers(1, 32)) / float(r.rng.integers(1, 32))
    return float(
        r.pick(1, 2.0 ** r.rng.integers(-4, 4), tied, np.exp(r.rng.uniform(-spread, spread)))
    )


def unary(
    op: str,
    r: Random,
    *,
    output: tuple[float, int] | None = None,
    spread: float = 3,
    largest: float = 1,
    **options: Any,
) -> bytes:
    """``op`` with an ``output`` of that scale and zero point, or of any.

    ``largest`` is the input's scale, at most.
    """
    b, si = Builder(), min(tied_scale(r), largest)
    dims = shape(r)
    x = b.tensor(dims, si, r.zero())
    y = b.tensor(dims, *(output or (si * ratio(r, spread), r.zero())))
    drawn = {name: value(r) if callable(value) else value for name, value in options.items()}
    b.add(op, [x], y, **drawn)
    return b.pack([x], y)


def tied_scale(r: Random) -> float:
    """Also of the kind k/1024, whose quotients lie at ties."""
    return float(r.rng.integers(1, 64)) / 1024 if r.rng.random() < 0.3 else r.scale()


def fitting(op: str, r: Random, *, least: float, most: float, largest: float = 1) -> bytes:
    """``op``, whose results are within ``least`` and ``most``, with any scale that suits them."""
    span = most - least
    scale = span / 255 * float(r.pick(1, 1, 0.5, 1.7, np.exp(r.rng.uniform(-2, 2))))
    return unary(op, r, output=(scale, r.zero()), largest=largest)


def alpha(r: Random) -> float:
    """Of a leaky rectifier: small, 0, one, above one, negative."""
    return float(r.pick(0.1, 0.3, 0.01, 1e-3, 0.0, 1.0, 2.0**-7, -0.5, r.rng.normal(0, 2)))


def gelu_ties(r: Random) -> bytes:
    """Outputs in steps of 4, 6 or 10 of the input's: large inputs, left as they are, lie at ties.

    There one rounding too many or too few of a share next to 1 shows.
    """
    b, si = Builder(), float(np.exp(r.rng.uniform(-4, -2.5)))
    x = b.tensor((120, 8), si, int(r.pick(-128, -100, -128)))
    y = b.tensor((120, 8), float(np.float32(si) * np.float32(r.pick(4, 6, 10))), -128)
    b.add("GELU", [x], y, approximate=bool(r.rng.integers(2)))
    return b.pack([x], y)


def neg(r: Random) -> bytes:
    """Input and output share a scale, with zero point 0."""
    b, dims = Builder(), shape(r)
    scale = r.scale()
    x, y = b.tensor(dims, scale, 0), b.tensor(dims, scale, 0)
    b.add("NEG", [x], y)
    return b.pack([x], y)


def sigmoid16(op: str, r: Random) -> bytes:
    """LOGISTIC or TANH of int16, often with a scale for which LiteRT has code of its own."""
    b, dims = Builder(), shape(r)
    scale = r.pick(2.0**-12, 2.0**-12, 2.0**-11, 2.0**-13, tied_scale(r) / 100, r.scale() / 1000)
    x, y = (b.tensor(dims, s, 0, dtype="INT16") for s in (scale, 2.0**-15))
    b.add(op, [x], y)
    return b.pack([x], y)


LITERT = (Match.XNNPACK, Match.REF)
SIGMOID = 1 / 256, -128
TANH = 1 / 128, 0

MODELS = {
    "ABS": partial(unary, "ABS"),
    "ELU": partial(unary, "ELU"),
    "EXP": partial(fitting, "EXP", least=0, most=5, largest=0.05),
    "GELU": partial(unary, "GELU", approximate=lambda r: bool(r.rng.integers(2))),
    "GELU ties": gelu_ties,
    "HARD_SWISH": partial(unary, "HARD_SWISH"),
    "LEAKY_RELU": partial(unary, "LEAKY_RELU", alpha=alpha),
    "LEAKY_RELU far apart": partial(unary, "LEAKY_RELU", alpha=alpha, spread=7),
    "LOG": partial(fitting, "LOG", least=-5, most=3),
    "LOGISTIC": partial(unary, "LOGISTIC", output=SIGMOID),
    "LOGISTIC any output": partial(fitting, "LOGISTIC", least=0, most=1),
    "LOGISTIC int16": partial(sigmoid16, "LOGISTIC"),
    "NEG": neg,
    "RELU any": partial(unary, "RELU"),
    "RELU6 any": partial(unary, "RELU6"),
    "RELU_0_TO_1": partial(unary, "RELU_0_TO_1"),
    "RELU_N1_TO_1": partial(unary, "RELU_N1_TO_1"),
    "TANH": partial(unary, "TANH", output=TANH),
    "TANH int16": partial(sigmoid16, "TANH"),
    "TANH any output": partial(fitting, "TANH", least=-1, most=1),
}

ONLY = {
    "ELU": (Match.XNNPACK, Match.TFLM),
    "EXP": LITERT,
    "GELU": LITERT,
    "GELU ties": LITERT,
    "LOG": LITERT,
    "LOGISTIC any output": (Match.XNNPACK,),
    "NEG": LITERT,
    "RELU_0_TO_1": LITERT,
    "RELU_N1_TO_1": LITERT,
    "TANH any output": (Match.XNNPACK,),
}
