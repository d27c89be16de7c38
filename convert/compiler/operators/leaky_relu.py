"""LEAKY_RELU."""

from dataclasses import dataclass

import numpy as np

from convert.compiler.arithmetic import fixed_point
from convert.compiler.arithmetic.fixed_point import Ints, Multiplier, multiplier
from convert.compiler.arithmetic.match import Match
from convert.compiler.ir import Node
from convert.compiler.operators.common import curve, lookup
from convert.compiler.operators.common.reader import OperatorReader


@dataclass(frozen=True)
class LeakyRelu(Node):
    """``alpha`` is the slope below zero."""

    alpha: np.float32


def read(reader: OperatorReader) -> Node:
    """The checked node."""
    node = curve.read(reader)
    alpha = np.float32(reader.option("Alpha"))
    if not np.isfinite(alpha):
        raise reader.fail(f"alpha is {alpha}, expected a number")
    return LeakyRelu(node.index, node.op, node.inputs, node.outputs, alpha)


def _factors(node: LeakyRelu, match: Match) -> tuple[float, float]:
    """Input scale over output scale, and the same times alpha, as the runtime rounds them."""
    si, so = node.input.scale, node.output.scale
    if match is Match.TFLM:
        return float(si) / float(so), float(si) * float(node.alpha) / float(so)
    with np.errstate(all="ignore"):
        return float(si / so), float(np.float32(si * node.alpha) / so)


def function(node: LeakyRelu, match: Match) -> lookup.Function:
    """What becomes of a stored number."""
    zi, zo = node.input.zero_point, node.output.zero_point
    with np.errstate(all="ignore"):
        ratio = node.input.scale / node.output.scale
        leak = np.float32(ratio * node.alpha)
    if match is Match.XNNPACK and _is_delegated(node, ratio, leak):
        up, down = (int(np.rint(np.float32(256) * factor)) for factor in (ratio, leak))

        def shifted(x: Ints) -> Ints:
            steps = x - zi
            return ((zo << 8) + 128 + steps * np.where(steps >= 0, up, down)) >> 8

        return shifted
    positive, negative = _factors(node, match)
    above, below = multiplier(positive), _signed(negative)

    def scaled(x: Ints) -> Ints:
        steps = x - zi
        sign = -1 if negative < 0 else 1
        under = sign * fixed_point.apply(steps, below)
        return np.where(steps >= 0, fixed_point.apply(steps, above), under) + zo

    return scaled


def _signed(factor: float) -> Multiplier:
    """The multiplier of a factor's size."""
    return multiplier(abs(factor)) if factor else Multiplier(0, 0)


def _is_delegated(node: LeakyRelu, ratio: np.float32, leak: np.float32) -> bool:
    """Whether XNNPACK takes it, and does not leave it to the reference kernels."""
    normal = abs(node.alpha) >= np.finfo(np.float32).tiny
    return bool(
        normal and 1 / 256 <= ratio <= 128 and -127.996 <= leak <= 128 and abs(leak) >= 1 / 256
    )


OPERATORS = (curve.operator("LEAKY_RELU", function, options="LeakyReluOptions", reading=read),)
