"""CONV_2D, with the max-pooling behind it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from convert.compiler.arithmetic.match import Match
from convert.compiler.ir import Array, Node, Window
from convert.compiler.memory import overlap
from convert.compiler.operators.common import geometry, linear
from convert.compiler.operators.common.definition import Operator
from convert.compiler.operators.common.linear import Linear
from convert.compiler.operators.common.lowering import LoweringContext, image, window
from convert.compiler.operators.common.reader import OperatorReader
from convert.compiler.operators.pool import Pool
from convert.compiler.program import Buffer, Step, Table

AXES = "[out_ch, height, width, in_ch]"
_POOL_OF_ONE = Window((1, 1), (1, 1), (1, 1), (0, 0))


@dataclass(frozen=True)
class Conv2D(Linear):
    """Weights [out_ch, height, width, in_ch]."""

    window: Window


def read(reader: OperatorReader) -> Node:
    """The checked node."""
    (source,), output = reader.inputs(1), reader.output()
    shape = reader.raw(1).shape
    if len(shape) != 4 or shape[3] != geometry.sides(reader, source)[2]:
        raise reader.fail(f"weights of shape {shape} do not fit input {source.shape}")
    found = geometry.read(reader, (shape[1], shape[2]), source)
    reader.expect(output, (source.shape[0], *found.output, shape[0]))
    weights = linear.weights(reader, shape[0], 0)
    return Conv2D(reader.index, reader.operator.name, (source,), (output,), *weights, found.window)


def compute(node: Conv2D, inputs: Sequence[Array], match: Match) -> Sequence[Array]:
    """Exact sums, requantized."""
    zero_point = node.input.zero_point
    columns = geometry.patches(inputs[0], node.window, node.output.shape, zero_point)
    taps = columns.reshape(-1, node.weights[0].size).astype(np.float64)
    # float64 holds these sums exactly: they are integers below 2^31
    weights = node.weights.reshape(len(node.weights), -1).astype(np.float64)
    sums = np.rint(taps @ weights.T).astype(np.int64)
    return [linear.requantize(node, sums, match).reshape(node.output.shape)]


def absorbs(node: Conv2D, behind: Node) -> bool:
    """A max-pooling gives the same bytes on the sums, unless it brings an activation of its own."""
    del node
    return isinstance(behind, Pool) and behind.op == "MAX_POOL_2D" and behind.activation == "NONE"


def lower(node: Conv2D, site: LoweringContext) -> Sequence[Step]:
    """A convolution, with the max-pooling behind it if there is one."""
    pool = site.group[1] if len(site.group) > 1 else None
    pooling = pool.window if isinstance(pool, Pool) else _POOL_OF_ONE
    output, batch = site.group[-1].output, node.input.shape[0]
    weights = Table(f"{site.name}_weights", "int8_t", node.weights, AXES)
    bias, scaling, tables = linear.requantization(node, site)
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
    if isinstance(pool, Pool):  # cells that no window covers are never computed
        macs = batch * taps * output.shape[3] * _covered(pool)
    return [
        site.step(
            "conv2d",
            fields,
            (weights, *tables),
            macs=macs,
            instructions=linear.PLAIN * macs,
            why="plain C, pooled before requantization" if pool else "plain C",
            scratch=Buffer(f"{site.name}_patch", taps),
            scratch_words=output.shape[3],
            lead=overlap.lead(node.input, output, node.window, pooling),
            batch=batch,
        )
    ]


def _covered(pool: Pool) -> int:
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


OPERATORS = (Operator("CONV_2D", read, compute, lower, options="Conv2DOptions", absorbs=absorbs),)
