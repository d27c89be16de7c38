"""ABS and NEG."""

import numpy as np

from convert.compiler.arithmetic import fixed_point
from convert.compiler.arithmetic.fixed_point import Ints
from convert.compiler.arithmetic.match import Match
from convert.compiler.ir import Node
from convert.compiler.operators.common import curve, lookup


def absolute(node: Node, match: Match) -> lookup.Function:
    """What becomes of a stored number."""
    source, output = node.input, node.output
    zi, zo = source.zero_point, output.zero_point
    if source.scale == output.scale:
        return lambda x: np.abs(x - zi) + zo
    ratio = float(source.scale / output.scale)
    if match is Match.TFLM:
        ratio = float(source.scale) / float(output.scale)
    by = fixed_point.multiplier(ratio)
    return lambda x: fixed_point.apply(np.abs(x - zi), by) + zo


def negative(node: Node, match: Match) -> lookup.Function:
    """The runtimes negate the stored number, modulo 2^8, whatever the scales are."""
    del match
    source, output = node.input, node.output
    if (source.scale, source.zero_point) != (output.scale, output.zero_point) or source.zero_point:
        raise ValueError("its input and output must share a scale, with zero point 0")

    def function(x: Ints) -> Ints:
        return ((-x + 128) & 0xFF) - 128

    return function


OPERATORS = (
    curve.operator("ABS", absolute),
    curve.operator("NEG", negative, lacking={Match.TFLM: "lacks it for int8"}),
)
