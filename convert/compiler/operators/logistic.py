"""LOGISTIC and TANH: of int8 by a table, of int16 number by number."""

import math
from collections.abc import Sequence

import numpy as np

from convert.compiler.arithmetic import fixed_point, gemmlowp
from convert.compiler.arithmetic.fixed_point import Ints, Multiplier
from convert.compiler.arithmetic.match import Match
from convert.compiler.ir import Array, Node
from convert.compiler.operators.common import curve, lookup, sigmoid16
from convert.compiler.operators.common.curve import Floats
from convert.compiler.operators.common.definition import Operator
from convert.compiler.operators.common.lowering import LoweringContext
from convert.compiler.operators.common.reader import OperatorReader
from convert.compiler.program import Step

_SCALES = {"LOGISTIC": (1 / 256, -128), "TANH": (1 / 128, 0)}
"""Scale and zero point that reference kernels take for granted."""
_INTEGER_BITS = 4  # of the number that TensorFlow Lite Micro takes the function of
_LIMIT = 15  # beyond which it takes the function's limits


def _delegated_logistic(values: Floats) -> Floats:
    one = np.exp(np.clip(values, -100, 100).astype(np.float64))
    found = (one / (1 + one)).astype(np.float32)
    return np.where(values > 100, np.float32(1), np.where(values < -100, np.float32(0), found))


def _reference_logistic(values: Floats) -> Floats:
    one = np.float32(1)
    return np.asarray(one / (one + curve.exactly(lambda v: np.exp(-v))(values)))


def function(node: Node, match: Match) -> lookup.Function:
    """What becomes of a stored number."""
    source, output = node.input, node.output
    is_tanh = node.op == "TANH"
    if match is Match.XNNPACK:
        form = curve.exactly(np.tanh) if is_tanh else _delegated_logistic
        return curve.delegated(form, source, output)
    if (float(output.scale), output.zero_point) != _SCALES[node.op]:
        scale, zero_point = _SCALES[node.op]
        raise ValueError(f"its output must have scale {scale} and zero point {zero_point}")
    if match is Match.REF:
        form = curve.exactly(np.tanh) if is_tanh else _reference_logistic
        return curve.reference(form, source, output)
    return _fixed(node)


def _fixed(node: Node) -> lookup.Function:
    """As TensorFlow Lite Micro computes it, in fixed point Q4."""
    fraction, shift = math.frexp(float(node.input.scale) * (1 << (31 - _INTEGER_BITS)))
    by = Multiplier(round(fraction * (1 << 31)), shift)
    limit = math.floor(_LIMIT * 2.0 ** (31 - _INTEGER_BITS - shift))
    if limit >= 1 << 31:
        raise ValueError(f"its input's scale, {node.input.scale:.3g}, overflows in the runtime")

    def function(stored: Ints) -> Ints:
        steps = stored - node.input.zero_point
        inside = np.abs(steps) < limit
        numbers = fixed_point.apply(np.where(inside, steps, 0), by)
        found = _tanh(numbers) if node.op == "TANH" else _logistic(numbers)
        return np.where(inside, found, np.where(steps <= -limit, -128, 127))

    return function


def _logistic(numbers: Ints) -> Ints:
    power = gemmlowp.exp_negative(-np.abs(numbers), _INTEGER_BITS)
    found = gemmlowp.saturate(gemmlowp.reciprocal_q1(power) << 1)
    found = np.where(numbers < 0, gemmlowp.TOP - found, found)
    found = np.where(numbers == 0, 1 << 30, found)
    return fixed_point.rounding_divide(found, 23) - 128


def _tanh(numbers: Ints) -> Ints:
    # the same bits with one integer bit more stand for twice the number
    power = gemmlowp.exp_negative(-np.abs(numbers), _INTEGER_BITS + 1)
    size = gemmlowp.saturate((gemmlowp.reciprocal_q1(power) - (1 << 29)) << 2)
    return fixed_point.rounding_divide(np.sign(numbers) * size, 24)


def read(reader: OperatorReader) -> Node:
    """The checked node, of int8 or int16."""
    (source,), output = reader.inputs(1, "INT8", "INT16"), reader.output("INT8", "INT16")
    reader.expect(output, source.shape)
    if source.dtype != output.dtype:
        raise reader.fail(f"{source.dtype} to {output.dtype}: expected one type")
    return Node(reader.index, reader.operator.name, (source,), (output,))


def compute(node: Node, inputs: Sequence[Array], match: Match) -> Sequence[Array]:
    """By the table of all bytes, or number by number."""
    if node.input.dtype == "INT16":
        return [sigmoid16.compute(node, inputs[0], match)]
    return [lookup.outputs(function(node, match), node.output, inputs[0])]


def lower(node: Node, site: LoweringContext) -> Sequence[Step]:
    """A table of all bytes, or a loop."""
    if node.input.dtype == "INT16":
        return sigmoid16.lower(node, site)
    return lookup.steps(function(node, site.match), node.input, node.output, site)


OPERATORS = tuple(Operator(name, read, compute, lower) for name in _SCALES)
