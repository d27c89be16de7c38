"""Kernels for AVR, which multiplies bytes; and constants as inputs, which are copied to RAM first.

Each function gives the candidates for a node; what none of them can do is left to plain C.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from convert.compiler.arithmetic import fixed_point
from convert.compiler.arithmetic.match import Match
from convert.compiler.ir import Node, State, Window
from convert.compiler.memory import overlap
from convert.compiler.operators.common import linear
from convert.compiler.operators.common.lowering import LoweringContext, image, window
from convert.compiler.operators.conv2d import Conv2D
from convert.compiler.operators.depthwise_conv2d import DepthwiseConv2D
from convert.compiler.operators.pool import Pool
from convert.compiler.program import Buffer, Home, Program, Step, Table
from convert.compiler.targets.options import Options
from runtime.errors import ModelError

_SUMS = 1 << 23
"""Below this in size, sums have the 24 bits that four accumulators have registers for."""
_LINES = 255
_SHORT = 1 << 15
_SQUARE = Window((2, 2), (2, 2), (1, 1), (0, 0))

OBJECT = 32_767
"""Bytes of an object, at most, that avr-gcc takes: its int has 16 bits."""
NEAR = 60_000
"""Bytes of tables, at most: of the 64 KB that 16 bits reach, less what lies before."""

Weights = npt.NDArray[np.int8]


def fetched(steps: Sequence[Step], site: LoweringContext) -> list[Step]:
    """``steps`` with a copy of each constant input in front of them, which kernels read in RAM.

    Raises ValueError for what no avr-gcc computes: its double has the 32 bits of float.
    """
    if any(table.ctype == "double" for step in steps for table in step.tables):
        raise ValueError(
            "LiteRT's reference kernels compute it in 64-bit double, which avr-gcc does not have: "
            "choose --match xnnpack or --match tflm"
        )
    return [one for step in steps for one in _fetched(step, site)]


def _fetched(step: Step, site: LoweringContext) -> Iterator[Step]:
    reads = {buffer: _in_ram(buffer) for buffer in step.inputs if buffer.home is Home.FLASH}
    for buffer, read in reads.items():
        yield site.step(
            "fetch",
            {"count": buffer.size},
            tuple(table for table in step.tables if table.name == buffer.name),
            inputs=[buffer],
            output=read,
            why="a constant, copied to RAM",
            as_bytes=True,
        )
    yield replace(step, inputs=tuple(reads.get(buffer, buffer) for buffer in step.inputs))


def _in_ram(buffer: Buffer) -> Buffer:
    return Buffer(f"{buffer.name}_in_ram", buffer.size, buffer.ctype, Home.ARENA, 4)


def addressable(options: Options) -> Options:
    """``options`` with limits that no AVR's program is above."""
    flash, ram = options.max_flash, options.max_ram
    return replace(
        options,
        max_flash=NEAR if flash is None else min(flash, NEAR),
        max_ram=OBJECT if ram is None else min(ram, OBJECT),
    )


def require_objects(program: Program, states: Sequence[State]) -> None:
    """Raise ModelError for a table, or a state's struct, that avr-gcc does not take."""
    sizes = {f"the table {table.name}": table.size for table in program.tables}
    sizes["its state"] = sum(state.bytes for state in states)
    largest = max(sizes, key=lambda name: sizes[name])
    if sizes[largest] > OBJECT:
        raise ModelError(
            f"{largest} has {sizes[largest]:,} bytes, and avr-gcc takes {OBJECT:,} in one object: "
            "take a smaller model"
        )


def candidates(node: Node, site: LoweringContext) -> list[Step]:
    """The candidates for the group that ``node`` begins, none where plain C has to do."""
    if not isinstance(node, Conv2D | DepthwiseConv2D) or not _is_for(node, site):
        return []
    weights = _by_group(node)
    height, width, channels = weights.shape[1:]
    slides = node.window.stride[1] == node.window.dilation[1] == 1
    short = max(height * channels, node.input.shape[3]) <= _LINES
    if width in (3, 5) and slides and short and _rows_meet(node, site):
        return [_lines(node, site, weights)]
    return [_pairs(node, site, weights)]


def _is_for(node: Conv2D | DepthwiseConv2D, site: LoweringContext) -> bool:
    """Whether sums fit 24 bits, places 15, and there is no pooling or one of 2x2."""
    pool = site.group[-1].window if isinstance(site.group[-1], Pool) else _SQUARE
    sides = (node.input.size, node.output.size, node.weights.size)
    fits = linear.reach(node).max() < _SUMS and max(sides) < _SHORT
    return bool(fits) and pool == _SQUARE and node.input.data is None


def _rows_meet(node: Conv2D | DepthwiseConv2D, site: LoweringContext) -> bool:
    """Whether a pooled row's window is the one above moved by one of its rows."""
    return len(site.group) == 1 or (node.window.stride[0] == node.window.dilation[0] == 1)


def _by_group(node: Conv2D | DepthwiseConv2D) -> Weights:
    """Weights [out_ch, height, width, in_ch of a group]."""
    if isinstance(node, DepthwiseConv2D):
        return np.ascontiguousarray(node.weights.transpose(3, 1, 2, 0))
    return node.weights


def _lines(node: Conv2D | DepthwiseConv2D, site: LoweringContext, weights: Weights) -> Step:
    filters, height, width, channels = weights.shape
    laid = weights.transpose(0, 1, 3, 2)
    rows = height + len(site.group) - 1
    axes = "[out_ch, height, in_ch, width]"
    blocks = _blocks(site)
    work = {
        "lines": blocks * filters * len(site.group) * height * channels,
        "fours": blocks * filters * len(site.group),
        "filters": blocks * filters,
        "laid": blocks * rows * node.input.shape[3],
    }
    return _step("conv_lines", node, site, (laid, axes), (rows * channels * (width + 3), work))


def _blocks(site: LoweringContext) -> int:
    """Of four pixels beside each other, of a row or of a row of pooling windows."""
    output, pooled = site.group[-1].output, len(site.group) > 1
    return int(output.shape[1] * math.ceil(output.shape[2] / (2 if pooled else 4)))


def _pairs(node: Conv2D | DepthwiseConv2D, site: LoweringContext, weights: Weights) -> Step:
    filters, taps = len(weights), weights[0].size
    laid = np.zeros((filters, taps + taps % 2), np.int8)
    laid[:, :taps] = weights.reshape(filters, -1)
    pixels = math.prod(site.group[-1].output.shape[1:3])
    blocks = pixels if len(site.group) > 1 else math.ceil(pixels / 4)
    groups = node.input.shape[3] // weights.shape[3]
    work = {
        "pairs": blocks * filters * laid.shape[1] / 2,
        "filters": blocks * filters,
        "laid": 4 * blocks * groups * taps,
    }
    axes = "[out_ch, taps: height, width, in_ch]"
    return _step("conv_pairs", node, site, (laid, axes), (4 * laid.shape[1], work))


def _step(
    kernel: str,
    node: Conv2D | DepthwiseConv2D,
    site: LoweringContext,
    laid: tuple[Weights, str],
    needs: tuple[int, Mapping[str, float]],
) -> Step:
    """A call with weights laid out so, which needs so many bytes and has that much to do."""
    weights = Table(f"{site.name}_weights", "int8_t", *laid)
    bias, scaling, tables = linear.requantization(node, site)
    output, pooled = site.group[-1].output, len(site.group) > 1
    groups = node.input.shape[3] // _by_group(node).shape[3]
    whole = _whole(node, site)
    fields = {
        "in": image(node.input),
        "map": image(node.output),
        "out": image(output),
        "window": window(node.window),
        "pool": 2 if pooled else 1,
        "groups": groups,
        "taps": laid[0][0].size,
        "weights": weights,
        "bias": bias,
        "zero_point": node.input.zero_point,
        "scaling": scaling,
        "whole": whole,
    }
    pooling = _SQUARE if pooled else Window((1, 1), (1, 1), (1, 1), (0, 0))
    # Four pixels of several rows, written group by group, could meet what a later group reads.
    crosses = kernel == "conv_pairs" and groups > 1 and not pooled and output.shape[2] % 4
    lead = None if crosses else overlap.lead(node.input, output, node.window, pooling)
    return site.step(
        kernel,
        fields,
        (weights, *tables, whole),
        macs=int(_by_group(node)[0].size * node.output.size),
        work=needs[1],
        why="four pixels at a time, products of bytes",
        scratch=Buffer(f"{site.name}_patch", needs[0]),
        lead=lead,
    )


def _whole(node: Conv2D | DepthwiseConv2D, site: LoweringContext) -> Table:
    """The factor of each channel in 2^-32, towards zero; 0 where that has more than 24 bits."""
    factors = linear.output_scales(node, site.match)
    if site.match is not Match.XNNPACK:
        each = [fixed_point.multiplier(float(factor)) for factor in factors]
        factors = np.array([one.quantized * 2.0 ** (one.shift - 31) for one in each])
    values = np.floor(factors * 2.0**32)
    values[(values >= 1 << 24) | (values < 1 << 8)] = 0
    return Table(f"{site.name}_whole", "uint32_t", values.astype(np.uint32), "[out_ch]")
