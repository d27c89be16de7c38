"""TRANSPOSE_CONV: a convolution that enlarges, of images into the window's taps."""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from convert.compiler.arithmetic.match import Match
from convert.compiler.ir import Array, Node, Window
from convert.compiler.operators.common import geometry, linear
from convert.compiler.operators.common.definition import Operator
from convert.compiler.operators.common.linear import Linear, Rounding
from convert.compiler.operators.common.lowering import LoweringContext, image, window
from convert.compiler.operators.common.reader import OperatorReader
from convert.compiler.program import Step, Table


@dataclass(frozen=True)
class TransposeConv(Linear):
    """Weights [out_ch, height, width, in_ch]; the window is that of the convolution back."""

    window: Window
    padding: str

    def rounding(self, match: Match) -> Rounding:
        """XNNPACK leaves SAME to LiteRT's kernels where the window is smaller than its stride."""
        sides = zip(self.window.size, self.window.stride, strict=True)
        delegated = self.padding == "VALID" or all(size >= stride for size, stride in sides)
        return Rounding.SINGLE if match is Match.XNNPACK and delegated else Rounding.TWICE


def read(reader: OperatorReader) -> Node:
    """The checked node."""
    inputs = reader.operator.inputs
    if len(inputs) < 3:
        raise reader.fail(f"has {len(inputs)} inputs, expected 3 at least")
    wanted = reader.constant(0, "INT32")
    # What follows has its inputs in the usual order: the images, the weights, the bias.
    ordered = replace(reader.operator, inputs=(inputs[2], inputs[1], *inputs[3:4]))
    reader = replace(reader, operator=ordered)
    (source,), output = reader.inputs(1), reader.output()
    reader.expect(output, tuple(int(n) for n in wanted.ravel()))
    height, width, channels = geometry.sides(reader, source)
    shape, filters = reader.raw(1).shape, geometry.sides(reader, output)[2]
    if len(shape) != 4 or (shape[0], shape[3]) != (filters, channels):
        raise reader.fail(f"weights of shape {shape} do not fit {source.shape}, {output.shape}")
    found = geometry.read(reader, (shape[1], shape[2]), output)
    if found.output != (height, width) or source.shape[0] != output.shape[0]:
        raise reader.fail(f"{source.shape} cannot become {output.shape}")
    weights = linear.weights(reader, filters, 0)
    return TransposeConv(
        reader.index,
        reader.operator.name,
        (source,),
        (output,),
        *weights,
        found.window,
        reader.option("Padding"),
    )


def compute(node: TransposeConv, inputs: Sequence[Array], match: Match) -> Sequence[Array]:
    """Exact sums, requantized."""
    return [linear.requantize(node, sums(node, inputs[0]), match)]


def sums(node: TransposeConv, images: Array) -> npt.NDArray[np.int64]:
    """The sums without bias, [batch, height, width, out_ch]."""
    source, w = images.astype(np.int64) - node.input.zero_point, node.window
    result = np.zeros(node.output.shape, np.int64)
    for ky, kx in itertools.product(range(w.size[0]), range(w.size[1])):
        rows = np.arange(source.shape[1]) * w.stride[0] - w.before[0] + ky
        columns = np.arange(source.shape[2]) * w.stride[1] - w.before[1] + kx
        y = np.flatnonzero((rows >= 0) & (rows < result.shape[1]))
        x = np.flatnonzero((columns >= 0) & (columns < result.shape[2]))
        part = source[:, y[:, None], x] @ node.weights[:, ky, kx].T.astype(np.int64)
        result[:, rows[y][:, None], columns[x]] += part
    return result


def lower(node: TransposeConv, site: LoweringContext) -> Sequence[Step]:
    """A transposed convolution."""
    usual = node.is_usual(site.match)
    _, scaling, (_, *tables) = linear.requantization(node, site)
    weights = Table(
        f"{site.name}_weights", "int8_t", node.weights, "[out_ch, height, width, in_ch]"
    )
    # The zero point is not folded in: how many taps meet an image differs from pixel to pixel.
    bias = Table(f"{site.name}_bias", "int32_t", node.bias, "[out_ch]")
    of = {
        "in": image(node.input),
        "out": image(node.output),
        "window": window(node.window),
        "weights": weights,
        "bias": bias,
        "zero_point": node.input.zero_point,
    }
    if not usual:
        scaling |= {"once": 0, "up": 0}
    macs = node.input.size * math.prod(node.window.size) * node.output.shape[3]
    return [
        site.step(
            "transpose_conv" if usual else "transpose_conv_fixed",
            {"of": of, "scaling": scaling},
            (weights, bias, *tables),
            macs=macs,
            batch=node.input.shape[0],
        )
    ]


OPERATORS = (Operator("TRANSPOSE_CONV", read, compute, lower, options="TransposeConvOptions"),)
