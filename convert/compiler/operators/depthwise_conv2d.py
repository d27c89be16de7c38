"""DEPTHWISE_CONV_2D."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from convert.compiler.arithmetic.match import Match
from convert.compiler.ir import Array, Node, Window
from convert.compiler.memory import overlap
from convert.compiler.operators.common import geometry, linear
from convert.compiler.operators.common.definition import Operator
from convert.compiler.operators.common.linear import Linear
from convert.compiler.operators.common.lowering import LoweringContext, image, window
from convert.compiler.operators.common.reader import OperatorReader
from convert.compiler.program import Step, Table


@dataclass(frozen=True)
class DepthwiseConv2D(Linear):
    """Weights [1, height, width, out_ch]; out_ch = in_ch * multiplier."""

    window: Window

    @property
    def channel_axis(self) -> int:
        """The last."""
        return 3


def read(reader: OperatorReader) -> Node:
    """The checked node."""
    (source,), output = reader.inputs(1), reader.output()
    shape = reader.raw(1).shape
    if len(shape) != 4 or shape[0] != 1 or shape[3] % geometry.sides(reader, source)[2]:
        raise reader.fail(f"weights of shape {shape} do not fit input {source.shape}")
    found = geometry.read(reader, (shape[1], shape[2]), source)
    reader.expect(output, (source.shape[0], *found.output, shape[3]))
    weights = linear.weights(reader, shape[3], 3)
    return DepthwiseConv2D(
        reader.index, reader.operator.name, (source,), (output,), *weights, found.window
    )


def compute(node: DepthwiseConv2D, inputs: Sequence[Array], match: Match) -> Sequence[Array]:
    """Exact sums, requantized."""
    zero_point = node.input.zero_point
    columns = geometry.patches(inputs[0], node.window, node.output.shape, zero_point)
    spread = np.repeat(columns, node.output.shape[3] // node.input.shape[3], axis=-1)
    weights = node.weights.reshape(-1, node.output.shape[3]).astype(np.int64)
    return [linear.requantize(node, (spread * weights).sum(axis=3), match)]


def lower(node: DepthwiseConv2D, site: LoweringContext) -> Sequence[Step]:
    """A depthwise convolution."""
    weights = Table(f"{site.name}_weights", "int8_t", node.weights[0], "[height, width, out_ch]")
    bias, scaling, tables = linear.requantization(node, site)
    fields = {
        "in": image(node.input),
        "out": image(node.output),
        "window": window(node.window),
        "multiplier": node.output.shape[3] // node.input.shape[3],
        "weights": weights,
        "bias": bias,
        "zero_point": node.input.zero_point,
        "scaling": scaling,
    }
    macs = node.output.size * math.prod(node.window.size)
    return [
        site.step(
            "depthwise",
            fields,
            (weights, *tables),
            macs=macs,
            instructions=linear.PLAIN * macs,
            lead=overlap.lead(node.input, node.output, node.window),
            batch=node.input.shape[0],
        )
    ]


OPERATORS = (Operator("DEPTHWISE_CONV_2D", read, compute, lower, options="DepthwiseConv2DOptions"),)
