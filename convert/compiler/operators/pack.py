"""PACK: inputs of one shape side by side along a new axis."""

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
class Pack(Node):
    """``axis`` is counted from the front, in the output."""

    axis: int


def _axis(reader: OperatorReader, shapes: Sequence[tuple[int, ...]]) -> int:
    count = reader.option("ValuesCount")
    if not shapes or len(shapes) != count or len(set(shapes)) != 1:
        raise reader.fail(f"inputs of shapes {list(shapes)} cannot be packed as {count}")
    return movement.axis(reader, reader.option("Axis"), len(shapes[0]) + 1)


def read(reader: OperatorReader) -> Node:
    """The checked node."""
    inputs = reader.inputs(len(reader.operator.inputs), *DTYPES)
    output = reader.output(*DTYPES)
    axis = _axis(reader, [tensor.shape for tensor in inputs])
    shape = inputs[0].shape
    reader.expect(output, (*shape[:axis], len(inputs), *shape[axis:]))
    reader.same_quantization((*inputs, output))
    return Pack(reader.index, reader.operator.name, inputs, (output,), axis)


def fold(reader: OperatorReader) -> Sequence[Array] | None:
    """Of constants, as the shapes of other operators are made."""
    positions = range(len(reader.operator.inputs))
    if not positions or not all(map(reader.is_constant, positions)):
        return None
    parts = [reader.constant(n) for n in positions]
    movement.alike(reader, [*map(reader.raw, positions), reader.result(0)])
    return [np.stack(parts, _axis(reader, [part.shape for part in parts]))]


def compute(node: Pack, inputs: Sequence[Array], match: Match) -> Sequence[Array]:
    """The inputs stacked."""
    del match
    return [np.stack(inputs, node.axis)]


def lower(node: Pack, site: LoweringContext) -> Sequence[Step]:
    """One copy per input."""
    _LIMITS.check(node, site.match)
    rows = math.prod(node.output.shape[: node.axis])
    pitch, length = node.output.bytes // rows, node.input.bytes // rows
    result = []
    for number, tensor in enumerate(node.inputs):
        fields = {"rows": rows, "length": length, "pitch": pitch, "offset": number * length}
        result.append(site.step("concatenate", fields, (), inputs=(tensor,), as_bytes=True))
    return result


_LIMITS = Limits(types=without("BOOL"), micro=without("UINT8", "BOOL"))

OPERATORS = (Operator("PACK", read, compute, lower, options="PackOptions", fold=fold),)
