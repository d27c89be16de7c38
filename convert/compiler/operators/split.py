"""SPLIT, SPLIT_V and UNPACK: the parts of a tensor along an axis."""

from collections.abc import Sequence

import numpy as np

from convert.compiler.ir import Array
from convert.compiler.operators.common import movement
from convert.compiler.operators.common.reader import OperatorReader


def _axis(reader: OperatorReader, position: int, rank: int) -> int:
    found = reader.constant(position, "INT32").ravel()
    if len(found) != 1 or not -rank <= found[0] < rank:
        raise reader.fail(f"axis {found.tolist()} of {rank} dimensions")
    return int(found[0]) % rank


def move_split(reader: OperatorReader, values: Array) -> Sequence[Array]:
    """Equal parts."""
    axis, count = _axis(reader, 0, values.ndim), len(reader.operator.outputs)
    if count < 1 or values.shape[axis] % count:
        raise reader.fail(f"{values.shape} cannot be split into {count} along axis {axis}")
    return np.split(values, count, axis)


def move_split_v(reader: OperatorReader, values: Array) -> Sequence[Array]:
    """Parts of given sizes; -1 in one of them: what is left."""
    axis = _axis(reader, 2, values.ndim)
    sizes = reader.constant(1, "INT32", "INT64").ravel().astype(np.int64)
    left = values.shape[axis] - sizes[sizes >= 0].sum()
    sizes = np.where(sizes == -1, left, sizes)
    if (sizes < 0).any() or sizes.sum() != values.shape[axis]:
        raise reader.fail(f"sizes {sizes.tolist()} along axis {axis} of {values.shape}")
    return np.split(values, np.cumsum(sizes)[:-1], axis)


def move_unpack(reader: OperatorReader, values: Array) -> Sequence[Array]:
    """Every slice along an axis, without it."""
    axis = reader.option("Axis")
    if not -values.ndim <= axis < values.ndim or reader.option("Num") != values.shape[axis]:
        raise reader.fail(f"axis {axis} of {values.shape} has not {reader.option('Num')} parts")
    return list(np.moveaxis(values, axis, 0))


OPERATORS = (
    movement.operator("SPLIT", move_split, options="SplitOptions", data=1),
    movement.operator("SPLIT_V", move_split_v, options="SplitVOptions"),
    movement.operator("UNPACK", move_unpack, options="UnpackOptions"),
)
