"""Small networks of every kind that people build, in either Keras, with random weights."""

from collections.abc import Callable
from typing import Any

import numpy as np

Build = Callable[[Any], Any]
"""Makes a model of the Keras that it is given, Keras 2 or Keras 3."""


def two_blocks(k: Any) -> Any:
    l = k.layers
    return k.Sequential(
        [
            l.Input((12, 12, 3)),
            l.Rescaling(1 / 127.5, offset=-1.0),
            l.Conv2D(4, 3, use_bias=False),
            l.BatchNormalization(),
            l.Activation("relu"),
            l.MaxPooling2D(2),
            l.SpatialDropout2D(0.2),
            l.Conv2D(6, 3, padding="same", activation="relu6"),
            l.BatchNormalization(),
            l.GlobalAveragePooling2D(),
            l.Dropout(0.2),
            l.Dense(5, activation="softmax"),
        ]
    )


def ds_cnn(k: Any) -> Any:
    """Like MLPerf Tiny's keyword network, much smaller."""
    l = k.layers

    def active(x: Any) -> Any:
        return l.ReLU()(l.BatchNormalization()(x))

    x = source = l.Input((49, 10, 1), name="spectrum")
    x = active(l.Conv2D(8, (10, 4), 2, "same", use_bias=False)(x))
    for _ in range(2):
        x = active(l.DepthwiseConv2D(3, padding="same", use_bias=False)(x))
        x = active(l.Conv2D(8, 1, use_bias=False)(x))
    x = l.GlobalAveragePooling2D()(l.Dropout(0.2)(x))
    return k.Model(source, l.Dense(4, activation="softmax", name="words")(x))


def resnet(k: Any) -> Any:
    l = k.layers
    x = source = l.Input((12, 12, 3))
    x = l.ReLU()(l.BatchNormalization()(l.Conv2D(8, 3, padding="same")(x)))
    y = l.ReLU()(l.BatchNormalization()(l.Conv2D(8, 3, 2, "same")(x)))
    y = l.BatchNormalization()(l.Conv2D(8, 3, padding="same")(y))
    x = l.ReLU()(l.Add()([l.Conv2D(8, 1, 2, "same")(x), y]))
    y = l.ReLU()(l.BatchNormalization()(x))  # before its convolution, as newer ResNets have it
    x = l.Add()([x, l.Conv2D(8, 3, padding="same")(y)])
    x = l.Flatten()(l.AveragePooling2D(2)(x))
    return k.Model(source, l.Dense(5)(x))


def accelerometer(k: Any) -> Any:
    l = k.layers
    return k.Sequential(
        [
            l.Input((32, 3)),
            l.BatchNormalization(),
            l.Conv1D(8, 5, activation="relu"),
            l.MaxPooling1D(2),
            l.SeparableConv1D(8, 3, padding="same", use_bias=False),
            l.BatchNormalization(),
            l.ReLU(),
            l.ZeroPadding1D(1),
            l.Conv1D(6, 3, padding="causal", dilation_rate=2),
            l.AveragePooling1D(2),
            l.BatchNormalization(),
            l.GlobalAveragePooling1D(),
            l.Dense(3, activation="softmax"),
        ]
    )


def autoencoder(k: Any) -> Any:
    l = k.layers
    x = source = l.Input((20,))
    for units in (16, 4, 16):
        x = l.ReLU()(l.BatchNormalization()(l.Dense(units)(x)))
    return k.Model(source, l.Dense(20)(x))


def late_norms(k: Any) -> Any:
    """Batch normalisation where it can only go forward, or must stay."""
    l = k.layers
    x = source = l.Input((10, 10, 2))
    x = l.BatchNormalization()(l.Conv2D(4, 3, activation="relu")(x))  # -> through pool, to dense
    y = l.BatchNormalization()(l.Conv2D(4, 3, activation="tanh")(source))  # -> stays: a padding
    y = l.Conv2D(4, 3, padding="same")(y)
    x, y = l.Flatten()(l.AveragePooling2D(2)(x)), l.Flatten()(y)
    z = l.Dense(6, activation="relu")(x)
    z = l.BatchNormalization()(z)  # -> stays: two readers
    z = l.Concatenate()([z, l.Dense(6)(y), l.Dense(2)(z)])
    return k.Model(source, l.Dense(3, activation="sigmoid")(z))


def branches(k: Any) -> Any:
    l = k.layers
    x = source = l.Input((12, 12, 3), name="picture")
    extra = l.Input((4,), name="air")
    x = l.LeakyReLU()(l.SeparableConv2D(6, 3, padding="same")(x))
    x = l.Cropping2D(1)(l.ZeroPadding2D(((1, 2), (2, 1)))(x))
    gate = l.Dense(6, activation="sigmoid")(l.GlobalAveragePooling2D()(x))
    x = l.Multiply()([x, l.Reshape((1, 1, 6))(gate)])
    x = l.Concatenate()([x, l.MaxPooling2D(3, 1, padding="same")(x)])
    x = l.Flatten()(l.MaxPooling2D(2)(x))
    x = l.Concatenate()([x, l.Dense(4, activation="relu")(extra)])
    return k.Model(
        [source, extra],
        [l.Dense(3, activation="softmax", name="what")(x), l.Dense(1, name="size")(x)],
    )


def upsampling(k: Any) -> Any:
    l = k.layers
    x = source = l.Input((8, 8, 2))
    x = l.Conv2D(4, 3, 2, "same", activation="relu")(x)
    x = l.BatchNormalization()(l.Conv2DTranspose(4, 3, 2, "same")(x))
    x = l.Conv2D(4, 3, 2, "same")(l.ReLU()(x))
    return k.Model(source, l.Conv2D(1, 1)(l.UpSampling2D(2)(x)))


def lstm(k: Any) -> Any:
    l = k.layers
    return k.Sequential(
        [l.Input((8, 3)), l.LSTM(6, return_sequences=True), l.LSTM(4), l.Dense(2)]
    )


def gru(k: Any) -> Any:
    l = k.layers
    return k.Sequential([l.Input((5, 3)), l.GRU(4), l.Dense(2, activation="softmax")])


def activations(k: Any) -> Any:
    l = k.layers
    x = source = l.Input((6, 6, 2))
    for name in ("elu", "swish", "gelu", "tanh", "sigmoid", "leaky_relu"):
        x = l.Conv2D(3, 3, padding="same", activation=name)(x)
    x = l.PReLU(shared_axes=[1, 2], alpha_initializer="random_uniform")(l.Conv2D(3, 1)(x))
    x = l.ReLU(max_value=2.0)(l.Conv2D(3, 1)(x))
    x = l.Permute((2, 1, 3))(x)
    return k.Model(source, l.Dense(2)(l.Flatten()(x)))


def functions(k: Any) -> Any:
    """Operators of tensors and a layer applied twice, with a model within the model."""
    l = k.layers
    inner = k.Sequential([l.Input((6, 6, 4)), l.Conv2D(4, 3, padding="same"), l.ReLU(6.0)])
    shared = l.Conv2D(4, 3, padding="same")
    x = source = l.Input((6, 6, 3))
    x = shared(x / 2.0 - 0.5)
    x = inner(x) + shared(source) * 3.0
    return k.Model(source, l.Dense(3)(l.GlobalMaxPooling2D()(x)))


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
            layer.set_weights([gamma, rng.normal(0, 0.3, count), rng.normal(0, 0.3, count), variance])
        elif layer.get_weights():
            values = [w + rng.normal(0, 0.05, w.shape) for w in layer.get_weights()]
            layer.set_weights(values)
    return model


def inputs(model: Any, count: int, seed: int = 1) -> list[np.ndarray]:
    """Random values for each input, float32 [count, ...]."""
    rng = np.random.default_rng(seed)
    shapes = [tuple(tensor.shape)[1:] for tensor in model.inputs]
    return [rng.uniform(0, 1, (count, *shape)).astype(np.float32) for shape in shapes]
