"""RELU, RELU6, RELU_N1_TO_1 and RELU_0_TO_1 as operators of their own."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from convert.compiler.arithmetic import fixed_point
from convert.compiler.arithmetic.activation import bounds
from convert.compiler.arithmetic.match import Match
from convert.compiler.ir import Array, Node
from convert.compiler.operators.common import lookup
from convert.compiler.operators.common.channels import ONE_FOR_ONE
from convert.compiler.operators.common.definition import Operator
from convert.compiler.operators.common.lowering import LoweringContext
from convert.compiler.operators.common.reader import OperatorReader
from convert.compiler.operators.common.rows import ROW_BY_ROW
from convert.compiler.program import Step


@dataclass(frozen=True)
class Relu(Node):
    """A rectifier."""


def read(reader: OperatorReader) -> Node:
    """The checked node."""
    (source,), output = reader.inputs(1), reader.output()
    reader.expect(output, source.shape)
    return Relu(reader.index, reader.operator.name, (source,), (output,))


def function(node: Relu, match: Match) -> lookup.Function:
    """What becomes of a stored number."""
    source, output = node.input, node.output
    zi, zo = source.zero_point, output.zero_point
    if node.op == "RELU6" and match is Match.TFLM:
        with np.errstate(over="ignore"):
            steps = min(float(np.float32(6) / source.scale), 1 << 24)
        high = zi + fixed_point.round_half_away(steps)
        return lambda x: np.clip(x, zi, high)
    by = fixed_point.multiplier(ratio(node, match))
    low, high = bounds(node.op, output, Match.REF)
    return lambda x: np.clip(fixed_point.apply(x - zi, by) + zo, low, high)


def ratio(node: Relu, match: Match) -> float:
    """Input scale over output scale, as the runtime rounds it."""
    source, output = node.input, node.output
    if match is Match.TFLM:
        return float(source.scale) / float(output.scale)
    with np.errstate(all="ignore"):
        return float(source.scale / output.scale)


def compute(node: Relu, inputs: Sequence[Array], match: Match) -> Sequence[Array]:
    """Rectified."""
    return [lookup.outputs(function(node, match), node.output, inputs[0])]


def lower(node: Relu, site: LoweringContext) -> Sequence[Step]:
    """A table."""
    return lookup.steps(function(node, site.match), node.input, node.output, site)


_MICRO = {Match.TFLM: "lacks it"}

OPERATORS = tuple(
    Operator(name, read, compute, lower, lacking=lacking, channels=ONE_FOR_ONE, sweep=ROW_BY_ROW)
    for name, lacking in (
        ("RELU", {}),
        ("RELU6", {}),
        ("RELU_N1_TO_1", _MICRO),
        ("RELU_0_TO_1", _MICRO),
    )
)
