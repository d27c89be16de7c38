"""Operators that map each byte to a byte: a table of 256, made when the model is compiled."""

from collections.abc import Callable, Sequence

import numpy as np

from convert.compiler.arithmetic.fixed_point import Ints
from convert.compiler.ir import Array, Tensor
from convert.compiler.operators.common.lowering import LoweringContext
from convert.compiler.program import Step, Table

Function = Callable[[Ints], Ints]
"""Stored numbers of the output, not yet clamped to its type, of stored numbers of the input."""


def outputs(function: Function, output: Tensor, source: Array) -> Array:
    """``function`` of every element, clamped to what ``output`` can hold."""
    values = function(source.astype(np.int64))
    return np.clip(values, output.lowest, output.highest)


def table(function: Function, source: Tensor, output: Tensor) -> Array:
    """``function`` of every byte, by the input's bits, as int8 [256]."""
    bits = np.arange(256, dtype=np.uint8).view(source.numpy)
    return outputs(function, output, bits).astype(output.numpy).view(np.int8)


def steps(
    function: Function, source: Tensor, output: Tensor, site: LoweringContext
) -> Sequence[Step]:
    """The call that looks every byte up; both types have 8 bits."""
    values = table(function, source, output)
    entries = Table(f"{site.name}_table", "int8_t", values, "[input's bits]")
    fields = {"table": entries, "count": output.size}
    return [
        site.step(
            "lookup",
            fields,
            (entries,),
            inputs=(source,),
            output=output,
            in_place=True,
            as_bytes=True,
        )
    ]
