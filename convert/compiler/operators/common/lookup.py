"""Operators that map each byte to a byte: a table of 256, made when the model is compiled."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from convert.compiler.arithmetic.fixed_point import Ints
from convert.compiler.arithmetic.match import Match
from convert.compiler.ir import Array, Node, Tensor
from convert.compiler.operators.common.definition import Operator
from convert.compiler.operators.common.lowering import LoweringContext
from convert.compiler.operators.common.reader import OperatorReader
from convert.compiler.program import Step, Table

Function = Callable[[Ints], Ints]
"""Stored numbers of the output, not yet clamped to its type, of stored numbers of the input."""


def read(reader: OperatorReader) -> Node:
    """The checked node of an operator from int8 to int8, element by element, without options."""
    (source,), output = reader.inputs(1), reader.output()
    reader.expect(output, source.shape)
    return Node(reader.index, reader.operator.name, (source,), (output,))


def operator(
    name: str,
    function: Callable[[Any, Match], Function],
    read: Callable[[OperatorReader], Node] = read,
    **more: Any,
) -> Operator:
    """The registration of an operator that is ``function`` of a node and a runtime.

    ``function`` raises ValueError for what the runtime refuses; ``more`` is as Operator has it.
    """

    def compute(node: Node, inputs: Sequence[Array], match: Match) -> Sequence[Array]:
        return [outputs(function(node, match), node.output, inputs[0])]

    def lower(node: Node, site: LoweringContext) -> Sequence[Step]:
        return steps(function(node, site.match), node.input, node.output, site)

    return Operator(name, read, compute, lower, **more)


def outputs(function: Function, output: Tensor, source: Array) -> Array:
    """``function`` of every element, clamped to what ``output`` can hold."""
    values = function(source.astype(np.int64))
    return np.clip(values, output.lowest, output.highest)


def table(
    function: Function, source: Tensor, output: Tensor, site: LoweringContext, name: str = "table"
) -> Table:
    """``function`` of all 256 bytes; both types have 8 bits."""
    bits = np.arange(256, dtype=np.uint8).view(source.numpy)
    values = outputs(function, output, bits).astype(output.numpy).view(np.int8)
    return Table(f"{site.name}_{name}", "int8_t", values, "[input's bits]")


def steps(
    function: Function, source: Tensor, output: Tensor, site: LoweringContext
) -> Sequence[Step]:
    """The call that looks every byte up; both types have 8 bits."""
    values = table(function, source, output, site)
    fields = {"table": values, "count": output.size}
    return [
        site.step(
            "lookup",
            fields,
            (values,),
            inputs=(source,),
            output=output,
            in_place=True,
            as_bytes=True,
        )
    ]
