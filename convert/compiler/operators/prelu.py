"""PRELU: negative numbers are multiplied by a slope, most often one for each channel."""

from collections.abc import Sequence

import numpy as np

from convert.compiler.arithmetic import fixed_point
from convert.compiler.arithmetic.fixed_point import Multiplier
from convert.compiler.arithmetic.match import Match
from convert.compiler.ir import Array, Node
from convert.compiler.operators.common import binary
from convert.compiler.operators.common.binary import Binary
from convert.compiler.operators.common.definition import Operator
from convert.compiler.operators.common.lowering import LoweringContext
from convert.compiler.operators.common.reader import OperatorReader
from convert.compiler.program import Step


def read(reader: OperatorReader) -> Node:
    """The checked node; the slope broadcasts to the input."""
    operands, output = binary.operands(reader)
    reader.expect(output, operands[0].shape)
    return Binary(reader.index, reader.operator.name, operands, (output,))


def factors(node: Binary, match: Match) -> tuple[Multiplier, Multiplier]:
    """Of positive numbers, and of negative ones times the slope, as the runtime rounds them."""
    source, slope, out = (tensor.scale for tensor in (*node.inputs, node.output))
    if match is Match.TFLM:
        ratio = float(source) / float(out), float(source) * float(slope) / float(out)
    else:
        with np.errstate(all="ignore"):
            ratio = float(source / out), float((source * slope) / out)
    return fixed_point.multiplier(ratio[0]), fixed_point.multiplier(ratio[1])


def compute(node: Binary, inputs: Sequence[Array], match: Match) -> Sequence[Array]:
    """Rectified."""
    positive, negative = factors(node, match)
    x, slope = (v.astype(np.int64) - t.zero_point for v, t in zip(inputs, node.inputs, strict=True))
    below = fixed_point.apply(x * slope, negative)
    steps = np.where(x >= 0, fixed_point.apply(x, positive), below)
    return [binary.limited(steps, binary.limits(node, match))]


def lower(node: Binary, site: LoweringContext) -> Sequence[Step]:
    """A rectification."""
    positive, negative = factors(node, site.match)
    fields = {
        "zero_point_a": node.inputs[0].zero_point,
        "zero_point_b": node.inputs[1].zero_point,
        "multiplier": positive.quantized,
        "shift": positive.shift,
        "multiplier_negative": negative.quantized,
        "shift_negative": negative.shift,
        "limits": binary.limits(node, site.match),
    }
    return [binary.step(node, site, "prelu", fields)]


OPERATORS = (Operator("PRELU", read, compute, lower),)
