"""SHAPE, RANK, RANGE, FILL: numbers that are known when the file is read, as shapes are."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from convert.compiler.arithmetic.match import Match
from convert.compiler.ir import Array, Node
from convert.compiler.operators.common import movement
from convert.compiler.operators.common.definition import Operator
from convert.compiler.operators.common.lowering import LoweringContext
from convert.compiler.operators.common.movement import Move
from convert.compiler.operators.common.reader import STORED, OperatorReader
from convert.compiler.program import Step

_WHOLE = ("INT32", "INT64")


def _whole(reader: OperatorReader, values: Sequence[int] | int) -> Sequence[Array]:
    """``values`` in the output's type."""
    dtype = reader.result(0).dtype
    if dtype not in _WHOLE:
        raise reader.fail(f"its output is {dtype}, expected {' or '.join(_WHOLE)}")
    return [np.array(values, STORED[dtype])]


def shape(reader: OperatorReader) -> Sequence[Array]:
    """The sides of the input."""
    return _whole(reader, reader.raw(0).shape)


def rank(reader: OperatorReader) -> Sequence[Array]:
    """How many dimensions the input has."""
    return _whole(reader, len(reader.raw(0).shape))


def numbers(reader: OperatorReader) -> Sequence[Array]:
    """From start to before limit by delta."""
    kinds = {reader.raw(n).dtype for n in range(3)}
    if kinds - set(_WHOLE):
        raise reader.fail(f"its inputs are {', '.join(sorted(kinds))}")
    start, limit, delta = (movement.scalar(reader, n, *_WHOLE) for n in range(3))
    if not delta:
        raise reader.fail("its step is 0")
    found = range(start, limit, delta)
    ends = [*found[:1], *found[-1:]]
    if len(found) > 0 and not all(-(1 << 31) <= end < 1 << 31 for end in ends):
        raise reader.fail(f"numbers {ends} do not fit 32 bits")
    movement.check_size(reader, (math.ceil(max(0, (limit - start) / delta)),))
    return _whole(reader, list(found))


def fill(reader: OperatorReader, of: tuple[int, ...]) -> Move:
    """One number everywhere."""
    dims = movement.numbers(reader, 0, *_WHOLE)
    if math.prod(of) != 1:
        raise reader.fail(f"fills with something of shape {of}, not a number")
    movement.check_size(reader, dims)
    return lambda x: [np.broadcast_to(x.reshape(()), dims)]


def _always(
    name: str, values: Callable[[OperatorReader], Sequence[Array]], **more: Any
) -> Operator:
    """The registration of an operator whose output is always known."""
    return Operator(name, _read, _compute, _lower, fold=values, **more)


def _read(reader: OperatorReader) -> Node:
    raise reader.fail("its output is known, or else the operator is refused")


def _compute(node: Node, inputs: Sequence[Array], match: Match) -> Sequence[Array]:
    del node, inputs, match
    return ()


def _lower(node: Node, site: LoweringContext) -> Sequence[Step]:
    del node, site
    return ()


_IN_LITERT = {Match.TFLM: "lacks it"}

OPERATORS = (
    _always("SHAPE", shape, options="ShapeOptions"),
    _always("RANK", rank, lacking=_IN_LITERT),
    _always("RANGE", numbers, lacking=_IN_LITERT),
    movement.operator("FILL", fill, position=1),
)
