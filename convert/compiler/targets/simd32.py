"""Kernels for what multiplies pairs of 16-bit numbers: Cortex-M4, M7, M33, WebAssembly's SIMD.

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
from convert.compiler.program import Step, Table
from convert.compiler.targets import depthwise_lines, packed, pixels, tiles
from convert.compiler.targets.blocks import fusable
from convert.compiler.targets.im2col import Lanes, single

LANES = Lanes(filters=2, units=1)


def conv(node: Conv2D, site: LoweringContext) -> list[Step]:
    """A convolution, with a 2x2 max-pooling behind it if there is one."""
    if not fusable(node, site):
        return []
    found = [
        single(node, site, LANES),
        tiles.conv(node, site, LANES),
        tiles.conv_nested(node, site, LANES),
    ]
    if bias := _packed_bias(node.weights, linear.requantization(node, site)[0], "[out_ch]"):
        found += [packed.conv(node, site, PACKING, bias), pixels.conv(node, site, PACKING, bias)]
    return [way for way in found if way]


def _pack(taps: npt.NDArray[np.int64]) -> npt.NDArray[np.uint32]:
    """Words of four taps [..., 4 * n] -> [..., n]: halfwords of 256 * odd + even."""
    halves = (256 * taps[..., 1::2] + taps[..., 0::2]).astype(np.int16).view(np.uint16)
    return np.asarray(
        halves[..., 0::2].astype(np.uint32) | halves[..., 1::2].astype(np.uint32) << 16, np.uint32
    )


PACKING = packed.Packing(
    _pack, shift=8, filters=2, units=2, why="8-bit weights, two in a multiplication"
)


def _packed_bias(weights: npt.NDArray[np.int8], bias: Table, axes: str) -> Table | None:
    """The bias in units of packed sums, without what even weights add; None: they overflow."""
    flat = weights.astype(np.int64).reshape(len(weights), -1)
    taps = weights.shape[-1] if weights.ndim == 2 else _taps(weights)
    even = flat.reshape(len(weights), -1, taps)[..., 0::2].sum(axis=(1, 2))
    largest = np.abs(flat).sum(axis=1) * 128 + np.abs(bias.values.astype(np.int64))
    if flat.min(initial=0) < -127 or ((largest + np.abs(flat).sum(axis=1)) * 256 >= 1 << 31).any():
        return None
    scaled = (256 * bias.values.astype(np.int64) - 127 * even).astype(np.int32)
    return Table(bias.name, "int32_t", scaled, f"{axes}, 256 times")


def _taps(weights: npt.NDArray[np.int8]) -> int:
    """Taps of a row of the window; each row begins a word."""
    return weights.shape[2] * weights.shape[3]


def dense(node: Dense, site: LoweringContext) -> list[Step]:
    """A dense layer with 8-bit weights, two to a 16-bit number."""
    bias = _packed_bias(node.weights, linear.requantization(node, site)[0], "[out]")
    return [packed.dense(node, site, PACKING, bias)] if bias else []


def depthwise(node: DepthwiseConv2D, site: LoweringContext) -> list[Step]:
    """A depthwise convolution, line by line, or four channels at a time."""
    lines = depthwise_lines.depthwise(node, site)
    return [*([lines] if lines else []), *packed.depthwise(node, site)]


def candidates(node: Node, site: LoweringContext) -> list[Step]:
    """The candidates for the group that ``node`` begins, none where plain C has to do."""
    if isinstance(node, Conv2D):
        return conv(node, site)
    if isinstance(node, DepthwiseConv2D):
        return depthwise(node, site)
    return dense(node, site) if isinstance(node, Dense) else []
