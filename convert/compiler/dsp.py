"""Kernels for cores with the DSP extension: Cortex-M4, M7, M33.

Each function gives the ways to compute a node, each with an estimate of the instructions it takes,
measured on a Cortex-M4 with GCC; what none of them can do is left to plain C.
"""

import math

import numpy as np
import numpy.typing as npt

from convert.compiler import graph, linear, numerics, overlap, winograd
from convert.compiler.blocks import blocks as make_blocks
from convert.compiler.blocks import fusable, make_strip, pooling, rows_together
from convert.compiler.graph import Conv, Dense
from convert.compiler.program import Buffer, Step, Table
from convert.compiler.site import Site, image, window

_PIECE = 64  # words; DENSE_PIECE of kernels/dense_packed.h
_TILES = 16  # columns of a group of tiles


def conv(node: Conv, site: Site) -> list[Step]:
    """A convolution, with a 2x2 max-pooling behind it if there is one."""
    if not fusable(node, site):
        return []
    ways = [_single(node, site), _winograd(node, site), _packed(node, site)]
    return [way for way in ways if way]


def _single(node: Conv, site: Site) -> Step | None:
    """One input channel, stride 1."""
    if node.input.shape[3] != 1 or node.window.stride != (1, 1):
        return None
    filters, height, width, _ = node.weights.shape
    weights = Table(f"{site.name}_weights", "int8_t", node.weights, linear.CONV_AXES)
    bias, scaling, tables = linear.requantization(node, site)
    blocks = make_blocks(site, bias, scaling, 0)
    pairs = (height * width + 1) // 2
    strip = 2 * blocks["columns"] - 1 + width
    count = blocks["rows"] * blocks["columns"]
    fields = {
        "strip": make_strip(node, strip),
        "window": window(node.window),
        "weights": weights,
        "blocks": blocks,
    }
    halves = (filters + 1) // 2
    return site.step(
        "conv_single",
        fields,
        (weights, *tables),
        macs=node.weights[0].size * node.output.size,
        instructions=count * (halves * (11 * pairs + 27) + 18 * pairs + 30 * filters),
        why="one channel: windows laid out once for all filters",
        patch=Buffer(f"{site.name}_strip", (height + 1) * strip),
        sums=2 * halves * pairs + 6 * pairs + 8 * halves,
        lead=overlap.lead(
            node.input, site.group[-1].output, node.window, pooling(site), rows_together(site)
        ),
    )


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


def _winograd(node: Conv, site: Site) -> Step | None:
    """Stride 1 and three or five taps in a row."""
    filters, height, taps, channels = node.weights.shape
    if taps not in winograd.POINTS or node.window.stride != (1, 1):
        return None
    if not winograd.fits(node.weights, node.bias, node.input.zero_point):
        return None
    bias, scaling, tables = linear.requantization(node, site)
    exact, points, pairs = winograd.transform(taps), taps + 3, (channels + 1) // 2
    padded = np.zeros((filters + filters % 2, points, height, 2 * pairs), np.int64)
    padded[:filters, :, :, :channels] = winograd.transformed(node.weights)
    halves = padded.astype(np.int16).view(np.uint16).astype(np.uint32)
    words = halves[..., 0::2] | halves[..., 1::2] << 16
    words = words.reshape(-1, 2, points, height, pairs).transpose(0, 2, 3, 4, 1)
    axes = "[out_ch / 2, points, height, pairs of in_ch, 2]"
    weights = Table(f"{site.name}_winograd", "uint32_t", words, axes)
    start = Table(bias.name, "int32_t", 8 * node.bias, "[out_ch], 8 times")
    blocks = make_blocks(site, start, scaling, 3)
    blocks["rows"] = site.group[-1].output.shape[1]
    groups = math.ceil(node.output.shape[2] / _TILES)
    fields = {
        "in": image(node.input),
        "window": window(node.window),
        "groups": groups,
        "weights": weights,
        "inverse": exact.inverse,
        "zero_point": node.input.zero_point,
        "blocks": blocks,
    }
    kept = height + blocks["pool"] - 1
    rows = blocks["rows"] * blocks["pool"] * groups
    per_pair = points * (11 * height * pairs + 31) + 8 * 50 + 8 * 40
    lead = overlap.lead(node.input, site.group[-1].output, node.window, pooling(site))
    return site.step(
        "winograd",
        fields,
        (weights, start, *tables[1:]),
        macs=node.weights[0].size * node.output.size,
        instructions=rows * ((filters + 1) // 2 * per_pair + 4 * pairs * 80),
        why=f"Winograd F(4,{taps}): {points} products for {4 * taps}",
        sums=8 * points * blocks["pool"] + (taps + 15) * pairs + points * kept * pairs * 4,
        lead=lead if groups == 1 else None,
    )


def dense(node: Dense, site: Site) -> list[Step]:
    """A dense layer with 8-bit weights, two to a 16-bit number."""
    if numerics.uses_double(node, site.match):
        return []
    outputs, inputs = node.weights.shape
    bias, scaling, tables = linear.requantization(node, site)
    scaled = _packed_bias(node.weights, bias)
    if scaled is None:
        return []
    words = math.ceil(inputs / 4)
    rows = np.zeros((outputs, 4 * words), np.int64)
    rows[:, :inputs] = node.weights
    packed, fours = _pack(rows), outputs // 4 * 4
    pieces = []
    for start in range(0, words, _PIECE):
        piece = packed[:, start : start + _PIECE]
        blocks = piece[:fours].reshape(-1, 4, piece.shape[1]).transpose(0, 2, 1)
        pieces += [blocks.ravel(), piece[fours:].ravel()]
    axes = f"[words of 4 inputs], by pieces of {_PIECE} inputs' words"
    weights = Table(f"{site.name}_packed", "uint32_t", np.concatenate(pieces), axes)
    start_table = Table(bias.name, "int32_t", scaled, "[out], 256 times")
    fields = {
        "inputs": inputs,
        "outputs": outputs,
        "weights": weights,
        "bias": start_table,
        "scaling": scaling,
    }
    return [
        site.step(
            "dense_packed",
            fields,
            (weights, start_table, *tables[1:]),
            macs=node.weights.size,
            instructions=int(1.1 * node.weights.size) + 30 * outputs + 8 * words,
            why="8-bit weights, two in a multiplication",
            sums=2 * _PIECE + outputs,
        )
    ]


def ways(node: graph.Node, site: Site) -> list[Step]:
    """The ways to compute the group that ``node`` begins, none where plain C has to do."""
    if isinstance(node, Conv):
        return conv(node, site)
    return dense(node, site) if isinstance(node, Dense) else []
