"""Generated C gives the runtimes' own bytes: operator by operator, and for the bundled model."""

import os
import random
from pathlib import Path

import numpy as np
import pytest

from convert import tflite
from convert.compiler import simulate
from convert.compiler.build import compile_model
from convert.compiler.check import INTERPRETER, check
from convert.compiler.numerics import Match
from convert.compiler.reader import read
from convert.compiler.targets import Options
from runtime import worker
from runtime.dataset import Digits
from tests.compiler import harness, models
from tests.compiler.runtimes import RUN

LONG = os.environ.get("THIMBLE_LONG") == "1"
MODELS = 150 if LONG else 12
INPUTS = 5


def inputs_of(content: bytes, rng: np.random.Generator) -> np.ndarray:
    """Random bytes, and both extremes everywhere; int8 [INPUTS, ...]."""
    shape = read(tflite.parse(content)).input.shape[1:]
    given = rng.integers(-128, 128, (INPUTS, *shape)).astype(np.int8)
    given[0], given[1] = -128, 127
    return given


@pytest.mark.parametrize("match", list(Match))
@pytest.mark.parametrize("op", models.OPS)
def test_operator_equals_the_runtime(op: str, match: Match, tmp_path: Path) -> None:
    """Random shapes, strides, paddings, scales and extremes: 0 differing bytes, clean sanitizers.

    NumPy's simulation, from which the golden vectors come, is held to the runtime as well.
    """
    contents, given, expected = [], [], []
    for seed in range(MODELS):
        content = models.Random(seed).model(op)
        x = inputs_of(content, np.random.default_rng(seed))
        try:
            y = RUN[match](content, x)
        except (RuntimeError, ValueError):  # the runtime itself refuses this model
            continue
        contents.append(content)
        given.append(x)
        expected.append(y)
    assert len(contents) > MODELS * 0.8
    compiled = harness.compile_all(contents, Options(match))
    program = harness.build(tmp_path, compiled, INPUTS, ["gcc", "-O1", *harness.SANITIZERS])
    answers = harness.run([program], compiled, given)
    for number, (one, answer, y, x) in enumerate(
        zip(compiled, answers, expected, given, strict=True)
    ):
        assert np.array_equal(answer, y.reshape(answer.shape)), (op, match, number)
        simulated = [simulate.run(one.unit.network, match, image) for image in x]
        assert np.array_equal(np.stack(simulated).reshape(y.shape), y), (op, match, number)


def test_bundled_model_equals_every_runtime(mnist: Digits, model_path: Path) -> None:
    """On real digits a mode equals its own runtime in every byte, and no other runtime."""
    count = 10_000 if LONG else 1_000
    rows = check(tflite.read(model_path), model_path, mnist.images[:count])
    assert len(rows) == 9
    for row in rows:
        assert row.images == count
        assert (row.differing == 0) == (row.mode is row.runtime), row


@pytest.mark.parametrize("match", list(Match))
def test_bundled_model_on_noise(match: Match, model_path: Path) -> None:
    """The same without MNIST: 200 images of noise, 0 differing bytes."""
    images = np.random.default_rng(9).integers(0, 256, (200, 28, 28), np.uint8)
    from convert.compiler.check import outputs

    expected = worker.outputs(model_path, images, *INTERPRETER[match])
    assert np.array_equal(outputs(tflite.read(model_path), Options(match), images), expected)


def test_same_input_gives_the_same_text(model_path: Path) -> None:
    """Two compilations agree to the byte, and hold neither a date nor a path."""
    random.seed(1)
    first = compile_model(tflite.read(model_path), "model").files()
    random.seed(2)
    second = compile_model(tflite.read(model_path), "model").files()
    assert first == second
    assert str(model_path.parent).encode() not in b"".join(first.values())
