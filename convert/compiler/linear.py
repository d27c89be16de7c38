"""Plain C for convolutions and dense layers."""

import math

import numpy as np

from convert.compiler import graph, numerics, overlap
from convert.compiler.graph import Window
from convert.compiler.numerics import Match
from convert.compiler.program import Buffer, Step, Table, float_bits
from convert.compiler.site import Site, image, window

CONV_AXES = "[out_ch, height, width, in_ch]"
_PLAIN = 7  # instructions of a multiply-accumulate in plain C, about
_POOL_OF_ONE = Window((1, 1), (1, 1), (1, 1), (0, 0))


def conv(node: graph.Conv, site: Site) -> list[Step]:
    """A convolution, with the max-pooling behind it if there is one."""
    pool = site.group[1] if len(site.group) > 1 else None
    pooling = pool.window if isinstance(pool, graph.Pool) else _POOL_OF_ONE
    output = site.group[-1].output
    weights = Table(f"{site.name}_weights", "int8_t", node.weights, CONV_AXES)
    bias, scaling, tables = requantization(node, site)
    taps = node.weights[0].size
    fields = {
        "in": image(node.input),
        "map": image(node.output),
        "out": image(output),
        "window": window(node.window),
        "pool": window(pooling),
        "weights": weights,
        "bias": bias,
        "zero_point": node.input.zero_point,
        "scaling": scaling,
    }
    macs = taps * node.output.size
    if isinstance(pool, graph.Pool):  # cells that no window covers are never computed
        macs = taps * output.shape[3] * _covered(pool)
    return [
        site.step(
            "conv2d",
            fields,
            (weights, *tables),
            macs=macs,
            instructions=_PLAIN * macs,
            why="plain C, pooled before requantization" if pool else "plain C",
            patch=Buffer(f"{site.name}_patch", taps),
            sums=output.shape[3],
            lead=overlap.lead(node.input, output, node.window, pooling),
        )
    ]


def _covered(pool: graph.Pool) -> int:
    """How many cells of the map the pooling windows cover, counted with repetition."""
    counts = []
    for axis in (0, 1):
        first = -pool.window.before[axis]
        starts = range(pool.output.shape[1 + axis])
        cells = [
            first + i * pool.window.stride[axis] + k
            for i in starts
            for k in range(pool.window.size[axis])
        ]
        counts.append(sum(0 <= cell < pool.input.shape[1 + axis] for cell in cells))
    return counts[0] * counts[1]


def depthwise(node: graph.Depthwise, site: Site) -> list[Step]:
    """A depthwise convolution."""
    weights = Table(f"{site.name}_weights", "int8_t", node.weights[0], "[height, width, out_ch]")
    bias, scaling, tables = requantization(node, site)
    fields = {
        "in": image(node.input),
        "out": image(node.output),
        "window": window(node.window),
        "multiplier": node.output.shape[3] // node.input.shape[3],
        "weights": weights,
        "bias": bias,
        "zero_point": node.input.zero_point,
        "scaling": scaling,
    }
    macs = node.output.size * math.prod(node.window.size)
    lead = overlap.lead(node.input, node.output, node.window)
    return [
        site.step(
            "depthwise",
            fields,
            (weights, *tables),
            macs=macs,
            instructions=_PLAIN * macs,
            lead=lead,
        )
    ]


def dense(node: graph.Dense, site: Site) -> list[Step]:
    """A dense layer."""
    weights = Table(f"{site.name}_weights", "int8_t", node.weights, "[out, in]")
    bias, scaling, tables = requantization(node, site)
    outputs, inputs = node.weights.shape
    fields = {
        "inputs": inputs,
        "outputs": outputs,
        "weights": weights,
        "bias": bias,
        "scaling": scaling,
    }
    kernel = "dense_real" if numerics.uses_double(node, site.match) else "dense"
    return [
        site.step(
            kernel,
            fields,
            (weights, *tables),
            macs=node.weights.size,
            instructions=_PLAIN * node.weights.size,
        )
    ]


def requantization(node: graph.Linear, site: Site) -> tuple[Table, dict[str, object], list[Table]]:
    """Bias with the zero point folded in, requantization, and the tables of both."""
    axes = (0, 1, 2) if isinstance(node, graph.Depthwise) else tuple(range(1, node.weights.ndim))
    sums = node.weights.astype(np.int64).sum(axis=axes)
    folded = node.bias.astype(np.int64) - node.input.zero_point * sums
    bias = Table(f"{site.name}_bias", "int32_t", folded.astype(np.int32), "[out_ch]")
    low, high = numerics.bounds(node.activation, node.output, site.match)
    limits = {"zero_point": node.output.zero_point, "low": low, "high": high}
    scales = numerics.linear_scales(node, site.match)
    if site.match is Match.XNNPACK:
        table = Table(f"{site.name}_scale", "uint32_t", float_bits(scales), "[out_ch]")
        return bias, {"scale": table, **limits}, [bias, table]
    if numerics.uses_double(node, site.match):
        table = Table(f"{site.name}_scale", "double", scales, "[out_ch]")
        return bias, {"scale": table, **limits}, [bias, table]
    fixed = [numerics.multiplier(float(scale)) for scale in scales]
    multipliers = np.array([m.quantized for m in fixed], np.int32)
    shifts = np.array([m.shift for m in fixed], np.int8)
    tables = [
        Table(f"{site.name}_multiplier", "int32_t", multipliers, "[out_ch]"),
        Table(f"{site.name}_shift", "int8_t", shifts, "[out_ch]"),
    ]
    return bias, {"multiplier": tables[0], "shift": tables[1], **limits}, [bias, *tables]
