"""MIRROR_PAD: padding with the image in a mirror."""

from collections.abc import Sequence

import numpy as np

from convert.compiler.ir import Array
from convert.compiler.operators.common import movement
from convert.compiler.operators.common.reader import OperatorReader


def move(reader: OperatorReader, values: Array) -> Sequence[Array]:
    """Without the edge (reflect), or with it (symmetric)."""
    amounts, mode = reader.constant(1, "INT32", "INT64"), reader.option("Mode")
    most = np.array(values.shape) - (mode == 0)
    if amounts.shape != (values.ndim, 2) or mode not in (0, 1):
        raise reader.fail(f"mode {mode}, paddings {amounts.tolist()} of {values.shape}")
    if amounts.min(initial=0) < 0 or (amounts > most[:, None]).any():
        raise reader.fail(f"paddings {amounts.tolist()} are wider than {values.shape}")
    widths = [(int(before), int(after)) for before, after in amounts]
    return [np.pad(values, widths, "symmetric" if mode else "reflect")]


OPERATORS = (movement.operator("MIRROR_PAD", move, options="MirrorPadOptions"),)
