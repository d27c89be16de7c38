"""DEQUANTIZE: stored numbers to real ones, alike in every runtime."""

from collections.abc import Sequence

import numpy as np

from convert.compiler.arithmetic.match import Match
from convert.compiler.ir import Array, Node
from convert.compiler.operators.common import numbers
from convert.compiler.operators.common.definition import Operator
from convert.compiler.operators.common.lowering import LoweringContext
from convert.compiler.operators.common.reader import QUANTIZED, OperatorReader
from convert.compiler.program import Step


def read(reader: OperatorReader) -> Node:
    """The checked node."""
    (source,), output = reader.inputs(1, *QUANTIZED), reader.output("FLOAT32")
    reader.expect(output, source.shape)
    return Node(reader.index, reader.operator.name, (source,), (output,))


def compute(node: Node, inputs: Sequence[Array], match: Match) -> Sequence[Array]:
    """One product, rounded to float32."""
    del match  # all runtimes agree here
    steps = inputs[0].astype(np.int64) - node.input.zero_point
    with np.errstate(all="ignore"):
        return [steps.astype(np.float32) * node.input.scale]


def fold(reader: OperatorReader) -> Sequence[Array] | None:
    """Of a constant."""
    if not reader.is_constant(0):
        return None
    node = read(reader)
    return compute(node, [reader.constant(0, node.input.dtype)], Match.REF)


def lower(node: Node, site: LoweringContext) -> Sequence[Step]:
    """A loop."""
    fields = {
        "count": node.output.size,
        "type": numbers.TYPES[node.input.dtype],
        "zero_point": node.input.zero_point,
        "scale": node.input.scale,
    }
    lead = numbers.lead(node.input, node.output)
    return [site.step("dequantize", fields, (), as_bytes=True, lead=lead)]


OPERATORS = (Operator("DEQUANTIZE", read, compute, lower, fold=fold, is_conversion=True),)
