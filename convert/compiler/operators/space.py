"""SPACE_TO_DEPTH, DEPTH_TO_SPACE, BATCH_TO_SPACE_ND: blocks of pixels as channels or images."""

from collections.abc import Sequence

import numpy as np

from convert.compiler.ir import Array
from convert.compiler.operators.common import movement
from convert.compiler.operators.common.reader import OperatorReader


def _block(reader: OperatorReader, values: Array) -> int:
    block = int(reader.option("BlockSize"))
    if values.ndim != 4 or block < 1:
        raise reader.fail(f"block {block} of {values.shape}")
    return block


def move_to_depth(reader: OperatorReader, values: Array) -> Sequence[Array]:
    """Each block of pixels becomes channels."""
    block = _block(reader, values)
    batch, height, width, channels = values.shape
    split = values.reshape(batch, height // block, block, width // block, block, channels)
    depth = block * block * channels
    ordered = split.transpose(0, 1, 3, 2, 4, 5)
    return [ordered.reshape(batch, height // block, width // block, depth)]


def move_to_space(reader: OperatorReader, values: Array) -> Sequence[Array]:
    """The channels of each pixel become a block of them."""
    block = _block(reader, values)
    batch, height, width, depth = values.shape
    channels = depth // (block * block)
    split = values.reshape(batch, height, width, block, block, channels)
    ordered = split.transpose(0, 1, 3, 2, 4, 5)
    return [ordered.reshape(batch, height * block, width * block, channels)]


def move_batch_to_space(reader: OperatorReader, values: Array) -> Sequence[Array]:
    """Images become blocks of pixels of fewer images, and what the crops say is cut off."""
    blocks = [int(n) for n in reader.constant(1, "INT32").ravel()]
    crops = reader.constant(2, "INT32").reshape(-1, 2)
    dims = len(blocks)
    if min(blocks, default=0) < 1 or crops.min(initial=0) < 0 or values.ndim < 1 + dims:
        raise reader.fail(f"blocks {blocks}, crops {crops.tolist()} of {values.shape}")
    batch, inner = values.shape[0] // int(np.prod(blocks)), values.shape[1 + dims :]
    split = values.reshape(*blocks, batch, *values.shape[1:])
    order = [dims]
    for axis in range(dims):
        order += [dims + 1 + axis, axis]
    order += range(2 * dims + 1, split.ndim)
    sides = [n * b for n, b in zip(values.shape[1 : 1 + dims], blocks, strict=True)]
    whole = split.transpose(order).reshape(batch, *sides, *inner)
    kept = (slice(int(a), side - int(b)) for (a, b), side in zip(crops, sides, strict=True))
    return [whole[(slice(None), *kept)]]


OPERATORS = (
    movement.operator("SPACE_TO_DEPTH", move_to_depth, options="SpaceToDepthOptions"),
    movement.operator("DEPTH_TO_SPACE", move_to_space, options="DepthToSpaceOptions"),
    movement.operator("BATCH_TO_SPACE_ND", move_batch_to_space),
)
