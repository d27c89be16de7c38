"""Convolutions and dense layers in every shape and width, and pooling of 16 bits."""

from functools import partial
from typing import Any

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from convert.compiler.arithmetic.match import Match
from tests.compiler.builder import Builder
from tests.compiler.models.base import ACTIVATIONS, Random

INT32, INT64 = schema.TensorType.INT32, schema.TensorType.INT64


def start(r: Random, shape: tuple[int, ...], width: int) -> tuple[Builder, int, float]:
    """A builder, its input of ``width`` bits, and the input's scale."""
    b, si = Builder(), r.scale()
    if width == 16:
        si = si / 256
        return b, b.tensor(shape, si, 0, dtype="INT16"), si
    return b, b.tensor(shape, si, r.zero()), si


def result(r: Random, b: Builder, shape: tuple[int, ...], scale: float, width: int) -> int:
    if width == 16:
        return b.tensor(shape, scale, 0, dtype="INT16")
    return b.tensor(shape, scale, r.zero())


def weights(
    r: Random, b: Builder, shape: tuple[int, ...], axis: int, si: float, **way: Any
) -> tuple[int, list[int], float]:
    """Weights of ``bits``, what stands for the bias among the inputs, and the output's scale.

    ``bias``: "" for the usual one, "none" for two inputs, "left out" for -1, "odd" for any shape
    and scale, "bare" without scale, "stray" along an axis that it does not have, "INT64".
    """
    channels = shape[axis]
    r.per_channel = way.get("per_channel")
    w, bias, so = r.weights(b, shape, channels, axis, si)
    if way.get("bits") == 4:
        so = float(np.float32(so / 16))
        pack(b, w)
    kind = way.get("bias", "")
    if kind in ("none", "left out"):
        return w, [] if kind == "none" else [-1], so
    if kind == "INT64":
        widen(r, b, bias)
    if kind == "odd":
        deform(r, b, bias)
    if kind == "bare":
        b.graph.tensors[bias].quantization = None
    if kind == "stray":
        stray(r, b, bias)
    return w, [bias], so


def values(b: Builder, number: int, dtype: type) -> np.ndarray:
    """The numbers of a constant."""
    tensor = b.graph.tensors[number]
    return np.frombuffer(b.model.buffers[tensor.buffer].data.tobytes(), dtype)


def store(b: Builder, number: int, data: np.ndarray) -> None:
    b.model.buffers[b.graph.tensors[number].buffer].data = np.frombuffer(data.tobytes(), np.uint8)


def pack(b: Builder, number: int) -> None:
    """Make int8 weights int4: two in a byte, the low half first."""
    data = values(b, number, np.int8) >> 4
    data = np.append(data, np.zeros(data.size % 2, np.int8)).view(np.uint8) & 15
    b.graph.tensors[number].type = schema.TensorType.INT4
    store(b, number, data[0::2] | data[1::2] << 4)


def widen(r: Random, b: Builder, number: int) -> None:
    """Make an int32 bias int64; some are beyond int32."""
    data = values(b, number, np.int32).astype(np.int64) * int(r.pick(1, 100, 100_000))
    b.graph.tensors[number].type = schema.TensorType.INT64
    store(b, number, data)


def deform(r: Random, b: Builder, number: int) -> None:
    """Give a bias another shape, and a scale that is none, or not that of the sums."""
    tensor, count = b.graph.tensors[number], values(b, number, np.int32).size
    tensor.shape = r.pick([count], [1, count], [1, 1, 1, count], [count, 1])
    tensor.quantization.quantizedDimension = list(tensor.shape).index(count)
    if len(tensor.quantization.scale) > 1:
        tensor.quantization.scale = np.asarray(tensor.quantization.scale) * np.float32(3)


def stray(r: Random, b: Builder, number: int) -> None:
    """Let a bias have its scales along an axis that it does not have."""
    found = b.graph.tensors[number].quantization
    found.scale = np.resize(np.asarray(found.scale), b.shape(number)[0])
    found.zeroPoint = np.zeros(len(found.scale), np.int64)
    found.quantizedDimension = r.pick(1, 3, -1)


def conv(
    r: Random,
    *,
    width: int = 8,
    batch: int = 1,
    groups: int = 1,
    **way: Any,
) -> bytes:
    """CONV_2D; ``line``: of one row or one column; ``pooled``: with a max-pooling behind it."""
    sides = [int(side) for side in r.rng.integers(1, 10, 2)]
    if way.get("line"):
        sides = r.pick([1, sides[1] * 3], [sides[0] * 3, 1])
    channels = groups * int(r.pick(1, 2, 3, 4, 5, 8))
    shape = (batch, *sides, channels)
    b, x, si = start(r, shape, width)
    size, found, out = r.window(shape, dilated=True)
    filters = groups * int(r.pick(1, 2, 3, 4, 5, 8))
    w, bias, so = weights(r, b, (filters, *size, channels // groups), 0, si, **way)
    y = result(r, b, (batch, *out, filters), so, width)
    found |= {"fusedActivationFunction": r.pick(*ACTIVATIONS), **way.get("options", {})}
    b.add("CONV_2D", [x, w, *bias], y, **found)
    if not way.get("pooled") or min(out) < 2:
        return b.pack([x], y)
    z = b.tensor((batch, *(n // 2 for n in out), filters), *b.quantization(y))
    b.add("MAX_POOL_2D", [y], z, padding=1, filterHeight=2, filterWidth=2, strideH=2,
          strideW=2, fusedActivationFunction=0)  # fmt: skip
    return b.pack([x], z)


def grouped(r: Random, **more: Any) -> bytes:
    return conv(r, groups=int(r.pick(2, 3, 4)), **more)


def depthwise(r: Random, *, width: int = 8, batch: int = 1, **way: Any) -> bytes:
    shape = (batch, *map(int, r.rng.integers(1, 10, 2)), int(r.pick(1, 3, 4, 8, 12, 16, 19)))
    b, x, si = start(r, shape, width)
    size, found, out = r.window(shape, dilated=True)
    multiplier = int(r.pick(1, 1, 2, 3))
    channels = shape[3] * multiplier
    w, bias, so = weights(r, b, (1, *size, channels), 3, si, **way)
    y = result(r, b, (batch, *out, channels), so, width)
    found |= {"depthMultiplier": multiplier, "fusedActivationFunction": r.pick(*ACTIVATIONS)}
    b.add("DEPTHWISE_CONV_2D", [x, w, *bias], y, **found)
    return b.pack([x], y)


def dense(
    r: Random,
    *,
    width: int = 8,
    rank: int = 2,
    keep: bool = False,
    units: int = 20,
    **way: Any,
) -> bytes:
    """FULLY_CONNECTED; ``flat``: the weights take a whole [1, ...] input.

    ``units`` are the outputs, at most. With 16 bits roundings differ once in a thousand outputs.
    """
    n, m = int(r.rng.integers(1, 120)), int(r.rng.integers(1, units))
    if "even" in way:
        n = 2 * n - (0 if way["even"] else 1)
    first = [int(side) for side in r.rng.integers(1, 5, rank - 1)]
    if way.get("flat"):
        first[0] = 1
    shape = (*first, n)
    b, x, si = start(r, shape, width)
    taken = int(np.prod(shape)) if way.get("flat") else n
    w, bias, so = weights(r, b, (m, taken), 0, si, **way)
    rows = int(np.prod(shape)) // taken
    out = (*first, m) if keep else (rows, m)
    y = result(r, b, out, so, width)
    found = {"keepNumDims": keep, "fusedActivationFunction": r.pick(*ACTIVATIONS)}
    b.add("FULLY_CONNECTED", [x, w, *bias], y, **found, **way.get("options", {}))
    return b.pack([x], y)


def pool(op: str, r: Random, *, width: int = 8, batch: int = 1) -> bytes:
    shape = (batch, *map(int, r.rng.integers(1, 10, 2)), int(r.rng.integers(1, 12)))
    b, x, scale = start(r, shape, width)
    size, options, out = r.window(shape, dilated=False)
    y = b.tensor((batch, *out, shape[3]), scale, b.quantization(x)[1],
                 dtype="INT16" if width == 16 else None)  # fmt: skip
    options |= {"filterHeight": size[0], "filterWidth": size[1]}
    b.add(op, [x], y, fusedActivationFunction=r.pick(*ACTIVATIONS), **options)
    return b.pack([x], y)


NARROW_BIAS, WIDE_BIAS = {"quantizedBiasType": INT32}, {"quantizedBiasType": INT64}
LITERT = (Match.XNNPACK, Match.REF)
MODELS = {
    "CONV_2D groups": grouped,
    "CONV_2D groups pooled": partial(grouped, pooled=True),
    "CONV_2D batch": partial(conv, batch=3),
    "CONV_2D batch pooled": partial(conv, batch=2, pooled=True),
    "CONV_2D line": partial(conv, line=True),
    "CONV_2D odd bias": partial(conv, bias="odd"),
    "CONV_2D bare bias": partial(conv, bias="bare"),
    "CONV_2D groups bare bias": partial(grouped, bias="bare"),
    "CONV_2D stray bias": partial(conv, bias="stray"),
    "CONV_2D no bias": partial(conv, bias="none"),
    "CONV_2D bias left out": partial(conv, bias="left out"),
    "CONV_2D int16": partial(conv, width=16, bias="INT64"),
    "CONV_2D int16 groups": partial(grouped, width=16, bias="INT64"),
    "CONV_2D int16 int32": partial(conv, width=16, options=NARROW_BIAS),
    "CONV_2D int16 int32 undeclared": partial(conv, width=16),
    "CONV_2D int16 no bias": partial(conv, width=16, bias="none"),
    "CONV_2D int16 no bias int32": partial(conv, width=16, bias="none", options=NARROW_BIAS),
    "CONV_2D int4": partial(conv, bits=4),
    "CONV_2D int4 groups": partial(grouped, bits=4),
    "DEPTHWISE_CONV_2D batch": partial(depthwise, batch=3),
    "DEPTHWISE_CONV_2D bare bias": partial(depthwise, bias="bare"),
    "DEPTHWISE_CONV_2D stray bias": partial(depthwise, bias="stray"),
    "DEPTHWISE_CONV_2D bias left out": partial(depthwise, bias="left out"),
    "DEPTHWISE_CONV_2D no bias": partial(depthwise, bias="none"),
    "DEPTHWISE_CONV_2D int16": partial(depthwise, width=16, bias="INT64"),
    "DEPTHWISE_CONV_2D int16 int32": partial(depthwise, width=16),
    "DEPTHWISE_CONV_2D int16 no bias": partial(depthwise, width=16, bias="none"),
    "DEPTHWISE_CONV_2D int4": partial(depthwise, bits=4),
    "FULLY_CONNECTED int16 no bias int32": partial(
        dense, units=900, width=16, bias="none", options=NARROW_BIAS
    ),
    "FULLY_CONNECTED int16 no bias int64": partial(
        dense, units=900, width=16, bias="none", options=WIDE_BIAS
    ),
    "FULLY_CONNECTED rows": dense,
    "FULLY_CONNECTED rank 3": partial(dense, rank=3),
    "FULLY_CONNECTED rank 3 kept": partial(dense, rank=3, keep=True),
    "FULLY_CONNECTED rank 4 kept": partial(dense, rank=4, keep=True),
    "FULLY_CONNECTED flat": partial(dense, rank=3, flat=True),
    "FULLY_CONNECTED odd bias": partial(dense, bias="odd"),
    "FULLY_CONNECTED bare bias": partial(dense, bias="bare", per_channel=True),
    "FULLY_CONNECTED stray bias": partial(dense, bias="stray", per_channel=True),
    "FULLY_CONNECTED no bias": partial(dense, bias="none"),
    "FULLY_CONNECTED bias left out": partial(dense, bias="left out"),
    "FULLY_CONNECTED int16": partial(dense, units=900, width=16, bias="INT64"),
    "FULLY_CONNECTED int16 no bias": partial(dense, units=900, width=16, bias="none"),
    "FULLY_CONNECTED int16 int32": partial(dense, units=900, width=16, options=NARROW_BIAS),
    "FULLY_CONNECTED int16 int32 undeclared": partial(dense, width=16),
    "FULLY_CONNECTED int4 no bias": partial(
        dense, bits=4, per_channel=True, even=True, bias="left out"
    ),
    "FULLY_CONNECTED int4 even": partial(dense, bits=4, even=True, per_channel=True),
    "FULLY_CONNECTED int4 odd": partial(dense, bits=4, even=False, per_channel=True),
    "FULLY_CONNECTED int4 even tensor": partial(dense, bits=4, even=True, per_channel=False),
    "FULLY_CONNECTED int4 odd tensor": partial(dense, bits=4, even=False, per_channel=False),
    "MAX_POOL_2D batch": partial(pool, "MAX_POOL_2D", batch=3),
    "AVERAGE_POOL_2D batch": partial(pool, "AVERAGE_POOL_2D", batch=3),
    "MAX_POOL_2D int16": partial(pool, "MAX_POOL_2D", width=16),
    "AVERAGE_POOL_2D int16": partial(pool, "AVERAGE_POOL_2D", width=16),
}
MICRO = (Match.TFLM,)
ONLY = {
    "CONV_2D stray bias": MICRO,
    "CONV_2D no bias": MICRO,
    "CONV_2D bias left out": MICRO,
    "CONV_2D int16 no bias": MICRO,
    "CONV_2D int16 no bias int32": MICRO,
    "CONV_2D int16 int32 undeclared": MICRO,
    "DEPTHWISE_CONV_2D stray bias": MICRO,
    "DEPTHWISE_CONV_2D no bias": (Match.REF, Match.TFLM),
    "DEPTHWISE_CONV_2D bias left out": (),
    "DEPTHWISE_CONV_2D int16 int32": (),
    "FULLY_CONNECTED stray bias": MICRO,
    "FULLY_CONNECTED int16 int32 undeclared": MICRO,
    "FULLY_CONNECTED int4 even": LITERT,
    "FULLY_CONNECTED int4 no bias": LITERT,
    "FULLY_CONNECTED int4 odd": LITERT,
}
