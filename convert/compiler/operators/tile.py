"""TILE and BROADCAST_TO: elements repeated."""

from collections.abc import Sequence

import numpy as np

from convert.compiler.arithmetic.match import Match
from convert.compiler.operators.common import movement
from convert.compiler.operators.common.limits import Limits
from convert.compiler.operators.common.movement import Move
from convert.compiler.operators.common.reader import OperatorReader


def tile(reader: OperatorReader, shape: tuple[int, ...]) -> Move:
    """The whole, so many times along each dimension."""
    times = movement.numbers(reader, 1, "INT32", "INT64")
    if len(times) != len(shape) or min(times, default=1) < 1:
        raise reader.fail(f"multiples {list(times)} do not fit shape {shape}")
    movement.check_size(reader, [n * t for n, t in zip(shape, times, strict=True)])
    return lambda x: [np.tile(x, times)]


def broadcast(reader: OperatorReader, shape: tuple[int, ...]) -> Move:
    """Dimensions of 1 repeated until the shape is the wanted one."""
    wanted: Sequence[int] = movement.numbers(reader, 1, "INT32", "INT64")
    movement.check_size(reader, wanted)
    try:
        fits = np.broadcast_shapes(shape, wanted) == tuple(wanted)
    except ValueError:
        fits = False
    if not fits:
        raise reader.fail(f"shape {shape} cannot become {list(wanted)}")
    return lambda x: [np.broadcast_to(x, tuple(wanted))]


OPERATORS = (
    movement.operator("TILE", tile, lacking={Match.TFLM: "lacks it"}),
    movement.operator("BROADCAST_TO", broadcast, Limits(micro_rank=5)),
)
