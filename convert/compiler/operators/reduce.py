"""REDUCE_MAX and REDUCE_MIN; REDUCE_PROD of constants, from which shapes are computed."""

from collections.abc import Callable, Sequence

import numpy as np

from convert.compiler.arithmetic.match import Match
from convert.compiler.ir import Array, Node
from convert.compiler.operators.common import reduction
from convert.compiler.operators.common.definition import Operator
from convert.compiler.operators.common.lowering import LoweringContext
from convert.compiler.operators.common.reader import OperatorReader
from convert.compiler.operators.common.reduction import Reduction
from convert.compiler.program import Step

_FUNCTION: dict[str, Callable[..., Array]] = {
    "REDUCE_MAX": np.max,
    "REDUCE_MIN": np.min,
    "REDUCE_PROD": np.prod,
}


def read(reader: OperatorReader) -> Node:
    """The checked node."""
    if reader.operator.name == "REDUCE_PROD":
        raise reader.fail("is only supported of constants, INT32 or INT64")
    node = reduction.read(reader)
    reader.same_quantization((node.input, node.output))
    return node


def compute(node: Reduction, inputs: Sequence[Array], match: Match) -> Sequence[Array]:
    """The largest or smallest numbers."""
    del match
    return [np.asarray(_FUNCTION[node.op](inputs[0], axis=node.axes))]


def lower(node: Reduction, site: LoweringContext) -> Sequence[Step]:
    """Comparisons."""
    flip = -1 if node.op == "REDUCE_MIN" else 0
    return [site.step("reduce_extreme", {"reduce": reduction.fields(node), "flip": flip}, ())]


OPERATORS = tuple(
    Operator(name, read, compute, lower, options="ReducerOptions", fold=reduction.folding(function))
    for name, function in _FUNCTION.items()
)
