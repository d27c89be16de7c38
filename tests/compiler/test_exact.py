"""Generated C gives the runtimes' own bytes: operator by operator, and for the bundled model."""

import os
import random
from pathlib import Path

import numpy as np
import pytest

from convert import tflite
from convert.compiler import check, golden, samples, simulate
from convert.compiler.arithmetic.match import Match
from convert.compiler.build import compile_model
from convert.compiler.frontend.read import read
from convert.compiler.ir import Tensor
from convert.compiler.operators import registry
from convert.compiler.targets.options import Options
from convert.feed import fed
from runtime.dataset import Examples
from runtime.errors import ModelError
from runtime.tasks.digits import TASK
from tests.compiler import harness, models
from tests.compiler.runtimes import RUN

LONG = os.environ.get("THIMBLE_LONG") == "1"
MODELS = 150 if LONG else 4
INPUTS = 5


def inputs_of(content: bytes, rng: np.random.Generator) -> list[np.ndarray]:
    """Random numbers, and both extremes everywhere: [INPUTS, *shape] for each input."""
    network = read(tflite.parse(content))
    return [drawn(tensor, golden.float_step(network, tensor), rng) for tensor in network.inputs]


def drawn(tensor: Tensor, step: np.float32, rng: np.random.Generator) -> np.ndarray:
    """Inputs for one tensor; real ones in halves and random parts of ``step``, a few far out."""
    shape = (INPUTS, *tensor.shape)
    if tensor.dtype == "FLOAT32":
        halves = rng.integers(-400, 401, shape) / 2
        values = np.where(rng.random(shape) < 0.3, halves, rng.normal(0, 70, shape))
        values = np.where(rng.random(shape) < 0.02, values * 1000, values)
        return (values.astype(np.float32) * step).astype(np.float32)
    if tensor.dtype in ("INT32", "BOOL"):
        return rng.integers(0, 2, shape).astype(tensor.numpy)
    given = rng.integers(tensor.lowest, tensor.highest + 1, shape).astype(tensor.numpy)
    given[0], given[1] = tensor.lowest, tensor.highest
    return given


@pytest.mark.spread
@pytest.mark.parametrize("match", list(Match))
@pytest.mark.parametrize("kind", models.kinds())
def test_operator_equals_the_runtime(kind: str, match: Match, tmp_path: Path) -> None:
    """Random shapes, strides, paddings, scales and extremes: 0 differing bytes, clean sanitizers.

    NumPy's simulation, from which the golden vectors come, is held to the runtime as well. What
    only some runtimes have is refused for the others, by name.
    """
    if match not in models.only().get(kind, tuple(Match)):
        with pytest.raises(ModelError, match="operator"):
            compile_model(tflite.parse(models.random(kind, 0)), "model", Options(match))
        return
    contents, given, expected = [], [], []
    for seed in range(MODELS):
        content = models.random(kind, seed)
        x = inputs_of(content, np.random.default_rng(seed))
        try:
            y = RUN[match](content, x)
        except (RuntimeError, ValueError):  # the runtime itself refuses this model
            continue
        contents.append(content)
        given.append(x)
        expected.append(y)
    assert len(contents) > MODELS * (0.8 if LONG else 0.5)
    compiled = harness.compile_all(contents, Options(match))
    compiler = [*harness.SANITIZED, *harness.WARNINGS]
    program = harness.build(tmp_path, compiled, INPUTS, compiler)
    answers = harness.run([program], compiled, given)
    for number, one in enumerate(compiled):
        network, memory = one.unit.network, simulate.start(one.unit.network)
        simulated = [
            simulate.run(network, match, row, memory) for row in zip(*given[number], strict=True)
        ]
        for place, y in enumerate(expected[number]):
            about = (kind, match, number, place)
            assert same(answers[number][place], y), about
            assert same(np.stack([row[place] for row in simulated]), y), about


def same(a: np.ndarray, b: np.ndarray) -> bool:
    """Whether both hold the same bytes, whatever their shapes."""
    return a.dtype == b.dtype and a.tobytes() == b.tobytes()


def test_every_operator_has_models() -> None:
    """What is registered is tested."""
    tested = {kind.split(" ")[0] for kind in models.kinds()}
    assert not set(registry()) - tested - ASSISTANTS


ASSISTANTS = {"CALL_ONCE", "VAR_HANDLE", "READ_VARIABLE", "ASSIGN_VARIABLE"}
"""Operators that only make sense together; their tests are in test_streaming.py."""
ASSISTANTS |= {"FLOOR_DIV", "REDUCE_PROD"}  # of constants only; test_fold_arithmetic.py


def test_bundled_model_equals_every_runtime(mnist: Examples, model_path: Path) -> None:
    """On real digits a mode equals its own runtime in every byte, and no other runtime."""
    count = 10_000 if LONG else 1_000
    model = tflite.read(model_path)
    given = [fed(TASK, mnist.inputs[:count], model)[:, None]]
    rows = check.check(model, check.compile_modes(model, Options()), given)
    assert len(rows) == 9
    for row in rows:
        assert row.inputs == count
        assert (row.differing == 0) == (row.mode is row.runtime), row


@pytest.mark.parametrize("match", list(Match))
def test_bundled_model_on_noise(match: Match, model_path: Path) -> None:
    """The same without MNIST: 200 images of noise, 0 differing bytes."""
    model = tflite.read(model_path)
    given = samples.random(read(model), 200, 9)
    expected = check.run_runtime(model.content, match, given)
    found = check.run_compiled(compile_model(model, "model", Options(match)), given)
    assert same(found.arrays[0], expected.arrays[0])


def test_same_input_gives_the_same_text(model_path: Path) -> None:
    """Two compilations agree to the byte, and hold neither a date nor a path."""
    random.seed(1)
    first = compile_model(tflite.read(model_path), "model").files()
    random.seed(2)
    second = compile_model(tflite.read(model_path), "model").files()
    assert first == second
    assert str(model_path.parent).encode() not in b"".join(first.values())
