"""Scales, shapes and options with which a runtime overflows or gives up are refused in one line."""

from typing import Any

import numpy as np
import pytest

from convert.compiler.arithmetic.match import Match
from tests.compiler.builder import Builder
from tests.compiler.test_refuse import attempt

X, R, M = Match.XNNPACK, Match.REF, Match.TFLM
WIDE = {"potScaleInt16": False}


def binary(
    op: str, scales: tuple[float, float, float], dtype: str = "INT8", **options: Any
) -> bytes:
    """``op`` of two tensors of those scales, the output's the last."""
    b = Builder()
    tensors = [b.tensor((2, 3), scale, 0, dtype=dtype) for scale in scales]
    b.add(op, tensors[:2], tensors[2], **options)
    return b.pack(tensors[:2], tensors[2])


def shaped(op: str, *shapes: tuple[int, ...]) -> bytes:
    """``op`` of two tensors of those shapes, the output's the last."""
    b = Builder()
    tensors = [b.tensor(shape, 0.1, 0) for shape in shapes]
    b.add(op, tensors[:2], tensors[2])
    return b.pack(tensors[:2], tensors[2])


def rows(op: str, length: int, scale: float, output: tuple[float, int], **options: Any) -> bytes:
    """``op`` of one row."""
    b = Builder()
    x, y = b.tensor((1, length), scale, 0), b.tensor((1, length), *output)
    b.add(op, [x], y, **options)
    return b.pack([x], y)


def test_scales_far_apart() -> None:
    """LiteRT's ADD and MUL overflow where XNNPACK does not take them; others end the process."""
    assert "256" in attempt(binary("ADD", (0.1, 26, 0.1)), X)
    assert "256" in attempt(binary("MUL", (16, 16, 1)), X)
    assert not attempt(binary("MUL", (16, 15.9, 1)), X)
    for match in Match:
        named = "256" if match is X else "too small"
        assert named in attempt(binary("ADD", (1, 1, 2**-20)), match)
        assert "too small" in attempt(binary("ADD", (1, 1, 2**-15), "INT16", **WIDE), match)
        assert "too small" in attempt(binary("SUB", (1, 1, 2**-20)), match)
    assert "too small" in attempt(binary("SQUARED_DIFFERENCE", (1, 1, 2**-12)), X)
    assert not attempt(binary("SQUARED_DIFFERENCE", (1, 1, 2**-12)), M)


def test_the_old_form_of_16_bits() -> None:
    """With scales that are powers of two LiteRT takes another path, if the option says so."""
    assert "powers of two" in attempt(binary("ADD", (0.5, 0.25, 0.5), "INT16"), R)
    assert not attempt(binary("ADD", (0.5, 0.3, 0.5), "INT16"), R)


def test_shapes() -> None:
    """Shapes that do not fit, and nests that are too deep."""
    assert "broadcast" in attempt(shaped("MUL", (2, 3), (2, 4), (2, 4)))
    assert "computed" in attempt(shaped("MUL", (2, 3), (3,), (3,)))
    assert "computed" in attempt(shaped("PRELU", (3,), (2, 3), (2, 3)))
    deep = (2, 3, 2, 3, 2, 3)
    assert "more than 5" in attempt(shaped("MAXIMUM", deep, (1, 3, 1, 3, 1, 3), deep))


@pytest.mark.parametrize("match", [R, M])
def test_rows_in_fixed_point(match: Match) -> None:
    """Beyond 4,095 elements sums could overflow; steps of 2^-26 or less end the process."""
    softmax = (1 / 256, -128)
    assert not attempt(rows("SOFTMAX", 4095, 0.1, softmax, beta=1.0), match)
    assert "4095" in attempt(rows("SOFTMAX", 4096, 0.1, softmax, beta=1.0), match)
    assert "too small" in attempt(rows("SOFTMAX", 5, 2**-26, softmax, beta=1.0), match)
    assert "too small" in attempt(rows("LOG_SOFTMAX", 5, 2**-26, (1 / 16, 127)), match)
    assert "4095" in attempt(rows("LOG_SOFTMAX", 4096, 0.1, (1 / 16, 127)), match)


def test_outputs_that_are_fixed() -> None:
    """Scales and zero points that the runtimes prescribe."""
    assert "1/128" in attempt(rows("L2_NORMALIZATION", 5, 0.1, (1 / 64, 0)))
    assert "1/16" in attempt(rows("LOG_SOFTMAX", 5, 0.1, (1 / 16, 0)))


def test_reductions() -> None:
    """SUM in the reference kernels, unequal scales of extremes, products at run time."""
    b = Builder()
    x, axes, y = b.tensor((2, 3), 0.1, 0), b.ints(1), b.tensor((2,), 0.2, 0)
    b.add("SUM", [x, axes], y)
    assert "sum bytes without their sign" in attempt(b.pack([x], y), R)
    for op, named in (("REDUCE_MAX", "share"), ("REDUCE_PROD", "constants")):
        b.graph.operators.clear()
        b.add(op, [x, axes], y)
        assert named in attempt(b.pack([x], y))


def test_an_index_of_64_bits() -> None:
    """ARG_MAX gives 32 bits."""
    b = Builder()
    x, axis = b.tensor((2, 3), 0.1, 0), b.tensor((), data=np.array(1, np.int32))
    y = b.tensor((2,), dtype="INT64")
    b.add("ARG_MAX", [x, axis], y, outputType=4)
    assert "INT64" in attempt(b.pack([x], y))
