"""SQUARED_DIFFERENCE."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from convert.compiler.arithmetic import fixed_point
from convert.compiler.arithmetic.fixed_point import Multiplier, multiplier
from convert.compiler.arithmetic.match import Match
from convert.compiler.ir import Array, Node
from convert.compiler.operators.common import binary
from convert.compiler.operators.common.binary import Binary
from convert.compiler.operators.common.definition import Operator
from convert.compiler.operators.common.lowering import LoweringContext
from convert.compiler.operators.common.reader import OperatorReader
from convert.compiler.program import Step

_ROOM = 7  # bits by which a number is shifted to the left before it is scaled


def read(reader: OperatorReader) -> Node:
    """The checked node."""
    operands, output = binary.operands(reader)
    return Binary(reader.index, reader.operator.name, operands, (output,))


def parameters(node: Binary, match: Match) -> dict[str, Any]:
    """The fields of C's struct. Raises ValueError where the runtime gives up."""
    a, b, out = (float(tensor.scale) for tensor in (*node.inputs, node.output))
    twice = 2 * max(a, b)
    whole = twice * twice / ((1 << 2 * _ROOM) * out)
    if whole >= 1 and match is not Match.TFLM:
        raise ValueError("its output's scale is too small for its inputs': LiteRT gives up")
    factors = [multiplier(a / twice), multiplier(b / twice), multiplier(whole)]
    names = [("multiplier_a", "shift_a"), ("multiplier_b", "shift_b"), ("multiplier", "shift")]
    fields: dict[str, Any] = {
        "zero_point_a": node.inputs[0].zero_point,
        "zero_point_b": node.inputs[1].zero_point,
    }
    for (quantized, shift), by in zip(names, factors, strict=True):
        fields |= {quantized: by.quantized, shift: by.shift}
    return fields | {"limits": binary.limits(node, match)}


def compute(node: Binary, inputs: Sequence[Array], match: Match) -> Sequence[Array]:
    """Both brought to one scale, subtracted, squared."""
    p = parameters(node, match)
    a, b = (
        fixed_point.apply(
            (x.astype(np.int64) - p[f"zero_point_{which}"]) << _ROOM,
            Multiplier(p[f"multiplier_{which}"], p[f"shift_{which}"]),
        )
        for x, which in zip(inputs, "ab", strict=True)
    )
    steps = fixed_point.apply((a - b) ** 2, Multiplier(p["multiplier"], p["shift"]))
    return [binary.limited(steps, p["limits"])]


def lower(node: Binary, site: LoweringContext) -> Sequence[Step]:
    """A squared difference."""
    return [binary.step(node, site, "squared_difference", parameters(node, site.match))]


OPERATORS = (Operator("SQUARED_DIFFERENCE", read, compute, lower),)
