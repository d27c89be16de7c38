"""ELU, EXP and LOG: tables of LiteRT's."""

import numpy as np

from convert.compiler.arithmetic.match import Match
from convert.compiler.ir import Node
from convert.compiler.operators.common import curve, lookup
from convert.compiler.operators.common.curve import Floats


def _delegated_elu(values: Floats) -> Floats:
    return np.where(values < 0, curve.exactly(np.expm1)(values), values)


def _micro_elu(values: Floats) -> Floats:
    return np.where(values < 0, curve.exactly(np.exp)(values) - np.float32(1), values)


def elu(node: Node, match: Match) -> lookup.Function:
    """What becomes of a stored number."""
    if match is Match.XNNPACK:
        return curve.delegated(_delegated_elu, node.input, node.output)
    return curve.reference(_micro_elu, node.input, node.output)


def exponential(node: Node, match: Match) -> lookup.Function:
    """What becomes of a stored number."""
    del match
    return curve.reference(curve.exactly(np.exp), node.input, node.output)


def logarithm(node: Node, match: Match) -> lookup.Function:
    """What becomes of a stored number; of one that has no logarithm, the least."""
    del match
    least = np.float32(-128 - node.output.zero_point) * node.output.scale

    def form(values: Floats) -> Floats:
        found = curve.exactly(lambda v: np.log(np.where(v > 0, v, 1)))(values)
        return np.where(values > 0, found, least)

    return curve.reference(form, node.input, node.output)


_MICRO = {Match.TFLM: "lacks it for int8"}

OPERATORS = (
    curve.operator("ELU", elu, lacking={Match.REF: "lack it for int8"}),
    curve.operator("EXP", exponential, lacking=_MICRO),
    curve.operator("LOG", logarithm, lacking=_MICRO),
)
