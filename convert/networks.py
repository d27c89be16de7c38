"""Build the networks that everyone measures: ``python -m convert.networks``.

The public architectures of MLPerf Tiny (C. Banbury et al., 2021) with random weights, converted by
TensorFlow in its stock way: DS-CNN for keywords, MobileNet-v1 x0.25 for 96x96 pictures, ResNet-8
for 32x32 ones, a dense autoencoder for machine sounds. In one of two MobileNets a third of the
channels are dead, as training leaves them. The same command gives the same files.
"""

import argparse
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from convert import publish
from runtime import console
from runtime.errors import DataError
from train.tf import configure, keras, silence, tf

_CALIBRATION = 16  # random inputs that the ranges of activations are taken from
_DEAD = 1e-9  # what training leaves of a dead channel's weights

Floats = npt.NDArray[np.float32]
layers = keras.layers


def ds_cnn() -> keras.Model:
    """Keywords: 49x10x1 -> 12 classes."""
    x = source = layers.Input((49, 10, 1))
    x = _relu(layers.Conv2D(64, (10, 4), 2, "same", use_bias=False)(x))
    for _ in range(4):
        x = _separable(x, 64, 1)
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(source, layers.Dense(12, "softmax")(x))


def mobilenet() -> keras.Model:
    """Person or not: 96x96x3 -> 2 classes, MobileNet-v1 x0.25."""
    x = source = layers.Input((96, 96, 3))
    x = _relu(layers.Conv2D(8, 3, 2, "same", use_bias=False)(x))
    plan = [(16, 1), (32, 2), (32, 1), (64, 2), (64, 1), (128, 2)]
    for filters, stride in [*plan, *[(128, 1)] * 5, (256, 2), (256, 1)]:
        x = _separable(x, filters, stride)
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(source, layers.Dense(2, "softmax")(x))


def resnet8() -> keras.Model:
    """Pictures: 32x32x3 -> 10 classes."""
    x = source = layers.Input((32, 32, 3))
    x = _relu(layers.Conv2D(16, 3, 1, "same")(x))
    for filters, stride in ((16, 1), (32, 2), (64, 2)):
        y = _relu(layers.Conv2D(filters, 3, stride, "same")(x))
        y = layers.BatchNormalization()(layers.Conv2D(filters, 3, 1, "same")(y))
        if stride > 1:
            x = layers.Conv2D(filters, 1, stride, "same")(x)
        x = layers.ReLU()(layers.Add()([x, y]))
    x = layers.Flatten()(layers.AveragePooling2D(8)(x))
    return keras.Model(source, layers.Dense(10, "softmax")(x))


def autoencoder() -> keras.Model:
    """Sounds of machines: 640 -> 640, through 8."""
    x = source = layers.Input((640,))
    for units in (128, 128, 128, 128, 8, 128, 128, 128, 128):
        x = _relu(layers.Dense(units)(x))
    return keras.Model(source, layers.Dense(640)(x))


def _relu(x: Any) -> Any:
    return layers.ReLU()(layers.BatchNormalization()(x))


def _separable(x: Any, filters: int, stride: int) -> Any:
    x = _relu(layers.DepthwiseConv2D(3, stride, "same", use_bias=False)(x))
    return _relu(layers.Conv2D(filters, 1, use_bias=False)(x))


NETWORKS: dict[str, tuple[Callable[[], keras.Model], float]] = {
    "ds_cnn": (ds_cnn, 0),
    "mobilenet": (mobilenet, 0),
    "mobilenet_dead": (mobilenet, 1 / 3),
    "resnet8": (resnet8, 0),
    "autoencoder": (autoencoder, 0),
}
"""Each network with the share of its channels that are dead."""


def build(name: str) -> bytes:
    """The int8 ``.tflite`` of a network."""
    configure(0)
    make, dead = NETWORKS[name]
    model, rng = make(), np.random.default_rng(0)
    for layer in model.layers:
        if isinstance(layer, layers.BatchNormalization):
            _randomize(layer, rng, dead)
    return _converted(model, rng)


def _randomize(layer: Any, rng: np.random.Generator, dead: float) -> None:
    """Statistics as training leaves them; ``dead`` of the channels give nothing behind a ReLU."""
    count = layer.gamma.shape[0]
    gone = rng.permutation(count) < round(dead * count)
    gamma = rng.uniform(0.7, 1.3, count) * np.where(gone, _DEAD, 1)
    beta = np.where(gone, -rng.uniform(0.01, 0.2, count), rng.normal(0.1, 0.2, count))
    layer.set_weights([gamma, beta, rng.normal(0, 0.1, count), rng.uniform(0.3, 1, count)])


def _converted(model: keras.Model, rng: np.random.Generator) -> bytes:
    shape = (1, *model.input_shape[1:])

    def batches() -> Iterator[list[Floats]]:
        for _ in range(_CALIBRATION):
            yield [rng.normal(0, 1, shape).astype(np.float32)]

    converter = tf.lite.TFLiteConverter.from_keras_model(model)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = batches
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_input_type = converter.inference_output_type = tf.int8
    with silence():
        return bytes(converter.convert())


def parser() -> argparse.ArgumentParser:
    """The command line of ``python -m convert.networks``."""
    result = console.Parser("python -m convert.networks", description=__doc__)
    result.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(NETWORKS)}; all")
    result.add_argument(
        "--out",
        type=Path,
        default=Path("build/networks"),
        metavar="DIR",
        help="default: build/networks",
    )
    return result


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; gives its exit status."""
    options = console.parse(parser(), argv)
    unknown = sorted(set(options.names) - set(NETWORKS))
    if unknown:
        raise DataError(f"there is no network {unknown[0]}: choose {', '.join(NETWORKS)}")
    files = {f"{name}.tflite": build(name) for name in options.names or NETWORKS}
    publish.files(options.out, files)
    rows = [(name, f"{len(content):,}") for name, content in files.items()]
    console.finish(console.table(("network", "bytes"), rows), {k: len(v) for k, v in files.items()})
    return 0


if __name__ == "__main__":
    console.run(main)
