"""MAX_POOL_2D and AVERAGE_POOL_2D; what lies outside the image does not count."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from convert.compiler.arithmetic.activation import bounds
from convert.compiler.arithmetic.match import Match
from convert.compiler.ir import Array, Node, Window
from convert.compiler.memory import overlap
from convert.compiler.operators.common import geometry
from convert.compiler.operators.common.channels import ONE_FOR_ONE
from convert.compiler.operators.common.definition import Operator
from convert.compiler.operators.common.lowering import LoweringContext, image, window
from convert.compiler.operators.common.reader import OperatorReader
from convert.compiler.operators.common.rows import SLIDING
from convert.compiler.program import Step

_OUTSIDE = -(1 << 20)  # marks what lies outside the image
_LARGEST = (1 << 16) - 1  # cells of a window; 32 bits hold the sum of so many 16-bit numbers


@dataclass(frozen=True)
class Pool(Node):
    """A pooling."""

    window: Window
    activation: str


def read(reader: OperatorReader) -> Node:
    """The checked node."""
    (source,), output = reader.inputs(1, "INT8", "INT16"), reader.output("INT8", "INT16")
    size = reader.option("FilterHeight"), reader.option("FilterWidth")
    found = geometry.read(reader, size, source)
    reader.expect(output, (source.shape[0], *found.output, source.shape[3]))
    reader.same_quantization([source, output])
    if size[0] * size[1] > _LARGEST:
        raise reader.fail(f"a window of {size} is too large: its sum could exceed 32 bits")
    name, activation = reader.operator.name, reader.activation()
    return Pool(reader.index, name, (source,), (output,), found.window, activation)


def _rounding(node: Pool, match: Match) -> Match:
    """How the activation's bounds are rounded: XNNPACK takes no averages, and no 16 bits."""
    left = node.op == "AVERAGE_POOL_2D" or node.input.dtype == "INT16"
    return Match.REF if left and match is Match.XNNPACK else match


def compute(node: Pool, inputs: Sequence[Array], match: Match) -> Sequence[Array]:
    """The largest, or the average to the nearest, half away from zero."""
    cells = geometry.patches(inputs[0], node.window, node.output.shape, _OUTSIDE) + _OUTSIDE
    inside = cells > _OUTSIDE // 2
    if node.op == "MAX_POOL_2D":
        result = cells.max(axis=3)
    else:
        total, count = (cells * inside).sum(axis=3), inside.sum(axis=3)
        half = np.where(total > 0, count // 2, -(count // 2))
        result = np.trunc((total + half) / count).astype(np.int64)
    low, high = bounds(node.activation, node.output, _rounding(node, match))
    return [np.clip(result, low, high)]


def lower(node: Pool, site: LoweringContext) -> Sequence[Step]:
    """Max- or average-pooling."""
    low, high = bounds(node.activation, node.output, _rounding(node, site.match))
    fields = {
        "in": image(node.input),
        "out": image(node.output),
        "window": window(node.window),
        "low": low,
        "high": high,
    }
    width = "_wide" if node.input.dtype == "INT16" else ""
    kernel = ("max_pool" if node.op == "MAX_POOL_2D" else "average_pool") + width
    lead = overlap.lead(node.input, node.output, node.window)
    return [site.step(kernel, fields, (), lead=lead, batch=node.input.shape[0])]


OPERATORS = tuple(
    Operator(
        name,
        read,
        compute,
        lower,
        options="Pool2DOptions",
        channels=ONE_FOR_ONE,
        sweep=SLIDING,
    )
    for name in ("MAX_POOL_2D", "AVERAGE_POOL_2D")
)
