"""LEAKY_RELU: what is negative is multiplied by a constant."""

from dataclasses import dataclass

import numpy as np

from convert.compiler.arithmetic import fixed_point
from convert.compiler.arithmetic.match import Match
from convert.compiler.ir import Node
from convert.compiler.operators.common import lookup
from convert.compiler.operators.common.reader import OperatorReader

_SMALLEST, _LARGEST = 1 / 256, 128  # factors that XNNPACK takes
_MOST_NEGATIVE = -127.99609375


@dataclass(frozen=True)
class LeakyRelu(Node):
    """``alpha`` is the factor of negative numbers."""

    alpha: np.float32


def read(reader: OperatorReader) -> Node:
    """The checked node."""
    node, alpha = lookup.read(reader), np.float32(reader.option("Alpha"))
    if not np.isfinite(alpha):
        raise reader.fail(f"alpha is {alpha}, expected a number")
    return LeakyRelu(node.index, node.op, node.inputs, node.outputs, alpha)


def factors(node: LeakyRelu, match: Match) -> tuple[float, float]:
    """Of positive and of negative numbers, in steps, as the runtime rounds them."""
    source, output, alpha = node.input.scale, node.output.scale, node.alpha
    if match is Match.TFLM:
        given, wanted = float(source), float(output)
        return given / wanted, given * float(alpha) / wanted
    with np.errstate(all="ignore"):
        return float(source / output), float(source * alpha / output)


def delegated(node: LeakyRelu) -> tuple[int, int] | None:
    """XNNPACK's factors in 1/256; None where it leaves the node to LiteRT's reference."""
    with np.errstate(all="ignore"):
        positive = node.input.scale / node.output.scale
        negative = positive * node.alpha
    if not _SMALLEST <= positive <= _LARGEST or not _MOST_NEGATIVE <= negative <= _LARGEST:
        return None
    if abs(negative) < _SMALLEST or abs(node.alpha) < np.finfo(np.float32).tiny:
        return None
    scaled = np.rint(np.array([positive, negative], np.float32) * np.float32(256))
    return int(scaled[0]), int(scaled[1])


def function(node: LeakyRelu, match: Match) -> lookup.Function:
    """What becomes of a stored number."""
    zi, zo = node.input.zero_point, node.output.zero_point
    whole = delegated(node) if match is Match.XNNPACK else None
    if whole:
        above, below = whole
        return lambda x: ((zo << 8) + 128 + (x - zi) * np.where(x >= zi, above, below)) >> 8
    positive, negative = (fixed_point.signed_multiplier(f) for f in factors(node, match))
    return lambda x: (
        zo
        + np.where(
            x >= zi, fixed_point.apply(x - zi, positive), fixed_point.apply(x - zi, negative)
        )
    )


OPERATORS = (lookup.operator("LEAKY_RELU", function, read, options="LeakyReluOptions"),)
