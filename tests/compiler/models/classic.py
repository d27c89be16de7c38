"""The operators of plain convolutional networks."""

from functools import partial

import numpy as np

from tests.compiler.builder import Builder
from tests.compiler.models.base import ACTIVATIONS, Random


def conv_2d(r: Random) -> bytes:
    b = Builder()
    x, shape, si = r.image(b)
    size, options, out = r.window(shape, dilated=True)
    channels = int(r.rng.integers(1, 20))
    w, bias, so = r.weights(b, (channels, *size, shape[3]), channels, 0, si)
    y = b.tensor((1, *out, channels), so, r.zero())
    b.add("CONV_2D", [x, w, bias], y, fusedActivationFunction=r.pick(*ACTIVATIONS), **options)
    return b.pack([x], y)


def conv_pool(r: Random, *, channels: int, taps: int, pooled: int = 2, most: int = 8) -> bytes:
    """A convolution of ``taps`` x ``taps`` with a max-pooling behind it, up to 40 wide.

    It has ``most`` filters, or fewer. The pooling's windows are 2 apart, and 2 in size or as
    ``pooled`` says, which may be false.
    """
    b, padding, si = Builder(), int(r.rng.integers(2)), r.scale()
    least = taps if padding else 1
    height, width = int(r.rng.integers(least, 12)), int(r.rng.integers(least, 41))
    x = b.tensor((1, height, width, channels), si, r.zero())
    filters = int(r.rng.integers(1, most + 1))
    w, bias, so = r.weights(b, (filters, taps, taps, channels), filters, 0, si)
    out = [n - taps + 1 if padding else n for n in (height, width)]
    zero = r.zero()
    y = b.tensor((1, *out, filters), so, zero)
    act = r.pick(*ACTIVATIONS)
    strides = {"strideH": 1, "strideW": 1, "dilationHFactor": 1, "dilationWFactor": 1}
    b.add("CONV_2D", [x, w, bias], y, padding=padding, fusedActivationFunction=act, **strides)
    side = max(2, pooled)
    if not pooled or min(out) < side:
        return b.pack([x], y)
    half = int(r.rng.integers(2))  # VALID leaves an odd last row and column out
    pooled_out = ((n - side) // 2 + 1 if half else -(-n // 2) for n in out)
    z = b.tensor((1, *pooled_out, filters), so, zero)
    b.add("MAX_POOL_2D", [y], z, padding=half, filterHeight=side, filterWidth=side, strideH=2,
          strideW=2, fusedActivationFunction=0)  # fmt: skip
    return b.pack([x], z)


def depthwise_conv_2d(r: Random) -> bytes:
    b = Builder()
    x, shape, si = r.image(b)
    size, options, out = r.window(shape, dilated=True)
    multiplier = int(r.pick(1, 1, 2, 3))
    channels = shape[3] * multiplier
    w, bias, so = r.weights(b, (1, *size, channels), channels, 3, si)
    y = b.tensor((1, *out, channels), so, r.zero())
    act = r.pick(*ACTIVATIONS)
    options["depthMultiplier"] = multiplier
    b.add("DEPTHWISE_CONV_2D", [x, w, bias], y, fusedActivationFunction=act, **options)
    return b.pack([x], y)


def depthwise(
    r: Random,
    *,
    channels: int,
    multiplier: int = 1,
    taps: int | None = None,
    widest: int = 11,
) -> bytes:
    """A depthwise convolution without dilation, of ``taps`` x ``taps`` if they are given."""
    b, si, batch = Builder(), r.scale(), int(r.pick(1, 1, 2))
    shape = (batch, int(r.rng.integers(5, 12)), int(r.rng.integers(5, widest + 1)), channels)
    filters = channels * multiplier
    x = b.tensor(shape, si, r.zero())
    size, options, out = r.window(shape, dilated=False, square=taps)
    w, bias, so = r.weights(b, (1, *size, filters), filters, 3, si)
    y = b.tensor((batch, *out, filters), so, r.zero())
    options |= {"depthMultiplier": multiplier, "dilationHFactor": 1, "dilationWFactor": 1}
    act = r.pick(*ACTIVATIONS)
    b.add("DEPTHWISE_CONV_2D", [x, w, bias], y, fusedActivationFunction=act, **options)
    return b.pack([x], y)


def fully_connected(r: Random) -> bytes:
    b = Builder()
    n, m = int(r.rng.integers(1, 200)), int(r.rng.integers(1, 30))
    si = r.scale()
    x = b.tensor((1, n), si, r.zero())
    w, bias, so = r.weights(b, (m, n), m, 0, si)
    y = b.tensor((1, m), so, r.zero())
    b.add("FULLY_CONNECTED", [x, w, bias], y, fusedActivationFunction=r.pick(*ACTIVATIONS))
    return b.pack([x], y)


def pool(op: str, r: Random) -> bytes:
    b = Builder()
    x, shape, scale = r.image(b)
    size, options, out = r.window(shape, dilated=False)
    tensor = b.graph.tensors[x].quantization
    y = b.tensor((1, *out, shape[3]), scale, int(tensor.zeroPoint[0]))
    options |= {"filterHeight": size[0], "filterWidth": size[1]}
    b.add(op, [x], y, fusedActivationFunction=r.pick(*ACTIVATIONS), **options)
    return b.pack([x], y)


def mean(r: Random) -> bytes:
    b = Builder()
    x, shape, si = r.image(b)
    axes = r.pick((1, 2), (1, 2), (1,), (2,), (3,), (1, 2, 3))
    keep = bool(r.rng.integers(2))
    out = [1 if i in axes else n for i, n in enumerate(shape)]
    if not keep:
        out = [n for i, n in enumerate(shape) if i not in axes]
    a = b.tensor((len(axes),), data=np.array(axes, np.int32))
    y = b.tensor(tuple(out), si * r.pick(1.0, 0.7, 0.31, 1.9), r.zero())
    b.add("MEAN", [x, a], y, keepDims=keep)
    return b.pack([x], y)


def pad(r: Random) -> bytes:
    b = Builder()
    x, shape, scale = r.image(b)
    amounts = np.zeros((4, 2), np.int32)
    amounts[1:] = r.rng.integers(0, 4, (3, 2))
    out = tuple(int(n + a.sum()) for n, a in zip(shape, amounts, strict=True))
    p = b.tensor((4, 2), data=amounts)
    y = b.tensor(out, scale, int(b.graph.tensors[x].quantization.zeroPoint[0]))
    b.add("PAD", [x, p], y)
    return b.pack([x], y)


def reshape(r: Random) -> bytes:
    b = Builder()
    x, shape, scale = r.image(b)
    out = (1, int(np.prod(shape)))
    s = b.tensor((2,), data=np.array(out, np.int32))
    y = b.tensor(out, scale, int(b.graph.tensors[x].quantization.zeroPoint[0]))
    b.add("RESHAPE", [x, s], y, newShape=list(out))
    return b.pack([x], y)


def softmax(r: Random) -> bytes:
    b = Builder()
    x = b.tensor((1, int(r.rng.integers(2, 40))), r.scale(), r.zero())
    y = b.tensor(tuple(b.graph.tensors[x].shape), 1 / 256, -128)
    b.add("SOFTMAX", [x], y, beta=float(r.pick(1.0, 1.0, 0.5, 2.0)))
    return b.pack([x], y)


def pointwise(op: str, r: Random) -> bytes:
    b = Builder()
    x, shape, si = r.image(b)
    y = b.tensor(shape, si * float(np.exp(r.rng.uniform(-3, 3))), r.zero())
    b.add(op, [x], y)
    return b.pack([x], y)


def add(r: Random) -> bytes:
    """Two tensors of one shape, the second made of the first."""
    b = Builder()
    x, shape, si = r.image(b)
    other = b.tensor(shape, si * float(np.exp(r.rng.uniform(-2, 2))), r.zero())
    b.add("QUANTIZE", [x], other)
    so = si * float(np.exp(r.rng.uniform(-2, 2)))
    y = b.tensor(shape, so, r.zero())
    b.add("ADD", [x, other], y, fusedActivationFunction=r.pick(*ACTIVATIONS))
    return b.pack([x], y)


def concatenation(r: Random) -> bytes:
    """An input and what a max-pooling of 1x1 makes of it."""
    b = Builder()
    x, shape, si = r.image(b)
    zero = b.quantization(x)[1]
    other = b.tensor(shape, si, zero)
    b.add("MAX_POOL_2D", [x], other, filterHeight=1, filterWidth=1, strideH=1, strideW=1,
          padding=0, fusedActivationFunction=0)  # fmt: skip
    axis = int(r.rng.integers(1, 4))
    out = tuple(n * 2 if i == axis else n for i, n in enumerate(shape))
    y = b.tensor(out, si, zero)
    options = {"axis": int(r.pick(axis, axis - 4)), "fusedActivationFunction": 0}
    b.add("CONCATENATION", [x, other], y, **options)
    return b.pack([x], y)


MODELS = {
    "CONV_2D": conv_2d,
    "DEPTHWISE_CONV_2D": depthwise_conv_2d,
    "FULLY_CONNECTED": fully_connected,
    "MAX_POOL_2D": partial(pool, "MAX_POOL_2D"),
    "AVERAGE_POOL_2D": partial(pool, "AVERAGE_POOL_2D"),
    "MEAN": mean,
    "ADD": add,
    "PAD": pad,
    "RESHAPE": reshape,
    "SOFTMAX": softmax,
    "QUANTIZE": partial(pointwise, "QUANTIZE"),
    "RELU": partial(pointwise, "RELU"),
    "RELU6": partial(pointwise, "RELU6"),
    "CONCATENATION": concatenation,
}
