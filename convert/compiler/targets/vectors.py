"""Kernels for machines with vectors: WebAssembly's SIMD, AVX2, NEON.

They share their C, which knows vectors by the names in kernels/*/vector.h alone. Each function
gives the candidates for a node; what none of them can do is left to plain C.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from convert.compiler.ir import Node, Window
from convert.compiler.memory import overlap
from convert.compiler.operators.common import linear
from convert.compiler.operators.common.linear import Linear
from convert.compiler.operators.common.lowering import LoweringContext, image, window
from convert.compiler.operators.conv2d import Conv2D
from convert.compiler.operators.depthwise_conv2d import DepthwiseConv2D
from convert.compiler.operators.fully_connected import Dense
from convert.compiler.operators.pool import Pool
from convert.compiler.program import Buffer, Step, Table

_SLACK = 16  # SLACK of kernels/framed.h
_NONE = Window((1, 1), (1, 1), (1, 1), (0, 0))
_LARGEST_POOL = 16  # cells of a pooling's window that are looked at together

Weights = npt.NDArray[np.int8]


@dataclass(frozen=True)
class Shape:
    """How a machine takes weights, as its kernels/*/vector.h says."""

    lanes: int  # LANES: channels of a vector of sums
    taps: int  # TAPS of a unit
    together: int  # of them, that stand next to each other for a channel
    element: int  # ELEMENT: bytes of a tap, at most
    in_place: bool  # whether taps are multiplied as they come, and windows need no frame
    in_pairs: bool  # whether two taps of a channel stand next to each other in depthwise weights
    offset: int = 0  # a second bias is for inputs that are so much more
    least: int = -128  # of weights: two products together must fit 16 bits

    @property
    def pair(self) -> int:
        """Channels computed at once."""
        return 2 * self.lanes

    def pack(self, weights: Weights) -> Weights:
        """Weights [out, taps] -> [out / lanes, units, taps / together, lanes, together]."""
        groups, units = _up(len(weights), self.lanes), _up(weights.shape[1], self.taps)
        rows = np.zeros((groups * self.lanes, units * self.taps), np.int8)
        rows[: len(weights), : weights.shape[1]] = weights
        laid = rows.reshape(groups, self.lanes, units, -1, self.together)
        return np.ascontiguousarray(laid.transpose(0, 2, 3, 1, 4))

    def pack_depthwise(self, weights: Weights) -> Weights:
        """Weights [taps, channels] -> [channels / pair, pairs of taps, pair, 2], or 2 first."""
        taps, channels = weights.shape
        groups, pairs = _up(channels, self.pair), _up(taps, 2)
        rows = np.zeros((2 * pairs, groups * self.pair), np.int8)
        rows[:taps, :channels] = weights
        order = (2, 0, 3, 1) if self.in_pairs else (2, 0, 1, 3)
        return np.ascontiguousarray(rows.reshape(pairs, 2, groups, self.pair).transpose(order))


WASM = Shape(lanes=4, taps=4, together=2, element=2, in_place=False, in_pairs=True)
X86 = Shape(lanes=8, taps=4, together=4, element=2, in_place=False, in_pairs=True, offset=128)
AARCH64 = Shape(lanes=4, taps=4, together=4, element=1, in_place=True, in_pairs=False, least=-127)


def _up(count: int, by: int) -> int:
    return -(-count // by)


def _requantization(
    node: Linear, site: LoweringContext, shape: Shape
) -> tuple[Table, dict[str, Any], list[Table]]:
    """As ``linear.requantization``, with zeros behind the last channel, to whole pairs."""
    _, scaling, tables = linear.requantization(node, site)
    padded = {}
    for table in tables:
        more = -table.values.size % shape.pair
        padded[table.name] = replace(table, values=np.pad(table.values, (0, more)))
    scaling = {
        name: padded[value.name] if isinstance(value, Table) else value
        for name, value in scaling.items()
    }
    return padded[tables[0].name], scaling, list(padded.values())


def _with_offset(node: Conv2D | Dense, bias: Table, shape: Shape) -> Table:
    """``bias``, and behind it that for other inputs, where the machine may have those."""
    if not shape.offset:
        return bias
    sums = np.zeros(bias.values.size, np.int64)
    sums[: len(node.weights)] = node.weights.reshape(len(node.weights), -1).sum(axis=1, dtype=int)
    both = np.stack([bias.values, bias.values - shape.offset * sums])
    return Table(bias.name, "int32_t", both.astype(np.int32), f"[2, {bias.axes[1:]}")


def _frame(node: Conv2D | DepthwiseConv2D, in_place: bool, repeat: int = 1) -> dict[str, int]:
    """The fields of C's struct frame; 0 rows where the input is read ``in_place``, if it can be."""
    w, sides = node.window, []
    for axis in range(2):
        steps = (node.output.shape[1 + axis] - 1) * w.stride[axis]
        sides.append(steps + (w.size[axis] - 1) * w.dilation[axis] + 1)
    fits = all(side <= node.input.shape[1 + axis] for axis, side in enumerate(sides))
    if in_place and fits and w.before == (0, 0):
        return {"rows": 0, "columns": 0, "repeat": 1}
    return {"rows": sides[0], "columns": sides[1], "repeat": repeat}


def _framed(frame: dict[str, int], channels: int) -> int:
    """Bytes of the frame; 0 where there is none."""
    size = frame["rows"] * frame["columns"] * channels
    return size + _SLACK if size else 0


def conv(node: Conv2D, site: LoweringContext, shape: Shape) -> list[Step]:
    """A convolution, with a max-pooling behind it if there is one; none of groups of channels."""
    last = site.group[-1]
    pool = last.window if isinstance(last, Pool) else _NONE
    is_pooled = pool is not _NONE
    is_for = node.groups == 1 and 1 + is_pooled <= math.prod(pool.size) <= _LARGEST_POOL
    if not is_for or node.weights.min() < shape.least:
        return []
    weights, units = _pieces(node, site, shape)
    bias, scaling, tables = _requantization(node, site, shape)
    bias = _with_offset(node, bias, shape)
    frame = _frame(node, in_place=shape.in_place and _row(node) % 4 == 0)
    fields = {
        "in": image(node.input),
        "map": image(node.output),
        "out": image(last.output),
        "window": window(node.window),
        "pool": window(pool),
        "frame": frame,
        "units": units,
        "weights": weights,
        "bias": bias,
        "zero_point": node.input.zero_point,
        "scaling": scaling,
    }
    framed = _framed(frame, node.input.shape[3])
    lead = overlap.lead(node.input, last.output, node.window, pool)
    if not is_pooled:  # up to three pixels of the next row are written together with a row's last
        lead += 3 * node.output.shape[3]
    return [
        site.step(
            "conv_lanes",
            fields,
            (weights, bias, *tables[1:]),
            macs=node.weights[0].size * node.output.size,
            why=f"four pixels by {shape.pair} channels at a time",
            scratch=Buffer(f"{site.name}_windows", max(shape.element * framed, 1)),
            lead=_free(node) if framed else lead,
        )
    ]


def _row(node: Conv2D) -> int:
    """Taps of a window that lie next to each other in the input."""
    _, _, width, channels = node.weights.shape
    return int(channels * (width if node.window.dilation[1] == 1 else 1))


def _pieces(node: Conv2D, site: LoweringContext, shape: Shape) -> tuple[Table, int]:
    """The weights, each row of a window padded to whole units; and the units of a row."""
    filters, taps = len(node.weights), node.weights[0].size
    size = _row(node)
    units = _up(size, shape.taps)
    padded = np.zeros((filters, taps // size, units * shape.taps), np.int8)
    padded[..., :size] = node.weights.reshape(filters, -1, size)
    packed = shape.pack(padded.reshape(filters, -1))
    axes = f"[out_ch / {shape.lanes}, units of {shape.taps} taps, .., {shape.lanes}, .. taps]"
    return Table(f"{site.name}_units", "int8_t", packed, axes), units


def _free(node: Linear) -> int | None:
    """The lead of an output of which nothing is written before the last input is read.

    None for several images, the second of which is read when the first one is written.
    """
    return -node.input.bytes if node.input.shape[0] == 1 else None


def depthwise(node: DepthwiseConv2D, site: LoweringContext, shape: Shape) -> list[Step]:
    """A depthwise convolution."""
    channels, taps = node.output.shape[3], math.prod(node.window.size)
    if node.weights.min() < shape.least:
        return []
    weights = Table(
        f"{site.name}_pairs",
        "int8_t",
        shape.pack_depthwise(node.weights.reshape(taps, channels)),
        f"[out_ch / {shape.pair}, pairs of taps, "
        + (f"{shape.pair}, 2]" if shape.in_pairs else f"2, {shape.pair}]"),
    )
    bias, scaling, tables = _requantization(node, site, shape)
    repeat = channels // node.input.shape[3]
    frame = _frame(node, repeat == 1 and channels % shape.pair == 0, repeat)
    fields = {
        "in": image(node.input),
        "out": image(node.output),
        "window": window(node.window),
        "frame": frame,
        "weights": weights,
        "bias": bias,
        "zero_point": node.input.zero_point,
        "scaling": scaling,
    }
    framed = _framed(frame, channels)
    lead = overlap.lead(node.input, node.output, node.window)
    return [
        site.step(
            "depthwise_lanes",
            fields,
            (weights, bias, *tables[1:]),
            macs=node.output.size * taps,
            why=f"{shape.pair} channels at a time, two taps at once",
            scratch=Buffer(f"{site.name}_framed", max(framed, 1)),
            scratch_words=2 * _up(taps, 2),
            lead=_free(node) if framed else lead,
        )
    ]


def dense(node: Dense, site: LoweringContext, shape: Shape) -> list[Step]:
    """A dense layer."""
    if node.weights.min() < shape.least:
        return []
    outputs, inputs = node.weights.shape
    weights = Table(
        f"{site.name}_units",
        "int8_t",
        shape.pack(node.weights),
        f"[out / {shape.lanes}, units of {shape.taps} inputs, .., {shape.lanes}, .. inputs]",
    )
    bias, scaling, tables = _requantization(node, site, shape)
    bias, units = _with_offset(node, bias, shape), _up(inputs, shape.taps)
    fields = {
        "inputs": inputs,
        "outputs": outputs,
        "units": units,
        "weights": weights,
        "bias": bias,
        "scaling": scaling,
    }
    return [
        site.step(
            "dense_lanes",
            fields,
            (weights, bias, *tables[1:]),
            macs=node.weights.size,
            why=f"{shape.pair} outputs at a time",
            scratch=Buffer(f"{site.name}_inputs", _SLACK + units * shape.taps * shape.element),
            # The inputs are laid out before anything is written; the next row of a batch is not.
            lead=-node.input.bytes if node.input.size == inputs else None,
        )
    ]


def finder(shape: Shape) -> Callable[[Node, LoweringContext], list[Step]]:
    """The candidates for the group that a node begins, none where plain C has to do."""

    def candidates(node: Node, site: LoweringContext) -> list[Step]:
        if isinstance(node, Conv2D):
            return conv(node, site, shape)
        if isinstance(node, DepthwiseConv2D):
            return depthwise(node, site, shape)
        return dense(node, site, shape) if isinstance(node, Dense) else []

    return candidates
