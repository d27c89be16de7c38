"""The float network of a point, for training."""

from train.search.point import Block, Layer, Point, image, layers
from train.tf import keras


def build(point: Point, shape: tuple[int, ...], outputs: int, momentum: float) -> keras.Sequential:
    """The network with random weights.

    ``momentum`` is that of the means that batch normalisation keeps. Layers are called as those of
    ``point.layers``; a ReLU stands behind the largest of a pooling, which is the same, and before a
    mean.
    """
    make, whole = keras.layers, image(shape)
    model = keras.Sequential([make.InputLayer(shape, name="image")], name="network")
    if shape != whole:
        model.add(make.Reshape(whole, name="as_image"))
    numbered = {f"conv{n}": block for n, block in enumerate(point.blocks, start=1)}
    pending = None
    for layer in layers(point, shape, outputs):
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
