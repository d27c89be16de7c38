"""ARG_MAX and ARG_MIN along a constant axis, to numbers of 32 bits."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from convert.compiler.arithmetic.match import Match
from convert.compiler.ir import Array, Node
from convert.compiler.operators.common.definition import Operator
from convert.compiler.operators.common.lowering import LoweringContext
from convert.compiler.operators.common.reader import OperatorReader
from convert.compiler.program import Step

_OPTIONS = {"ARG_MAX": "ArgMaxOptions", "ARG_MIN": "ArgMinOptions"}


@dataclass(frozen=True)
class ArgMax(Node):
    """``axis`` is counted from the front."""

    axis: int


def read(reader: OperatorReader) -> Node:
    """The checked node."""
    (source,), output = reader.inputs(1), reader.output("INT32")
    axis = reader.constant(1, "INT32", "INT64").ravel()
    rank = len(source.shape)
    if axis.size != 1 or not -rank <= axis[0] < rank:
        raise reader.fail(f"axis {axis.tolist()} does not fit shape {source.shape}")
    place = int(axis[0]) % rank
    reader.expect(output, source.shape[:place] + source.shape[place + 1 :])
    return ArgMax(reader.index, reader.operator.name, (source,), (output,), place)


def compute(node: ArgMax, inputs: Sequence[Array], match: Match) -> Sequence[Array]:
    """The first place of the largest or smallest."""
    del match
    return [(np.argmax if node.op == "ARG_MAX" else np.argmin)(inputs[0], axis=node.axis)]


def lower(node: ArgMax, site: LoweringContext) -> Sequence[Step]:
    """Comparisons."""
    shape = node.input.shape
    fields = {
        "outer": math.prod(shape[: node.axis]),
        "count": shape[node.axis],
        "inner": math.prod(shape[node.axis + 1 :]),
        "flip": -1 if node.op == "ARG_MIN" else 0,
    }
    return [site.step("arg_extreme", fields, ())]


OPERATORS = tuple(
    Operator(name, read, compute, lower, options=options) for name, options in _OPTIONS.items()
)
