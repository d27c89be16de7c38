"""Kernels on ``mac_pairs``, which multiplies filters by four columns of inputs at once.

What a word of inputs holds, and how many filters go at once, depends on the core: Lanes.
"""

import math
from dataclasses import dataclass

from convert.compiler.memory import overlap
from convert.compiler.operators import conv2d
from convert.compiler.operators.common import linear
from convert.compiler.operators.common.lowering import LoweringContext, window
from convert.compiler.operators.conv2d import Conv2D
from convert.compiler.program import Buffer, Step, Table
from convert.compiler.targets.blocks import blocks as make_blocks
from convert.compiler.targets.blocks import make_strip, pooling, rows_together


@dataclass(frozen=True)
class Lanes:
    """How a core takes inputs, as its kernels/*/lanes.h says."""

    filters: int  # computed at once: FILTERS
    units: int  # words for a pair of taps: UNITS


def single(node: Conv2D, site: LoweringContext, lanes: Lanes) -> Step | None:
    """One input channel, stride 1."""
    if node.input.shape[3] != 1 or node.window.stride != (1, 1):
        return None
    filters, height, width, _ = node.weights.shape
    weights = Table(f"{site.name}_weights", "int8_t", node.weights, conv2d.AXES)
    bias, scaling, tables = linear.requantization(node, site)
    blocks = make_blocks(site, bias, scaling, 0)
    pairs, groups = math.ceil(height * width / 2), math.ceil(filters / lanes.filters)
    strip = 2 * blocks["columns"] - 1 + width
    fields = {
        "strip": make_strip(node, strip),
        "window": window(node.window),
        "weights": weights,
        "blocks": blocks,
    }
    count = blocks["rows"] * blocks["columns"]
    output = site.group[-1].output
    return site.step(
        "conv_single",
        fields,
        (weights, *tables),
        macs=node.weights[0].size * node.output.size,
        work={
            "pairs": count * groups * pairs,
            "groups": count * groups,
            "laid_pairs": count * pairs,
            "block_filters": count * filters,
        },
        why="one channel: windows laid out once for all filters",
        scratch=Buffer(f"{site.name}_strip", (height + 1) * strip),
        scratch_words=lanes.filters * groups * (pairs + 4) + (4 * lanes.units + 2) * pairs,
        lead=overlap.lead(node.input, output, node.window, pooling(site), rows_together(site)),
    )
