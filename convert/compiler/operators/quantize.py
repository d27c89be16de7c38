"""QUANTIZE from int8 to int8."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from convert.compiler.arithmetic import fixed_point
from convert.compiler.arithmetic.match import Match
from convert.compiler.ir import Array, Node
from convert.compiler.operators.common import lookup
from convert.compiler.operators.common.definition import Operator
from convert.compiler.operators.common.lowering import LoweringContext
from convert.compiler.operators.common.reader import OperatorReader
from convert.compiler.program import Step


@dataclass(frozen=True)
class Quantize(Node):
    """The same numbers with another scale."""


def read(reader: OperatorReader) -> Node:
    """The checked node."""
    (source,), output = reader.inputs(1), reader.output()
    reader.expect(output, source.shape)
    return Quantize(reader.index, reader.operator.name, (source,), (output,))


def function(node: Quantize, match: Match) -> lookup.Function:
    """What becomes of a stored number."""
    source, output = node.input, node.output
    zi, zo = source.zero_point, output.zero_point
    ratio = source.scale / output.scale
    if match is Match.XNNPACK and 1 / 256 <= ratio <= 128:
        factor = int(np.rint(np.float32(256) * ratio))
        return lambda x: ((zo << 8) + 128 + (x - zi) * factor) >> 8
    by = fixed_point.multiplier(float(source.scale) / float(output.scale))
    return lambda x: fixed_point.apply(x - zi, by) + zo


def compute(node: Quantize, inputs: Sequence[Array], match: Match) -> Sequence[Array]:
    """Rescaled."""
    return [lookup.outputs(function(node, match), node.output, inputs[0])]


def lower(node: Quantize, site: LoweringContext) -> Sequence[Step]:
    """A table."""
    return lookup.steps(function(node, site.match), node.input, node.output, site)


OPERATORS = (Operator("QUANTIZE", read, compute, lower, is_conversion=True),)
