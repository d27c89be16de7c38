"""Small networks of every kind that people build, in either Keras, with random weights."""

from collections.abc import Callable
from typing import Any

import numpy as np

Build = Callable[[Any], Any]
"""Makes a model of the Keras that it is given, Keras 2 or Keras 3."""


def two_blocks(k: Any) -> Any:
    of = k.layers
    return k.Sequential(
        [
            of.Input((12, 12, 3)),
            of.Rescaling(1 / 127.5, offset=-1.0),
            of.Conv2D(4, 3, use_bias=False),
            of.BatchNormalization(),
            of.Activation("relu"),
            of.MaxPooling2D(2),
            of.SpatialDropout2D(0.2),
            of.Conv2D(6, 3, padding="same", activation="relu6"),
            of.BatchNormalization(),
            of.GlobalAveragePooling2D(),
            of.Dropout(0.2),
            of.Dense(5, activation="softmax"),
        ]
    )


def ds_cnn(k: Any) -> Any:
    """Like MLPerf Tiny's keyword network, much smaller."""
    of = k.layers

    def active(x: Any) -> Any:
        return of.ReLU()(of.BatchNormalization()(x))

    x = source = of.Input((49, 10, 1), name="spectrum")
    x = active(of.Conv2D(8, (10, 4), 2, "same", use_bias=False)(x))
    for _ in range(2):
        x = active(of.DepthwiseConv2D(3, padding="same", use_bias=False)(x))
        x = active(of.Conv2D(8, 1, use_bias=False)(x))
    x = of.GlobalAveragePooling2D()(of.Dropout(0.2)(x))
    return k.Model(source, of.Dense(4, activation="softmax", name="words")(x))


def resnet(k: Any) -> Any:
    of = k.layers
    x = source = of.Input((12, 12, 3))
    x = of.ReLU()(of.BatchNormalization()(of.Conv2D(8, 3, padding="same")(x)))
    y = of.ReLU()(of.BatchNormalization()(of.Conv2D(8, 3, 2, "same")(x)))
    y = of.BatchNormalization()(of.Conv2D(8, 3, padding="same")(y))
    x = of.ReLU()(of.Add()([of.Conv2D(8, 1, 2, "same")(x), y]))
    y = of.ReLU()(of.BatchNormalization()(x))  # before its convolution, as newer ResNets have it
    x = of.Add()([x, of.Conv2D(8, 3, padding="same")(y)])
    x = of.Flatten()(of.AveragePooling2D(2)(x))
    return k.Model(source, of.Dense(5)(x))


def accelerometer(k: Any) -> Any:
    of = k.layers
    return k.Sequential(
        [
            of.Input((32, 3)),
            of.BatchNormalization(),
            of.Conv1D(8, 5, activation="relu"),
            of.MaxPooling1D(2),
            of.SeparableConv1D(8, 3, padding="same", use_bias=False),
            of.BatchNormalization(),
            of.ReLU(),
            of.ZeroPadding1D(1),
            of.Conv1D(6, 3, padding="causal", dilation_rate=2),
            of.AveragePooling1D(2),
            of.BatchNormalization(),
            of.GlobalAveragePooling1D(),
            of.Dense(3, activation="softmax"),
        ]
    )


def autoencoder(k: Any) -> Any:
    of = k.layers
    x = source = of.Input((20,))
    for units in (16, 4, 16):
        x = of.ReLU()(of.BatchNormalization()(of.Dense(units)(x)))
    return k.Model(source, of.Dense(20)(x))


def late_norms(k: Any) -> Any:
    """Batch normalisation where it can only go forward, or must stay."""
    of = k.layers
    x = source = of.Input((10, 10, 2))
    x = of.BatchNormalization()(of.Conv2D(4, 3, activation="relu")(x))  # -> through pool, to dense
    y = of.BatchNormalization()(of.Conv2D(4, 3, activation="tanh")(source))  # -> stays: a padding
    y = of.Conv2D(4, 3, padding="same")(y)
    x, y = of.Flatten()(of.AveragePooling2D(2)(x)), of.Flatten()(y)
    z = of.Dense(6, activation="relu")(x)
    z = of.BatchNormalization()(z)  # -> stays: two readers
    z = of.Concatenate()([z, of.Dense(6)(y), of.Dense(2)(z)])
    return k.Model(source, of.Dense(3, activation="sigmoid")(z))


def branches(k: Any) -> Any:
    of = k.layers
    x = source = of.Input((12, 12, 3), name="picture")
    extra = of.Input((4,), name="air")
    x = of.LeakyReLU()(of.SeparableConv2D(6, 3, padding="same")(x))
    x = of.Cropping2D(1)(of.ZeroPadding2D(((1, 2), (2, 1)))(x))
    gate = of.Dense(6, activation="sigmoid")(of.GlobalAveragePooling2D()(x))
    x = of.Multiply()([x, of.Reshape((1, 1, 6))(gate)])
    x = of.Concatenate()([x, of.MaxPooling2D(3, 1, padding="same")(x)])
    x = of.Flatten()(of.MaxPooling2D(2)(x))
    x = of.Concatenate()([x, of.Dense(4, activation="relu")(extra)])
    return k.Model(
        [source, extra],
        [of.Dense(3, activation="softmax", name="what")(x), of.Dense(1, name="size")(x)],
    )


def upsampling(k: Any) -> Any:
    of = k.layers
    x = source = of.Input((8, 8, 2))
    x = of.Conv2D(4, 3, 2, "same", activation="relu")(x)
    x = of.BatchNormalization()(of.Conv2DTranspose(4, 3, 2, "same")(x))
    x = of.Conv2D(4, 3, 2, "same")(of.ReLU()(x))
    return k.Model(source, of.Conv2D(1, 1)(of.UpSampling2D(2)(x)))


def lstm(k: Any) -> Any:
    of = k.layers
    return k.Sequential(
        [of.Input((8, 3)), of.LSTM(6, return_sequences=True), of.Flatten(), of.Dense(2)]
    )


def gru(k: Any) -> Any:
    of = k.layers
    return k.Sequential([of.Input((5, 3)), of.GRU(4), of.Dense(2, activation="softmax")])


def activations(k: Any) -> Any:
    of = k.layers
    x = source = of.Input((6, 6, 2))
    for name in ("elu", "swish", "gelu", "tanh", "sigmoid", "leaky_relu"):
        x = of.Conv2D(3, 3, padding="same", activation=name)(x)
    x = of.PReLU(shared_axes=[1, 2], alpha_initializer="random_uniform")(of.Conv2D(3, 1)(x))
    x = of.ReLU(max_value=2.0)(of.Conv2D(3, 1)(x))
    x = of.Permute((2, 1, 3))(x)
    return k.Model(source, of.Dense(2)(of.Flatten()(x)))


def functions(k: Any) -> Any:
    """Operators of tensors and a layer applied twice, with a model within the model."""
    of = k.layers
    inner = k.Sequential([of.Input((6, 6, 4)), of.Conv2D(4, 3, padding="same"), of.ReLU(6.0)])
    shared = of.Conv2D(4, 3, padding="same")
    x = source = of.Input((6, 6, 3))
    x = shared(x / 2.0 - 0.5)
    x = inner(x) + shared(source) * 3.0
    return k.Model(source, of.Dense(3)(of.GlobalMaxPooling2D()(x)))


NETWORKS: dict[str, Build] = {
    build.__name__: build
    for build in (
        two_blocks, ds_cnn, resnet, accelerometer, autoencoder, late_norms, branches, upsampling,
        lstm, gru, activations, functions,
    )
}  # fmt: skip


def randomize(model: Any, seed: int = 0) -> Any:
    """Give every weight, and every statistic of a batch normalisation, a value that matters."""
    rng = np.random.default_rng(seed)
    for layer in model.layers:
        if hasattr(layer, "layers"):
            randomize(layer, seed)
        elif type(layer).__name__ == "BatchNormalization":
            count = layer.get_weights()[0].shape
            gamma, variance = rng.uniform(0.5, 1.5, count), rng.uniform(0.3, 1, count)
            layer.set_weights(
                [gamma, rng.normal(0, 0.3, count), rng.normal(0, 0.3, count), variance]
            )
        elif layer.get_weights():
            values = [w + rng.normal(0, 0.05, w.shape) for w in layer.get_weights()]
            layer.set_weights(values)
    return model


def inputs(model: Any, count: int, seed: int = 1) -> list[np.ndarray]:
    """Random values for each input, float32 [count, ...]."""
    rng = np.random.default_rng(seed)
    shapes = [tuple(tensor.shape)[1:] for tensor in model.inputs]
    return [rng.uniform(0, 1, (count, *shape)).astype(np.float32) for shape in shapes]
