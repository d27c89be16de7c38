"""MAXIMUM and MINIMUM of stored numbers, whatever their scales, as the runtimes do it."""

from collections.abc import Callable, Sequence

import numpy as np

from convert.compiler.arithmetic.match import Match
from convert.compiler.ir import Array, Node
from convert.compiler.operators.common import binary
from convert.compiler.operators.common.binary import Binary
from convert.compiler.operators.common.definition import Operator
from convert.compiler.operators.common.lowering import LoweringContext
from convert.compiler.operators.common.reader import OperatorReader
from convert.compiler.program import Step

_FUNCTION: dict[str, Callable[[Array, Array], Array]] = {
    "MAXIMUM": np.maximum,
    "MINIMUM": np.minimum,
}


def read(reader: OperatorReader) -> Node:
    """The checked node."""
    operands, output = binary.operands(reader)
    return Binary(reader.index, reader.operator.name, operands, (output,))


def compute(node: Binary, inputs: Sequence[Array], match: Match) -> Sequence[Array]:
    """The larger or smaller of each two."""
    del match
    return [_FUNCTION[node.op](*inputs)]


def lower(node: Binary, site: LoweringContext) -> Sequence[Step]:
    """A comparison."""
    return [binary.step(node, site, "extreme", {"flip": -1 if node.op == "MINIMUM" else 0})]


OPERATORS = tuple(
    Operator(name, read, compute, lower, fold=binary.folding(function))
    for name, function in _FUNCTION.items()
)
