"""The network: convolution -> max-pool -> ReLU, twice, then a small dense head.

Shapes are [batch, height, width, channels]. The input is a digit as ``runtime.image`` gives it,
scaled to 0..1; the output is one logit per class, without a softmax.
"""

from train.presets import Architecture
from train.tf import keras

SIDE = 28
"""Height and width of the input, in pixels."""


def two_block_cnn(architecture: Architecture, classes: int = 10) -> keras.Sequential:
    """Build the float network of ``architecture`` with random weights.

    Layer order is that of the source: convolution (stride 1, bias), 2x2 max-pool, ReLU.
    Batch normalisation, where there is any, stands right behind its convolution.
    """
    layers = keras.layers
    model = keras.Sequential(
        [layers.InputLayer((SIDE, SIDE, 1), name="image")], name="two_block_cnn"
    )
    for block, channels in enumerate(architecture.channels, start=1):
        model.add(
            layers.Conv2D(
                channels, architecture.kernel, padding=architecture.padding, name=f"conv{block}"
            )
        )
        if architecture.batch_norm:
            model.add(layers.BatchNormalization(name=f"norm{block}"))
        model.add(layers.MaxPooling2D(2, padding=architecture.padding, name=f"pool{block}"))
        model.add(layers.ReLU(name=f"relu{block}"))
    model.add(layers.Flatten(name="flatten"))
    if architecture.hidden:
        model.add(layers.Dense(architecture.hidden, activation="relu", name="hidden"))
    model.add(layers.Dense(classes, name="logits"))
    return model
