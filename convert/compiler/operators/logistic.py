"""LOGISTIC and TANH of int8: a table."""

import numpy as np

from convert.compiler.arithmetic import fixed_point, gemmlowp
from convert.compiler.arithmetic.fixed_point import Ints
from convert.compiler.arithmetic.match import Match
from convert.compiler.ir import Floats, Node
from convert.compiler.operators.common import lookup, real

_FIXED = {"LOGISTIC": (1 / 256, -128), "TANH": (1 / 128, 0)}
"""Scale and zero point that runtimes take the output to have."""
_BEYOND = 100  # XNNPACK's sigmoid is 0 or 1 from there on


def sigmoid(values: Floats) -> Floats:
    """As XNNPACK has it."""
    powers = np.exp(np.clip(values, -_BEYOND, _BEYOND).astype(np.float64))
    return np.where(
        np.abs(values) > _BEYOND, (values > 0).astype(np.float32), powers / (1 + powers)
    ).astype(np.float32)


def sigmoid_in_steps(values: Floats) -> Floats:
    """As LiteRT's reference kernels have it: each step is rounded to float32."""
    powers = real.through_double(np.exp)(-values)
    return np.float32(1) / (np.float32(1) + powers)


def in_fixed_point(node: Node) -> lookup.Function:
    """As TensorFlow Lite Micro has it: Q4 to Q0, without a table."""
    by = fixed_point.multiplier(float(node.input.scale) * (1 << 27))
    radius = 15 * (1 << 27) >> by.shift if by.shift >= 0 else 1 << 31
    logistic, zi = node.op == "LOGISTIC", node.input.zero_point

    def function(stored: Ints) -> Ints:
        steps = stored - zi
        inside = np.clip(steps, 1 - radius, radius - 1) if radius else 0 * steps
        arguments = fixed_point.apply(inside, by)
        if logistic:
            found = fixed_point.rounding_divide(gemmlowp.logistic(arguments), 23) - 128
        else:
            found = fixed_point.rounding_divide(gemmlowp.tanh(arguments), 24)
        return np.where(steps <= -radius, -128, np.where(steps >= radius, 127, found))

    return function


def function(node: Node, match: Match) -> lookup.Function:
    """What becomes of a stored number. Raises ValueError for outputs that the runtime refuses."""
    if match is Match.XNNPACK:
        of = sigmoid if node.op == "LOGISTIC" else real.through_double(np.tanh)
        return real.table(of, node.input, node.output, match)
    scale, zero_point = _FIXED[node.op]
    if (float(node.output.scale), node.output.zero_point) != (scale, zero_point):
        raise ValueError(
            f"its output must have scale 1/{1 / scale:.0f} and zero point {zero_point}: "
            "the runtime takes it to have them"
        )
    if match is Match.TFLM:
        return in_fixed_point(node)
    of = sigmoid_in_steps if node.op == "LOGISTIC" else real.through_double(np.tanh)
    return real.table(of, node.input, node.output, match)


OPERATORS = tuple(lookup.operator(name, function) for name in ("LOGISTIC", "TANH"))
