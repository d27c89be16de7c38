"""Kernels for cores that multiply only whole words: Cortex-M0, M0+, M3.

Each function gives the ways to compute a node, each with an estimate of the instructions it takes,
measured on a Cortex-M0 with GCC; what none of them can do is left to plain C.
"""

import numpy as np
import numpy.typing as npt

from convert.compiler import fours, graph, linear, numerics
from convert.compiler.blocks import fusable
from convert.compiler.columns import Lanes, conv_winograd, single
from convert.compiler.graph import Conv, Dense, Depthwise
from convert.compiler.program import Step
from convert.compiler.site import Site

LANES = Lanes(filters=1, units=2, pair=22, block=30, finish=75, tile=60)


def _pack(taps: npt.NDArray[np.int64]) -> npt.NDArray[np.uint32]:
    """Words of four taps [..., 4 * n] -> [..., n], the first in the lowest byte."""
    bytes_ = np.ascontiguousarray(taps).astype(np.int8).view(np.uint8)
    return np.ascontiguousarray(bytes_).view("<u4").astype(np.uint32)


PACKING = fours.Packing(
    _pack, shift=0, filters=1, units=4, word=46, why="8-bit weights, four in a word"
)


def conv(node: Conv, site: Site) -> list[Step]:
    """A convolution, with a 2x2 max-pooling behind it if there is one."""
    if not fusable(node, site):
        return []
    bias = linear.requantization(node, site)[0]
    ways = [
        single(node, site, LANES),
        conv_winograd(node, site, LANES),
        fours.conv(node, site, PACKING, bias),
    ]
    return [way for way in ways if way]


def dense(node: Dense, site: Site) -> list[Step]:
    """A dense layer with 8-bit weights, four in a word."""
    if numerics.uses_double(node, site.match):
        return []
    bias = linear.requantization(node, site)[0]
    return [fours.dense(node, site, PACKING, bias, (15.8, 80, 20))]


def ways(node: graph.Node, site: Site) -> list[Step]:
    """The ways to compute the group that ``node`` begins, none where plain C has to do."""
    if isinstance(node, Conv):
        return conv(node, site)
    if isinstance(node, Depthwise):
        return fours.depthwise(node, site, 10)
    return dense(node, site) if isinstance(node, Dense) else []
