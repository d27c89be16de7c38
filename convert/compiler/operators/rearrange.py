"""REVERSE_V2, TILE, BROADCAST_TO: the same elements in another order, or several times."""

from collections.abc import Sequence

import numpy as np

from convert.compiler.arithmetic.match import Match
from convert.compiler.ir import Array
from convert.compiler.operators.common import movement
from convert.compiler.operators.common.reader import OperatorReader


def move_reverse(reader: OperatorReader, values: Array) -> Sequence[Array]:
    """Some axes backwards."""
    return [np.flip(values, tuple(int(n) for n in reader.constant(1, "INT32").ravel()))]


def move_tile(reader: OperatorReader, values: Array) -> Sequence[Array]:
    """Each axis several times."""
    times = reader.constant(1, "INT32", "INT64").ravel()
    if len(times) != values.ndim or (times < 1).any():
        raise reader.fail(f"multiples {times.tolist()} do not fit {values.shape}")
    movement.check_size(reader, [n * t for n, t in zip(values.shape, times, strict=True)])
    return [np.tile(values, times.tolist())]


def move_broadcast(reader: OperatorReader, values: Array) -> Sequence[Array]:
    """To a larger shape."""
    shape = reader.constant(1, "INT32", "INT64").ravel()
    movement.check_size(reader, shape.tolist())
    return [np.broadcast_to(values, tuple(int(n) for n in shape))]


OPERATORS = (
    movement.operator("REVERSE_V2", move_reverse),
    movement.operator("TILE", move_tile, lacking={Match.TFLM: "lacks it"}),
    movement.operator("BROADCAST_TO", move_broadcast),
)
