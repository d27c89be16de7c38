"""Examples stand each by itself, also for a network that keeps a state from run to run."""

import json
from pathlib import Path

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter

from convert import network, publish, tflite
from convert.compiler.build import compile_model
from runtime import flatbuffer, interpreter, worker
from runtime.classifier import Model
from runtime.contract import Contract
from runtime.tasks.meaning import Values
from runtime.tasks.scaling import Scaling
from runtime.tasks.tensor import Arrays
from train.tf import configure, keras

SHAPE = (6, 3)
RUNNERS = (
    ("litert", "default"),
    ("litert", "reference"),
    ("tflite-runtime", "reference"),
    (worker.MICRO, "default"),
    ("c", "default"),
)


@pytest.fixture(scope="module")
def recurrent(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An int8 LSTM with its C and its contract beside it."""
    configure(0)
    layers = keras.layers
    model = keras.Sequential([layers.InputLayer(SHAPE), layers.LSTM(5), layers.Dense(2)])
    rng = np.random.default_rng(0)
    content = network.Layers(model, "lstm").quantize([rng.normal(0, 1, (50, *SHAPE)).astype("f4")])
    contract = Contract(Arrays(SHAPE, Scaling()), (Values(("a", "b")),))
    folder = tmp_path_factory.mktemp("recurrent")
    compiled = compile_model(tflite.parse(content), "model").files()
    told = {"model.tflite": content, "contract.json": json.dumps(contract.describe()).encode()}
    publish.files(folder, {**compiled, **told})
    return folder / "model.tflite"


@pytest.fixture(scope="module")
def inputs() -> np.ndarray:
    rng = np.random.default_rng(1)
    return rng.integers(-128, 128, (8, 1, *SHAPE)).astype(np.int8)


def alone(path: Path, given: np.ndarray) -> np.ndarray:
    """What LiteRT itself makes of one input, loaded for it."""
    judge = Interpreter(str(path))
    judge.allocate_tensors()
    judge.set_tensor(judge.get_input_details()[0]["index"], given)
    judge.invoke()
    return np.asarray(judge.get_tensor(judge.get_output_details()[0]["index"]))


@pytest.mark.parametrize("who", RUNNERS, ids="-".join)
def test_fresh_runs_do_not_see_each_other(
    who: tuple[str, str], recurrent: Path, inputs: np.ndarray
) -> None:
    """The same input gives the same whatever came before; as a sequence it does not."""
    path = recurrent.with_suffix(".c") if who[0] == "c" else recurrent
    twice = np.concatenate([inputs, inputs[::-1]])
    (fresh,) = worker.run(path, [twice], *who, fresh=True)
    np.testing.assert_array_equal(fresh[:8], fresh[8:][::-1])
    (sequence,) = worker.run(path, [twice], *who)
    np.testing.assert_array_equal(sequence[0], fresh[0])
    assert (sequence != fresh).any()


def test_fresh_is_what_a_new_interpreter_gives(recurrent: Path, inputs: np.ndarray) -> None:
    """An interpreter that is loaded once, one for each call, and LiteRT loaded for each input."""
    expected = np.stack([alone(recurrent, one) for one in inputs])
    (found,) = interpreter.load(recurrent).run_all([inputs], fresh=True)
    np.testing.assert_array_equal(found, expected)
    (found,) = interpreter.run_all(recurrent, [inputs], "litert", "default", fresh=True)
    np.testing.assert_array_equal(found, expected)


def test_examples_stand_apart_where_a_contract_says_what_one_is(
    recurrent: Path, tmp_path: Path
) -> None:
    """With the contract their order does not matter; a model alone may be meant for a stream."""
    examples = np.random.default_rng(2).normal(0, 1, (8, *SHAPE)).astype(np.float32)
    one, other = (Model(recurrent).reals(part)[0] for part in (examples, examples[::-1]))
    np.testing.assert_array_equal(one, other[::-1])
    bare = tmp_path / "model.tflite"
    bare.write_bytes(recurrent.read_bytes())
    assert (Model(bare).reals(examples)[0] != one).any()


def test_what_keeps_a_state_is_known(recurrent: Path, model_path: Path) -> None:
    """An LSTM has variable tensors; a convolution keeps nothing."""
    assert flatbuffer.keeps_state(recurrent.read_bytes())
    assert not flatbuffer.keeps_state(model_path.read_bytes())
