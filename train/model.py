"""The network: convolution -> max-pool -> ReLU, twice, then a small dense head.

Shapes are [batch, height, width, channels]. The input is what the task makes of an example: for a
digit 28x28 pixels, 0..1. The output is one logit per class without a softmax, or the values of a
regression.
"""

import dataclasses

from runtime.errors import DataError
from train.presets import Architecture
from train.tf import keras

DIGIT = (28, 28, 1)
"""Height, width and channels of a digit."""
MOMENTUM = 0.99
"""Of the moving means of batch normalisation, where a training has a thousand steps and more."""


def two_block_cnn(
    architecture: Architecture,
    outputs: int = 10,
    shape: tuple[int, ...] = DIGIT,
    momentum: float = MOMENTUM,
) -> keras.Sequential:
    """Build the float network of ``architecture`` with random weights.

    Layer order is that of the source: convolution (stride 1, bias), 2x2 max-pool, ReLU.
    Batch normalisation, where there is any, stands right behind its convolution. ``shape`` is that
    of an input: [height, width, channels]; of a window, [rows, columns], the convolutions go along
    its rows; a plain list of values is taken for an image one pixel high. ``momentum`` is that of
    the means that batch normalisation keeps.
    """
    height, width, channels = _image(shape)
    architecture = fitting(architecture, height, width)
    window = tuple(2 if side > 1 else 1 for side in (height, width))
    kernel = tuple(min(architecture.kernel, side) for side in (height, width))
    layers = keras.layers
    model = keras.Sequential([layers.InputLayer(shape, name="image")], name="two_block_cnn")
    if shape != (height, width, channels):
        model.add(layers.Reshape((height, width, channels), name="as_image"))
    for block, filters in enumerate(architecture.channels, start=1):
        model.add(layers.Conv2D(filters, kernel, padding=architecture.padding, name=f"conv{block}"))
        if architecture.batch_norm:
            model.add(layers.BatchNormalization(momentum=momentum, name=f"norm{block}"))
        model.add(layers.MaxPooling2D(window, padding=architecture.padding, name=f"pool{block}"))
        model.add(layers.ReLU(name=f"relu{block}"))
    model.add(layers.Flatten(name="flatten"))
    if architecture.hidden:
        model.add(layers.Dense(architecture.hidden, activation="relu", name="hidden"))
    model.add(layers.Dense(outputs, name="logits"))
    return model


def _image(shape: tuple[int, ...]) -> tuple[int, int, int]:
    """Height, width and channels as which an input is taken."""
    if len(shape) == 3:
        return shape[0], shape[1], shape[2]
    if len(shape) == 2:
        return shape[0], 1, shape[1]
    if len(shape) == 1:
        return 1, shape[0], 1
    raise DataError(
        f"an input of {list(shape)} is not for the two-block network: give --size with up to three "
        "numbers, or a network of your own with --model"
    )


def fitting(architecture: Architecture, height: int, width: int) -> Architecture:
    """``architecture`` for an input of that size: padded where two blocks would use it up."""
    side = min((side for side in (height, width) if side > 1), default=1)
    for _ in architecture.channels:
        side = (side - architecture.kernel + 1) // 2
    return architecture if side > 0 else dataclasses.replace(architecture, padding="same")
