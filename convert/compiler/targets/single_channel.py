"""A depthwise convolution of one channel is a convolution, for which there are faster kernels."""

import numpy as np

from convert.compiler.operators.conv2d import Conv2D
from convert.compiler.operators.depthwise_conv2d import DepthwiseConv2D


def as_convolution(node: DepthwiseConv2D) -> Conv2D:
    """The same sums of the only input channel; weights [out_ch, height, width, 1]."""
    return Conv2D(
        node.index,
        node.op,
        node.inputs,
        node.outputs,
        np.ascontiguousarray(node.weights.transpose(3, 1, 2, 0)),
        node.bias,
        node.scales,
        node.activation,
        node.window,
        stored=node.stored,
    )
