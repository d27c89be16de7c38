"""CAST of constants: the types of shapes."""

from collections.abc import Sequence

import numpy as np

from convert.compiler.ir import DTYPES, Array, Node
from convert.compiler.operators import shape
from convert.compiler.operators.common.definition import Operator
from convert.compiler.operators.common.reader import OperatorReader

_KNOWN = DTYPES | {"INT64": np.dtype(np.int64)}


def fold(reader: OperatorReader) -> Sequence[Array] | None:
    """Another type; real numbers are cut off towards zero."""
    if not reader.is_constant(0):
        return None
    values, wanted = reader.constant(0), reader.result(0).dtype
    if wanted not in _KNOWN:
        raise reader.fail(f"makes {wanted}, which is not supported")
    with np.errstate(invalid="ignore"):
        return [values.astype(_KNOWN[wanted])]


def read(reader: OperatorReader) -> Node:
    """Only constants can be cast."""
    return shape.read(reader)


OPERATORS = (Operator("CAST", read, shape.compute, shape.lower, fold=fold),)
