"""SPACE_TO_BATCH_ND and BATCH_TO_SPACE_ND: every n-th pixel as an image of its own, and back."""

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
from convert.compiler.operators.common.padding import blank
from convert.compiler.operators.common.reader import OperatorReader
from convert.compiler.program import Step

_LIMITS = Limits(micro=PLAIN)

Pairs = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class SpaceToBatch(Node):
    """``block`` has a side for each spatial dimension; ``padding`` before and after each."""

    block: tuple[int, ...]
    padding: Pairs


def _sides(reader: OperatorReader, shape: Sequence[int]) -> tuple[tuple[int, ...], Pairs]:
    """Sides of a block, and what is added to or cut off the image."""
    block = movement.numbers(reader, 1, "INT32")
    amounts = reader.constant(2, "INT32")
    spatial = len(shape) - 2
    if spatial not in (1, 2) or len(block) != spatial or amounts.shape != (spatial, 2):
        raise reader.fail(f"blocks {list(block)} do not fit shape {tuple(shape)}")
    if min(block) < 1 or amounts.min() < 0:
        raise reader.fail(f"blocks {list(block)}, margins {amounts.tolist()} make no sense")
    return block, tuple((int(before), int(after)) for before, after in amounts)


def read(reader: OperatorReader) -> Node:
    """The checked node."""
    (source,), output = reader.inputs(1, *DTYPES), reader.output(*DTYPES)
    block, padding = _sides(reader, source.shape)
    sides = [n + sum(p) for n, p in zip(source.shape[1:-1], padding, strict=True)]
    if any(n % b for n, b in zip(sides, block, strict=True)):
        raise reader.fail(f"blocks {list(block)} do not fit sides {sides}")
    inner = [n // b for n, b in zip(sides, block, strict=True)]
    reader.expect(output, (source.shape[0] * math.prod(block), *inner, source.shape[-1]))
    reader.same_quantization((source, output))
    name = reader.operator.name
    return SpaceToBatch(reader.index, name, (source,), (output,), block, padding)


def compute(node: SpaceToBatch, inputs: Sequence[Array], match: Match) -> Sequence[Array]:
    """Padded, cut into blocks, and a pixel of each block together in one image."""
    del match
    amounts = [(0, 0), *node.padding, (0, 0)]
    padded = np.pad(inputs[0], amounts, constant_values=node.output.zero_point)
    split = [len(padded)]
    for n, b in zip(padded.shape[1:-1], node.block, strict=True):
        split += [n // b, b]
    order = (2, 0, 1, 3) if len(node.block) == 1 else (2, 4, 0, 1, 3, 5)
    return [padded.reshape(*split, -1).transpose(order).reshape(node.output.shape)]


def lower(node: SpaceToBatch, site: LoweringContext) -> Sequence[Step]:
    """One call."""
    _LIMITS.check(node, site.match)
    if site.match is Match.TFLM and any(map(any, node.padding)):
        raise ValueError("TensorFlow Lite Micro pads with bytes that nobody set")
    batch, *sides, channels = node.input.shape
    if len(sides) == 1:  # a row is an image of one row
        sides, block, padding = [1, *sides], (1, *node.block), ((0, 0), *node.padding)
        inner = [1, node.output.shape[1]]
    else:
        block, padding, inner = node.block, node.padding, list(node.output.shape[1:3])
    fields = {
        "images": batch,
        "height": sides[0],
        "width": sides[1],
        "out_height": inner[0],
        "out_width": inner[1],
        "block": block,
        "before": (padding[0][0], padding[1][0]),
        "run": channels * node.input.numpy.itemsize,
        "blank": blank(node.output),
    }
    return [site.step("space_to_batch", fields, (), as_bytes=True)]


def back(reader: OperatorReader, shape: tuple[int, ...]) -> Move:
    """The images of a block woven into one, and cut."""
    block, crops = _sides(reader, shape)
    images, *sides, channels = shape
    batch, rest = divmod(images, math.prod(block))
    whole = [n * b for n, b in zip(sides, block, strict=True)]
    if rest or any(sum(c) >= n for c, n in zip(crops, whole, strict=True)):
        raise reader.fail(f"blocks {list(block)}, crops {crops} do not fit shape {shape}")
    order = (1, 2, 0, 3) if len(block) == 1 else (2, 3, 0, 4, 1, 5)
    kept = tuple(slice(c[0], n - c[1]) for c, n in zip(crops, whole, strict=True))

    def move(x: Array) -> Sequence[Array]:
        woven = x.reshape(*block, batch, *sides, channels).transpose(order)
        return [woven.reshape(batch, *whole, channels)[(slice(None), *kept)]]

    return move


OPERATORS = (
    Operator("SPACE_TO_BATCH_ND", read, compute, lower),
    movement.operator("BATCH_TO_SPACE_ND", back, _LIMITS),
)
