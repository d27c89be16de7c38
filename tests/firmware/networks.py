"""Networks of every kind of border for tests on boards, built operator by operator."""

import numpy as np

from tests.compiler import models, networks
from tests.compiler.builder import Builder
from tests.compiler.models.base import Random

DENSE = {"strideH": 1, "strideW": 1, "dilationHFactor": 1, "dilationWFactor": 1}


def conv1d() -> bytes:
    """Windows of an accelerometer: [128, 3] through a convolution over time to 4 values."""
    r, b = Random(5), Builder()
    x = b.tensor((1, 128, 3), 0.05, -3)
    rows = b.tensor((1, 1, 128, 3), 0.05, -3)
    b.add("RESHAPE", [x, b.ints(1, 1, 128, 3)], rows, newShape=[1, 1, 128, 3])
    w, bias, scale = r.weights(b, (8, 1, 5, 3), 8, 0, 0.05)
    y = b.tensor((1, 1, 124, 8), scale, -20)
    b.add("CONV_2D", [rows, w, bias], y, padding=1, fusedActivationFunction=1, **DENSE)
    mean = b.tensor((1, 8), scale, -20)
    b.add("MEAN", [y, b.ints(1, 2)], mean, keepDims=False)
    w, bias, last = r.weights(b, (4, 8), 4, 0, scale)
    z = b.tensor((1, 4), last, 3)
    b.add("FULLY_CONNECTED", [mean, w, bias], z)
    return b.pack([x], z)


def photo(outside: str) -> bytes:
    """96x96x3 in FLOAT32, UINT8 or INT8 through pooling and a dense layer to 2 values.

    As float32 it has 110,592 bytes.
    """
    r, b = Random(6), Builder()
    x = given = b.tensor((1, 96, 96, 3), 1 / 255, -128)
    if outside != "INT8":
        grid = (1 / 255, 0) if outside == "UINT8" else (None, 0)
        given = b.tensor((1, 96, 96, 3), *grid, dtype=outside)
        b.add("QUANTIZE", [given], x)
    small = b.tensor((1, 12, 12, 3), 1 / 255, -128)
    b.add("AVERAGE_POOL_2D", [x], small, padding=1, filterHeight=8, filterWidth=8, strideH=8,
          strideW=8, fusedActivationFunction=0)  # fmt: skip
    w, bias, scale = r.weights(b, (2, 432), 2, 0, 1 / 255)
    y = b.tensor((1, 2), scale, 5)
    b.add("FULLY_CONNECTED", [small, w, bias], y)
    return b.pack([given], y)


def two_types() -> bytes:
    """[4, 5] in, the same as int8 in other steps and as float32 out."""
    b = Builder()
    x = b.tensor((1, 4, 5), 0.05, 3)
    y, real = b.tensor((1, 4, 5), 0.03, -9), b.tensor((1, 4, 5), dtype="FLOAT32")
    b.add("QUANTIZE", [x], y)
    b.add("DEQUANTIZE", [x], real)
    return b.pack([x], [y, real])


def running() -> bytes:
    """What came before is kept: each output [1, 6] is the input and half of the last one."""
    b = Builder()
    inner = b.subgraph()
    zero = inner.tensor((1, 6), 0.1, 4, np.full((1, 6), 4, np.int8))
    handles = []
    for one in (inner, b):
        handle = one.tensor((), dtype="RESOURCE")
        one.add("VAR_HANDLE", [], handle, container=b"", sharedName=b"last")
        handles.append(handle)
    inner.add("ASSIGN_VARIABLE", [handles[0], zero], [])
    b.add("CALL_ONCE", [], [], initSubgraphIndex=1)
    x, last = b.tensor((1, 6), 0.1, -3), b.tensor((1, 6), 0.1, 4)
    half, y = b.tensor((1, 6), 0.2, 4), b.tensor((1, 6), 0.15, 2)
    kept = b.tensor((1, 6), 0.1, 4)
    b.add("READ_VARIABLE", [handles[1]], last)
    b.add("QUANTIZE", [last], half)
    b.add("ADD", [x, half], y, fusedActivationFunction=0)
    b.add("QUANTIZE", [y], kept)
    b.add("ASSIGN_VARIABLE", [handles[1], kept], [])
    return b.pack([x], y)


def echo(dtype: str, shape: tuple[int, ...], scale: float | None, zero: int) -> bytes:
    """The answer is the input, in another shape: what arrived can be seen."""
    b = Builder()
    size = int(np.prod(shape))
    x, y = (b.tensor(one, scale, zero, dtype=dtype) for one in (shape, (1, size)))
    b.add("RESHAPE", [x, b.ints(1, size)], y, newShape=[1, size])
    return b.pack([x], y)


MODELS = {
    "conv1d": conv1d,
    "photo-int8": lambda: photo("INT8"),
    "photo-uint8": lambda: photo("UINT8"),
    "photo-float32": lambda: photo("FLOAT32"),
    "two-inputs": networks.addition,
    "two-types": two_types,
    "border-uint8": lambda: networks.bordered("UINT8"),
    "border-float32": lambda: networks.bordered("FLOAT32"),
    "running": running,
    "int16": lambda: models.random("CONV_2D int16", 2),
}
"""Each network by its name."""
