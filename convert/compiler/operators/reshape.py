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
    """The checked node; the output's shape in the file counts, unless it is only a guess."""
    (source,), output = reader.inputs(1, *DTYPES), reader.output(*DTYPES)
    if output.size != source.size and (wanted := _wanted(reader, source.size)):
        reader.expect(output, wanted)
    if not reader.expect_size(output, source.size):
        raise reader.fail(f"shape {source.shape} cannot become {output.shape}")
    reader.same_quantization((source, output))
    return Reshape(reader.index, reader.operator.name, (source,), (output,))


def _wanted(reader: OperatorReader, size: int) -> Sequence[int]:
    """The shape that RESHAPE is told, with what stands for -1 in it; nothing where none is."""
    if reader.operator.name != "RESHAPE" or not reader.is_constant(1):
        return ()
    told = [int(n) for n in reader.constant(1, "INT32").ravel()]
    rest = math.prod(n for n in told if n != -1)
    if told.count(-1) == 1 and rest > 0 and size % rest == 0:
        return [size // rest if n == -1 else n for n in told]
    return told if math.prod(told) == size else ()


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
