"""The network in NumPy, as each runtime computes it: for golden vectors, and as a second opinion.

Written from the runtimes' formulas, apart from the C kernels; tests hold it to the runtimes.
"""

import itertools
import math
from functools import singledispatch
from typing import Any

import numpy as np
import numpy.typing as npt

from convert.compiler import graph, numerics, softmax
from convert.compiler.graph import Graph, Int8s, Node, Window
from convert.compiler.numerics import Match, Multiplier

Ints = npt.NDArray[np.int64]


def run(network: Graph, match: Match, image: Int8s) -> Int8s:
    """The output of ``network`` for one input of its shape."""
    values: dict[int, Int8s] = {network.input.number: image.reshape(network.input.shape)}
    for node in network.nodes:
        inputs = [values[tensor.number] for tensor in node.inputs]
        result = compute(node, inputs, match)
        values[node.output.number] = result.reshape(node.output.shape).astype(np.int8)
    return values[network.output.number]


@singledispatch
def compute(node: Node, inputs: list[Int8s], match: Match) -> npt.NDArray[Any]:
    """What ``node`` makes of ``inputs``; every value of the result is within int8."""
    raise NotImplementedError(type(node))


@compute.register
def _conv(node: graph.Conv, inputs: list[Int8s], match: Match) -> npt.NDArray[Any]:
    columns = _patches(inputs[0], node.window, node.output.shape, node.input.zero_point)
    patches = columns.reshape(-1, node.weights[0].size).astype(np.float64)
    # float64 holds these sums exactly: they are integers below 2^31
    weights = node.weights.reshape(len(node.weights), -1).astype(np.float64)
    return _requantize(node, np.rint(patches @ weights.T).astype(np.int64), match)


@compute.register
def _depthwise(node: graph.Depthwise, inputs: list[Int8s], match: Match) -> npt.NDArray[Any]:
    columns = _patches(inputs[0], node.window, node.output.shape, node.input.zero_point)
    spread = np.repeat(columns, node.output.shape[3] // node.input.shape[3], axis=-1)
    weights = node.weights.reshape(-1, node.output.shape[3])
    taps = spread.reshape(-1, *weights.shape)
    return _requantize(node, (taps * weights).sum(axis=1), match)


@compute.register
def _dense(node: graph.Dense, inputs: list[Int8s], match: Match) -> npt.NDArray[Any]:
    sums = node.weights.astype(np.int64) @ (
        inputs[0].astype(np.int64).ravel() - node.input.zero_point
    )
    return _requantize(node, sums, match)


def _patches(image: Int8s, window: Window, output: tuple[int, ...], zero_point: int) -> Ints:
    """What the window covers, less the zero point: [out height, out width, taps, channels]."""
    height, width = output[1:3]
    source = image[0].astype(np.int64) - zero_point
    result = np.zeros((height, width, math.prod(window.size), source.shape[2]), np.int64)
    taps = itertools.product(range(window.size[0]), range(window.size[1]))
    for tap, (ky, kx) in enumerate(taps):
        rows = np.arange(height) * window.stride[0] - window.before[0] + ky * window.dilation[0]
        columns = np.arange(width) * window.stride[1] - window.before[1] + kx * window.dilation[1]
        y = np.flatnonzero((rows >= 0) & (rows < source.shape[0]))
        x = np.flatnonzero((columns >= 0) & (columns < source.shape[1]))
        result[y[:, None], x, tap] = source[rows[y][:, None], columns[x]]
    return result


def _requantize(node: graph.Linear, sums: Ints, match: Match) -> npt.NDArray[Any]:
    sums = sums + node.bias
    scales = numerics.linear_scales(node, match)
    low, high = numerics.bounds(node.activation, node.output, match)
    if match is Match.XNNPACK:
        steps = np.rint(sums.astype(np.float32) * scales.astype(np.float32)).astype(np.int64)
    elif numerics.uses_double(node, match):
        real = sums.astype(np.float64) * scales
        steps = (np.sign(real) * np.floor(np.abs(real) + 0.5)).astype(np.int64)
    else:
        by = [numerics.multiplier(float(scale)) for scale in scales]
        steps = np.stack(
            [_scale(sums[..., channel], by[channel]) for channel in range(len(by))], axis=-1
        )
    return np.clip(steps + node.output.zero_point, low, high)


def _scale(values: Ints, by: Multiplier) -> Ints:
    function = np.vectorize(lambda value: numerics.apply(int(value), by), otypes=[np.int64])
    return np.asarray(function(values))


@compute.register
def _pool(node: graph.Pool, inputs: list[Int8s], match: Match) -> npt.NDArray[Any]:
    far = -(1 << 20)  # marks what lies outside
    shifted = inputs[0].astype(np.int64) - far  # so that the padding of _patches, 0, is `far`
    cells = _patches(shifted.astype(np.int64), node.window, node.output.shape, 0) + far
    inside = cells > far // 2
    if node.op == "MAX_POOL_2D":
        result = cells.max(axis=2)
    else:
        total, count = (cells * inside).sum(axis=2), inside.sum(axis=2)
        half = np.where(total > 0, count // 2, -(count // 2))
        result = np.trunc((total + half) / count).astype(np.int64)
        match = Match.REF
    low, high = numerics.bounds(node.activation, node.output, match)
    return np.clip(result, low, high)


@compute.register
def _mean(node: graph.Mean, inputs: list[Int8s], match: Match) -> npt.NDArray[Any]:
    count = node.input.size // node.output.size
    sums = inputs[0].astype(np.int64).sum(axis=node.axes)
    if match is Match.XNNPACK:
        scale, bias = numerics.mean_float(node, count)
        real = (sums.astype(np.float32) * scale).astype(np.float32) + bias
        return np.clip(np.rint(real), -128, 127)
    by = numerics.mean_fixed(node, count)
    steps = _scale(sums - count * node.input.zero_point, by) + node.output.zero_point
    return np.clip(steps, -128, 127)


@compute.register
def _add(node: graph.Add, inputs: list[Int8s], match: Match) -> npt.NDArray[Any]:
    kernel, p = numerics.addition(node, match)
    a = inputs[0].astype(np.int64) - p["zero_point_a"]
    b = inputs[1].astype(np.int64) - p["zero_point_b"]
    if kernel == "add_shifted":
        half = 1 << (p["shift"] - 1)
        steps = (a * p["multiplier_a"] + b * p["multiplier_b"] + half) >> p["shift"]
    else:
        left = _scale(a << 20, Multiplier(p["multiplier_a"], p["shift_a"]))
        right = _scale(b << 20, Multiplier(p["multiplier_b"], p["shift_b"]))
        steps = _scale(left + right, Multiplier(p["multiplier"], p["shift"]))
    return np.clip(steps + p["zero_point"], p["low"], p["high"])


@compute.register
def _pad(node: graph.Pad, inputs: list[Int8s], match: Match) -> npt.NDArray[Any]:
    del match
    amounts = list(zip(node.before, node.after, strict=True))
    return np.pad(inputs[0], amounts, constant_values=node.output.zero_point)


@compute.register
def _reshape(node: graph.Reshape, inputs: list[Int8s], match: Match) -> npt.NDArray[Any]:
    del node, match
    return inputs[0]


@compute.register
def _softmax(node: graph.Softmax, inputs: list[Int8s], match: Match) -> npt.NDArray[Any]:
    rows = inputs[0].reshape(-1, node.input.shape[-1]).astype(np.int64)
    differences = rows.max(axis=1, keepdims=True) - rows
    if match is not Match.XNNPACK:
        return np.stack([softmax.fixed(node, row) for row in differences])
    powers = numerics.softmax_table(node)[differences]
    sums = np.zeros(len(rows), np.float32)
    for column in powers.T:
        sums += column
    inverse = np.float32(1) / (sums / np.float32(256))
    shares = (powers * inverse[:, None]).astype(np.float32)
    return np.minimum(np.floor(shares + np.float32(0.5)) - 128, 127)


@compute.register
def _pointwise(node: graph.Pointwise, inputs: list[Int8s], match: Match) -> npt.NDArray[Any]:
    table = numerics.pointwise_table(node.op, node.input, node.output, match)
    return np.asarray(table[inputs[0].astype(np.int64) + 128])


@compute.register
def _concatenation(
    node: graph.Concatenation, inputs: list[Int8s], match: Match
) -> npt.NDArray[Any]:
    del match
    return np.concatenate(inputs, axis=node.axis)
