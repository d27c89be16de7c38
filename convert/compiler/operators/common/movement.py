"""Operators that only move elements: one NumPy function gives the reference, the folding and the C.

Applied to the numbers 0, 1, 2, ... of the input's elements it gives an index map for each output,
and from that common/index_map.py makes the call.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from convert import tflite
from convert.compiler.arithmetic.match import Match
from convert.compiler.ir import DTYPES, Array, Node
from convert.compiler.operators.common import index_map
from convert.compiler.operators.common.definition import Operator
from convert.compiler.operators.common.limits import NONE, Limits
from convert.compiler.operators.common.lowering import LoweringContext
from convert.compiler.operators.common.reader import LARGEST, QUANTIZED, STORED, OperatorReader
from convert.compiler.program import Step

Move = Callable[[Array], Sequence[Array]]
"""Gives the outputs of an input."""
Plan = Callable[[OperatorReader, tuple[int, ...]], Move]
"""Finds the movement of an operator on an input of that shape; raises ModelError."""
Check = Callable[[OperatorReader], bool]


@dataclass(frozen=True)
class Movement(Node):
    """Outputs made of the input's elements."""

    move: Move = field(compare=False)
    limits: Limits = field(compare=False)
    in_micro: bool  # whether TensorFlow Lite Micro has these options


def operator(
    name: str,
    plan: Plan,
    limits: Limits = NONE,
    *,
    position: int = 0,
    micro: Check | None = None,
    **more: Any,
) -> Operator:
    """The registration of the operator that ``plan`` plans; its input has that ``position``.

    ``limits``: what some runtimes lack of it; ``micro`` says whether TensorFlow Lite Micro has the
    options. ``more`` is for Operator.
    """
    return Operator(
        name,
        partial(_read, plan, limits, position, micro),
        _compute,
        _lower,
        fold=partial(_fold, plan, position),
        **more,
    )


def _read(
    plan: Plan, limits: Limits, position: int, micro: Check | None, reader: OperatorReader
) -> Movement:
    source = reader.operand(position, *DTYPES)
    outputs = reader.outputs(len(reader.operator.outputs), *DTYPES)
    reader.same_quantization((source, *outputs))
    move = plan(reader, source.shape)
    results = move(numbered(source.shape))
    if len(results) != len(outputs):
        raise reader.fail(f"has {len(outputs)} outputs, computed {len(results)}")
    for output, result in zip(outputs, results, strict=True):
        reader.expect(output, result.shape)
    in_micro = micro is None or micro(reader)
    name = reader.operator.name
    return Movement(reader.index, name, (source,), outputs, move, limits, in_micro)


def numbered(shape: Sequence[int]) -> index_map.Map:
    """0, 1, 2, ... in an array of that shape."""
    return np.arange(math.prod(shape), dtype=np.int64).reshape(shape)


def _fold(plan: Plan, position: int, reader: OperatorReader) -> Sequence[Array] | None:
    if not reader.is_constant(position):
        return None
    values = reader.constant(position)
    move = plan(reader, values.shape)
    alike(reader, [reader.raw(position), *map(reader.result, range(len(reader.operator.outputs)))])
    return move(values)


def alike(reader: OperatorReader, tensors: Sequence[tflite.Tensor]) -> None:
    """Raise ModelError unless constants of these tensors mean the same where they hold the same."""
    if any(tensor.dtype not in STORED for tensor in tensors):
        raise reader.fail(f"constants of {', '.join(t.dtype for t in tensors)} are not supported")
    dtype = tensors[0].dtype
    if any(tensor.dtype != dtype for tensor in tensors):
        raise reader.fail("inputs and outputs must share their type")
    if dtype not in QUANTIZED:
        return
    if len({(tensor.scales, tensor.zero_points) for tensor in tensors}) != 1:
        raise reader.fail("inputs and outputs must share scale and zero point")
    if len(tensors[0].scales) > 1:
        raise reader.fail("constants with a scale for each channel are not supported")


def check_size(reader: OperatorReader, shape: Sequence[int]) -> None:
    """Raise ModelError for an output that could not be held; to be asked before it is made."""
    if min(shape, default=1) < 0 or math.prod(shape) > LARGEST:
        raise reader.fail(f"its output has shape {tuple(shape)}, expected {LARGEST} at most")


def axis(reader: OperatorReader, given: int, rank: int) -> int:
    """``given``, counted from the front."""
    if not -rank <= given < rank:
        raise reader.fail(f"axis {given} does not fit {rank} dimensions")
    return given % rank


def scalar(reader: OperatorReader, position: int, *dtypes: str) -> int:
    """The only number of a constant."""
    values = reader.constant(position, *dtypes)
    if values.size != 1:
        raise reader.fail(f"{reader.raw(position).name!r} has {values.size} numbers, expected one")
    return int(values.flat[0])


def numbers(reader: OperatorReader, position: int, *dtypes: str) -> tuple[int, ...]:
    """The numbers of a constant vector."""
    return tuple(int(value) for value in reader.constant(position, *dtypes).ravel())


def _compute(node: Movement, inputs: Sequence[Array], match: Match) -> Sequence[Array]:
    del match
    return node.move(inputs[0])


def _lower(node: Movement, site: LoweringContext) -> Sequence[Step]:
    node.limits.check(node, site.match)
    if site.match is Match.TFLM and not node.in_micro:
        raise ValueError("TensorFlow Lite Micro lacks it with these options")
    width, maps = node.input.numpy.itemsize, node.move(numbered(node.input.shape))
    return [
        index_map.step(site, np.asarray(where), node.input, output, width)
        for output, where in zip(node.outputs, maps, strict=True)
    ]
