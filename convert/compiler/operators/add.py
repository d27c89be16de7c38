"""ADD."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from convert.compiler.arithmetic import fixed_point
from convert.compiler.arithmetic.activation import bounds
from convert.compiler.arithmetic.fixed_point import Multiplier, multiplier
from convert.compiler.arithmetic.match import Match
from convert.compiler.ir import Array, Node
from convert.compiler.operators.common.definition import Operator
from convert.compiler.operators.common.lowering import LoweringContext
from convert.compiler.operators.common.reader import OperatorReader
from convert.compiler.program import Step


@dataclass(frozen=True)
class Add(Node):
    """The sum of two tensors of the same shape."""

    activation: str


def read(reader: OperatorReader) -> Node:
    """The checked node."""
    operands, output = reader.inputs(2), reader.output()
    if len({tensor.shape for tensor in (*operands, output)}) != 1:
        raise reader.fail("its inputs have different shapes: broadcasting is not supported")
    return Add(reader.index, reader.operator.name, operands, (output,), reader.activation())


def parameters(node: Add, match: Match) -> tuple[str, dict[str, int]]:
    """The kernel and its parameters."""
    first, second = node.inputs
    low, high = bounds(node.activation, node.output, match)
    limits = {"zero_point": node.output.zero_point, "low": low, "high": high}
    ratios = np.array([first.scale / node.output.scale, second.scale / node.output.scale])
    zeros = first.zero_point, second.zero_point
    if match is Match.XNNPACK and ratios.min() >= 1 / 1024 and ratios.max() < 256:
        shift = 20 - math.floor(math.log2(float(ratios.max())))
        factors = [int(np.rint(np.ldexp(float(ratio), shift))) for ratio in ratios]
        fields = {
            "zero_point_a": zeros[0],
            "multiplier_a": factors[0],
            "zero_point_b": zeros[1],
            "multiplier_b": factors[1],
            "shift": shift,
        }
        return "add_shifted", fields | limits
    if match is Match.XNNPACK:
        low, high = bounds(node.activation, node.output, Match.REF)
        limits |= {"low": low, "high": high}
    twice = 2 * max(float(first.scale), float(second.scale))
    a, b = multiplier(float(first.scale) / twice), multiplier(float(second.scale) / twice)
    out = multiplier(twice / float(np.float32(1 << 20) * node.output.scale))
    fields = {
        "zero_point_a": zeros[0],
        "multiplier_a": a.quantized,
        "shift_a": a.shift,
        "zero_point_b": zeros[1],
        "multiplier_b": b.quantized,
        "shift_b": b.shift,
        "multiplier": out.quantized,
        "shift": out.shift,
    }
    return "add_fixed", fields | limits


def compute(node: Add, inputs: Sequence[Array], match: Match) -> Sequence[Array]:
    """Both brought to one scale, added, and brought to the output's."""
    kernel, p = parameters(node, match)
    a = inputs[0].astype(np.int64) - p["zero_point_a"]
    b = inputs[1].astype(np.int64) - p["zero_point_b"]
    if kernel == "add_shifted":
        half = 1 << (p["shift"] - 1)
        steps = (a * p["multiplier_a"] + b * p["multiplier_b"] + half) >> p["shift"]
    else:
        left = fixed_point.apply(a << 20, Multiplier(p["multiplier_a"], p["shift_a"]))
        right = fixed_point.apply(b << 20, Multiplier(p["multiplier_b"], p["shift_b"]))
        steps = fixed_point.apply(left + right, Multiplier(p["multiplier"], p["shift"]))
    return [np.clip(steps + p["zero_point"], p["low"], p["high"])]


def lower(node: Add, site: LoweringContext) -> Sequence[Step]:
    """An addition."""
    kernel, values = parameters(node, site.match)
    fields = {"count": node.output.size, **values}
    return [site.step(kernel, fields, (), in_place=True)]


OPERATORS = (Operator("ADD", read, compute, lower, options="AddOptions"),)
