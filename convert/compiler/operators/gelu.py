"""GELU."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from convert.compiler.arithmetic.match import Match
from convert.compiler.ir import Node
from convert.compiler.operators.common import curve, lookup
from convert.compiler.operators.common.reader import OperatorReader

Doubles = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Gelu(Node):
    """By the error function, or approximately by a hyperbolic tangent."""

    approximate: bool


def read(reader: OperatorReader) -> Node:
    """The checked node."""
    node = curve.read(reader)
    approximate = bool(reader.option("Approximate"))
    return Gelu(node.index, node.op, node.inputs, node.outputs, approximate)


def _exact(values: Doubles) -> Doubles:
    error = np.array([math.erf(value / math.sqrt(2)) for value in values.ravel()])
    return values / 2 * (1 + error.reshape(values.shape))


def _approximate(values: Doubles) -> Doubles:
    inner = math.sqrt(2 / math.pi) * (values + 0.044715 * values**3)
    return np.asarray(values / 2 * (1 + np.tanh(inner)))


def function(node: Gelu, match: Match) -> lookup.Function:
    """What becomes of a stored number."""
    del match
    form = curve.exactly(_approximate if node.approximate else _exact)
    return curve.reference(form, node.input, node.output)


OPERATORS = (
    curve.operator(
        "GELU",
        function,
        options="GeluOptions",
        reading=read,
        lacking={Match.TFLM: "lacks it"},
    ),
)
