"""Kernels for cores that multiply only whole words: Cortex-M0, M0+, M3.

Each function gives the candidates for a node; what none of them can do is left to plain C.
"""

import numpy as np
import numpy.typing as npt

from convert.compiler.ir import Node
from convert.compiler.operators.common import linear
from convert.compiler.operators.common.lowering import LoweringContext
from convert.compiler.operators.conv2d import Conv2D
from convert.compiler.operators.depthwise_conv2d import DepthwiseConv2D
from convert.compiler.operators.fully_connected import Dense
from convert.compiler.program import Step
from convert.compiler.targets import packed
from convert.compiler.targets.blocks import fusable
from convert.compiler.targets.im2col import Lanes, conv_winograd, single

LANES = Lanes(filters=1, units=2)


def _pack(taps: npt.NDArray[np.int64]) -> npt.NDArray[np.uint32]:
    """Words of four taps [..., 4 * n] -> [..., n], the first in the lowest byte."""
    bytes_ = np.ascontiguousarray(taps).astype(np.int8).view(np.uint8)
    return np.ascontiguousarray(bytes_).view("<u4").astype(np.uint32)


PACKING = packed.Packing(
    _pack, shift=0, filters=1, units=4, why="8-bit weights, four in a word"
)


def conv(node: Conv2D, site: LoweringContext) -> list[Step]:
    """A convolution, with a 2x2 max-pooling behind it if there is one."""
    if not fusable(node, site):
        return []
    bias = linear.requantization(node, site)[0]
    found = [
        single(node, site, LANES),
        conv_winograd(node, site, LANES),
        packed.conv(node, site, PACKING, bias),
    ]
    return [way for way in found if way]


def dense(node: Dense, site: LoweringContext) -> list[Step]:
    """A dense layer with 8-bit weights, four in a word."""
    bias = linear.requantization(node, site)[0]
    return [packed.dense(node, site, PACKING, bias)]


def candidates(node: Node, site: LoweringContext) -> list[Step]:
    """The candidates for the group that ``node`` begins, none where plain C has to do."""
    if isinstance(node, Conv2D):
        return conv(node, site)
    if isinstance(node, DepthwiseConv2D):
        return packed.depthwise(node, site)
    return dense(node, site) if isinstance(node, Dense) else []
