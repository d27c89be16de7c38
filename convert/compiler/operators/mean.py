"""MEAN and SUM over some dimensions."""

from collections.abc import Sequence

import numpy as np

from convert.compiler.arithmetic import fixed_point
from convert.compiler.arithmetic.fixed_point import Multiplier
from convert.compiler.arithmetic.match import Match
from convert.compiler.ir import Array
from convert.compiler.operators.common import reduction
from convert.compiler.operators.common.definition import Operator
from convert.compiler.operators.common.lowering import LoweringContext
from convert.compiler.operators.common.reduction import Reduction
from convert.compiler.program import Step


def in_float(node: Reduction, match: Match) -> bool:
    """Whether XNNPACK computes it."""
    if match is not Match.XNNPACK:
        return False
    if node.op == "SUM" and not node.delegated:
        raise ValueError("its axes are computed: XNNPACK does not take it")
    return node.delegated


def float_parameters(node: Reduction) -> tuple[np.float32, np.float32]:
    """Scale and bias of the sum as XNNPACK has them, each step rounded to float32."""
    with np.errstate(all="ignore"):
        scale = np.float32(node.input.scale / node.output.scale)
        if node.op == "MEAN":
            scale = np.float32(scale * (np.float32(1) / np.float32(node.count)))
        offset = np.float32(np.float32(node.count * node.input.zero_point) * scale)
        bias = np.float32(np.float32(node.output.zero_point) - offset)
    if not np.isfinite(bias) or not np.finfo(np.float32).tiny <= scale < 1 << 16:
        raise ValueError(f"its scales make a factor of {scale:.3g}, which is out of range")
    return scale, bias


def in_fixed_point(node: Reduction) -> Multiplier:
    """The multiplier of the sum, with a mean's division by the count in it."""
    by = fixed_point.multiplier(float(node.input.scale) / float(node.output.scale))
    if node.op == "SUM":
        return by
    room = min(node.count.bit_length() - 1, 32, 31 + by.shift)
    return Multiplier((by.quantized << room) // node.count, by.shift - room)


def compute(node: Reduction, inputs: Sequence[Array], match: Match) -> Sequence[Array]:
    """Sums, requantized."""
    sums = inputs[0].astype(np.int64).sum(axis=node.axes)
    if in_float(node, match):
        scale, bias = float_parameters(node)
        real = (sums.astype(np.float32) * scale).astype(np.float32) + bias
        steps = np.rint(np.clip(real, -128, 127))
    else:
        by, zero_point = in_fixed_point(node), node.output.zero_point
        steps = fixed_point.apply(sums - node.count * node.input.zero_point, by) + zero_point
    return [np.clip(steps, -128, 127).reshape(node.output.shape)]


def lower(node: Reduction, site: LoweringContext) -> Sequence[Step]:
    """Sums, requantized."""
    fields: dict[str, object] = {"reduce": reduction.fields(node)}
    if in_float(node, site.match):
        scale, bias = float_parameters(node)
        return [site.step("reduce_float", fields | {"scale": scale, "bias": bias}, ())]
    by = in_fixed_point(node)
    fields |= {
        "bias": node.count * node.input.zero_point,
        "multiplier": by.quantized,
        "shift": by.shift,
        "limits": {"zero_point": node.output.zero_point, "low": -128, "high": 127},
    }
    return [site.step("reduce_fixed", fields, ())]


def notes(node: Reduction, match: Match) -> Sequence[str]:
    """Where LiteRT itself differs from machine to machine."""
    if match is not Match.XNNPACK:
        return ()
    return (
        f"{node.op} (operator {node.index}): equals LiteRT on x86; LiteRT on Arm differs by "
        "one step in places",
    )


OPERATORS = (
    Operator("MEAN", reduction.read, compute, lower, options="ReducerOptions", notes=notes),
    Operator(
        "SUM",
        reduction.read,
        compute,
        lower,
        options="ReducerOptions",
        fold=reduction.folding(np.sum),
        lacking={Match.REF: "sum bytes without their sign"},
    ),
)
