"""What cannot be compiled is refused in one line that names it; nothing else ever happens."""

import os
from collections.abc import Callable
from pathlib import Path

import flatbuffers
import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from convert import tflite
from convert.compiler.arithmetic.match import Match
from convert.compiler.build import compile_model
from convert.compiler.targets.options import Options
from runtime.errors import ModelError
from tests.compiler import models
from tests.compiler.builder import Builder

MUTATIONS = 20_000 if os.environ.get("THIMBLE_LONG") == "1" else 600


def attempt(content: bytes, match: Match = Match.XNNPACK) -> str:
    """Compile; give the error's text, or "" when it compiled."""
    try:
        compile_model(tflite.parse(content), "model", Options(match)).files()
    except ModelError as error:
        text = str(error)
        assert text
        assert "\n" not in text
        return text
    return ""


def changed(content: bytes, change: Callable[[object], None]) -> bytes:
    """A model with something changed in its object form."""
    model = schema.ModelT.InitFromPackedBuf(content)
    change(model)
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def conv() -> bytes:
    return models.random("CONV_2D", 1)


def graph(model: object) -> object:
    return model.subgraphs[0]


def set_tensor(number: int, **values: object) -> Callable[[object], None]:
    def change(model: object) -> None:
        tensor = graph(model).tensors[number]
        for name, value in values.items():
            target = tensor if hasattr(tensor, name) else tensor.quantization
            setattr(target, name, value)

    return change


def set_graph(**values: object) -> Callable[[object], None]:
    return lambda model: [setattr(graph(model), k, v) for k, v in values.items()] and None


def twice(model: object) -> None:
    operators = graph(model).operators
    operators.append(operators[0])


def cyclic(model: object) -> None:
    operator = graph(model).operators[0]
    operator.inputs = [operator.outputs[0], *operator.inputs[1:]]


def set_option(**values: object) -> Callable[[object], None]:
    def change(model: object) -> None:
        options = graph(model).operators[0].builtinOptions
        for name, value in values.items():
            setattr(options, name, value)

    return change


FLOATS = np.array([1.0], np.float32)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (set_tensor(0, shape=[1, 0, 5, 3]), "shape"),
        (set_tensor(0, shape=[2, 5, 5, 3]), "batch 2|shape"),
        (set_tensor(0, shapeSignature=[1, -1, 5, 3]), "fixed shape"),
        (set_tensor(0, shape=[1, 1 << 14, 1 << 14, 64]), "shape"),
        (set_tensor(0, type=schema.TensorType.FLOAT32), "FLOAT32"),
        (set_tensor(0, type=schema.TensorType.INT16), "INT16"),
        (set_tensor(0, quantization=None), "scale"),
        (set_tensor(0, scale=np.array([np.nan], np.float32)), "scale nan"),
        (set_tensor(0, scale=np.array([np.inf], np.float32)), "scale inf"),
        (set_tensor(0, scale=-FLOATS), "scale -1"),
        (set_tensor(0, scale=0 * FLOATS), "scale 0"),
        (set_tensor(0, zeroPoint=np.array([200])), "zero point 200"),
        (set_tensor(3, quantizedDimension=1), "one scale, and that along axis 1"),
        (set_tensor(0, isVariable=True), "marked as a state"),
        (set_tensor(1, isVariable=True), "marked as a state"),
        (set_tensor(3, isVariable=True), "marked as a state"),
        (set_tensor(1, zeroPoint=np.array([3] * 20)), "zero point"),
        (set_tensor(1, buffer=0), "weights|constant|variable"),
        (set_tensor(1, shape=[3, 1, 1, 1]), "bytes|shape"),
        (set_tensor(2, type=schema.TensorType.INT64), "INT64|bytes"),
        (set_tensor(3, shape=[1, 99, 99, 5]), "computed"),
        (set_graph(inputs=[], outputs=[3]), "inputs"),
        (set_graph(inputs=[0], outputs=[0]), "not written|output"),
        (set_graph(inputs=[0], outputs=[77]), "damaged"),
        (set_graph(operators=[]), "not written"),
        (twice, "written already"),
        (set_option(strideH=0), "stride"),
        (set_option(strideW=-3), "stride"),
        (set_option(dilationHFactor=1 << 30), "dilation|window"),
        (set_option(padding=9), "padding"),
        (set_option(fusedActivationFunction=4), "TANH"),
    ],
)  # fmt: skip
def test_a_broken_model_is_refused_by_name(change: Callable[[object], None], named: str) -> None:
    """The one line says what is wrong."""
    import re

    text = attempt(changed(conv(), change))
    assert re.search(named, text), text


def test_a_multiplier_that_the_weights_contradict_is_refused() -> None:
    """LiteRT looks at the weights, TensorFlow Lite Micro at the option."""
    content = models.random("DEPTHWISE_CONV_2D", 1)
    known = schema.ModelT.InitFromPackedBuf(content).subgraphs[0].operators[0].builtinOptions
    for other in (known.depthMultiplier + 1, 0):
        assert "says DepthMultiplier" in attempt(
            changed(content, set_option(depthMultiplier=other))
        )


def test_an_operator_that_feeds_itself_is_refused() -> None:
    """Reading what was not written yet, be it one's own output."""
    assert "before any operator" in attempt(changed(models.random("RELU", 1), cyclic))


def test_every_unsupported_operator_is_named_with_what_is_supported() -> None:
    """All at once, how many there are of each, and the list."""
    b = Builder()
    x, y, z, last = (b.tensor((1, 4, 4, 2), 0.1, 0) for _ in range(4))
    b.add("COS", [x], y)
    b.add("FLOOR", [y], z)
    b.add("COS", [z], last)
    text = attempt(b.pack([x], last))
    assert "COS (2), FLOOR (1)" in text
    assert "CONV_2D" in text


def test_a_leading_dimension_that_may_change_is_a_batch_of_1() -> None:
    """As every ordinary conversion writes it: -1 in the signature where the shape says 1."""
    shape = list(schema.ModelT.InitFromPackedBuf(conv()).subgraphs[0].tensors[0].shape)
    assert attempt(changed(conv(), set_tensor(0, shapeSignature=[-1, *shape[1:]]))) == ""


def test_sums_that_could_overflow_are_refused() -> None:
    """A bias near the end of int32 would make sums wrap, differently everywhere."""
    b = Builder()
    x, y = b.tensor((1, 4), 0.1, 0), b.tensor((1, 1), 0.1, 0)
    w = b.tensor((1, 4), 0.1, 0, np.ones((1, 4), np.int8))
    bias = b.tensor((1,), 0.01, 0, np.array([(1 << 31) - 5], np.int32))
    b.add("FULLY_CONNECTED", [x, w, bias], y)
    assert "32 bits" in attempt(b.pack([x], y))


@pytest.mark.parametrize("content", [b"", b"TFL3", b"\0" * 100, b"\x1c\0\0\0TFL3" + b"\xff" * 64])
def test_what_is_no_model_is_refused(content: bytes) -> None:
    """Empty, cut and random files."""
    assert attempt(content)


def test_truncated_at_any_place(model_path: Path) -> None:
    """A model that ends early never compiles: its end is weights or structure."""
    content = model_path.read_bytes()
    for end in np.linspace(0, len(content) - 64, 60).astype(int):
        assert attempt(content[:end])


def test_mutated_models_compile_or_are_refused() -> None:
    """Bytes changed at random in models of every operator: one clear line, or C; nothing else."""
    rng = np.random.default_rng(6)
    originals = [models.random(op, seed) for op in models.kinds() for seed in (1, 2)]
    refused = 0
    for _ in range(MUTATIONS):
        content = bytearray(originals[rng.integers(len(originals))])
        for _ in range(rng.integers(1, 4)):
            at = rng.integers(len(content))
            kind = rng.integers(3)
            if kind == 0:
                content[at] ^= 1 << rng.integers(8)
            elif kind == 1:
                content[at] = rng.choice([0, 1, 127, 128, 255])
            else:
                del content[at : at + rng.integers(1, 8)]
        refused += bool(attempt(bytes(content), Match(rng.choice(list(Match)))))
    assert MUTATIONS * 0.2 < refused < MUTATIONS


def test_command_refuses_in_one_line_and_writes_nothing(run, tmp_path: Path) -> None:
    """Status 1, one line, no files."""
    (tmp_path / "bad.tflite").write_bytes(changed(conv(), set_option(strideH=0)))
    done = run("convert.compiler", tmp_path / "bad.tflite")
    assert done.returncode == 1
    assert done.stderr.startswith("error: operator 0 CONV_2D")
    assert done.stderr.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["bad.tflite"]
