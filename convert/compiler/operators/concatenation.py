"""CONCATENATION along an axis."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from convert.compiler.arithmetic.match import Match
from convert.compiler.ir import DTYPES, Array, Node
from convert.compiler.operators.common import movement
from convert.compiler.operators.common.definition import Operator
from convert.compiler.operators.common.limits import Limits, without
from convert.compiler.operators.common.lowering import LoweringContext
from convert.compiler.operators.common.reader import OperatorReader
from convert.compiler.program import Step


@dataclass(frozen=True)
class Concatenation(Node):
    """``axis`` is counted from the front."""

    axis: int


def _axis(reader: OperatorReader, rank: int) -> int:
    axis = reader.option("Axis")
    if not -rank <= axis < rank or reader.activation() != "NONE":
        raise reader.fail(f"axis {axis} or a fused activation is not supported")
    return int(axis % rank)


def read(reader: OperatorReader) -> Node:
    """The checked node."""
    inputs = reader.inputs(len(reader.operator.inputs), *DTYPES)
    output = reader.output(*DTYPES)
    if not inputs or not inputs[0].shape:
        raise reader.fail("it has no inputs with an axis")
    shape = list(inputs[0].shape)
    axis = _axis(reader, len(shape))
    shape[axis] = sum(t.shape[axis] for t in inputs if len(t.shape) == len(shape))
    for tensor in inputs:
        if tensor.shape != (*shape[:axis], *tensor.shape[axis : axis + 1], *shape[axis + 1 :]):
            raise reader.fail(f"input {tensor.name!r} has shape {tensor.shape}")
    reader.expect(output, tuple(shape))
    reader.same_quantization((*inputs, output))
    return Concatenation(reader.index, reader.operator.name, inputs, (output,), axis)


def fold(reader: OperatorReader) -> Sequence[Array] | None:
    """Of constants, as the shapes of other operators are made."""
    count = len(reader.operator.inputs)
    if not count or not all(reader.is_constant(n) for n in range(count)):
        return None
    parts = [reader.constant(n) for n in range(count)]
    movement.alike(reader, [*map(reader.raw, range(count)), reader.result(0)])
    try:
        return [np.concatenate(parts, _axis(reader, parts[0].ndim))]
    except ValueError as error:
        raise reader.fail(f"shapes {[part.shape for part in parts]} do not fit") from error


def compute(node: Concatenation, inputs: Sequence[Array], match: Match) -> Sequence[Array]:
    """The inputs, one behind the other."""
    del match
    return [np.concatenate(inputs, axis=node.axis)]


def lower(node: Concatenation, site: LoweringContext) -> Sequence[Step]:
    """One copy per input."""
    _LIMITS.check(node, site.match)
    rows = math.prod(node.output.shape[: node.axis])
    pitch, offset, result = node.output.bytes // rows, 0, []
    for tensor in node.inputs:
        length = tensor.bytes // rows
        fields = {"rows": rows, "length": length, "pitch": pitch, "offset": offset}
        result.append(site.step("concatenate", fields, (), inputs=(tensor,), as_bytes=True))
        offset += length
    return result


_LIMITS = Limits(micro=without("UINT8"))

OPERATORS = (
    Operator("CONCATENATION", read, compute, lower, options="ConcatenationOptions", fold=fold),
)
