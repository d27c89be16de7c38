"""GATHER: parts of a tensor by number; the numbers are constant, or come at run time."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from convert.compiler.arithmetic.match import Match
from convert.compiler.ir import DTYPES, Array, Node
from convert.compiler.operators.common import movement
from convert.compiler.operators.common.definition import Operator
from convert.compiler.operators.common.limits import PLAIN, Limits
from convert.compiler.operators.common.lowering import LoweringContext
from convert.compiler.operators.common.movement import Move
from convert.compiler.operators.common.reader import OperatorReader
from convert.compiler.program import Step

_OPTIONS = "GatherOptions"
_LIMITS = Limits(micro=PLAIN)


@dataclass(frozen=True)
class Gather(Node):
    """Inputs: values and indices. The indices of each of the first dimensions are their own."""

    axis: int
    batch_dims: int


def _axes(reader: OperatorReader, shape: tuple[int, ...], of: tuple[int, ...]) -> tuple[int, int]:
    """Axis and batch dimensions of a choice ``of`` indices of that shape."""
    axis = movement.axis(reader, reader.option("Axis"), len(shape))
    batch = reader.option("BatchDims")
    if not 0 <= batch <= min(axis, len(of)) or shape[:batch] != of[:batch]:
        raise reader.fail(f"batch dimensions {batch} do not fit shapes {shape} and {of}")
    return axis, int(batch)


def _chosen(values: Array, indices: Array, axis: int, batch: int) -> Array:
    """[batch dims, outer, indices, inner]."""
    if not batch:
        return np.take(values, indices, axis)
    pairs = zip(values, indices, strict=True)
    return np.stack([_chosen(v, i, axis - 1, batch - 1) for v, i in pairs])


def plan(reader: OperatorReader, shape: tuple[int, ...]) -> Move:
    """With constant indices."""
    indices = reader.constant(1, "INT32", "INT64")
    axis, batch = _axes(reader, shape, indices.shape)
    if indices.size and not (indices.min() >= 0 and indices.max() < shape[axis]):
        raise reader.fail(f"indices reach from {indices.min()} to {indices.max()} of {shape[axis]}")
    movement.check_size(reader, (*shape[:axis], *indices.shape[batch:], *shape[axis + 1 :]))
    return lambda x: [_chosen(x, indices, axis, batch)]


_CONSTANT = movement.operator("GATHER", plan, _LIMITS, options=_OPTIONS)


def read(reader: OperatorReader) -> Node:
    """The checked node."""
    if reader.is_constant(1):
        return _CONSTANT.read(reader)
    source, indices = reader.operand(0, *DTYPES), reader.operand(1, "INT32")
    output = reader.output(*DTYPES)
    axis, batch = _axes(reader, source.shape, indices.shape)
    reader.same_quantization((source, output))
    after = source.shape[axis + 1 :]
    reader.expect(output, (*source.shape[:axis], *indices.shape[batch:], *after))
    inputs = (source, indices)
    return Gather(reader.index, reader.operator.name, inputs, (output,), axis, batch)


def fold(reader: OperatorReader) -> Sequence[Array] | None:
    """Of constants."""
    if not reader.is_constant(1) or not _CONSTANT.fold:
        return None
    return _CONSTANT.fold(reader)


def compute(node: Node, inputs: Sequence[Array], match: Match) -> Sequence[Array]:
    """The parts chosen; the runtimes refuse indices outside, which are brought to the ends here."""
    if not isinstance(node, Gather):
        return _CONSTANT.compute(node, inputs, match)
    indices = np.clip(inputs[1], 0, node.input.shape[node.axis] - 1)
    return [_chosen(inputs[0], indices, node.axis, node.batch_dims)]


def lower(node: Node, site: LoweringContext) -> Sequence[Step]:
    """A movement, or a call that looks at the indices."""
    if not isinstance(node, Gather):
        return _CONSTANT.lower(node, site)
    _LIMITS.check(node, site.match)
    shape, axis, batch = node.input.shape, node.axis, node.batch_dims
    fields = {
        "batches": math.prod(shape[:batch]),
        "outer": math.prod(shape[batch:axis]),
        "size": shape[axis],
        "count": math.prod(node.inputs[1].shape[batch:]),
        "run": math.prod(shape[axis + 1 :]) * node.input.numpy.itemsize,
    }
    return [site.step("gather", fields, (), as_bytes=True)]


OPERATORS = (Operator("GATHER", read, compute, lower, options=_OPTIONS, fold=fold),)
