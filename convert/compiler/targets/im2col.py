"""Kernels on ``mac_pairs``, which multiplies filters by four columns of inputs at once.

What a word of inputs holds, and how many filters go at once, depends on the core: Lanes.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from convert.compiler.arithmetic import winograd
from convert.compiler.memory import overlap
from convert.compiler.operators import conv2d
from convert.compiler.operators.common import linear
from convert.compiler.operators.common.lowering import LoweringContext, image, window
from convert.compiler.operators.conv2d import Conv2D
from convert.compiler.program import Buffer, Step, Table
from convert.compiler.targets.blocks import blocks as make_blocks
from convert.compiler.targets.blocks import make_strip, pooling, rows_together

_TILES = 16  # columns of a group of tiles
_HARDLY = 0.05  # more scratch, as a share, for laying out four tiles together instead of two


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


def conv_winograd(node: Conv2D, site: LoweringContext, lanes: Lanes) -> Step | None:
    """Stride 1 and three or five taps in a row."""
    _, height, taps, channels = node.weights.shape
    if taps not in winograd.POINTS or node.window.stride != (1, 1):
        return None
    if not winograd.fits(node.weights, node.bias, node.input.zero_point):
        return None
    _, scaling, tables = linear.requantization(node, site)
    bias = Table(tables[0].name, "int32_t", 8 * node.bias, "[out_ch], 8 times")
    axes = f"[out_ch / {lanes.filters}, points, height, pairs of in_ch, {lanes.filters}]"
    words = _winograd_words(node.weights, lanes)
    weights = Table(f"{site.name}_winograd", "uint32_t", words, axes)
    blocks = make_blocks(site, bias, scaling, 3)
    blocks["rows"] = site.group[-1].output.shape[1]
    groups = math.ceil(node.output.shape[2] / _TILES)
    points, pixel = taps + 3, math.ceil(channels / 2) * lanes.units  # words of a pixel
    kept, sums = height + blocks["pool"] - 1, lanes.filters * 4 * points * blocks["pool"]
    transformed = points * kept * pixel * 4 * groups
    scratch = {tiles: max(sums, (4 * tiles - 1 + taps) * pixel) + transformed for tiles in (2, 4)}
    together = 4 if scratch[4] <= (1 + _HARDLY) * scratch[2] else 2
    fields = {
        "in": image(node.input),
        "window": window(node.window),
        "groups": groups,
        "together": together,
        "weights": weights,
        "inverse": winograd.transform(taps).inverse,
        "zero_point": node.input.zero_point,
        "blocks": blocks,
    }
    output = site.group[-1].output
    # All rows of a window are transformed before its output is written over what lies above.
    unread = replace(node.window, before=(node.window.before[0] - kept, node.window.before[1]))
    return site.step(
        "winograd",
        fields,
        (weights, bias, *tables[1:]),
        macs=node.weights[0].size * node.output.size,
        work=_winograd_work(node, fields, lanes),
        why=f"Winograd F(4,{taps}): {points} products for {4 * taps}",
        scratch_words=scratch[together],
        lead=overlap.lead(node.input, output, unread, pooling(site)),
    )


def _winograd_words(weights: npt.NDArray[np.int8], lanes: Lanes) -> npt.NDArray[np.uint32]:
    """Transformed filters as [out / filters, points, height, pairs of channels, filters] words."""
    out, height, taps, channels = weights.shape
    groups, pairs = math.ceil(out / lanes.filters), math.ceil(channels / 2)
    padded = np.zeros((groups * lanes.filters, taps + 3, height, 2 * pairs), np.int64)
    padded[:out, :, :, :channels] = winograd.transformed(weights)
    halves = padded.astype(np.int16).view(np.uint16).astype(np.uint32)
    words = halves[..., 0::2] | halves[..., 1::2] << 16
    shaped = words.reshape(groups, lanes.filters, taps + 3, height, pairs)
    return np.asarray(shaped.transpose(0, 2, 3, 4, 1), np.uint32)


def _winograd_work(node: Conv2D, fields: Mapping[str, Any], lanes: Lanes) -> dict[str, float]:
    filters, height, taps, channels = node.weights.shape
    blocks, pairs = fields["blocks"], math.ceil(channels / 2)
    rows = blocks["rows"] * blocks["pool"] * fields["groups"]  # of four tiles
    groups = math.ceil(filters / lanes.filters)
    return {
        "pairs": rows * groups * (taps + 3) * height * pairs,
        "points": rows * groups * (taps + 3),
        "tiles": 4 * rows * filters,
        "tile_outputs": rows * filters * 16 / blocks["pool"] ** 2,
        "transforms": 4 * rows * pairs,
        "tap_transforms": 4 * rows * pairs * taps,
    }
