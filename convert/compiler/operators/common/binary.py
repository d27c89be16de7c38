"""Operators of two operands, element by element, that broadcast: kernels over broadcast.h."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from convert.compiler.arithmetic.activation import bounds
from convert.compiler.arithmetic.match import Match
from convert.compiler.ir import Array, Node, Tensor
from convert.compiler.operators.common import broadcast
from convert.compiler.operators.common.lowering import LoweringContext
from convert.compiler.operators.common.reader import OperatorReader
from convert.compiler.program import Step, Table

WHOLE = ("INT32", "INT64")
"""Types of the numbers that shapes are computed from."""


@dataclass(frozen=True)
class Binary(Node):
    """Two inputs that broadcast to the output."""

    activation: str = "NONE"


def operands(reader: OperatorReader, *dtypes: str) -> tuple[tuple[Tensor, ...], Tensor]:
    """Both inputs and the output, of one of ``dtypes`` (INT8), of shapes that fit."""
    inputs, output = reader.inputs(2, *dtypes), reader.output(*dtypes)
    kinds = [tensor.dtype for tensor in (*inputs, output)]
    if len(set(kinds)) != 1:
        raise reader.fail(f"its tensors are {', '.join(kinds)}, expected one type")
    broadcast.check(reader, inputs, output)
    return inputs, output


def limits(node: Binary, match: Match) -> dict[str, int]:
    """The fields of C's struct limits, with the bounds of the activation."""
    low, high = bounds(node.activation, node.output, match)
    return {"zero_point": node.output.zero_point, "low": low, "high": high}


def limited(steps: Array, of: Mapping[str, Any]) -> Array:
    """Outputs of ``steps`` by what ``limits`` gives."""
    return np.clip(steps + of["zero_point"], of["low"], of["high"])


def step(
    node: Binary,
    site: LoweringContext,
    kernel: str,
    fields: Mapping[str, Any],
    tables: tuple[Table, ...] = (),
) -> Step:
    """A call of ``kernel``, whose struct begins with a struct broadcast called shape."""
    shape = broadcast.fields(node.inputs[0], node.inputs[1], node.output)
    in_place = node.input.size == node.output.size
    return site.step(kernel, {"shape": shape, **fields}, tables, in_place=in_place)


Fold = Callable[[OperatorReader], Sequence[Array] | None]


def folding(function: Callable[[Array, Array], Array], *, activated: bool = False) -> Fold:
    """The ``fold`` of an operator that is ``function`` on whole numbers.

    ``activated``: it has an option for a fused activation, which must be none.
    """

    def fold(reader: OperatorReader) -> Sequence[Array] | None:
        if not (reader.is_constant(0) and reader.is_constant(1)):
            return None
        dtype = reader.raw(0).dtype
        if dtype not in WHOLE:
            return None
        if activated and reader.activation() != "NONE":
            raise reader.fail("a fused activation of constants is not supported")
        a, b = reader.constant(0, dtype), reader.constant(1, dtype)
        if reader.result(0).dtype != dtype:
            raise reader.fail(f"its output is {reader.result(0).dtype}, expected {dtype}")
        try:
            with np.errstate(all="ignore"):  # they wrap, as in the runtimes
                return [np.asarray(function(a, b), a.dtype)]
        except (ValueError, ZeroDivisionError) as error:
            raise reader.fail(f"constants of {a.shape}, {b.shape} do not fit: {error}") from error

    return fold
