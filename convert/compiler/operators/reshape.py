"""RESHAPE, SQUEEZE, EXPAND_DIMS: the same bytes under another shape, which costs nothing."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from convert.compiler.arithmetic.match import Match
from convert.compiler.ir import DTYPES, Array, Node
from convert.compiler.operators.common import movement
from convert.compiler.operators.common.definition import Operator
from convert.compiler.operators.common.lowering import LoweringContext
from convert.compiler.operators.common.reader import OperatorReader
from convert.compiler.program import Step


@dataclass(frozen=True)
class Reshape(Node):
    """The output is the input under another shape."""


def read(reader: OperatorReader) -> Node:
    """The checked node; the output's shape in the file is what counts, as in the runtimes."""
    (source,), output = reader.inputs(1, *DTYPES), reader.output(*DTYPES)
    if source.size != output.size:
        raise reader.fail(f"shape {source.shape} cannot become {output.shape}")
    reader.same_quantization((source, output))
    return Reshape(reader.index, reader.operator.name, (source,), (output,))


def fold(reader: OperatorReader) -> Sequence[Array] | None:
    """A constant under another shape."""
    if not reader.is_constant(0):
        return None
    values, shape = reader.constant(0), reader.result(0).shape
    movement.alike(reader, [reader.raw(0), reader.result(0)])
    if values.size != math.prod(shape):
        raise reader.fail(f"shape {values.shape} cannot become {shape}")
    return [values.reshape(shape)]


def compute(node: Reshape, inputs: Sequence[Array], match: Match) -> Sequence[Array]:
    """The input."""
    del match
    return [inputs[0].reshape(node.output.shape)]


def lower(node: Reshape, site: LoweringContext) -> Sequence[Step]:
    """Nothing to do."""
    del node, site
    return ()


OPERATORS = tuple(
    Operator(name, read, compute, lower, fold=fold, is_alias=True)
    for name in ("RESHAPE", "SQUEEZE", "EXPAND_DIMS")
)
