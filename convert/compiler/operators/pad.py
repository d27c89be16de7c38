"""PAD with the zero point."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from convert.compiler.arithmetic.match import Match
from convert.compiler.ir import Array, Node
from convert.compiler.operators.common.definition import Operator
from convert.compiler.operators.common.lowering import LoweringContext, image
from convert.compiler.operators.common.reader import OperatorReader
from convert.compiler.program import Step


@dataclass(frozen=True)
class Pad(Node):
    """``before`` and ``after`` have an entry per dimension."""

    before: tuple[int, ...]
    after: tuple[int, ...]


def read(reader: OperatorReader) -> Node:
    """The checked node."""
    (source,), output = reader.inputs(1), reader.output()
    amounts = reader.constant(1, "INT32", "INT64")
    if amounts.shape != (len(source.shape), 2) or amounts.min() < 0 or amounts[0].any():
        raise reader.fail(f"paddings {amounts.tolist()} do not fit shape {source.shape}")
    before, after = (tuple(int(n) for n in column) for column in amounts.T)
    shape = tuple(b + n + a for b, n, a in zip(before, source.shape, after, strict=True))
    reader.expect(output, shape)
    reader.same_quantization((source, output))
    return Pad(reader.index, reader.operator.name, (source,), (output,), before, after)


def compute(node: Pad, inputs: Sequence[Array], match: Match) -> Sequence[Array]:
    """The zero point around the input."""
    del match
    amounts = list(zip(node.before, node.after, strict=True))
    return [np.pad(inputs[0], amounts, constant_values=node.output.zero_point)]


def lower(node: Pad, site: LoweringContext) -> Sequence[Step]:
    """Padding."""
    before = (0,) * (4 - len(node.before)) + node.before
    fields = {
        "in": image(node.input),
        "out": image(node.output),
        "top": before[1],
        "left": before[2],
        "front": before[3],
        "zero_point": node.output.zero_point,
    }
    return [site.step("pad", fields, ())]


OPERATORS = (Operator("PAD", read, compute, lower),)
