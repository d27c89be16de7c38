"""RELU, RELU6, RELU_N1_TO_1 and RELU_0_TO_1 as operators of their own."""

import numpy as np

from convert.compiler.arithmetic import fixed_point
from convert.compiler.arithmetic.activation import bounds
from convert.compiler.arithmetic.match import Match
from convert.compiler.ir import Node
from convert.compiler.operators.common import lookup


def function(node: Node, match: Match) -> lookup.Function:
    """What becomes of a stored number."""
    source, output = node.input, node.output
    zi, zo = source.zero_point, output.zero_point
    if node.op == "RELU6" and match is Match.TFLM:
        with np.errstate(over="ignore"):
            steps = np.float32(6) / source.scale
        high = zi + fixed_point.round_half_away(min(float(steps), 1 << 24))
        return lambda x: np.clip(x, zi, high)
    by = fixed_point.multiplier(ratio(node, match))
    low, high = bounds(node.op, output, Match.REF)
    return lambda x: np.clip(fixed_point.apply(x - zi, by) + zo, low, high)


def ratio(node: Node, match: Match) -> float:
    """Input scale over output scale, as the runtime rounds it."""
    source, output = node.input, node.output
    if match is Match.TFLM:
        return float(source.scale) / float(output.scale)
    with np.errstate(all="ignore"):
        return float(source.scale / output.scale)


_NOT_IN_TFLM = {Match.TFLM: "lacks it"}

OPERATORS = (
    lookup.operator("RELU", function),
    lookup.operator("RELU6", function),
    lookup.operator("RELU_N1_TO_1", function, lacking=_NOT_IN_TFLM),
    lookup.operator("RELU_0_TO_1", function, lacking=_NOT_IN_TFLM),
)
