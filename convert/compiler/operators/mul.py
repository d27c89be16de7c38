"""MUL, also of constants from which shapes are computed."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from convert.compiler.arithmetic import fixed_point
from convert.compiler.arithmetic.fixed_point import Multiplier
from convert.compiler.arithmetic.match import Match
from convert.compiler.ir import Array, Node
from convert.compiler.operators.common import binary
from convert.compiler.operators.common.binary import Binary
from convert.compiler.operators.common.definition import Operator
from convert.compiler.operators.common.lowering import LoweringContext
from convert.compiler.operators.common.reader import OperatorReader
from convert.compiler.program import Step, Table, float_bits


def read(reader: OperatorReader) -> Node:
    """The checked node."""
    operands, output = binary.operands(reader, "INT8", "INT16")
    activation = reader.activation()
    return Binary(reader.index, reader.operator.name, operands, (output,), activation)


def ratio(node: Binary, match: Match) -> float:
    """The scale of products over the output's, as the runtime rounds it."""
    a, b, out = (tensor.scale for tensor in (*node.inputs, node.output))
    if match is Match.TFLM:
        return float(a) * float(b) / float(out)
    with np.errstate(all="ignore"):
        return float((a * b) / out)


def in_float(node: Binary, match: Match) -> bool:
    """Whether XNNPACK computes it. Raises ValueError where LiteRT then overflows."""
    if match is not Match.XNNPACK or node.output.dtype != "INT8":
        return False
    if ratio(node, match) >= 256:
        raise ValueError("its scales make a factor of 256 or more: LiteRT overflows")
    return ratio(node, match) >= 2**-16


def by(node: Binary, match: Match) -> tuple[Multiplier, dict[str, Any]]:
    """The factor in fixed point, and the fields of C's struct limits."""
    rounding = match if match is Match.TFLM else Match.REF
    return fixed_point.multiplier(ratio(node, match)), binary.limits(node, rounding)


def compute(node: Binary, inputs: Sequence[Array], match: Match) -> Sequence[Array]:
    """The product."""
    a, b = (x.astype(np.int64) - t.zero_point for x, t in zip(inputs, node.inputs, strict=True))
    if in_float(node, match):
        real = (a * b).astype(np.float32) * np.float32(ratio(node, match))
        return [binary.limited(np.rint(real), binary.limits(node, match))]
    factor, limits = by(node, match)
    return [binary.limited(fixed_point.apply(a * b, factor), limits)]


def lower(node: Binary, site: LoweringContext) -> Sequence[Step]:
    """A product."""
    zeros = {
        "zero_point_a": node.inputs[0].zero_point,
        "zero_point_b": node.inputs[1].zero_point,
    }
    if in_float(node, site.match):
        bits = float_bits(np.array([ratio(node, site.match)]))
        table = Table(f"{site.name}_scale", "uint32_t", bits, "[1]")
        scaling = {"scale": table, **binary.limits(node, site.match)}
        return [binary.step(node, site, "mul_float", {**zeros, "scaling": scaling}, (table,))]
    factor, limits = by(node, site.match)
    fixed = {"multiplier": factor.quantized, "shift": factor.shift, "limits": limits}
    kernel = "mul_fixed" if node.output.dtype == "INT8" else "mul_fixed_int16"
    return [binary.step(node, site, kernel, {"product": zeros | fixed})]


def notes(node: Binary, match: Match) -> Sequence[str]:
    """Where LiteRT itself differs from machine to machine."""
    if match is not Match.XNNPACK or node.output.dtype != "INT8":
        return ()
    return (
        f"{node.op} (operator {node.index}): equals LiteRT on x86; LiteRT on Arm differs by "
        "one step in places",
    )


OPERATORS = (
    Operator(
        "MUL",
        read,
        compute,
        lower,
        options="MulOptions",
        fold=binary.folding(np.multiply, activated=True),
        notes=notes,
    ),
)
