"""ELU."""

import numpy as np

from convert.compiler.arithmetic.match import Match
from convert.compiler.ir import Floats, Node
from convert.compiler.operators.common import lookup, real


def elu(values: Floats) -> Floats:
    """As XNNPACK has it."""
    return np.where(values < 0, real.through_double(np.expm1)(values), values)


def elu_by_exp(values: Floats) -> Floats:
    """As TensorFlow Lite Micro has it: the difference from 1 is rounded once more."""
    return np.where(values < 0, real.through_double(np.exp)(values) - np.float32(1), values)


def function(node: Node, match: Match) -> lookup.Function:
    """What becomes of a stored number."""
    of = elu if match is Match.XNNPACK else elu_by_exp
    return real.table(of, node.input, node.output, match)


OPERATORS = (lookup.operator("ELU", function, lacking={Match.REF: "lacks it"}),)
