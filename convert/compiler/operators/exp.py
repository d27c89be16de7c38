"""EXP and LOG."""

import numpy as np

from convert.compiler.arithmetic.match import Match
from convert.compiler.ir import Floats, Node
from convert.compiler.operators.common import lookup, real


def log(node: Node) -> real.Real:
    """The logarithm; of what has none, the least that the output holds."""
    least = np.float32(node.output.lowest - node.output.zero_point) * node.output.scale

    def function(values: Floats) -> Floats:
        positive = np.where(values > 0, values, np.float32(1))
        return np.where(values > 0, real.through_double(np.log)(positive), least)

    return function


def function(node: Node, match: Match) -> lookup.Function:
    """What becomes of a stored number."""
    del match  # XNNPACK has neither, and leaves them to LiteRT's reference
    of = real.through_double(np.exp) if node.op == "EXP" else log(node)
    return real.table(of, node.input, node.output, Match.REF)


_FLOATS_ONLY = {Match.TFLM: "has it for floats only"}

OPERATORS = tuple(lookup.operator(name, function, lacking=_FLOATS_ONLY) for name in ("EXP", "LOG"))
