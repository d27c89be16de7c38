"""Kernels for cores with vectors of 16 bytes (MVE, "Helium"): Cortex-M55.

Each function gives the candidates for a node, each with an estimate of the instructions it takes.
"""

import math
from dataclasses import replace

import numpy as np

from convert.compiler.ir import Node
from convert.compiler.memory import overlap
from convert.compiler.operators.common import addition, linear
from convert.compiler.operators.common.addition import Addition
from convert.compiler.operators.common.linear import Linear
from convert.compiler.operators.common.lowering import LoweringContext, image, window
from convert.compiler.operators.conv2d import Conv2D
from convert.compiler.operators.depthwise_conv2d import DepthwiseConv2D
from convert.compiler.operators.fully_connected import Dense
from convert.compiler.program import Buffer, Step, Table
from convert.compiler.targets import packed, simd32
from convert.compiler.targets.blocks import fusable, pooling

_VECTOR = 16
_LAID_OUT = 8  # LAID_OUT of kernels/depthwise_vectors.h
_GATHERED = 512  # taps of a window that may be gathered; those of more are copied by rows
_ONLY_GATHERED = 64  # taps whose list of places is too short to ask whether it is worth it


def conv(node: Conv2D, site: LoweringContext) -> list[Step]:
    """A convolution, with a 2x2 max-pooling behind it if there is one.

    Its windows are gathered by a list of places, or copied by rows, which needs no list.
    """
    if not fusable(node, site):
        return []
    places = _places(node, f"{site.name}_places")
    gathered = [_conv(node, site, places)] if places else []
    if places and places.values.size <= _ONLY_GATHERED:
        return gathered
    return [*gathered, _conv(node, site, None)]


def _conv(node: Conv2D, site: LoweringContext, places: Table | None) -> Step:
    filters, taps = len(node.weights), node.weights[0].size
    vectors, halves = math.ceil(taps / _VECTOR), (filters + 1) // 2
    rows = np.zeros((2 * halves, vectors * _VECTOR), np.int8)
    rows[:filters, :taps] = node.weights.reshape(filters, taps)
    laid = rows.reshape(halves, 2, vectors, _VECTOR).transpose(0, 2, 1, 3)
    axes = "[out_ch / 2, vectors of 16 taps, 2, 16]"
    weights = Table(f"{site.name}_vectors", "int8_t", laid, axes)
    bias, scaling, tables = _requantization(node, site)
    output, pool = site.group[-1].output, pooling(site)
    fields = {
        "in": image(node.input),
        "map": image(node.output),
        "out": image(output),
        "window": window(node.window),
        "pool": pool.size[0],
        "vectors": vectors,
        "places": places or 0,
        "weights": weights,
        "bias": bias,
        "zero_point": node.input.zero_point,
        "scaling": scaling,
    }
    windows = math.prod(output.shape[1:3]) * math.prod(pool.size)
    columns, inside = math.ceil(windows / 4), windows * _share_inside(node)
    border = windows - inside
    way = "gathered" if places else "laid" if _is_by_rows(node) else "lined"
    return site.step(
        "conv_vectors",
        fields,
        (weights, bias, *tables[1:], *([places] if places else [])),
        macs=taps * node.output.size,
        work={
            "vectors": columns * halves * vectors,
            "halves": columns * halves,
            "filters": columns * math.ceil(filters / _VECTOR),
            way: inside,
            f"{way}_vectors": inside * vectors,
            f"{way}_rows": 0 if places else inside * node.window.size[0],
            "border_rows": border * node.window.size[0],
            "border_vectors": border * vectors,
            "border": border,
            "columns": columns,
        },
        why="vectors of 16 taps",
        scratch=Buffer(f"{site.name}_windows", 5 * _VECTOR * vectors),
        scratch_words=4 * _VECTOR,
        lead=overlap.lead(node.input, output, node.window, pool),
    )


def _share_inside(node: Conv2D | DepthwiseConv2D) -> float:
    """The share of windows that lie inside the input."""
    share, w = 1.0, node.window
    for axis in range(2):
        size, out = node.input.shape[1 + axis], node.output.shape[1 + axis]
        starts = np.arange(out) * w.stride[axis] - w.before[axis]
        ends = starts + (w.size[axis] - 1) * w.dilation[axis]
        share *= float(np.mean((starts >= 0) & (ends < size)))
    return share


def _requantization(
    node: Linear, site: LoweringContext
) -> tuple[Table, dict[str, object], list[Table]]:
    """As ``linear.requantization``, with zeros behind the last channel, to whole vectors."""
    _, scaling, tables = linear.requantization(node, site)
    padded = {}
    for table in tables:
        more = -table.values.size % _VECTOR
        padded[table.name] = replace(table, values=np.pad(table.values, (0, more)))
    scaling = {
        name: padded[value.name] if isinstance(value, Table) else value
        for name, value in scaling.items()
    }
    return padded[tables[0].name], scaling, list(padded.values())


def _places(node: Conv2D, name: str) -> Table | None:
    """Where the taps of a window lie in the input, from its first one on.

    None: they are better copied by rows, or too far apart for 16 bits.
    """
    _, height, width, channels = node.weights.shape
    row, size = node.input.shape[2] * channels, -(-node.weights[0].size // _VECTOR) * _VECTOR
    if _is_by_rows(node) or size > _GATHERED or (height - 1) * row + width * channels > 1 << 16:
        return None
    places = np.zeros(size, np.uint16)  # those behind the last tap meet weights of 0
    taps = np.arange(height)[:, None] * row + np.arange(width * channels)
    places[: taps.size] = taps.ravel()
    return Table(name, "uint16_t", places, "[vectors of 16 taps, 16]")


def _is_by_rows(node: Conv2D) -> bool:
    """Whether a window's rows are whole vectors, or one."""
    _, height, width, channels = node.weights.shape
    return height == 1 or width * channels % _VECTOR == 0


def depthwise(node: DepthwiseConv2D, site: LoweringContext) -> list[Step]:
    """A depthwise convolution with a channel for a channel; none where it is not."""
    channels, taps = node.output.shape[3], math.prod(node.window.size)
    if channels != node.input.shape[3] or node.weights.min() == -128:
        return []
    groups = math.ceil(channels / _VECTOR)
    rows = np.zeros((taps, groups * _VECTOR), np.int8)
    rows[:, :channels] = node.weights.reshape(taps, channels)
    laid = rows.reshape(taps, groups, _VECTOR).transpose(1, 0, 2)
    weights = Table(f"{site.name}_weights", "int8_t", laid, "[out_ch / 16, taps, 16]")
    bias, scaling, tables = _requantization(node, site)
    fields = packed.depthwise_fields(node, weights, bias, scaling)
    pixels, width = math.prod(node.output.shape[1:3]), node.output.shape[2]
    border = pixels * groups * (1 - _share_inside(node) if width > _LAID_OUT / 2 else 1)
    steps, (_, apart) = min(_LAID_OUT, node.output.shape[2]) - 1, node.window.dilation
    columns = steps * node.window.stride[1] + (node.window.size[1] - 1) * apart + 1
    return [
        site.step(
            "depthwise_vectors",
            fields,
            (weights, bias, *tables[1:]),
            macs=node.output.size * taps,
            work={
                "taps": pixels * groups * taps,
                "groups": pixels * groups,
                "rows": node.output.shape[1] * groups,
                "border": border,
                "border_taps": border * taps,
            },
            why="16 channels at a time",
            scratch=Buffer(f"{site.name}_patch", _VECTOR * node.window.size[0] * columns),
            lead=overlap.lead(node.input, node.output, node.window),
        )
    ]


def dense(node: Dense, site: LoweringContext) -> list[Step]:
    """A dense layer."""
    outputs, inputs = node.weights.shape
    weights = Table(f"{site.name}_weights", "int8_t", node.weights, "[out, in]")
    bias, scaling, tables = _requantization(node, site)
    fields = {
        "inputs": inputs,
        "outputs": outputs,
        "weights": weights,
        "bias": bias,
        "scaling": scaling,
    }
    return [
        site.step(
            "dense_vectors",
            fields,
            (weights, *tables),
            macs=node.weights.size,
            work={
                "vectors": math.ceil(outputs / 4) * math.ceil(inputs / _VECTOR),
                "fours": math.ceil(outputs / 4),
            },
            why="vectors of 16 inputs",
        )
    ]


def add(node: Addition, site: LoweringContext) -> list[Step]:
    """A sum or difference of tensors of one shape, as XNNPACK has it."""
    size = node.output.size
    if node.output.dtype != "INT8" or any(source.size != size for source in node.inputs):
        return []
    formula, parameters = addition.parameters(node, site.match)
    if formula != "sum_shifted":
        return []
    fields = {"count": size, "sum": parameters}
    why = "four at a time"
    return [site.step("add_vectors", fields, (), why=why, in_place=True)]


def candidates(node: Node, site: LoweringContext) -> list[Step]:
    """The candidates for the group that ``node`` begins, none where plain C has to do."""
    if isinstance(node, Conv2D):
        return conv(node, site)
    if isinstance(node, DepthwiseConv2D):
        return [*depthwise(node, site), *simd32.depthwise(node, site)]
    if isinstance(node, Addition):
        return add(node, site)
    return dense(node, site) if isinstance(node, Dense) else []
