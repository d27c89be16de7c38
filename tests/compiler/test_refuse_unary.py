"""Activations whose scales or options a runtime refuses, ignores or does not define."""

import pytest

from convert.compiler.arithmetic.match import Match
from tests.compiler.builder import Builder
from tests.compiler.test_refuse import attempt

X, R, M = Match.XNNPACK, Match.REF, Match.TFLM


def activation(
    op: str, scale: float, output: tuple[float, int], dtype: str = "INT8", **options: float
) -> bytes:
    """``op`` of a row with that input scale, zero point 0, and that output."""
    b = Builder()
    x, y = b.tensor((5,), scale, 0, dtype=dtype), b.tensor((5,), *output, dtype=dtype)
    b.add(op, [x], y, **options)
    return b.pack([x], y)


@pytest.mark.parametrize(
    ("op", "fixed"), [("LOGISTIC", (1 / 256, -128)), ("TANH", (1 / 128, 0))]
)  # fmt: skip
def test_outputs_that_are_taken_for_granted(op: str, fixed: tuple[float, int]) -> None:
    """Another scale or zero point is ignored by some, so it is refused; XNNPACK takes any."""
    for match in (R, M):
        assert not attempt(activation(op, 0.1, fixed), match)
        for other in ((fixed[0] * 2, fixed[1]), (fixed[0], 5)):
            assert "scale" in attempt(activation(op, 0.1, other), match)
    assert not attempt(activation(op, 0.1, (0.01, 5)), X)
    assert "2^-15" in attempt(activation(op, 2**-12, (2**-14, 0), "INT16"), R)
    assert "too large" in attempt(activation(op, 3, (2**-15, 0), "INT16"), R)
    assert "overflows" in attempt(activation(op, 1e-20, fixed), M)


@pytest.mark.parametrize(
    ("op", "match"),
    [("ELU", R), ("EXP", M), ("LOG", M), ("NEG", M), ("GELU", M), ("RELU_0_TO_1", M),
     ("RELU_N1_TO_1", M)],
)  # fmt: skip
def test_operators_that_a_runtime_lacks(op: str, match: Match) -> None:
    """Named, with the modes that have them."""
    text = attempt(activation(op, 0.1, (0.1, 0)), match)
    assert op in text
    assert "choose --match" in text


def test_scales_that_no_runtime_defines() -> None:
    """Steps beyond 32 bits, multipliers out of range, shifts that the kernels assert."""
    assert "2^31" in attempt(activation("EXP", 1, (0.1, 0)), X)
    assert "too small" in attempt(activation("HARD_SWISH", 1, (2**-8, 0)), M)
    assert "out of range" in attempt(activation("RELU", 1e20, (1e-20, 0)), R)
    assert not attempt(activation("RELU6", 2e-38, (2e-38, 0)), M)
    assert "alpha" in attempt(activation("LEAKY_RELU", 1, (1, 0), alpha=float("nan")), X)
    assert "out of range" in attempt(activation("LEAKY_RELU", 1e30, (1, 0), alpha=1e20), X)
    assert "zero point 0" in attempt(activation("NEG", 1, (1, 3)), X)


def test_shapes_and_types_must_agree() -> None:
    """The output is as the input."""
    b = Builder()
    x, y = b.tensor((5,), 0.1, 0), b.tensor((4,), 0.1, 0)
    b.add("ABS", [x], y)
    assert "computed (5,)" in attempt(b.pack([x], y))
    b = Builder()
    x, y = b.tensor((5,), 0.1, 0, dtype="INT16"), b.tensor((5,), 1 / 256, -128)
    b.add("LOGISTIC", [x], y)
    assert "one type" in attempt(b.pack([x], y))
