"""Kernels for cores with vectors of 16 bytes (MVE, "Helium"): Cortex-M55.

Each function gives the candidates for a node, each with an estimate of the instructions it takes.
"""

import math

import numpy as np

from convert.compiler.ir import Node
from convert.compiler.memory import overlap
from convert.compiler.operators.common import linear
from convert.compiler.operators.common.lowering import LoweringContext, image, window
from convert.compiler.operators.conv2d import Conv2D
from convert.compiler.operators.depthwise_conv2d import DepthwiseConv2D
from convert.compiler.operators.fully_connected import Dense
from convert.compiler.program import Buffer, Step, Table
from convert.compiler.targets import simd32
from convert.compiler.targets.blocks import blocks, fusable, make_strip, pooling, rows_together

_VECTOR = 16


def conv(node: Conv2D, site: LoweringContext) -> list[Step]:
    """A convolution, with a 2x2 max-pooling behind it if there is one."""
    if not fusable(node, site):
        return []
    filters, taps = len(node.weights), node.weights[0].size
    vectors, halves = math.ceil(taps / _VECTOR), (filters + 1) // 2
    rows = np.zeros((2 * halves, vectors * _VECTOR), np.int8)
    rows[:filters, :taps] = node.weights.reshape(filters, taps)
    laid = rows.reshape(halves, 2, vectors, _VECTOR).transpose(0, 2, 1, 3)
    axes = "[out_ch / 2, vectors of 16 taps, 2, 16]"
    weights = Table(f"{site.name}_vectors", "int8_t", laid, axes)
    bias, scaling, tables = linear.requantization(node, site)
    shape = blocks(site, bias, scaling, 0)
    count, output = shape["rows"] * shape["columns"], site.group[-1].output
    common = {
        "macs": taps * node.output.size,
        "scratch_words": 8 * halves,
        "lead": overlap.lead(node.input, output, node.window, pooling(site), rows_together(site)),
    }
    products = count * (halves * (14 * vectors + 22) + 10 * filters)
    width = 2 * shape["columns"] - 1 + node.window.size[1]
    last = (node.window.size[0] - 1) * width + node.window.size[1] - 1
    if node.input.shape[3] == 1 and node.window.stride == (1, 1) and last < 256:
        strip = make_strip(node, width)
        fields = {"strip": strip, "window": window(node.window), "weights": weights}
        size = math.ceil(strip["rows"] * width / _VECTOR) + 5 * vectors
        return [
            site.step(
                "conv_gather",
                fields | {"blocks": shape},
                (weights, *tables),
                instructions=products + count * 30 * vectors,
                why="one channel: windows gathered into vectors of 16 taps",
                scratch=Buffer(f"{site.name}_windows", size * _VECTOR),
                **common,
            )
        ]
    fields = {
        "in": image(node.input),
        "window": window(node.window),
        "weights": weights,
        "zero_point": node.input.zero_point,
        "blocks": shape,
    }
    return [
        site.step(
            "conv_vectors",
            fields,
            (weights, *tables),
            instructions=products + count * (5 * taps if taps % _VECTOR == 0 else 40 * taps),
            why="vectors of 16 taps",
            scratch=Buffer(f"{site.name}_windows", 4 * _VECTOR * vectors),
            **common,
        )
    ]


def dense(node: Dense, site: LoweringContext) -> list[Step]:
    """A dense layer."""
    outputs, inputs = node.weights.shape
    weights = Table(f"{site.name}_weights", "int8_t", node.weights, "[out, in]")
    bias, scaling, tables = linear.requantization(node, site)
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
            instructions=math.ceil(outputs / 4) * (14 * math.ceil(inputs / _VECTOR) + 120),
            why="vectors of 16 inputs",
        )
    ]


def candidates(node: Node, site: LoweringContext) -> list[Step]:
    """The candidates for the group that ``node`` begins, none where plain C has to do."""
    if isinstance(node, Conv2D):
        return conv(node, site)
    if isinstance(node, DepthwiseConv2D):
        return simd32.depthwise(node, site)
    return dense(node, site) if isinstance(node, Dense) else []
