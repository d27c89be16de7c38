"""DEPTHWISE_CONV_2D."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from convert.compiler.arithmetic.match import Match
from convert.compiler.ir import Array, Node, Tensor, Window
from convert.compiler.memory import overlap
from convert.compiler.operators.common import geometry, linear, linear_channels
from convert.compiler.operators.common.channels import Channels, Constants, Mask
from convert.compiler.operators.common.definition import Operator
from convert.compiler.operators.common.linear import Linear
from convert.compiler.operators.common.lowering import LoweringContext, image, window
from convert.compiler.operators.common.reader import OperatorReader
from convert.compiler.operators.common.rows import SLIDING
from convert.compiler.operators.common.stored import stored
from convert.compiler.program import Step, Table

_VECTOR = 8  # channels that LiteRT's vector kernels take at once


@dataclass(frozen=True)
class DepthwiseConv2D(Linear):
    """Weights [1, height, width, out_ch]; out_ch = in_ch * multiplier."""

    window: Window

    @property
    def channel_axis(self) -> int:
        """The last."""
        return 3

    def rounded_up(self, match: Match) -> int:
        """Those in whole vectors; the rest is left to scalar code, which rounds the other way."""
        return super().rounded_up(match) // _VECTOR * _VECTOR


def read(reader: OperatorReader) -> Node:
    """The checked node."""
    (source,), output = linear.activations(reader)
    shape, channels = reader.raw(1).shape, geometry.sides(reader, source)[2]
    if len(shape) != 4 or min(shape) < 1 or shape[0] != 1 or shape[3] % channels:
        raise reader.fail(f"weights of shape {shape} do not fit input {source.shape}")
    multiplier = reader.option("DepthMultiplier")  # which only some runtimes look at
    if multiplier != shape[3] // channels:
        raise reader.fail(f"says DepthMultiplier {multiplier}, its weights {shape[3] // channels}")
    found = geometry.read(reader, (shape[1], shape[2]), source)
    reader.expect(output, (source.shape[0], *found.output, shape[3]))
    weights = linear.weights(reader, shape[3], 3, "INT8", "INT4")
    name, said = reader.operator.name, stored(reader)
    return DepthwiseConv2D(
        reader.index, name, (source,), (output,), *weights, found.window, stored=said
    )


def compute(node: DepthwiseConv2D, inputs: Sequence[Array], match: Match) -> Sequence[Array]:
    """Exact sums, requantized."""
    return [linear.requantize(node, sums(node, inputs[0]), match)]


def sums(node: DepthwiseConv2D, source: Array) -> Array:
    """The sums without bias, int64 [batch, height, width, out_ch]."""
    columns = geometry.patches(source, node.window, node.output.shape, node.input.zero_point)
    spread = np.repeat(columns, node.output.shape[3] // node.input.shape[3], axis=-1)
    weights = node.weights.reshape(-1, node.output.shape[3]).astype(np.int64)
    return np.asarray((spread * weights).sum(axis=3))


def lower(node: DepthwiseConv2D, site: LoweringContext) -> Sequence[Step]:
    """A depthwise convolution."""
    linear.check_runtime(node, site.match)
    usual = node.is_usual(site.match)
    weights = Table(f"{site.name}_weights", "int8_t", node.weights[0], "[height, width, out_ch]")
    bias, scaling, tables = linear.requantization(node, site)
    fields = {
        "in": image(node.input),
        "out": image(node.output),
        "window": window(node.window),
        "multiplier": node.output.shape[3] // node.input.shape[3],
        **({} if usual else {"width": node.input.numpy.itemsize}),
        "weights": weights,
        "bias": bias,
        "zero_point": node.input.zero_point,
        "scaling": scaling,
    }
    macs = node.output.size * math.prod(node.window.size)
    return [
        site.step(
            "depthwise" if usual else "depthwise_wide",
            fields,
            (weights, *tables),
            macs=macs,
            lead=overlap.lead(node.input, node.output, node.window),
            batch=node.input.shape[0],
            as_bytes=not usual,
        )
    ]


def agree(
    node: DepthwiseConv2D, masks: Sequence[Mask], mask: Mask, constants: Constants
) -> tuple[Sequence[Mask], Mask]:
    """An input goes with all that is made of it, and with nothing else."""
    del constants
    if not node.is_plain:
        return [np.zeros_like(masks[0])], np.zeros_like(mask)
    multiplier = len(mask) // len(masks[0])
    both = masks[0] & mask.reshape(-1, multiplier).all(axis=1)
    return [both], np.repeat(both, multiplier)


def narrow(
    node: DepthwiseConv2D, tensors: Sequence[Tensor], kept: Sequence[Mask], constants: Constants
) -> Node:
    """Weights without the channels."""
    del constants
    return replace(
        node,
        **linear_channels.tensors(tensors),
        **linear_channels.selected(node, kept[-1]),
        weights=np.ascontiguousarray(node.weights[..., kept[-1]]),
    )


CHANNELS = Channels(agree, narrow, linear_channels.interval_of(sums), linear_channels.freeze)

OPERATORS = (
    Operator(
        "DEPTHWISE_CONV_2D",
        read,
        compute,
        lower,
        options="DepthwiseConv2DOptions",
        channels=CHANNELS,
        sweep=SLIDING,
        notes=linear.notes,
    ),
)
