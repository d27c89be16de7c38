"""TRANSPOSE."""

from collections.abc import Sequence

import numpy as np

from convert.compiler.ir import Array
from convert.compiler.operators.common import movement
from convert.compiler.operators.common.reader import OperatorReader


def move(reader: OperatorReader, values: Array) -> Sequence[Array]:
    """The axes in another order."""
    return [np.transpose(values, reader.constant(1, "INT32").ravel())]


OPERATORS = (movement.operator("TRANSPOSE", move, options="TransposeOptions"),)
