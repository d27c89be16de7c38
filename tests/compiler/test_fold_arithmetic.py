"""Whole numbers that are constant are computed when the file is read, as the runtime does it."""

from typing import Any

import numpy as np
import pytest

from convert import tflite
from convert.compiler import simulate
from convert.compiler.arithmetic.match import Match
from convert.compiler.frontend.read import read
from tests.compiler.builder import Builder
from tests.compiler.runtimes import RUN
from tests.compiler.test_refuse import attempt

X = np.random.default_rng(0).integers(-128, 128, (2, 3, 4)).astype(np.int8)
KEEP = {"keepDims": True}
CASES = [
    ("ADD", ([1], [1]), {}),
    ("SUB", ([-1], [-3]), {}),
    ("MUL", ([-2], [-1]), {}),
    ("MUL", ([-(1 << 31) + 1], [2]), {}),
    ("MAXIMUM", ([-5], [2]), {}),
    ("MINIMUM", ([3], [2]), {}),
    ("FLOOR_DIV", ([5], [2]), {}),
    ("FLOOR_DIV", ([-7], [-3]), {}),
    ("FLOOR_DIV", ([-1], [2]), {}),
    ("FLOOR_DIV", ([1], [-2]), {}),
    ("REDUCE_PROD", ([1, -2, -1], [0]), KEEP),
    ("SUM", ([1, 5, -4], [-1]), KEEP),
    ("REDUCE_MAX", ([-2, 2, 1], [0]), KEEP),
    ("REDUCE_MIN", ([3, 2], [0]), KEEP),
]


def mean(op: str, values: tuple[list[int], ...], **options: Any) -> bytes:
    """A mean of [2, 3, 4] along what ``op`` makes of constants: the last axis, if it is right."""
    b = Builder()
    x, y, axes = (
        b.tensor(X.shape, 0.1, 3),
        b.tensor((2, 3, 1), 0.07, 3),
        b.tensor((1,), dtype="INT32"),
    )
    b.add(op, [b.ints(*numbers) for numbers in values], axes, **options)
    b.add("MEAN", [x, axes], y, keepDims=True)
    return b.pack([x], y)


@pytest.mark.parametrize(("op", "values", "options"), CASES)
@pytest.mark.parametrize("match", [Match.XNNPACK, Match.REF])
def test_constants_are_folded_as_the_runtime_computes_them(
    op: str, values: tuple[list[int], ...], options: dict[str, Any], match: Match
) -> None:
    """Each result is an axis; LiteRT, which computes it when it runs, gives the same mean."""
    content = mean(op, values, **options)
    expected = RUN[match](content, [X[None]])[0][0]
    answer = simulate.run(read(tflite.parse(content)), match, [X], {})[0]
    assert np.array_equal(answer, expected)


def test_numbers_of_64_bits_are_folded_too() -> None:
    """2^32 - 1 less 2^32 - 2 is an axis only with 64 bits."""
    b = Builder()
    x, y, axis = (
        b.tensor((2, 5), 0.1, 3),
        b.tensor((2,), dtype="INT32"),
        b.tensor((), dtype="INT64"),
    )
    given = [b.tensor((), data=np.array((1 << 32) - n, np.int64)) for n in (1, 2)]
    b.add("SUB", given, axis)
    b.add("ARG_MAX", [x, axis], y, outputType=2)
    network = read(tflite.parse(b.pack([x], y)))
    rows = np.array([[1, 2, 9, 9, 0], [-128, -128, -127, -128, -127]], np.int8)
    (answer,) = simulate.run(network, Match.REF, [rows], {})
    assert answer.tolist() == [2, 2]


def test_what_has_no_answer_is_refused() -> None:
    """Division by zero, shapes that do not fit, activations, and what is not constant."""
    assert "division by zero" in attempt(mean("FLOOR_DIV", ([1], [0])))
    assert "do not fit" in attempt(mean("ADD", ([1, 2], [1, 2, 3])))
    assert "has shape (1,), computed (2,)" in attempt(mean("ADD", ([1, 2], [1, 2])))
    assert "activation" in attempt(mean("ADD", ([1], [1]), fusedActivationFunction=1))
    b = Builder()
    x, y = b.tensor((3,), dtype="INT32"), b.tensor((3,), dtype="INT32")
    b.add("FLOOR_DIV", [x, b.ints(1, 2, 3)], y)
    assert "constants" in attempt(b.pack([x], y))
