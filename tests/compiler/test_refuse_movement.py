"""Movements and shapes that make no sense, or that a runtime does not run, are refused by name."""

from collections.abc import Sequence

import numpy as np
import pytest

from convert.compiler.arithmetic.match import Match
from tests.compiler import models
from tests.compiler.builder import Builder
from tests.compiler.models.base import Random
from tests.compiler.models.movement import Draft
from tests.compiler.test_refuse import attempt

MUTATIONS = 300


def one(
    name: str,
    constants: Sequence[object],
    shape: Sequence[int],
    out: Sequence[int],
    **options: object,
) -> str:
    """What is said of one operator on an int8 input of ``shape``."""
    d = Draft(Random(1), "INT8", shape)
    return attempt(d.one(name, [d.x, *map(d.ints, constants)], out, **options))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (one("TRANSPOSE", [[0, 0]], (2, 3), (2, 2)), "permutation [0, 0]"),
        (one("TRANSPOSE", [[1, 0]], (2, 3), (2, 3)), "computed (3, 2)"),
        (one("REVERSE_V2", [[0, 2]], (2, 3, 4), (2, 3, 4)), "not neighbors"),
        (one("SLICE", [[1], [3]], (3,), (3,)), "leave shape"),
        (one("STRIDED_SLICE", [[3], [4], [1]], (3,), (), shrinkAxisMask=1), "index 3"),
        (one("STRIDED_SLICE", [[0], [3], [0]], (3,), (3,)), "strides"),
        (one("STRIDED_SLICE", [[0], [3], [1]], (3,), (3,), ellipsisMask=1, offset=True), "end"),
        (one("GATHER", [[0, 3]], (3,), (2,)), "indices reach from 0 to 3"),
        (one("TILE", [[1 << 20, 1 << 20]], (2, 2), (2, 2)), "at most"),
        (one("BROADCAST_TO", [[1 << 30]], (1,), (1,)), "at most"),
        (one("PAD", [[[-1, 0]]], (3,), (2,)), "paddings"),
        (one("MIRROR_PAD", [[[3, 0]]], (3,), (6,), mode=0), "more than"),
        (one("SPACE_TO_BATCH_ND", [[2], [[0, 0]]], (1, 3, 1), (2, 1, 1)), "do not fit sides"),
        (one("DEPTH_TO_SPACE", [], (1, 2, 2, 3), (1, 4, 4, 1), blockSize=2), "blocks of 2"),
        (one("SPLIT_V", [[2, -1], 0], (1,), (2,)), "sizes"),
        (one("UNPACK", [], (2, 3), (3,), num=1, axis=0), "1 outputs"),
        (one("RESIZE_BILINEAR", [[0, 2]], (1, 2, 2, 1), (1, 1, 2, 1)), "size [0, 2]"),
    ],
)
def test_what_makes_no_sense(text: str, said: str) -> None:
    """Whatever the file claims is computed again, before anything is made of it."""
    assert said in text


def test_unequal_scales() -> None:
    """No runtime rescales while it moves."""
    b = Builder()
    x, y = b.tensor((2, 3), 0.1, 0), b.tensor((3, 2), 0.2, 0)
    b.add("TRANSPOSE", [x, b.ints(1, 0)], y)
    assert "share scale" in attempt(b.pack([x], y))


def filled(dims: Sequence[int]) -> bytes:
    d = Draft(Random(1), "INT8", (1,))
    full = d.b.tensor((1,), dtype="INT32")
    d.b.add("FILL", [d.ints(dims), d.ints(7)], full)
    return d.one("GATHER", [d.x, full], (1,))


def counted(limit: int, step: int) -> bytes:
    d = Draft(Random(1), "INT8", (1,))
    numbers = d.b.tensor((1,), dtype="INT32")
    d.b.add("RANGE", [d.ints(0), d.ints(limit), d.ints(step)], numbers)
    return d.one("GATHER", [d.x, numbers], (1,))


@pytest.mark.parametrize(
    "content", [filled([1 << 30]), filled([1 << 15] * 4), filled([-1]), counted(1 << 30, 1)]
)
def test_constants_too_large_to_make(content: bytes) -> None:
    """A few bytes in a file cannot take gigabytes of memory."""
    assert "at most" in attempt(content)


def test_a_step_of_nothing() -> None:
    """RANGE would never end."""
    assert "step is 0" in attempt(counted(5, 0))


@pytest.mark.parametrize(
    "kind", ["TILE", "RANK", "PAD wide", "SPACE_TO_BATCH_ND", "TRANSPOSE deep", "PACK other types"]
)
def test_what_tensorflow_lite_micro_lacks(kind: str) -> None:
    """It is said by name."""
    text = attempt(models.random(kind, 0), Match.TFLM)
    assert "TensorFlow Lite Micro" in text
    assert not attempt(models.random(kind, 0), Match.REF)


def test_mutated_movements_compile_or_are_refused() -> None:
    """One clear line, or C, whatever bytes are changed."""
    rng = np.random.default_rng(8)
    names = ("movement", "shapes", "resize")
    kinds = [k for k, make in models.kinds().items() if _module(make) in names]
    assert len(kinds) > 60
    for _ in range(MUTATIONS):
        content = bytearray(models.random(str(rng.choice(kinds)), int(rng.integers(3))))
        for _ in range(rng.integers(1, 4)):
            at = rng.integers(len(content))
            content[at] = rng.choice([0, 1, 2, 127, 128, 255, int(rng.integers(256))])
        attempt(bytes(content), Match(rng.choice(list(Match))))


def _module(make: object) -> str:
    """The last part of the module that a kind of model comes from."""
    function = getattr(make, "func", make)
    return str(function.__module__).rpartition(".")[2]
