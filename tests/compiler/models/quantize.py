"""QUANTIZE, DEQUANTIZE and CAST between all types that have them, alone and around a network."""

from collections.abc import Mapping, Sequence
from functools import partial
from itertools import pairwise

from convert.compiler.arithmetic.match import Match
from tests.compiler.builder import Builder
from tests.compiler.models.base import Random
from tests.compiler.models.unary import ratio, tied_scale

UNSCALED = ("FLOAT32", "BOOL")


def zero_point(dtype: str, r: Random) -> int:
    """One that the type may have."""
    offset = {"INT8": 0, "UINT8": 128}.get(dtype)
    return 0 if offset is None else r.zero() + offset


def dims(r: Random) -> tuple[int, ...]:
    """Often with more than 16 elements, or 8, and some left over."""
    rank = int(r.pick(0, 1, 1, 2, 3, 4))
    return tuple(int(n) for n in r.rng.integers(1, {0: 1, 1: 90, 2: 14}.get(rank, 6), rank))


def chain(types: Sequence[str], r: Random, *, near: bool = False) -> bytes:
    """QUANTIZE or DEQUANTIZE from each type to the next; ``near``: 8 bits into more of them."""
    b, shape, scale = Builder(), dims(r), tied_scale(r)
    tensors = []
    for dtype in types:
        scale *= ratio(r, 2)
        if near and dtype not in ("INT8", "UINT8"):
            scale /= 2.0 ** r.rng.integers(4, 8)
        given = (None, 0) if dtype == "FLOAT32" else (scale, zero_point(dtype, r))
        tensors.append(b.tensor(shape, *given, dtype=dtype))
    for place, (x, y) in enumerate(pairwise(tensors)):
        op = "DEQUANTIZE" if types[place + 1] == "FLOAT32" else "QUANTIZE"
        b.add(op, [x], y)
    return b.pack(tensors[:1], tensors[-1])


def flipped(types: tuple[str, str], r: Random) -> bytes:
    """The same numbers with and without a sign: one scale, zero points 128 apart."""
    b, shape, quantization = Builder(), dims(r), (r.scale(), r.zero())
    scale, zero = quantization
    x, y = (b.tensor(shape, scale, zero + 128 * (t == "UINT8"), dtype=t) for t in types)
    b.add("QUANTIZE", [x], y)
    return b.pack([x], y)


def casts(types: Sequence[str], r: Random) -> bytes:
    """CAST from each type to the next; integers have a scale or none."""
    b, shape = Builder(), dims(r)
    scaled = r.rng.random() < 0.5
    tensors = []
    for dtype in types:
        has_scale = scaled and dtype in ("INT8", "UINT8", "INT16")
        given = (r.scale(), zero_point(dtype, r)) if has_scale else (None, 0)
        tensors.append(b.tensor(shape, *given, dtype=dtype))
    for x, y in pairwise(tensors):
        b.add("CAST", [x], y)
    return b.pack(tensors[:1], tensors[-1])


def cast_shape(r: Random) -> bytes:
    """A shape as int64 and back, which folds."""
    b = Builder()
    height, width = (int(n) for n in r.rng.integers(1, 6, 2))
    x = b.tensor((1, height, width), 0.1, 3)
    shape, wide, back = (b.tensor((3,), dtype=kind) for kind in ("INT32", "INT64", "INT32"))
    b.add("SHAPE", [x], shape, outType=2)
    b.add("CAST", [shape], wide, inDataType=2, outDataType=4)
    b.add("CAST", [wide], back, inDataType=4, outDataType=2)
    target = b.tensor((4,), dtype="INT32")
    b.add("CONCATENATION", [back, b.ints(1)], target, axis=0)
    y = b.tensor((1, height, width, 1), 0.1, 3)
    b.add("RESHAPE", [x, target], y)
    return b.pack([x], y)


def network(border: str, r: Random) -> bytes:
    """A convolution between a border of real numbers, or of uint8, and int8."""
    b = Builder()
    side, channels, filters = (int(n) for n in r.rng.integers(1, 8, 3))
    shape, si, zi = (1, side, side, channels), r.scale(), r.zero()
    outside = (None, 0) if border == "FLOAT32" else (si, zi + 128)
    x, inner = b.tensor(shape, *outside, dtype=border), b.tensor(shape, si, zi)
    b.add("QUANTIZE", [x], inner)
    w, bias, so = r.weights(b, (filters, 1, 1, channels), filters, 0, si)
    zo = r.zero()
    result = (1, side, side, filters)
    y = b.tensor(result, so, zo)
    b.add("CONV_2D", [inner, w, bias], y, padding=0, strideH=1, strideW=1, dilationHFactor=1,
          dilationWFactor=1, fusedActivationFunction=r.pick(0, 1))  # fmt: skip
    back = (None, 0) if border == "FLOAT32" else (so, zo + 128)
    z = b.tensor(result, *back, dtype=border)
    b.add("DEQUANTIZE" if border == "FLOAT32" else "QUANTIZE", [y], z)
    return b.pack([x], z)


LITERT = (Match.XNNPACK, Match.REF)
F, S, U, W, L = "FLOAT32", "INT8", "UINT8", "INT16", "INT32"

CASTS: Mapping[str, Sequence[str]] = {
    "int8 wider": (S, W, L, F),
    "int8 real": (S, F, "BOOL", S),
    "bool": ("BOOL", W, "BOOL", L, "BOOL", F),
    "real": (F, L, W, S),
    "real to int16": (F, W, F),
    "real to int8": (F, S, L),
    "real to bool": (F, "BOOL"),
    "narrower": (W, S, "BOOL"),
}
CASTS_LITERT: Mapping[str, Sequence[str]] = {
    "uint8": (U, F, U, W, U, L, U),
    "uint8 sign": (U, S, F),
    "int8 sign": (S, U, "BOOL", U),
    "real to uint8": (F, U),
}

MODELS = {
    "QUANTIZE real to int8": partial(chain, (F, S)),
    "QUANTIZE real to int16": partial(chain, (F, W)),
    "QUANTIZE real to uint8": partial(chain, (F, U)),
    "QUANTIZE int8 to uint8": partial(chain, (S, U)),
    "QUANTIZE int8 to uint8 flipped": partial(flipped, (S, U)),
    "QUANTIZE uint8 to int8": partial(chain, (U, S)),
    "QUANTIZE uint8 to int8 flipped": partial(flipped, (U, S)),
    "QUANTIZE uint8 to uint8": partial(chain, (U, U)),
    "QUANTIZE int8 to int16": partial(chain, (S, W), near=True),
    "QUANTIZE uint8 to int16": partial(chain, (U, W), near=True),
    "QUANTIZE int16 to int8": partial(chain, (W, S)),
    "QUANTIZE int16 to int16": partial(chain, (W, W)),
    "QUANTIZE int16 to int32": partial(chain, (W, L)),
    "QUANTIZE int16 to int32 to int8": partial(chain, (W, L, S)),
    "QUANTIZE int16 to int32 to int16": partial(chain, (W, L, W)),
    "QUANTIZE int8 to int32": partial(chain, (S, L), near=True),
    "QUANTIZE real network": partial(network, F),
    "QUANTIZE uint8 network": partial(network, U),
    "DEQUANTIZE": partial(chain, (S, F)),
    "DEQUANTIZE uint8": partial(chain, (U, F)),
    "DEQUANTIZE int16": partial(chain, (W, F)),
    "CAST": partial(casts, (S, L)),
    "CAST of a shape": cast_shape,
    **{f"CAST {name}": partial(casts, types) for name, types in (CASTS | CASTS_LITERT).items()},
}

ONLY = {
    "QUANTIZE real to uint8": LITERT,
    "QUANTIZE uint8 to uint8": LITERT,
    "QUANTIZE uint8 to int16": LITERT,
    "QUANTIZE int8 to int32": (Match.TFLM,),
    "CAST of a shape": LITERT,
    **{f"CAST {name}": LITERT for name in CASTS_LITERT},
}
