"""Depthwise convolutions of 3x3 taps, line by line: what kernels' depthwise_lines.h is given."""

import math
from dataclasses import dataclass

import numpy as np

from convert.compiler.operators.common import linear
from convert.compiler.operators.common.lowering import LoweringContext
from convert.compiler.operators.depthwise_conv2d import DepthwiseConv2D
from convert.compiler.program import Step, Table

_TAPS = 3
_RING = 1536  # bytes, where more than one line of outputs does not need more


@dataclass(frozen=True)
class _Axis:
    """What a C struct line_axis holds."""

    size: int
    out: int
    step: int
    out_step: int
    stride: int
    before: int

    def fields(self) -> dict[str, int]:
        """As C has them."""
        return {
            "in": self.size,
            "out": self.out,
            "in_step": self.step,
            "out_step": self.out_step,
            "stride": self.stride,
            "before": self.before,
        }


def depthwise(node: DepthwiseConv2D, site: LoweringContext) -> Step | None:
    """Windows of 3x3 with strides of 1 or 2; None for others."""
    window = node.window
    if window.size != (_TAPS, _TAPS) or window.dilation != (1, 1) or max(window.stride) > 2:
        return None
    line, pixel = _axes(node)
    across = line.size > pixel.size and node.input.shape[1:3] == node.output.shape[1:3]
    taps = node.weights[0].transpose(2, 1, 0) if across else node.weights[0].transpose(2, 0, 1)
    if across:
        line, pixel = pixel, line
    laid = np.zeros((*taps.shape[:2], 4), np.int8)
    laid[..., :_TAPS] = taps
    weights = Table(f"{site.name}_lines", "int8_t", laid, "[out_ch, lines, 4]")
    bias, scaling, tables = linear.requantization(node, site)
    channels, words = node.input.shape[3], math.ceil(pixel.out / 2) * pixel.stride + 1
    together = _together(line, words)
    ring = (together - 1) * line.stride + _TAPS
    multiplier = node.output.shape[3] // channels
    fields = {
        "line": line.fields(),
        "pixel": pixel.fields(),
        "channels": channels,
        "multiplier": multiplier,
        "weights": weights,
        "bias": bias,
        "zero_point": node.input.zero_point,
        "together": together,
        "ring": ring,
        "scaling": scaling,
    }
    macs = node.output.size * _TAPS**2
    return site.step(
        "depthwise_lines",
        fields,
        (weights, bias, *tables[1:]),
        macs=macs,
        work={
            "pairs": node.output.shape[3] * line.out * math.ceil(pixel.out / 2),
            "lines": node.output.shape[3] * line.out,
            "channels": node.output.shape[3] * math.ceil(line.out / together),
            "laid_words": math.ceil(channels / 4) * line.size * words,
            "laid_lines": math.ceil(channels / 4) * line.size,
        },
        why="two outputs at once, line by line",
        scratch_words=ring * 4 * words,
        in_place=multiplier == 1 and _follows(line, pixel),
    )


def _together(line: _Axis, words: int) -> int:
    """Lines of outputs for which a channel's weights are loaded once, within the ring."""
    fitting = (_RING // (16 * words) - _TAPS) // line.stride + 1
    return max(1, min(line.out, fitting))


def _axes(node: DepthwiseConv2D) -> tuple[_Axis, _Axis]:
    """Down the rows, and along them."""
    _, height, width, channels = node.input.shape
    _, rows, columns, filters = node.output.shape
    strides, before = node.window.stride, node.window.before
    return (
        _Axis(height, rows, width * channels, columns * filters, strides[0], before[0]),
        _Axis(width, columns, channels, filters, strides[1], before[1]),
    )


def _follows(line: _Axis, pixel: _Axis) -> bool:
    """Whether each output is written where the input has been laid out already."""
    if line.step < pixel.step:  # columns, of an image of the same size
        return line.out <= line.size
    laid = (min(line.size, y * line.stride - line.before + _TAPS) for y in range(line.out))
    return all((y + 1) * pixel.out <= lines * pixel.size for y, lines in enumerate(laid))
