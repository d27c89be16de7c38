"""ABS."""

import numpy as np

from convert.compiler.arithmetic import fixed_point
from convert.compiler.arithmetic.match import Match
from convert.compiler.ir import Node
from convert.compiler.operators import relu
from convert.compiler.operators.common import lookup


def function(node: Node, match: Match) -> lookup.Function:
    """What becomes of a stored number."""
    zi, zo = node.input.zero_point, node.output.zero_point
    if node.input.scale == node.output.scale:
        return lambda x: np.abs(x - zi) + zo
    by = fixed_point.multiplier(relu.ratio(node, match))
    return lambda x: fixed_point.apply(np.abs(x - zi), by) + zo


OPERATORS = (lookup.operator("ABS", function),)
