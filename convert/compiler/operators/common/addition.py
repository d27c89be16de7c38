"""What ADD and SUB share: operands brought to one scale, added, and brought to the output's."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from convert.compiler.arithmetic import fixed_point
from convert.compiler.arithmetic.fixed_point import Multiplier, multiplier
from convert.compiler.arithmetic.match import Match
from convert.compiler.ir import Array
from convert.compiler.operators.common import binary
from convert.compiler.operators.common.binary import Binary
from convert.compiler.operators.common.lowering import LoweringContext
from convert.compiler.operators.common.reader import OperatorReader
from convert.compiler.program import Step

_ROOM = {"INT8": 20, "INT16": 15}
"""Bits by which the reference kernels shift a number to the left before they scale it."""


@dataclass(frozen=True)
class Addition(Binary):
    """A sum, or a difference."""

    sign: int = 1  # of the second operand


def read(reader: OperatorReader, sign: int) -> Addition:
    """The checked node."""
    operands, output = binary.operands(reader, "INT8", "INT16")
    scales = [float(tensor.scale) for tensor in (*operands, output)]
    powers = all(math.frexp(scale)[0] == 0.5 for scale in scales)
    if output.dtype == "INT16" and powers and reader.option("PotScaleInt16"):
        raise reader.fail("16 bits with scales that are powers of two are not supported")
    activation = reader.activation()
    return Addition(reader.index, reader.operator.name, operands, (output,), activation, sign)


def parameters(node: Addition, match: Match) -> tuple[str, dict[str, Any]]:
    """The formula, "sum_shifted" or "sum_fixed", and its parameters as C's struct has them.

    Raises ValueError where the runtime overflows or gives up.
    """
    if match is not Match.XNNPACK or node.output.dtype != "INT8":
        return "sum_fixed", _fixed(node, match)
    with np.errstate(all="ignore"):
        ratios = [float(tensor.scale / node.output.scale) for tensor in node.inputs]
    if min(ratios) >= 1 / 1024 and max(ratios) < 256:
        return "sum_shifted", _shifted(node, ratios)
    if node.op == "ADD" and max(ratios) >= 256:
        raise ValueError("an input's scale is 256 times the output's or more: LiteRT overflows")
    return "sum_fixed", _fixed(node, Match.REF)


def _shifted(node: Addition, ratios: Sequence[float]) -> dict[str, Any]:
    shift = 20 - math.floor(math.log2(max(ratios)))
    factors = [round(math.ldexp(ratio, shift)) for ratio in ratios]
    return {
        "zero_point_a": node.inputs[0].zero_point,
        "multiplier_a": factors[0],
        "zero_point_b": node.inputs[1].zero_point,
        "multiplier_b": node.sign * factors[1],
        "shift": shift,
        "limits": binary.limits(node, Match.XNNPACK),
    }


def _fixed(node: Addition, match: Match) -> dict[str, Any]:
    first, second = node.inputs
    room = _ROOM[node.output.dtype]
    twice = 2 * max(float(first.scale), float(second.scale))
    whole = twice / ((1 << room) * float(node.output.scale))
    if whole >= 1:
        raise ValueError("its output's scale is too small for its inputs': runtimes give up")
    a, b = multiplier(float(first.scale) / twice), multiplier(float(second.scale) / twice)
    out = multiplier(whole)
    return {
        "zero_point_a": first.zero_point,
        "multiplier_a": a.quantized,
        "shift_a": a.shift,
        "zero_point_b": second.zero_point,
        "multiplier_b": b.quantized,
        "shift_b": b.shift,
        "sign": node.sign,
        "room": room,
        "multiplier": out.quantized,
        "shift": out.shift,
        "limits": binary.limits(node, Match.REF if node.output.dtype == "INT16" else match),
    }


def compute(node: Addition, inputs: Sequence[Array], match: Match) -> Sequence[Array]:
    """The sum or difference."""
    formula, p = parameters(node, match)
    a = inputs[0].astype(np.int64) - p["zero_point_a"]
    b = inputs[1].astype(np.int64) - p["zero_point_b"]
    if formula == "sum_shifted":
        half = 1 << (p["shift"] - 1)
        steps = (a * p["multiplier_a"] + b * p["multiplier_b"] + half) >> p["shift"]
    else:
        left, right = _scaled(a, p, "_a"), p["sign"] * _scaled(b, p, "_b")
        steps = fixed_point.apply(left + right, Multiplier(p["multiplier"], p["shift"]))
    return [binary.limited(steps, p["limits"])]


def _scaled(values: Array, p: Mapping[str, int], which: str) -> Array:
    by = Multiplier(p[f"multiplier{which}"], p[f"shift{which}"])
    return fixed_point.apply(values << p["room"], by)


def lower(node: Addition, site: LoweringContext) -> Sequence[Step]:
    """A sum or difference; operands of one shape have loops of their own, for speed."""
    formula, p = parameters(node, site.match)
    if node.output.dtype == "INT16":
        return [binary.step(node, site, "add_int16", {"sum": p})]
    kernel = formula.replace("sum", "add")
    if node.inputs[0].size == node.inputs[1].size == node.output.size:
        return [site.step(kernel, {"count": node.output.size, "sum": p}, (), in_place=True)]
    return [binary.step(node, site, f"{kernel}_broadcast", {"sum": p})]
