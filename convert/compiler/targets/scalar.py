"""Kernels for cores that multiply only whole words: Cortex-M0, M0+, M3.

Each function gives the candidates for a node; what none of them can do is left to plain C.
"""

import math

import numpy as np
import numpy.typing as npt

from convert.compiler.ir import Node
from convert.compiler.memory import overlap
from convert.compiler.operators.common import linear
from convert.compiler.operators.common.lowering import LoweringContext, image, window
from convert.compiler.operators.conv2d import Conv2D
from convert.compiler.operators.depthwise_conv2d import DepthwiseConv2D
from convert.compiler.operators.fully_connected import Dense
from convert.compiler.program import Step, Table
from convert.compiler.targets import packed, tiles
from convert.compiler.targets.blocks import fusable
from convert.compiler.targets.im2col import Lanes, single

_TAPS = 256  # at most, of windows that are laid out whole

LANES = Lanes(filters=1, units=2)


def bytes_in_words(taps: npt.NDArray[np.int64]) -> npt.NDArray[np.uint32]:
    """Words of four taps [..., 4 * n] -> [..., n], the first in the lowest byte."""
    bytes_ = np.ascontiguousarray(taps).astype(np.int8).view(np.uint8)
    return np.ascontiguousarray(bytes_).view("<u4").astype(np.uint32)


PACKING = packed.Packing(
    bytes_in_words, shift=0, filters=1, units=4, why="8-bit weights, four in a word"
)


def conv(node: Conv2D, site: LoweringContext) -> list[Step]:
    """A convolution, with a 2x2 max-pooling behind it if there is one."""
    if not fusable(node, site):
        return []
    bias = linear.requantization(node, site)[0]
    found = [
        single(node, site, LANES),
        tiles.conv(node, site, LANES),
        conv_pixels(node, site),
        packed.conv(node, site, PACKING, bias),
    ]
    return [way for way in found if way]


def conv_pixels(node: Conv2D, site: LoweringContext) -> Step | None:
    """A convolution without pooling, four pixels of a row at a time."""
    if len(site.group) > 1:
        return None
    filters, height, width, channels = node.weights.shape
    fitting = (n for n in range(1, height + 1) if height % n == 0 and n * width * channels <= _TAPS)
    rows = max(fitting, default=1)
    parts, taps = height // rows, rows * width * channels
    words = math.ceil(taps / 4)
    laid = np.zeros((filters, parts, 4 * words), np.int64)
    laid[..., :taps] = node.weights.reshape(filters, parts, taps)
    axes = f"[height / {rows}, out_ch, words of 4 taps]"
    weights = Table(f"{site.name}_packed", "uint32_t", PACKING.pack(laid).transpose(1, 0, 2), axes)
    bias, scaling, tables = linear.requantization(node, site)
    fields = {
        "in": image(node.input),
        "out": image(node.output),
        "window": window(node.window),
        "rows": rows,
        "weights": weights,
        "bias": bias,
        "zero_point": node.input.zero_point,
        "scaling": scaling,
    }
    fours = math.ceil(math.prod(node.output.shape[1:3]) / 4)
    return site.step(
        "conv_pixels",
        fields,
        (weights, *tables),
        macs=node.weights[0].size * node.output.size,
        work={
            "words": fours * parts * filters * words,
            "filters": fours * parts * filters,
            "laid_taps": fours * parts * taps,
            "laid_rows": fours * height,
            "fours": fours * filters,
        },
        why="8-bit weights, four pixels at a time",
        scratch_words=16 * words + 4 * filters,
        lead=overlap.lead(node.input, node.output, node.window),
    )


def depthwise_pixels(node: DepthwiseConv2D, site: LoweringContext) -> list[Step]:
    """A depthwise convolution with a channel for a channel, at least four of them."""
    channels = node.output.shape[3]
    if channels != node.input.shape[3] or channels < 4:
        return []
    weights = Table(f"{site.name}_weights", "int8_t", node.weights[0], "[height, width, out_ch]")
    bias, scaling, tables = linear.requantization(node, site)
    fields = packed.depthwise_fields(node, weights, bias, scaling)
    taps, pixels = math.prod(node.window.size), math.prod(node.output.shape[1:3])
    fours = math.ceil(channels / 4)
    step = site.step(
        "depthwise_pixels",
        fields,
        (weights, *tables),
        macs=node.output.size * taps,
        work={"fours": pixels * fours, "taps": pixels * taps, "pixels": pixels},
        why="four channels at a time, all taps of each",
        scratch_words=fours + 4 * channels + taps + 1,
        lead=overlap.lead(node.input, node.output, node.window),
    )
    return [step]


def dense(node: Dense, site: LoweringContext) -> list[Step]:
    """A dense layer with 8-bit weights, four in a word."""
    bias = linear.requantization(node, site)[0]
    return [packed.dense(node, site, PACKING, bias)]


def candidates(node: Node, site: LoweringContext) -> list[Step]:
    """The candidates for the group that ``node`` begins, none where plain C has to do."""
    if isinstance(node, Conv2D):
        return conv(node, site)
    if isinstance(node, DepthwiseConv2D):
        return [*depthwise_pixels(node, site), *packed.depthwise(node, site)]
    return dense(node, site) if isinstance(node, Dense) else []
