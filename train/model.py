"""The float network: convolution -> max-pool -> ReLU, twice or so, then a small dense head.

Shapes are [batch, height, width, channels]. The input is what the task makes of an example: for a
digit 28x28 pixels, 0..1. The output is one logit per class without a softmax, or the values of a
regression.
"""

import dataclasses

from train.network import Block, Layer, Network, image, layers
from train.tf import keras

DIGIT = (28, 28, 1)
"""Height, width and channels of a digit."""
MOMENTUM = 0.99
"""Of the moving means of batch normalisation, where a training has a thousand steps and more."""


def build(
    network: Network,
    shape: tuple[int, ...] = DIGIT,
    outputs: int = 10,
    momentum: float = MOMENTUM,
) -> keras.Sequential:
    """``network`` with random weights.

    ``shape`` is that of an input: [height, width, channels]; of a window, [rows, columns], the
    convolutions go along its rows; a plain list of values is taken for an image one pixel high.
    ``momentum`` is that of the means that batch normalisation keeps. Layers are called as those of
    ``network.layers``. Batch normalisation, where there is any, stands right behind its
    convolution; a ReLU stands behind the largest of a pooling, which is the same, and before a
    mean.
    """
    make, whole = keras.layers, image(shape)
    model = keras.Sequential([make.InputLayer(shape, name="image")], name="network")
    if shape != whole:
        model.add(make.Reshape(whole, name="as_image"))
    numbered = {f"conv{n}": block for n, block in enumerate(network.blocks, start=1)}
    pending = None
    for layer in layers(network, shape, outputs):
        if pending is not None and layer.op != "max":
            model.add(pending)
            pending = None
        _add(model, layer)
        if layer.op == "conv":
            block = numbered[layer.name]
            if block.norm:
                number = layer.name.removeprefix("conv")
                model.add(make.BatchNormalization(momentum=momentum, name=f"norm{number}"))
            pending = _relu(layer, block)
    return model


def _relu(layer: Layer, block: Block) -> keras.layers.Layer:
    most = 6.0 if block.activation == "relu6" else None
    return keras.layers.ReLU(max_value=most, name=layer.name.replace("conv", "relu"))


def _add(model: keras.Sequential, layer: Layer) -> None:
    make = keras.layers
    slid = {"strides": layer.stride, "padding": layer.padding, "name": layer.name}
    if layer.op == "conv":
        model.add(make.Conv2D(layer.gives[-1], layer.window, **slid))
    elif layer.op == "depthwise":
        model.add(make.DepthwiseConv2D(layer.window, **slid))
    elif layer.op == "max":
        model.add(make.MaxPooling2D(layer.window, **slid))
    elif layer.op == "average":
        model.add(make.AveragePooling2D(layer.window, **slid))
    elif layer.op == "mean":
        model.add(make.GlobalAveragePooling2D(name=layer.name))
    elif layer.op == "largest":
        model.add(make.GlobalMaxPooling2D(name=layer.name))
    elif layer.op == "flatten":
        model.add(make.Flatten(name=layer.name))
    else:
        model.add(make.Dense(layer.gives[0], layer.activation or None, name=layer.name))


def fitting(network: Network, shape: tuple[int, ...]) -> Network:
    """``network`` for an input of ``shape``: padded where its blocks would use that up."""
    side = min((side for side in image(shape)[:2] if side > 1), default=1)
    for block in network.blocks:
        side = (side - max(block.kernel)) // block.stride + 1
        side = side // 2 if block.pool != "none" else side
    if side > 0:
        return network
    padded = tuple(dataclasses.replace(block, padding="same") for block in network.blocks)
    return dataclasses.replace(network, blocks=padded)
