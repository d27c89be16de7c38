"""L2_NORMALIZATION over the last dimension."""

from collections.abc import Sequence

import numpy as np

from convert.compiler.arithmetic import fixed_point, gemmlowp
from convert.compiler.arithmetic.fixed_point import Multiplier
from convert.compiler.arithmetic.match import Match
from convert.compiler.ir import Array, Node
from convert.compiler.operators.common.definition import Operator
from convert.compiler.operators.common.lowering import LoweringContext
from convert.compiler.operators.common.reader import OperatorReader
from convert.compiler.program import Step

_LONGEST = ((1 << 31) - 1) // 255**2  # elements whose squares' sum fits int32
_BITS = 7  # the output's scale is 2^-7


def read(reader: OperatorReader) -> Node:
    """The checked node."""
    (source,), output = reader.inputs(1), reader.output()
    reader.expect(output, source.shape)
    if not source.shape or source.shape[-1] > _LONGEST:
        raise reader.fail(f"shape {source.shape} is not supported: rows of {_LONGEST} at most")
    if (float(output.scale), output.zero_point) != (1 / 128, 0):
        raise reader.fail("its output must have scale 1/128 and zero point 0")
    if reader.activation() != "NONE":
        raise reader.fail("a fused activation is not supported")
    return Node(reader.index, reader.operator.name, (source,), (output,))


def compute(node: Node, inputs: Sequence[Array], match: Match) -> Sequence[Array]:
    """Each row by its length."""
    del match
    rows = inputs[0].reshape(-1, node.input.shape[-1]).astype(np.int64) - node.input.zero_point
    factors = [gemmlowp.inverse_root(int(square)) for square in (rows * rows).sum(axis=1)]
    scaled = [
        fixed_point.apply(row, Multiplier(by.quantized, by.shift + _BITS))
        for row, by in zip(rows, factors, strict=True)
    ]
    return [np.clip(scaled, -128, 127).reshape(node.output.shape)]


def lower(node: Node, site: LoweringContext) -> Sequence[Step]:
    """A normalization."""
    length = node.input.shape[-1]
    fields = {
        "rows": node.input.size // length,
        "length": length,
        "zero_point": node.input.zero_point,
    }
    return [site.step("l2_normalization", fields, (), in_place=True)]


OPERATORS = (Operator("L2_NORMALIZATION", read, compute, lower, options="L2NormOptions"),)
