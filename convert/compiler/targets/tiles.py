"""Convolutions by Winograd's minimal filtering: kernels' winograd.h, and winograd_nested.h.

Both compute four tiles of four columns at once, on ``mac_pairs`` or ``mac_nested``.
"""

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from convert.compiler.arithmetic import winograd
from convert.compiler.memory import overlap
from convert.compiler.operators.common import linear
from convert.compiler.operators.common.lowering import LoweringContext, image, window
from convert.compiler.operators.conv2d import Conv2D
from convert.compiler.program import Step, Table
from convert.compiler.targets.blocks import blocks as make_blocks
from convert.compiler.targets.blocks import pooling
from convert.compiler.targets.im2col import Lanes

_TILES = 16  # columns of a group of tiles
_NESTED = 2  # input channels from which on the second transform pays for itself
_HARDLY = 0.05  # more scratch, as a share, for laying out four tiles together instead of two


def conv(node: Conv2D, site: LoweringContext, lanes: Lanes) -> Step | None:
    """Stride 1 and three or five taps in a row."""
    _, height, taps, _ = node.weights.shape
    if not _is_for(node, nested=False):
        return None
    fields = _fields(node, site, lanes, winograd.transformed(node.weights), bits=3)
    blocks = fields["blocks"]
    blocks["rows"] = site.group[-1].output.shape[1]
    kept = height + blocks["pool"] - 1
    sums = 4 * lanes.filters * (taps + 3) * blocks["pool"]
    return site.step(
        "winograd",
        fields,
        _tables(node, site, fields),
        macs=node.weights[0].size * node.output.size,
        work=_work(node, fields, lanes),
        why=f"Winograd F(4,{taps}): {taps + 3} products for {4 * taps}",
        scratch_words=_scratch(node, fields, lanes, kept * fields["groups"], sums),
        lead=_lead(node, site, kept, together=1),
    )


def conv_nested(node: Conv2D, site: LoweringContext, lanes: Lanes) -> Step | None:
    """The same with three or five rows of taps, for two rows of at most 16 columns at once."""
    _, height, taps, channels = node.weights.shape
    if height not in winograd.ROWS or channels < _NESTED or not _is_for(node, nested=True):
        return None
    fields = _fields(node, site, lanes, winograd.nested_filters(node.weights), bits=4)
    if fields["groups"] > 1:
        return None
    blocks, slots = fields["blocks"], len(winograd.ROWS[height])
    rows, is_pooled = site.group[-1].output.shape[1], blocks["pool"] == 2
    blocks["rows"] = rows if is_pooled else math.ceil(rows / 2)
    products, plain = slots * (taps + 3), 8 * height * taps
    sums = 4 * lanes.filters * (taps + 3) * 2
    return site.step(
        "winograd_nested",
        fields,
        _tables(node, site, fields),
        macs=node.weights[0].size * node.output.size,
        work=_nested_work(node, fields, lanes, slots),
        why=f"Winograd F(4,{taps}), and along y F(2,{height}): {products} products for {plain}",
        scratch_words=_scratch(node, fields, lanes, slots, sums),
        lead=_lead(node, site, height + 1, together=1 if is_pooled else 2),
    )


def _is_for(node: Conv2D, nested: bool) -> bool:
    if node.weights.shape[2] not in winograd.POINTS or node.window.stride != (1, 1):
        return False
    return winograd.fits(node.weights, node.bias, node.input.zero_point, nested)


def _fields(
    node: Conv2D, site: LoweringContext, lanes: Lanes, filters: winograd.Matrix, bits: int
) -> dict[str, Any]:
    """What C's struct winograd holds; sums are 2^bits times what they stand for."""
    _, scaling, tables = linear.requantization(node, site)
    axes = f"[out_ch / {lanes.filters}, points, rows, pairs of in_ch, {lanes.filters}]"
    bias = Table(tables[0].name, "int32_t", node.bias << bits, f"[out_ch], {1 << bits} times")
    blocks = make_blocks(site, bias, scaling, bits)
    return {
        "in": image(node.input),
        "window": window(node.window),
        "groups": math.ceil(node.output.shape[2] / _TILES),
        "together": 2,
        "weights": Table(f"{site.name}_winograd", "uint32_t", _words(filters, lanes), axes),
        "inverse": winograd.transform(node.weights.shape[2]).inverse,
        "zero_point": node.input.zero_point,
        "blocks": blocks,
    }


def _tables(node: Conv2D, site: LoweringContext, fields: Mapping[str, Any]) -> tuple[Table, ...]:
    _, _, tables = linear.requantization(node, site)
    return (fields["weights"], fields["blocks"]["bias"], *tables[1:])


def _words(filters: winograd.Matrix, lanes: Lanes) -> npt.NDArray[np.uint32]:
    """Filters [out, points, rows, in] as [out / filters, points, rows, pairs, filters] words."""
    out, points, rows, channels = filters.shape
    groups, pairs = math.ceil(out / lanes.filters), math.ceil(channels / 2)
    padded = np.zeros((groups * lanes.filters, points, rows, 2 * pairs), np.int64)
    order = np.arange(channels)
    if lanes.units == 1:  # four channels come as 0 and 2, 1 and 3
        order[: channels // 4 * 4].reshape(-1, 4)[:, 1:3] += [1, -1]
    padded[:out, :, :, :channels] = filters[..., order]
    halves = padded.astype(np.int16).view(np.uint16).astype(np.uint32)
    words = halves[..., 0::2] | halves[..., 1::2] << 16
    shaped = words.reshape(groups, lanes.filters, points, rows, pairs)
    return np.asarray(shaped.transpose(0, 2, 3, 4, 1), np.uint32)


def _scratch(node: Conv2D, fields: dict[str, Any], lanes: Lanes, rows: int, sums: int) -> int:
    """Words of scratch for so many transformed rows of four tiles; decides ``together``."""
    taps, channels = node.weights.shape[2:]
    pixel = math.ceil(channels / 2) * lanes.units  # words
    transformed = (taps + 3) * rows * pixel * 4
    needed = {tiles: max(sums, (4 * tiles - 1 + taps) * pixel) + transformed for tiles in (2, 4)}
    fields["together"] = 4 if needed[4] <= (1 + _HARDLY) * needed[2] else 2
    return needed[fields["together"]]


def _lead(node: Conv2D, site: LoweringContext, kept: int, together: int) -> int:
    """Of the output before the input; ``kept`` rows are transformed before it is written."""
    above, left = node.window.before
    unread = replace(node.window, before=(above - kept, left))
    return overlap.lead(node.input, site.group[-1].output, unread, pooling(site), together)


def _work(node: Conv2D, fields: Mapping[str, Any], lanes: Lanes) -> dict[str, float]:
    filters, height, taps, channels = node.weights.shape
    blocks, pairs = fields["blocks"], math.ceil(channels / 2)
    rows = blocks["rows"] * blocks["pool"] * fields["groups"]  # of four tiles
    groups = math.ceil(filters / lanes.filters)
    return {
        "pairs": rows * groups * (taps + 3) * height * pairs,
        "points": rows * groups * (taps + 3),
        **_tile_work(node, rows, blocks["pool"], pairs),
    }


def _nested_work(
    node: Conv2D, fields: Mapping[str, Any], lanes: Lanes, slots: int
) -> dict[str, float]:
    filters, _, taps, channels = node.weights.shape
    blocks, pairs = fields["blocks"], math.ceil(channels / 2)
    groups = math.ceil(filters / lanes.filters)
    return {
        "pairs": blocks["rows"] * groups * (taps + 3) * slots * pairs,
        "points": blocks["rows"] * groups * (taps + 3),
        "slots": blocks["rows"] * (taps + 3) * slots * pairs,
        **_tile_work(node, 2 * blocks["rows"], blocks["pool"], pairs),
    }


def _tile_work(node: Conv2D, rows: int, pool: int, pairs: int) -> dict[str, float]:
    """For so many rows of four tiles."""
    filters, _, taps, _ = node.weights.shape
    return {
        "tiles": 4 * rows * filters,
        "tile_outputs": rows * filters * 16 / pool**2,
        "transforms": 4 * rows * pairs,
        "tap_transforms": 4 * rows * pairs * taps,
    }
