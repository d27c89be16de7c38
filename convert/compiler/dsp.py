"""Kernels for cores with the DSP extension: Cortex-M4, M7, M33.

Each function gives the ways to compute a node, each with an estimate of the instructions it takes,
measured on a Cortex-M4 with GCC; what none of them can do is left to plain C.
"""

import math

import numpy as np
import numpy.typing as npt

from convert.compiler import fours, graph, linear, numerics, overlap
from convert.compiler.blocks import blocks as make_blocks
from convert.compiler.blocks import fusable, pooling, rows_together
from convert.compiler.columns import Lanes, conv_winograd, single
from convert.compiler.graph import Conv, Dense, Depthwise
from convert.compiler.program import Step, Table
from convert.compiler.site import Site, image, window

LANES = Lanes(filters=2, units=1, pair=11, block=25, finish=28, tile=33)


def conv(node: Conv, site: Site) -> list[Step]:
    """A convolution, with a 2x2 max-pooling behind it if there is one."""
    if not fusable(node, site):
        return []
    ways = [single(node, site, LANES), conv_winograd(node, site, LANES), _packed(node, site)]
    return [way for way in ways if way]


def _packed(node: Conv, site: Site) -> Step | None:
    """8-bit weights, two to a 16-bit number."""
    filters, height, width, channels = node.weights.shape
    bias, scaling, tables = linear.requantization(node, site)
    scaled = _packed_bias(node.weights, bias)
    if scaled is None:
        return None
    words = math.ceil(width * channels / 4)
    rows = np.zeros((filters + filters % 2, height, 4 * words), np.int64)
    rows[:filters, :, : width * channels] = node.weights.reshape(filters, height, -1)
    packed = _pack(rows).reshape(-1, 2, height, words).transpose(2, 0, 3, 1)
    axes = "[height, out_ch / 2, words of 4 taps, 2]"
    weights = Table(f"{site.name}_packed", "uint32_t", packed, axes)
    start = Table(bias.name, "int32_t", scaled, "[out_ch], 256 times")
    blocks = make_blocks(site, start, scaling, 8)
    fields = {
        "in": image(node.input),
        "window": window(node.window),
        "weights": weights,
        "zero_point": node.input.zero_point,
        "blocks": blocks,
    }
    halves, count = (filters + 1) // 2, blocks["rows"] * blocks["columns"]
    per_row = halves * (23 * words + 27) + 4 * (10 * words + 30)
    return site.step(
        "conv_packed",
        fields,
        (weights, start, *tables[1:]),
        macs=node.weights[0].size * node.output.size,
        instructions=count * (height * per_row + 25 * filters),
        why="8-bit weights, two in a multiplication",
        sums=8 * words + 8 * halves,
        lead=overlap.lead(
            node.input, site.group[-1].output, node.window, pooling(site), rows_together(site)
        ),
    )


def _pack(taps: npt.NDArray[np.int64]) -> npt.NDArray[np.uint32]:
    """Words of four taps [..., 4 * n] -> [..., n]: halfwords of 256 * odd + even."""
    halves = (256 * taps[..., 1::2] + taps[..., 0::2]).astype(np.int16).view(np.uint16)
    return np.asarray(
        halves[..., 0::2].astype(np.uint32) | halves[..., 1::2].astype(np.uint32) << 16, np.uint32
    )


def _packed_bias(weights: npt.NDArray[np.int8], bias: Table) -> npt.NDArray[np.int32] | None:
    """The bias in units of packed sums, without what even weights add; None: they overflow."""
    flat = weights.astype(np.int64).reshape(len(weights), -1)
    row = flat.reshape(len(weights), -1, weights.shape[-1] if weights.ndim == 2 else _taps(weights))
    even = row[..., 0::2].sum(axis=(1, 2))
    largest = np.abs(flat).sum(axis=1) * 128 + np.abs(bias.values.astype(np.int64))
    if flat.min(initial=0) < -127 or ((largest + np.abs(flat).sum(axis=1)) * 256 >= 1 << 31).any():
        return None
    return (256 * bias.values.astype(np.int64) - 127 * even).astype(np.int32)


def _taps(weights: npt.NDArray[np.int8]) -> int:
    """Taps of a row of the window; each row begins a word."""
    return weights.shape[2] * weights.shape[3]


def dense(node: Dense, site: Site) -> list[Step]:
    """A dense layer with 8-bit weights, two to a 16-bit number."""
    if numerics.uses_double(node, site.match):
        return []
    bias, scaling, tables = linear.requantization(node, site)
    scaled = _packed_bias(node.weights, bias)
    if scaled is None:
        return []
    start = Table(bias.name, "int32_t", scaled, "[out], 256 times")
    words = _pack(fours.rows_of_four(node.weights))
    step = fours.dense(
        node,
        site,
        words,
        start,
        (scaling, tables[1:]),
        shift=8,
        units=2,
        instructions=round(3.8 * words.size) + 30 * len(words) + 12 * words.shape[1],
        why="8-bit weights, two in a multiplication",
    )
    return [step]


def depthwise(node: Depthwise, site: Site) -> list[Step]:
    """A depthwise convolution with a channel for a channel, in fours."""
    channels = node.output.shape[3]
    same = channels == node.input.shape[3]
    if not same or channels % 4 or node.window.dilation != (1, 1):
        return []
    weights = Table(f"{site.name}_weights", "int8_t", node.weights[0], "[height, width, out_ch]")
    folded, scaling, tables = linear.requantization(node, site)
    bias = Table(folded.name, "int32_t", node.bias, "[out_ch]")
    fields = {
        "in": image(node.input),
        "out": image(node.output),
        "window": window(node.window),
        "weights": weights,
        "bias": bias,
        "zero_point": node.input.zero_point,
        "scaling": scaling,
    }
    macs = node.output.size * math.prod(node.window.size)
    step = site.step(
        "depthwise_four",
        fields,
        (weights, bias, *tables[1:]),
        macs=macs,
        instructions=round(4.5 * macs) + 35 * node.output.size,
        why="four channels at a time",
        lead=overlap.lead(node.input, node.output, node.window),
    )
    return [step]


def ways(node: graph.Node, site: Site) -> list[Step]:
    """The ways to compute the group that ``node`` begins, none where plain C has to do."""
    if isinstance(node, Conv):
        return conv(node, site)
    if isinstance(node, Depthwise):
        return depthwise(node, site)
    return dense(node, site) if isinstance(node, Dense) else []
