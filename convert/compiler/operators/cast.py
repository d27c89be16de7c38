"""CAST of constants: the types of shapes."""

from collections.abc import Sequence

import numpy as np

from convert.compiler.ir import DTYPES, Array, Node
from convert.compiler.operators.common.definition import Operator
from convert.compiler.operators.common.reader import OperatorReader
from convert.compiler.program import Step

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
    raise reader.fail("its input is not constant, which is not supported")


def compute(*_: object) -> Sequence[Array]:
    """Never run."""
    raise NotImplementedError


def lower(*_: object) -> Sequence[Step]:
    """Never run."""
    raise NotImplementedError


OPERATORS = (Operator("CAST", read, compute, lower, fold=fold),)
