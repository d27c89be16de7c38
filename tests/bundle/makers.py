"""Networks of every kind with random weights, contracts, and examples: all that a bundle needs.

Pictures are parts of the photographs that scikit-image ships.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import skimage
from PIL import Image

from convert import quantize, tflite
from runtime.contract import Contract
from runtime.dataset import Array, Examples
from runtime.tasks.meaning import Classes, Reconstruction, Values
from runtime.tasks.photo import Photo
from runtime.tasks.scaling import NAMED, Scaling
from runtime.tasks.tensor import Arrays
from train.tf import configure, keras

PHOTOS = ("astronaut.png", "chelsea.png", "coffee.png")
COUNT = 24

layers = keras.layers


@dataclass(frozen=True)
class Case:
    """What ``build.files`` is given."""

    name: str
    graph: tflite.Model
    contract: Contract
    test: Examples


def pictures(shape: tuple[int, ...]) -> Array:
    """Parts of photographs, uint8 [24, *shape]."""
    rng = np.random.default_rng(1)
    found = []
    for name in PHOTOS:
        whole = Image.open(Path(skimage.__file__).parent / "data" / name).convert("RGB")
        for _ in range(COUNT // len(PHOTOS)):
            side = int(rng.integers(60, 200))
            x, y = (int(rng.integers(0, n - side)) for n in whole.size)
            part = whole.crop((x, y, x + side, y + side)).resize((shape[1], shape[0]))
            found.append(np.asarray(part if shape[2] == 3 else part.convert("L")))
    return np.array(found).reshape(COUNT, *shape)


def numbers(shape: tuple[int, ...]) -> Array:
    """Arrays of unlike channels, float32 [24, *shape]."""
    rng = np.random.default_rng(2)
    return np.asarray(rng.normal(rng.normal(0, 5, shape[-1:]), 2, (COUNT, *shape)), np.float32)


def _case(name: str, net: keras.Model, contract: Contract, inputs: Array) -> Case:
    labels = contract.labels
    known = np.arange(COUNT) % max(1, len(labels))
    graph = tflite.parse(quantize.int8(net, [contract.task.real(inputs)]))
    return Case(name, graph, contract, Examples(inputs, known, labels, "made here"))


def _convolved(shape: tuple[int, ...]) -> tuple[Any, Any]:
    source = layers.Input(shape, 1)
    x = layers.Conv2D(4, 3, activation="relu")(source)
    return source, layers.Flatten()(layers.MaxPooling2D()(x))


def colour() -> Case:
    """Three channels with a mean and a deviation each, logits."""
    task = Photo((32, 24, 3), Scaling((123.675, 116.28, 103.53), (58.395, 57.12, 57.375)), "crop")
    source, x = _convolved(task.shape)
    net = keras.Model(source, layers.Dense(4)(x))
    known = Contract(task, (Classes(("cat", "cup", "man", "sofa")),))
    return _case("colour", net, known, pictures(task.shape))


def grey() -> Case:
    """One channel, pixels -1..1 with bars, probabilities."""
    task = Photo((20, 28, 1), NAMED["-1..1"], "letterbox")
    source, x = _convolved(task.shape)
    net = keras.Model(source, layers.Dense(3, "softmax")(x))
    known = Contract(task, (Classes(("a", "b", "c"), "probabilities"),))
    return _case("grey", net, known, pictures(task.shape))


def two() -> Case:
    """Pixels 0..1 out of shape, one sigmoid for two classes, and a second output."""
    task = Photo((16, 16, 3), NAMED["0..1"], "stretch")
    source, x = _convolved(task.shape)
    heads = [layers.Dense(1, "sigmoid", name="a")(x), layers.Dense(3, name="b")(x)]
    net, inputs = keras.Model(source, heads), pictures(task.shape)
    first = net.predict(task.real(inputs), verbose=0)[0]
    weights, bias = net.get_layer("a").get_weights()
    odds = np.median(np.log(first / (1 - first)))  # as many examples are one class as the other
    net.get_layer("a").set_weights([weights, bias - odds])
    known = Contract(task, (Classes(("no", "yes"), "binary"), Values(("x", "y", "z"))))
    return _case("two", net, known, inputs)


def windows() -> Case:
    """Windows of a table, two numbers as the answer."""
    means, deviations = (0.5, -3.0, 9.8), (1.5, 2.0, 0.25)
    task = Arrays((16, 3), Scaling(means, deviations), ("x", "y", "z"), 8)
    source = layers.Input(task.shape, 1)
    x = layers.Flatten()(layers.Conv1D(4, 3, activation="relu")(source))
    known = Contract(task, (Values(("speed", "slope")),))
    return _case("windows", keras.Model(source, layers.Dense(2)(x)), known, numbers(task.shape))


def tags() -> Case:
    """A list of numbers as they are, each class by a sigmoid of its own."""
    task = Arrays((12,), Scaling())
    source = layers.Input(task.shape, 1)
    net = keras.Model(source, layers.Dense(4, "sigmoid")(source))
    known = Contract(task, (Classes(("w", "x", "y", "z"), "independent"),))
    return _case("tags", net, known, numbers(task.shape))


def autoencoder() -> Case:
    """The input once more."""
    task = Arrays((24,), Scaling((1.0,), (3.0,)))
    source = layers.Input(task.shape, 1)
    net = keras.Model(source, layers.Dense(24)(layers.Dense(5, "relu")(source)))
    known = Contract(task, (Reconstruction(24, 1.25),))
    return _case("autoencoder", net, known, numbers(task.shape))


MAKERS: Sequence[Callable[[], Case]] = (colour, grey, two, windows, tags, autoencoder)


@cache
def made(name: str) -> Case:
    """A case by its name, the same every time."""
    configure(0)
    keras.utils.set_random_seed(4)
    return next(make for make in MAKERS if make.__name__ == name)()
