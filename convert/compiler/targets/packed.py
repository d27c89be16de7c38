"""Four 8-bit weights in a word, or four channels at a time.

What kernels/conv_packed.h, dense_packed.h and depthwise_four.h are given. How the weights lie in a
word, and how many filters go at once, depends on the core.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from convert.compiler.memory import overlap
from convert.compiler.operators.common import linear
from convert.compiler.operators.common.lowering import LoweringContext, image, window
from convert.compiler.operators.conv2d import Conv2D
from convert.compiler.operators.depthwise_conv2d import DepthwiseConv2D
from convert.compiler.operators.fully_connected import Dense
from convert.compiler.program import Step, Table
from convert.compiler.targets.blocks import blocks as make_blocks
from convert.compiler.targets.blocks import pooling, rows_together

_PIECE = 48  # words of four inputs at most, in a dense layer of several pieces
_GROUP = 32  # outputs of a dense layer at most whose sums are kept at once, in one of one piece

Words = npt.NDArray[np.uint32]


@dataclass(frozen=True)
class Packing:
    """How a core takes four weights, as its kernels/*/fours.h says."""

    pack: Callable[[npt.NDArray[np.int64]], Words]  # [..., 4 * n] -> [..., n]
    shift: int  # sums are 2^shift times what they stand for
    filters: int  # computed at once: FILTERS
    units: int  # words for four inputs: FOUR
    why: str


def rows_of_four(weights: npt.NDArray[np.int8]) -> npt.NDArray[np.int64]:
    """Weights [out, in] with zeros behind, so that they come in packed."""
    outputs, inputs = weights.shape
    rows = np.zeros((outputs, 4 * math.ceil(inputs / 4)), np.int64)
    rows[:, :inputs] = weights
    return rows


def conv(node: Conv2D, site: LoweringContext, packing: Packing, bias: Table) -> Step:
    """A convolution; ``bias`` is in the units of the sums."""
    filters, height, width, channels = node.weights.shape
    _, scaling, tables = linear.requantization(node, site)
    words, groups = math.ceil(width * channels / 4), math.ceil(filters / packing.filters)
    taps = np.zeros((groups * packing.filters, height, 4 * words), np.int64)
    taps[:filters, :, : width * channels] = node.weights.reshape(filters, height, -1)
    packed = packing.pack(taps).reshape(groups, packing.filters, height, words)
    axes = f"[height, out_ch / {packing.filters}, words of 4 taps, {packing.filters}]"
    weights = Table(f"{site.name}_packed", "uint32_t", packed.transpose(2, 0, 3, 1), axes)
    blocks = make_blocks(site, bias, scaling, packing.shift)
    fields = {
        "in": image(node.input),
        "window": window(node.window),
        "weights": weights,
        "zero_point": node.input.zero_point,
        "blocks": blocks,
    }
    rows = blocks["rows"] * blocks["columns"] * height
    output = site.group[-1].output
    return site.step(
        "conv_packed",
        fields,
        (weights, bias, *tables[1:]),
        macs=node.weights[0].size * node.output.size,
        work={
            "words": rows * groups * words,
            "filter_rows": rows * groups,
            "laid_words": 4 * rows * words,
            "laid_rows": 4 * rows,
            "block_filters": blocks["rows"] * blocks["columns"] * filters,
        },
        why=packing.why,
        scratch_words=4 * packing.units * words + 4 * packing.filters * groups,
        lead=overlap.lead(node.input, output, node.window, pooling(site), rows_together(site)),
    )


def depthwise_fields(
    node: DepthwiseConv2D, weights: Table, bias: Table, scaling: dict[str, object]
) -> dict[str, object]:
    """The fields of a depthwise convolution with a channel for a channel."""
    return {
        "in": image(node.input),
        "out": image(node.output),
        "window": window(node.window),
        "weights": weights,
        "bias": bias,
        "zero_point": node.input.zero_point,
        "scaling": scaling,
    }


def depthwise(node: DepthwiseConv2D, site: LoweringContext) -> list[Step]:
    """A depthwise convolution with a channel for a channel, in fours; none where it is not."""
    channels = node.output.shape[3]
    same = channels == node.input.shape[3]
    if not same or channels % 4 or node.window.dilation != (1, 1):
        return []
    weights = Table(f"{site.name}_weights", "int8_t", node.weights[0], "[height, width, out_ch]")
    folded, scaling, tables = linear.requantization(node, site)
    bias = Table(folded.name, "int32_t", node.bias, "[out_ch]")
    fields = depthwise_fields(node, weights, bias, scaling)
    macs = node.output.size * math.prod(node.window.size)
    step = site.step(
        "depthwise_four",
        fields,
        (weights, bias, *tables[1:]),
        macs=macs,
        work={"rows": node.output.size * node.window.size[0] / 4},
        why="four channels at a time",
        lead=overlap.lead(node.input, node.output, node.window),
    )
    return [step]


def dense(node: Dense, site: LoweringContext, packing: Packing, bias: Table) -> Step:
    """A dense layer; ``bias`` is in the units of the sums."""
    _, scaling, tables = linear.requantization(node, site)
    words = packing.pack(rows_of_four(node.weights))
    (outputs, inputs), fours = node.weights.shape, len(words) // 4 * 4
    length, group = _piece(words.shape[1], outputs, packing.units)
    pieces = []
    for start in range(0, words.shape[1], length):
        piece = words[:, start : start + length]
        pieces.append(piece[:fours].reshape(-1, 4, piece.shape[1]).transpose(0, 2, 1).ravel())
        pieces.append(piece[fours:].ravel())
    axes = f"[words of 4 inputs], by pieces of {length}"
    weights = Table(f"{site.name}_packed", "uint32_t", np.concatenate(pieces), axes)
    fields = {
        "inputs": inputs,
        "outputs": outputs,
        "piece": length,
        "group": group,
        "weights": weights,
        "shift": packing.shift,
        "bias": bias,
        "scaling": scaling,
    }
    return site.step(
        "dense_packed",
        fields,
        (weights, bias, *tables[1:]),
        macs=node.weights.size,
        work={"words": words.size, "pieces": outputs * math.ceil(words.shape[1] / _PIECE)},
        why=packing.why,
        scratch_words=packing.units * length + group,
        # The inputs are laid out before anything is written; the next row of a batch is not.
        lead=-node.input.bytes if node.input.size == inputs else None,
    )


def _piece(words: int, outputs: int, units: int) -> tuple[int, int]:
    """Words of inputs that a dense layer lays out at once, and outputs whose sums it keeps at once.

    All inputs and a few outputs, or some inputs and all outputs: whichever needs less scratch.
    """
    part, group = math.ceil(words / math.ceil(words / _PIECE)), min(outputs, _GROUP)
    is_whole = units * words + group <= units * part + outputs
    return (words, group) if is_whole else (part, outputs)
