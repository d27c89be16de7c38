"""What remembers and cannot be compiled is refused in one line."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from convert.compiler.arithmetic.match import Match
from tests.compiler import models
from tests.compiler.builder import Builder
from tests.compiler.test_refuse import attempt, changed, graph

LSTM = "UNIDIRECTIONAL_SEQUENCE_LSTM"
RING, SVDF = "READ_VARIABLE ring", "SVDF"
Change = Callable[[Any], None]


def operator(model: Any, name: str, number: int = 0) -> Any:
    """The first operator of that name in a subgraph."""
    code = getattr(schema.BuiltinOperator, name)
    operators = model.subgraphs[number].operators
    return next(o for o in operators if model.operatorCodes[o.opcodeIndex].builtinCode == code)


def with_input(name: str, position: int, tensor: int) -> Change:
    """Another tensor as an input."""

    def change(model: Any) -> None:
        inputs = list(operator(model, name).inputs)
        inputs[position] = tensor
        operator(model, name).inputs = inputs

    return change


def with_option(name: str, **values: Any) -> Change:
    def change(model: Any) -> None:
        for key, value in values.items():
            setattr(operator(model, name).builtinOptions, key, value)

    return change


def not_variable(model: Any) -> None:
    for tensor in graph(model).tensors:
        tensor.isVariable = False


def without_intermediates(model: Any) -> None:
    operator(model, LSTM).intermediates = None


def uneven_cell(model: Any) -> None:
    number = operator(model, LSTM).inputs[19]
    model.subgraphs[0].tensors[number].quantization.scale = np.array([0.0003], np.float32)


def computes_once(model: Any) -> None:
    code = model.operatorCodes[operator(model, "VAR_HANDLE", 1).opcodeIndex]
    code.builtinCode = code.deprecatedBuiltinCode = schema.BuiltinOperator.ADD


def called_late(model: Any) -> None:
    operators = graph(model).operators
    operators.append(operators.pop(0))


def has_input(model: Any) -> None:
    model.subgraphs[1].inputs = [0]


def another_shape(model: Any) -> None:
    number = operator(model, "READ_VARIABLE").outputs[0]
    model.subgraphs[0].tensors[number].shape = [1, 77, 1, 1]


@pytest.mark.parametrize(
    ("kind", "change", "named"),
    [
        (LSTM, with_input(LSTM, 1, -1), "CIFG"),
        (LSTM, with_input(LSTM, 9, 1), "peephole"),
        (LSTM, with_input(LSTM, 16, 1), "projection"),
        (LSTM, with_input(LSTM, 20, 1), "layer normalization"),
        (LSTM, with_input(LSTM, 18, 0), "not a variable tensor"),
        (LSTM, with_option(LSTM, fusedActivationFunction=1), "RELU, expected TANH"),
        (LSTM, with_option(LSTM, cellClip=float("nan")), "cell clip is nan"),
        (LSTM, not_variable, "not a variable tensor"),
        (LSTM, without_intermediates, "0 intermediate tensors"),
        (LSTM, uneven_cell, "power of two"),
        (SVDF, with_option(SVDF, rank=0), "rank 0"),
        (SVDF, with_option(SVDF, fusedActivationFunction=0), "needs activation RELU"),
        (RING, with_option("CALL_ONCE", initSubgraphIndex=7), "no further subgraph 7"),
        (RING, with_option("CALL_ONCE", initSubgraphIndex=0), "no further subgraph 0"),
        (RING, with_option("VAR_HANDLE", sharedName=b"other"), "nothing initializes"),
        (RING, computes_once, "subgraph 1 has ADD"),
        (RING, called_late, "comes behind"),
        (RING, has_input, "has inputs"),
        (RING, another_shape, "the variable INT8"),
    ],
)  # fmt: skip
def test_what_cannot_be_compiled_is_named(kind: str, change: Change, named: str) -> None:
    """The one line says what is wrong."""
    text = attempt(changed(models.random(kind, 1), change))
    assert re.search(named, text), text


def test_a_bias_is_needed_by_micro_only() -> None:
    """SVDF without a bias, at which TensorFlow Lite Micro crashes."""
    content = changed(models.random(SVDF, 1), with_input(SVDF, 3, -1))
    assert attempt(content) == attempt(content, Match.REF) == ""
    assert "needs a bias" in attempt(content, Match.TFLM)


def test_further_subgraphs_that_nothing_uses_are_ignored() -> None:
    """They may hold anything."""
    b = Builder()
    x, y = b.tensor((1, 4), 0.1, 0), b.tensor((1, 4), 0.1, 0)
    b.add("RELU", [x], y)
    inner = b.subgraph()
    inner.add("WHILE", [], [])
    assert attempt(b.pack([x], y)) == ""


def test_control_flow_is_named() -> None:
    """IF and WHILE are not supported."""
    b = Builder()
    x, y = b.tensor((1, 4), 0.1, 0), b.tensor((1, 4), 0.1, 0)
    b.add("WHILE", [x], y)
    b.subgraph()
    assert "WHILE (1)" in attempt(b.pack([x], y))
