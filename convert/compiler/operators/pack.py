"""PACK: tensors side by side along a new axis."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from convert.compiler.arithmetic.match import Match
from convert.compiler.ir import DTYPES, Array, Node
from convert.compiler.operators.common.definition import Operator
from convert.compiler.operators.common.lowering import LoweringContext
from convert.compiler.operators.common.reader import OperatorReader
from convert.compiler.program import Step


@dataclass(frozen=True)
class Pack(Node):
    """``axis`` of the output, counted from the front."""

    axis: int


def _axis(reader: OperatorReader, rank: int) -> int:
    axis = int(reader.option("Axis"))
    if not -rank <= axis < rank:
        raise reader.fail(f"axis {axis} of {rank} dimensions")
    return axis % rank


def read(reader: OperatorReader) -> Node:
    """The checked node."""
    inputs = reader.inputs(len(reader.operator.inputs), *DTYPES)
    output = reader.output(*DTYPES)
    if len({tensor.shape for tensor in inputs}) != 1:
        raise reader.fail(f"its inputs have shapes {[tensor.shape for tensor in inputs]}")
    shape = inputs[0].shape
    axis = _axis(reader, len(shape) + 1)
    reader.expect(output, (*shape[:axis], len(inputs), *shape[axis:]))
    reader.same_quantization((*inputs, output))
    return Pack(reader.index, reader.operator.name, inputs, (output,), axis)


def fold(reader: OperatorReader) -> Sequence[Array] | None:
    """Of constants, as the shapes of other operators are made."""
    count = len(reader.operator.inputs)
    if not count or not all(reader.is_constant(n) for n in range(count)):
        return None
    parts = [reader.constant(n) for n in range(count)]
    if len({part.shape for part in parts}) != 1:
        raise reader.fail(f"its inputs have shapes {[part.shape for part in parts]}")
    return [np.stack(parts, _axis(reader, parts[0].ndim + 1))]


def compute(node: Pack, inputs: Sequence[Array], match: Match) -> Sequence[Array]:
    """The inputs, side by side."""
    del match
    return [np.stack(inputs, axis=node.axis)]


def lower(node: Pack, site: LoweringContext) -> Sequence[Step]:
    """One copy per input."""
    rows = math.prod(node.output.shape[: node.axis])
    length = node.input.bytes // rows
    return [
        site.step(
            "concatenate",
            {
                "rows": rows,
                "length": length,
                "pitch": length * len(node.inputs),
                "offset": length * number,
            },
            (),
            inputs=(tensor,),
            as_bytes=True,
        )
        for number, tensor in enumerate(node.inputs)
    ]


OPERATORS = (Operator("PACK", read, compute, lower, options="PackOptions", fold=fold),)
