"""MEAN over some of up to four dimensions."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from convert.compiler.arithmetic import fixed_point
from convert.compiler.arithmetic.fixed_point import Multiplier
from convert.compiler.arithmetic.match import Match
from convert.compiler.ir import Array, Node
from convert.compiler.operators.common.definition import Operator
from convert.compiler.operators.common.lowering import LoweringContext
from convert.compiler.operators.common.reader import OperatorReader
from convert.compiler.program import Step


@dataclass(frozen=True)
class Mean(Node):
    """A mean over ``axes`` of the input."""

    axes: tuple[int, ...]

    @property
    def count(self) -> int:
        """Elements that each output is the mean of."""
        return self.input.size // self.output.size


def axes(reader: OperatorReader, shape: tuple[int, ...]) -> tuple[int, ...]:
    """The axes, counted from the front, in input 1 of an operator that reduces ``shape``."""
    rank = len(shape)
    listed = [int(axis) for axis in reader.constant(1, "INT32").ravel()]
    if not listed or not all(-rank <= axis < rank for axis in listed):
        raise reader.fail(f"axes {listed} do not fit shape {shape}")
    return tuple(sorted({axis % rank for axis in listed}))


def read(reader: OperatorReader) -> Node:
    """The checked node."""
    (source,), output = reader.inputs(1), reader.output()
    over = axes(reader, source.shape)
    kept = math.prod(n for axis, n in enumerate(source.shape) if axis not in over)
    if output.size != kept or len(source.shape) > 4:
        raise reader.fail(f"axes {over} of {source.shape} do not give {output.shape}")
    return Mean(reader.index, reader.operator.name, (source,), (output,), over)


def in_float(node: Mean) -> tuple[np.float32, np.float32]:
    """Scale and bias of the sum as XNNPACK has them, each step rounded to float32."""
    ratio, share = node.input.scale / node.output.scale, np.float32(1) / np.float32(node.count)
    scale = np.float32(ratio * share)
    offset = np.float32(np.float32(node.count * node.input.zero_point) * scale)
    return scale, np.float32(np.float32(node.output.zero_point) - offset)


def in_fixed_point(node: Mean) -> Multiplier:
    """The multiplier of the sum, with the division by the count in it."""
    by = fixed_point.multiplier(float(node.input.scale) / float(node.output.scale))
    room = min(node.count.bit_length() - 1, 32, 31 + by.shift)
    return Multiplier((by.quantized << room) // node.count, by.shift - room)


def compute(node: Mean, inputs: Sequence[Array], match: Match) -> Sequence[Array]:
    """Sums, requantized."""
    sums = inputs[0].astype(np.int64).sum(axis=node.axes)
    if match is Match.XNNPACK:
        scale, bias = in_float(node)
        real = (sums.astype(np.float32) * scale).astype(np.float32) + bias
        steps = np.rint(np.clip(real, -128, 127))
    else:
        by, zero_point = in_fixed_point(node), node.output.zero_point
        steps = fixed_point.apply(sums - node.count * node.input.zero_point, by) + zero_point
    return [np.clip(steps, -128, 127).reshape(node.output.shape)]


def lower(node: Mean, site: LoweringContext) -> Sequence[Step]:
    """A mean."""
    rank = len(node.input.shape)
    size = (1,) * (4 - rank) + node.input.shape
    summed = {axis + 4 - rank for axis in node.axes}
    kept = tuple(1 if axis in summed else n for axis, n in enumerate(size))
    fields: dict[str, object] = {"mean": {"size": size, "kept": kept}, "outputs": node.output.size}
    if site.match is Match.XNNPACK:
        scale, bias = in_float(node)
        return [site.step("mean_float", fields | {"scale": scale, "bias": bias}, ())]
    by = in_fixed_point(node)
    fields |= {
        "bias": node.count * node.input.zero_point,
        "multiplier": by.quantized,
        "shift": by.shift,
        "zero_point": node.output.zero_point,
    }
    return [site.step("mean_fixed", fields, ())]


def notes(node: Mean, match: Match) -> Sequence[str]:
    """Where LiteRT itself differs from machine to machine."""
    if match is not Match.XNNPACK:
        return ()
    return (
        f"{node.op} (operator {node.index}): equals LiteRT on x86; LiteRT on Arm differs by "
        "one step in places",
    )


OPERATORS = (Operator("MEAN", read, compute, lower, options="ReducerOptions", notes=notes),)
