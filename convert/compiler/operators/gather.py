"""GATHER with constant indices."""

from collections.abc import Sequence

import numpy as np

from convert.compiler.ir import Array
from convert.compiler.operators.common import movement
from convert.compiler.operators.common.reader import OperatorReader


def move(reader: OperatorReader, values: Array) -> Sequence[Array]:
    """The slices along an axis that the indices name."""
    axis, indices = reader.option("Axis"), reader.constant(1, "INT32", "INT64")
    if not -values.ndim <= axis < values.ndim or reader.option("BatchDims"):
        raise reader.fail(f"axis {axis} of {values.shape}, or batch dimensions")
    size = values.shape[axis]
    if indices.size and not (indices.min() >= 0 and indices.max() < size):
        raise reader.fail(f"an index is outside 0 to {size - 1}")
    movement.check_size(reader, [*values.shape, max(1, indices.size)])
    return [np.take(values, indices, axis)]


OPERATORS = (movement.operator("GATHER", move, options="GatherOptions"),)
