"""TRANSPOSE and REVERSE_V2."""

import numpy as np

from convert.compiler.operators.common import movement
from convert.compiler.operators.common.limits import Limits
from convert.compiler.operators.common.movement import Move
from convert.compiler.operators.common.reader import OperatorReader


def transpose(reader: OperatorReader, shape: tuple[int, ...]) -> Move:
    """Output dimension i is input dimension permutation[i]."""
    permutation = movement.numbers(reader, 1, "INT32")
    if sorted(permutation) != list(range(len(shape))):
        raise reader.fail(f"permutation {list(permutation)} does not fit shape {shape}")
    return lambda x: [x.transpose(permutation)]


def reverse(reader: OperatorReader, shape: tuple[int, ...]) -> Move:
    """Some dimensions run backwards; the runtimes only reverse neighbors."""
    given = movement.numbers(reader, 1, "INT32")
    axes = tuple(sorted(movement.axis(reader, n, len(shape)) for n in given))
    if not axes or axes != tuple(range(axes[0], axes[0] + len(axes))):
        raise reader.fail(f"axes {list(given)} are not neighbors: no runtime reverses them")
    return lambda x: [np.flip(x, axes)]


_TRANSPOSE = Limits(micro=("INT8", "INT16", "FLOAT32"), micro_rank=5)

OPERATORS = (
    movement.operator("TRANSPOSE", transpose, _TRANSPOSE),
    movement.operator("REVERSE_V2", reverse),
)
