"""GELU."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from convert.compiler.arithmetic.match import Match
from convert.compiler.ir import Node
from convert.compiler.operators.common import curve, lookup
from convert.compiler.operators.common.curve import Floats
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


def _erfc(values: Doubles) -> Doubles:
    return np.array([math.erfc(value) for value in values.ravel()]).reshape(values.shape)


def _exact(values: Floats) -> Floats:
    """Half the number times erfc(-x / sqrt(2)); LiteRT rounds every step to float32."""
    root = np.float32(math.sqrt(0.5))
    return np.float32(0.5) * values * curve.exactly(_erfc)(values * -root)


def _approximate(values: Floats) -> Floats:
    """By the tangent, every step rounded to float32 as well."""
    one, slope = np.float32(1), np.float32(math.sqrt(2 / math.pi))
    inner = slope * values * (one + np.float32(0.044715) * values * values)
    return np.float32(0.5) * values * (one + curve.exactly(np.tanh)(inner))


def function(node: Gelu, match: Match) -> lookup.Function:
    """What becomes of a stored number."""
    del match
    form = _approximate if node.approximate else _exact
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
