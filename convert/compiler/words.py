"""Kernels for cores that multiply only whole words: Cortex-M0, M0+, M3.

Each function gives the ways to compute a node, each with an estimate of the instructions it takes,
measured on a Cortex-M0 with GCC; what none of them can do is left to plain C.
"""

import numpy as np

from convert.compiler import fours, graph, linear, numerics
from convert.compiler.blocks import fusable
from convert.compiler.columns import Lanes, conv_winograd, single
from convert.compiler.graph import Conv, Dense
from convert.compiler.program import Step
from convert.compiler.site import Site

LANES = Lanes(filters=1, units=2, pair=22, block=30, finish=75, tile=60)


def conv(node: Conv, site: Site) -> list[Step]:
    """A convolution, with a 2x2 max-pooling behind it if there is one."""
    if not fusable(node, site):
        return []
    ways = [single(node, site, LANES), conv_winograd(node, site, LANES)]
    return [way for way in ways if way]


def dense(node: Dense, site: Site) -> list[Step]:
    """A dense layer with 8-bit weights, four in a word."""
    if numerics.uses_double(node, site.match):
        return []
    bias, scaling, tables = linear.requantization(node, site)
    rows = fours.rows_of_four(node.weights).astype(np.int8).view(np.uint8).astype(np.uint32)
    words = np.zeros((len(rows), rows.shape[1] // 4), np.uint32)
    for place in range(4):
        words |= rows[:, place::4] << np.uint32(8 * place)
    step = fours.dense(
        node,
        site,
        words,
        bias,
        (scaling, tables[1:]),
        shift=0,
        units=4,
        instructions=round(15.8 * words.size) + 80 * len(words) + 20 * words.shape[1],
        why="8-bit weights, four in a word",
    )
    return [step]


def ways(node: graph.Node, site: Site) -> list[Step]:
    """The ways to compute the group that ``node`` begins, none where plain C has to do."""
    if isinstance(node, Conv):
        return conv(node, site)
    return dense(node, site) if isinstance(node, Dense) else []
