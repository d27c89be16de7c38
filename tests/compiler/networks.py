"""Small networks for tests of the commands around the compiler."""

import numpy as np

from tests.compiler.builder import Builder


def addition(*, last: str = "INT8") -> bytes:
    """Left + right [1, 3, 4] and left rescaled: two inputs, two outputs, the second of ``last``."""
    b = Builder()
    left, right = b.tensor((1, 3, 4), 0.05, 3), b.tensor((1, 3, 4), 0.1, -7)
    total, other = b.tensor((1, 3, 4), 0.11, 1), b.tensor((1, 3, 4), 0.07, -2, dtype=last)
    b.add("ADD", [left, right], total, fusedActivationFunction=0)
    b.add("QUANTIZE", [left], other)
    named(b, left=left, right=right, total=total, other=other)
    return b.pack([left, right], [total, other])


def dense(outputs: int = 3) -> bytes:
    """A dense layer from int8 [1, 5]."""
    b = Builder()
    x, y = b.tensor((1, 5), 0.02, -3), b.tensor((1, outputs), 0.1, 5)
    rng = np.random.default_rng(1)
    weights = rng.integers(-127, 128, (outputs, 5)).astype(np.int8)
    w = b.tensor((outputs, 5), 0.01, 0, weights)
    bias = b.tensor((outputs,), 0.0002, 0, np.arange(outputs, dtype=np.int32) * 100)
    b.add("FULLY_CONNECTED", [x, w, bias], y)
    named(b, serving_default_x=x, logits=y)
    return b.pack([x], y)


def elu() -> bytes:
    """ELU, which LiteRT's reference kernels lack for int8, or no mode compiles yet."""
    b = Builder()
    x, y = b.tensor((1, 4), 0.05, 0), b.tensor((1, 4), 0.05, 0)
    b.add("ELU", [x], y)
    return b.pack([x], y)


def bordered(outside: str) -> bytes:
    """A dense layer with operators around it that turn ``outside`` into int8 and back."""
    b = Builder()
    grid = {"FLOAT32": (None, 0), "UINT8": (0.02, 125)}[outside]
    given, x = b.tensor((1, 5), *grid, dtype=outside), b.tensor((1, 5), 0.02, -3)
    w = b.tensor((2, 5), 0.01, 0, np.arange(10, dtype=np.int8).reshape(2, 5) - 4)
    bias = b.tensor((2,), 0.0002, 0, np.zeros(2, np.int32))
    back = {"FLOAT32": (None, 0), "UINT8": (0.1, 133)}[outside]
    y, answer = b.tensor((1, 2), 0.1, 5), b.tensor((1, 2), *back, dtype=outside)
    b.add("QUANTIZE", [given], x)
    b.add("FULLY_CONNECTED", [x, w, bias], y)
    b.add("QUANTIZE" if outside == "UINT8" else "DEQUANTIZE", [y], answer, version=2)
    return b.pack([given], answer)


def named(b: Builder, **tensors: int) -> None:
    """Give tensors their names."""
    for name, number in tensors.items():
        b.graph.tensors[number].name = name


def with_state() -> bytes:
    """A network that keeps its last two inputs: what SVDF's memory is, from int8 [1, 4]."""
    b = Builder()
    rng = np.random.default_rng(4)
    x, y = b.tensor((1, 4), 0.05, 2), b.tensor((1, 3), 0.1, -5)
    feature = b.tensor((3, 4), 0.01, 0, rng.integers(-90, 90, (3, 4)).astype(np.int8))
    time = b.tensor((3, 2), 0.02, 0, rng.integers(-90, 90, (3, 2)).astype(np.int16))
    bias = b.tensor((3,), 0.0002, 0, rng.integers(-90, 90, 3).astype(np.int32))
    state = b.tensor((1, 6), 0.01, 0, dtype="INT16")
    b.graph.tensors[state].isVariable = True
    b.add("SVDF", [x, feature, time, bias, state], y, rank=1, fusedActivationFunction=1)
    return b.pack([x], y)
