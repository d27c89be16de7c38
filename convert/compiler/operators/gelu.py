"""GELU."""

import math
from dataclasses import dataclass

import numpy as np

from convert.compiler.arithmetic.match import Match
from convert.compiler.ir import Array, Node
from convert.compiler.operators.common import lookup, real
from convert.compiler.operators.common.reader import OperatorReader


@dataclass(frozen=True)
class Gelu(Node):
    """``approximate``: by the hyperbolic tangent."""

    approximate: bool


def read(reader: OperatorReader) -> Node:
    """The checked node."""
    node = lookup.read(reader)
    approximate = bool(reader.option("Approximate"))
    return Gelu(node.index, node.op, node.inputs, node.outputs, approximate)


def gelu(values: Array) -> Array:
    """Half of ``values`` times one and their error function over the root of 2."""
    root = math.sqrt(0.5)
    errors = np.array([math.erf(value * root) for value in values.ravel()])
    return 0.5 * values * (1 + errors.reshape(values.shape))


def gelu_by_tanh(values: Array) -> Array:
    """The approximation."""
    inner = math.sqrt(2 / math.pi) * (values + 0.044715 * values**3)
    return 0.5 * values * (1 + np.tanh(inner))


def function(node: Gelu, match: Match) -> lookup.Function:
    """What becomes of a stored number."""
    del match  # XNNPACK has none, and leaves it to LiteRT's reference
    of = real.through_double(gelu_by_tanh if node.approximate else gelu)
    return real.table(of, node.input, node.output, Match.REF)


OPERATORS = (
    lookup.operator(
        "GELU", function, read, options="GeluOptions", lacking={Match.TFLM: "lacks it"}
    ),
)
