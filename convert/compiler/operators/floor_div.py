"""FLOOR_DIV of constants, from which shapes are computed."""

from collections.abc import Sequence

import numpy as np

from convert.compiler.arithmetic.match import Match
from convert.compiler.ir import Array, Node
from convert.compiler.operators.common import binary
from convert.compiler.operators.common.definition import Operator
from convert.compiler.operators.common.lowering import LoweringContext
from convert.compiler.operators.common.reader import OperatorReader
from convert.compiler.program import Step


def read(reader: OperatorReader) -> Node:
    """Only constants are divided."""
    raise reader.fail("is only supported of constants, INT32 or INT64")


def compute(node: Node, inputs: Sequence[Array], match: Match) -> Sequence[Array]:
    """Never called: there are no nodes of it."""
    raise NotImplementedError(node.op)


def lower(node: Node, site: LoweringContext) -> Sequence[Step]:
    """Never called: there are no nodes of it."""
    raise NotImplementedError(node.op)


def divided(a: Array, b: Array) -> Array:
    """The quotient towards minus infinity."""
    if not b.all():
        raise ZeroDivisionError("division by zero")
    return np.floor_divide(a, b)


OPERATORS = (Operator("FLOOR_DIV", read, compute, lower, fold=binary.folding(divided)),)
