"""PAD with the zero point, PADV2 with a value, SPACE_TO_BATCH_ND, which pads as well."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from convert.compiler.arithmetic.match import Match
from convert.compiler.ir import DTYPES, Array, Node, Tensor
from convert.compiler.operators.common import movement
from convert.compiler.operators.common.channels import ONE_FOR_ONE
from convert.compiler.operators.common.definition import Operator
from convert.compiler.operators.common.lowering import LoweringContext
from convert.compiler.operators.common.reader import OperatorReader
from convert.compiler.program import Buffer, Step

_DEPTH = 5  # dimensions of kernels/portable/pad.h
_INTEGERS = ("INT32", "INT64")


@dataclass(frozen=True)
class Pad(Node):
    """``amounts`` has (before, after) for each dimension."""

    amounts: tuple[tuple[int, int], ...]
    value: int  # stored

    @property
    def padded(self) -> tuple[int, ...]:
        """The shape with the padding."""
        return tuple(b + n + a for n, (b, a) in zip(self.input.shape, self.amounts, strict=True))


@dataclass(frozen=True)
class SpaceToBatch(Pad):
    """A padding, and where its elements go."""

    where: movement.Map = field(compare=False)


def _source(reader: OperatorReader) -> tuple[Tensor, Tensor]:
    source = reader.operand(0, *DTYPES)
    output = reader.output(source.dtype)
    reader.same_quantization((source, output))
    if len(source.shape) > _DEPTH:
        raise reader.fail(f"{source.name!r} has {len(source.shape)} dimensions, {_DEPTH} at most")
    return source, output


def _amounts(reader: OperatorReader, shape: tuple[int, ...]) -> tuple[tuple[int, int], ...]:
    found = reader.constant(1, *_INTEGERS)
    if found.shape != (len(shape), 2) or found.min(initial=0) < 0:
        raise reader.fail(f"paddings {found.tolist()} do not fit shape {shape}")
    return tuple((int(before), int(after)) for before, after in found)


def read(reader: OperatorReader) -> Node:
    """The checked node of PAD or PADV2."""
    source, output = _source(reader)
    value = source.zero_point
    if reader.operator.name == "PADV2":
        found = reader.constant(2, source.dtype)
        if found.size != 1:
            raise reader.fail(f"its value has shape {found.shape}")
        value = int(found.ravel()[0])
    if value and source.numpy.itemsize > 1:
        raise reader.fail(f"padding {source.dtype} with {value} is not supported")
    name, amounts = reader.operator.name, _amounts(reader, source.shape)
    node = Pad(reader.index, name, (source,), (output,), amounts, value)
    reader.expect(output, node.padded)
    return node


def read_space_to_batch(reader: OperatorReader) -> Node:
    """The checked node of SPACE_TO_BATCH_ND."""
    source, output = _source(reader)
    blocks = [int(n) for n in reader.constant(1, "INT32").ravel()]
    paddings = reader.constant(2, "INT32")
    dims, rank = len(blocks), len(source.shape)
    if min(blocks, default=0) < 1 or paddings.shape != (dims, 2) or rank < 1 + dims:
        raise reader.fail(f"blocks {blocks}, paddings {paddings.tolist()} of {source.shape}")
    if paddings.min(initial=0) < 0:
        raise reader.fail(f"paddings {paddings.tolist()} are negative")
    inner = ((0, 0),) * (rank - 1 - dims)
    amounts = ((0, 0), *((int(b), int(a)) for b, a in paddings), *inner)
    padded = tuple(b + n + a for n, (b, a) in zip(source.shape, amounts, strict=True))
    movement.check_size(reader, padded)
    try:
        where = _blocks(np.arange(int(np.prod(padded))).reshape(padded), blocks)
    except ValueError as error:
        raise reader.fail(f"blocks {blocks} do not fit {padded}") from error
    reader.expect(output, where.shape)
    name, value = reader.operator.name, source.zero_point
    return SpaceToBatch(reader.index, name, (source,), (output,), amounts, value, where)


def _blocks(values: Array, blocks: Sequence[int]) -> Array:
    """The places within blocks become images."""
    dims, (batch, *sides) = len(blocks), values.shape
    split = [part for n, b in zip(sides, blocks, strict=False) for part in (n // b, b)]
    shaped = values.reshape(batch, *split, *sides[dims:])
    order = [*range(2, 2 * dims + 1, 2), 0, *range(1, 2 * dims, 2)]
    order += range(2 * dims + 1, shaped.ndim)
    smaller = [n // b for n, b in zip(sides, blocks, strict=False)]
    return shaped.transpose(order).reshape(-1, *smaller, *sides[dims:])


def compute(node: Pad, inputs: Sequence[Array], match: Match) -> Sequence[Array]:
    """The value around the input."""
    del match
    return [np.pad(inputs[0], node.amounts, constant_values=node.value)]


def compute_space_to_batch(
    node: SpaceToBatch, inputs: Sequence[Array], match: Match
) -> Sequence[Array]:
    """Padded, then rearranged."""
    return [compute(node, inputs, match)[0].ravel()[node.where]]


def lower(node: Pad, site: LoweringContext) -> Sequence[Step]:
    """Padding."""
    return [_pad(node, site, node.output)]


def _pad(node: Pad, site: LoweringContext, output: Tensor | Buffer) -> Step:
    missing = _DEPTH - len(node.amounts)
    fields = {
        "size": (1,) * missing + node.input.shape,
        "before": (0,) * missing + tuple(before for before, _ in node.amounts),
        "after": (0,) * missing + tuple(after for _, after in node.amounts),
        "width": node.input.numpy.itemsize,
        "value": node.value if node.value < 128 else node.value - 256,
    }
    return site.step("pad", fields, (), output=output, as_bytes=True)


def lower_space_to_batch(node: SpaceToBatch, site: LoweringContext) -> Sequence[Step]:
    """Padding where there is any, then moves."""
    width = node.input.numpy.itemsize
    if not any(map(any, node.amounts)):
        return [movement.step(site, node.where, node.input, node.output, width)]
    if site.match is Match.TFLM:
        raise ValueError("TensorFlow Lite Micro pads with what happens to lie in memory")
    padded = site.temporary("padded", node.where.size * width, node.input.dtype)
    moved = movement.step(site, node.where, padded, node.output, width)
    return [_pad(node, site, padded), moved]


OPERATORS = (
    Operator("PAD", read, compute, lower, channels=ONE_FOR_ONE),
    Operator("PADV2", read, compute, lower, channels=ONE_FOR_ONE),
    Operator(
        "SPACE_TO_BATCH_ND", read_space_to_batch, compute_space_to_batch, lower_space_to_batch
    ),
)
