"""Kernels for RISC-V's RV32IM: whole words are multiplied, but there are 32 registers.

Each function gives the candidates for a node; what none of them can do is left to plain C.
"""

from convert.compiler.ir import Node
from convert.compiler.operators.common import linear
from convert.compiler.operators.common.lowering import LoweringContext
from convert.compiler.operators.conv2d import Conv2D
from convert.compiler.operators.depthwise_conv2d import DepthwiseConv2D
from convert.compiler.operators.fully_connected import Dense
from convert.compiler.program import Step
from convert.compiler.targets import packed, pixels, scalar, tiles
from convert.compiler.targets.blocks import fusable
from convert.compiler.targets.im2col import Lanes, single

LANES = Lanes(filters=4, units=2)
PACKING = packed.Packing(
    scalar.bytes_in_words, shift=0, filters=4, units=1, why="8-bit weights, four filters at once"
)


def conv(node: Conv2D, site: LoweringContext) -> list[Step]:
    """A convolution, with a 2x2 max-pooling behind it if there is one."""
    if not fusable(node, site):
        return []
    bias = linear.requantization(node, site)[0]
    found = [
        single(node, site, LANES),
        tiles.conv(node, site, LANES),
        tiles.conv_nested(node, site, LANES),
        packed.conv(node, site, PACKING, bias),
        pixels.conv(node, site, PACKING, bias),
    ]
    return [way for way in found if way]


def candidates(node: Node, site: LoweringContext) -> list[Step]:
    """The candidates for the group that ``node`` begins, none where plain C has to do."""
    if isinstance(node, Conv2D):
        return conv(node, site)
    if isinstance(node, DepthwiseConv2D):
        return [*scalar.depthwise_pixels(node, site), *packed.depthwise(node, site)]
    if isinstance(node, Dense):
        return [packed.dense(node, site, PACKING, linear.requantization(node, site)[0])]
    return []
