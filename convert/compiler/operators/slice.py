"""SLICE and STRIDED_SLICE: a part of a tensor."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from convert.compiler.ir import Array
from convert.compiler.operators.common import movement
from convert.compiler.operators.common.reader import OperatorReader

_INTEGERS = ("INT32", "INT64")


def move_slice(reader: OperatorReader, values: Array) -> Sequence[Array]:
    """From ``begin`` on, ``size`` of each axis; -1: all that is left."""
    begin, size = (reader.constant(n, *_INTEGERS).ravel() for n in (1, 2))
    if len(begin) != values.ndim or len(size) != values.ndim or (begin < 0).any():
        raise reader.fail(f"begin {begin.tolist()} or size {size.tolist()} does not fit")
    ends = np.where(size == -1, values.shape, begin + size)
    if (size < -1).any() or (ends > values.shape).any() or (ends < begin).any():
        raise reader.fail(f"begin {begin.tolist()}, size {size.tolist()} of {values.shape}")
    return [values[tuple(slice(b, e) for b, e in zip(begin, ends, strict=True))]]


def move_strided(reader: OperatorReader, values: Array) -> Sequence[Array]:
    """As Python's indexing, with bits of masks for what is left out, kept, added or dropped."""
    begin, end, stride = (reader.constant(n, *_INTEGERS).ravel() for n in (1, 2, 3))
    if not len(begin) == len(end) == len(stride) or 0 in stride:
        raise reader.fail(f"strides {stride.tolist()} do not fit begin {begin.tolist()}")
    if reader.option("Offset"):
        end = begin + end
    index: list[Any] = []
    for axis, (first, last, step) in enumerate(zip(begin, end, stride, strict=True)):
        masked = {name for name in _MASKS if reader.option(name) >> axis & 1}
        if "EllipsisMask" in masked:
            index.append(Ellipsis)
        elif "NewAxisMask" in masked:
            index.append(np.newaxis)
        elif "ShrinkAxisMask" in masked:
            index.append(int(first))
        else:
            start = None if "BeginMask" in masked else int(first)
            stop = None if "EndMask" in masked else int(last)
            index.append(slice(start, stop, int(step)))
    if sum(one is Ellipsis for one in index) > 1:
        raise reader.fail("its masks have several ellipses")
    return [values[tuple(index)]]


_MASKS = ("BeginMask", "EndMask", "EllipsisMask", "NewAxisMask", "ShrinkAxisMask")

OPERATORS = (
    movement.operator("SLICE", move_slice, options="SliceOptions"),
    movement.operator("STRIDED_SLICE", move_strided, options="StridedSliceOptions"),
)
