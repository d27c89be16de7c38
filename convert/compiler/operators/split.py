"""SPLIT, SPLIT_V, UNPACK: one output behind the other along an axis."""

from collections.abc import Sequence

import numpy as np

from convert.compiler.operators.common import movement
from convert.compiler.operators.common.limits import Limits, without
from convert.compiler.operators.common.movement import Move
from convert.compiler.operators.common.reader import OperatorReader


def equal(reader: OperatorReader, shape: tuple[int, ...]) -> Move:
    """Parts of one size."""
    along = movement.axis(reader, movement.scalar(reader, 0, "INT32"), len(shape))
    count = reader.option("NumSplits")
    if count < 1 or shape[along] % count:
        raise reader.fail(f"{shape[along]} elements cannot be split into {count} parts")
    return _parts([shape[along] // count] * count, along)


def given(reader: OperatorReader, shape: tuple[int, ...]) -> Move:
    """Parts of given sizes; -1 is what is left."""
    along = movement.axis(reader, movement.scalar(reader, 2, "INT32"), len(shape))
    listed = movement.numbers(reader, 1, "INT32", "INT64")
    left = shape[along] - sum(size for size in listed if size >= 0)
    sizes = [left if size == -1 else size for size in listed]
    if listed.count(-1) > 1 or min(sizes, default=-1) < 0 or sum(sizes) != shape[along]:
        raise reader.fail(f"sizes {list(listed)} do not make {shape[along]}")
    return _parts(sizes, along)


def _parts(sizes: Sequence[int], along: int) -> Move:
    ends = np.cumsum(sizes)[:-1]
    return lambda x: np.split(x, ends, along)


def unpack(reader: OperatorReader, shape: tuple[int, ...]) -> Move:
    """Parts of one element, without the axis."""
    along = movement.axis(reader, reader.option("Axis"), len(shape))
    if reader.option("Num") != shape[along]:
        raise reader.fail(f"{shape[along]} elements do not make {reader.option('Num')} outputs")
    return lambda x: list(np.moveaxis(x, along, 0))


_PARTS = Limits(types=without("BOOL"), micro=without("UINT8", "BOOL"))
_UNPACK = Limits(micro=without("UINT8", "BOOL"))

OPERATORS = (
    movement.operator("SPLIT", equal, _PARTS, position=1, options="SplitOptions"),
    movement.operator("SPLIT_V", given, _PARTS, options="SplitVOptions"),
    movement.operator("UNPACK", unpack, _UNPACK, options="UnpackOptions"),
)
