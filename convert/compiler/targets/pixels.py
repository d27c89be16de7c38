"""Convolutions for four pixels in a row: what kernels/pixels/conv_pixels.h is given."""

import math

import numpy as np

from convert.compiler.memory import overlap
from convert.compiler.operators.common import linear
from convert.compiler.operators.common.lowering import LoweringContext, image, window
from convert.compiler.operators.conv2d import Conv2D
from convert.compiler.program import Step, Table
from convert.compiler.targets.packed import Packing

_GROUPS = 8  # GROUPS of the kernel
_TOGETHER = 4  # pixels


def conv(node: Conv2D, site: LoweringContext, packing: Packing, bias: Table) -> Step | None:
    """A convolution without pooling behind it; ``bias`` is in the units of the sums."""
    if len(site.group) > 1:
        return None
    filters, height, width, channels = node.weights.shape
    _, scaling, tables = linear.requantization(node, site)
    words, groups = math.ceil(width * channels / 4), math.ceil(filters / packing.filters)
    rows = np.zeros((groups * packing.filters, height, 4 * words), np.int64)
    rows[:filters, :, : width * channels] = node.weights.reshape(filters, height, -1)
    packed = packing.pack(rows).reshape(groups, packing.filters, height * words)
    biases = np.zeros(groups * packing.filters, np.int32)
    biases[:filters] = bias.values
    starts = biases.view(np.uint32).reshape(groups, packing.filters, 1)
    axes = f"[out_ch / {packing.filters}, bias and words of 4 taps, {packing.filters}]"
    laid = np.concatenate([starts, packed], axis=2).transpose(0, 2, 1)
    weights = Table(f"{site.name}_packed", "uint32_t", laid, axes)
    fields = {
        "in": image(node.input),
        "out": image(node.output),
        "window": window(node.window),
        "weights": weights,
        "zero_point": node.input.zero_point,
        "scaling": scaling,
    }
    pixels = math.ceil(node.output.shape[1] * node.output.shape[2] / _TOGETHER)
    return site.step(
        "conv_pixels",
        fields,
        (weights, *tables[1:]),
        macs=node.weights[0].size * node.output.size,
        work={
            "words": pixels * groups * height * words,
            "groups": pixels * groups,
            "laid_words": pixels * height * words,
            "laid_rows": pixels * height,
            "fours": pixels * filters,
            "pixels": pixels,
        },
        why=f"{packing.why}; four pixels at once",
        scratch_words=_TOGETHER * (packing.units * height * words + packing.filters * _GROUPS),
        lead=overlap.lead(node.input, node.output, node.window),
    )
