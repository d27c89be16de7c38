"""SHAPE, RANK, FILL and RANGE: known as soon as the shapes are, so never part of the C."""

from collections.abc import Sequence

import numpy as np

from convert.compiler.ir import Array, Node
from convert.compiler.operators.common import movement
from convert.compiler.operators.common.definition import Operator
from convert.compiler.operators.common.lowering import LoweringContext
from convert.compiler.operators.common.reader import OperatorReader
from convert.compiler.program import Step


def _known(reader: OperatorReader) -> tuple[int, ...]:
    """The shape of input 0."""
    return reader.operand_shape(0)


def fold_shape(reader: OperatorReader) -> Sequence[Array]:
    """The sides of the input."""
    kind = np.int64 if reader.result(0).dtype == "INT64" else np.int32
    return [np.array(_known(reader), kind)]


def fold_rank(reader: OperatorReader) -> Sequence[Array]:
    """How many dimensions the input has."""
    return [np.array(len(_known(reader)), np.int32)]


def fold_fill(reader: OperatorReader) -> Sequence[Array] | None:
    """A shape full of one value."""
    if not (reader.is_constant(0) and reader.is_constant(1)):
        return None
    shape, value = reader.constant(0, "INT32", "INT64").ravel(), reader.constant(1)
    if value.size != 1:
        raise reader.fail(f"its value has shape {value.shape}")
    movement.check_size(reader, shape.tolist())
    return [np.full(tuple(int(n) for n in shape), value.ravel()[0], value.dtype)]


def fold_range(reader: OperatorReader) -> Sequence[Array] | None:
    """Numbers from a first one on, at equal distances."""
    if not all(reader.is_constant(n) for n in range(3)):
        return None
    start, limit, delta = (reader.constant(n, "INT32", "INT64") for n in range(3))
    if delta.size != 1 or not delta.ravel()[0] or start.size != 1 or limit.size != 1:
        raise reader.fail("its limits or its step make no sense")
    first, last, step = (int(one.ravel()[0]) for one in (start, limit, delta))
    movement.check_size(reader, [len(range(first, last, step))])
    return [np.arange(first, last, step, dtype=start.dtype)]


def read(reader: OperatorReader) -> Node:
    """Never known only when the network runs."""
    raise reader.fail("its inputs are not constant, which is not supported")


def compute(*_: object) -> Sequence[Array]:
    """Never run."""
    raise NotImplementedError


def lower(node: Node, site: LoweringContext) -> Sequence[Step]:
    """Never run."""
    raise NotImplementedError(f"{node.op} in {site.name}")


OPERATORS = (
    Operator("SHAPE", read, compute, lower, fold=fold_shape),
    Operator("RANK", read, compute, lower, fold=fold_rank),
    Operator("FILL", read, compute, lower, fold=fold_fill),
    Operator("RANGE", read, compute, lower, fold=fold_range),
)
