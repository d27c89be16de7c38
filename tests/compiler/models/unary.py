"""Operators of one operand: activations as operators, and conversions between types."""

from functools import partial

import numpy as np

from convert.compiler.arithmetic.match import Match
from tests.compiler.builder import Builder
from tests.compiler.models.base import Random


def activation(op: str, r: Random, *, fixed: tuple[float, int] | None = None) -> bytes:
    """An activation, with the output's scale and zero point where runtimes take them for granted."""
    b = Builder()
    x, shape, si = r.image(b)
    so, zero = fixed or (si * float(np.exp(r.rng.uniform(-2, 2))), r.zero())
    y = b.tensor(shape, so, zero)
    options = {}
    if op == "LEAKY_RELU":
        options["alpha"] = float(r.pick(0.1, 0.2, 0.01, 0.5, 1.5, -0.3))
    if op == "GELU":
        options["approximate"] = bool(r.pick(0, 1))
    b.add(op, [x], y, **options)
    return b.pack([x], y)


def hard_swish(r: Random) -> bytes:
    b = Builder()
    x, shape, si = r.image(b)
    y = b.tensor(shape, si * float(np.exp(r.rng.uniform(-1, 2))), r.zero())
    b.add("HARD_SWISH", [x], y)
    return b.pack([x], y)


def absolute(r: Random) -> bytes:
    b = Builder()
    x, shape, si = r.image(b)
    y = b.tensor(shape, si * float(r.pick(1, 1, 0.6, 1.7)), r.zero())
    b.add("ABS", [x], y)
    return b.pack([x], y)


def negative(r: Random) -> bytes:
    b, shape, scale = Builder(), (1, int(r.rng.integers(1, 30))), r.scale()
    x, y = b.tensor(shape, scale, 0), b.tensor(shape, scale, 0)
    b.add("NEG", [x], y)
    return b.pack([x], y)


def exponential(op: str, r: Random) -> bytes:
    b = Builder()
    shape = (1, int(r.rng.integers(1, 60)))
    x = b.tensor(shape, float(r.rng.uniform(0.005, 0.05)), r.zero())
    y = b.tensor(shape, float(r.rng.uniform(0.005, 0.5)), r.zero())
    b.add(op, [x], y)
    return b.pack([x], y)


def _zero(r: Random, dtype: str) -> int:
    if dtype == "INT16":
        return 0
    low = 0 if dtype == "UINT8" else -128
    return int(r.pick(low, low + 255, low + 128, low + r.rng.integers(256)))


def convert(source: str, output: str, r: Random, *, same: bool = False) -> bytes:
    """From one type to another; the count is rarely a multiple of 16."""
    b, shape = Builder(), (1, int(r.rng.integers(1, 70)))
    si = r.scale() / (200 if source == "INT16" else 1)
    so = si * float(np.exp(r.rng.uniform(-2, 3)))
    if output == "INT16" and source != "INT16":
        so /= 100
    if source == "INT16" and output in ("INT8", "UINT8"):
        so *= 100
    zi = _zero(r, source) if source != "FLOAT32" else 0
    zo = _zero(r, output) if output not in ("FLOAT32", "INT32") else 0
    if same:  # the same numbers: only the zero points differ, by 128
        so, zo = si, zi + (128 if output == "UINT8" else -128)
    x = b.tensor(shape, None if source == "FLOAT32" else si, zi, dtype=source)
    y = b.tensor(shape, None if output == "FLOAT32" else so, zo, dtype=output)
    b.add("DEQUANTIZE" if output == "FLOAT32" else "QUANTIZE", [x], y)
    return b.pack([x], y)


def bordered(border: str, r: Random) -> bytes:
    """A convolution with another type at both ends, as ordinary conversions have it."""
    b, shape = Builder(), (1, 6, 5, 2)
    inner, outer = b.tensor(shape, 0.05, 3), b.tensor((1, 6, 5, 3), 0.4, -7)
    if border == "FLOAT32":
        x, y = b.tensor(shape, dtype=border), b.tensor((1, 6, 5, 3), dtype=border)
    else:
        x = b.tensor(shape, 0.05, 131, dtype=border)
        y = b.tensor((1, 6, 5, 3), 0.4, 121, dtype=border)
    b.add("QUANTIZE", [x], inner)
    data = r.rng.integers(-127, 128, (3, 3, 3, 2)).astype(np.int8)
    weights = b.tensor(data.shape, 0.01, 0, data)
    bias = b.tensor((3,), 0.0005, 0, r.rng.integers(-900, 900, 3).astype(np.int32))
    b.add("CONV_2D", [inner, weights, bias], outer, strideH=1, strideW=1, padding=0,
          dilationHFactor=1, dilationWFactor=1, fusedActivationFunction=0)  # fmt: skip
    b.add("DEQUANTIZE" if border == "FLOAT32" else "QUANTIZE", [outer], y)
    return b.pack([x], y)


def cast(r: Random) -> bytes:
    """A shape as int64 and back, which folds."""
    b = Builder()
    height, width = (int(n) for n in r.rng.integers(1, 6, 2))
    x = b.tensor((1, height, width), 0.1, 3)
    shape, wide, back = (b.tensor((3,), dtype=kind) for kind in ("INT32", "INT64", "INT32"))
    b.add("SHAPE", [x], shape)
    b.add("CAST", [shape], wide, inDataType=2, outDataType=4)
    b.add("CAST", [wide], back, inDataType=4, outDataType=2)
    target = b.tensor((4,), dtype="INT32")
    b.add("CONCATENATION", [back, b.ints(1)], target, axis=0)
    y = b.tensor((1, height, width, 1), 0.1, 3)
    b.add("RESHAPE", [x, target], y)
    return b.pack([x], y)


LITERT = (Match.XNNPACK, Match.REF)
MODELS = {
    "LOGISTIC": partial(activation, "LOGISTIC", fixed=(1 / 256, -128)),
    "LOGISTIC other": partial(activation, "LOGISTIC"),
    "TANH": partial(activation, "TANH", fixed=(1 / 128, 0)),
    "TANH other": partial(activation, "TANH"),
    "HARD_SWISH": hard_swish,
    "LEAKY_RELU": partial(activation, "LEAKY_RELU"),
    "ELU": partial(activation, "ELU"),
    "RELU_N1_TO_1": partial(activation, "RELU_N1_TO_1"),
    "RELU_0_TO_1": partial(activation, "RELU_0_TO_1"),
    "ABS": absolute,
    "NEG": negative,
    "EXP": partial(exponential, "EXP"),
    "LOG": partial(exponential, "LOG"),
    "GELU": partial(activation, "GELU"),
    "QUANTIZE float to int8": partial(convert, "FLOAT32", "INT8"),
    "QUANTIZE float to uint8": partial(convert, "FLOAT32", "UINT8"),
    "QUANTIZE float to int16": partial(convert, "FLOAT32", "INT16"),
    "QUANTIZE int8 to uint8": partial(convert, "INT8", "UINT8"),
    "QUANTIZE uint8 to int8": partial(convert, "UINT8", "INT8"),
    "QUANTIZE uint8 to int8 shifted": partial(convert, "UINT8", "INT8", same=True),
    "QUANTIZE int8 to uint8 shifted": partial(convert, "INT8", "UINT8", same=True),
    "QUANTIZE uint8 to uint8": partial(convert, "UINT8", "UINT8"),
    "QUANTIZE int8 to int16": partial(convert, "INT8", "INT16"),
    "QUANTIZE int16 to int8": partial(convert, "INT16", "INT8"),
    "QUANTIZE int16 to int16": partial(convert, "INT16", "INT16"),
    "QUANTIZE int16 to int32": partial(convert, "INT16", "INT32"),
    "DEQUANTIZE": partial(convert, "INT8", "FLOAT32"),
    "DEQUANTIZE uint8": partial(convert, "UINT8", "FLOAT32"),
    "DEQUANTIZE int16": partial(convert, "INT16", "FLOAT32"),
    "QUANTIZE border float": partial(bordered, "FLOAT32"),
    "QUANTIZE border uint8": partial(bordered, "UINT8"),
    "CAST": cast,
}
ONLY = {
    "LOGISTIC other": (Match.XNNPACK,),
    "TANH other": (Match.XNNPACK,),
    "ELU": (Match.XNNPACK, Match.TFLM),
    "RELU_N1_TO_1": LITERT,
    "RELU_0_TO_1": LITERT,
    "NEG": LITERT,
    "EXP": LITERT,
    "LOG": LITERT,
    "GELU": LITERT,
    "QUANTIZE float to uint8": LITERT,
    "QUANTIZE uint8 to uint8": LITERT,
    "CAST": LITERT,
}
