"""Tiny networks of every kind of task, with random weights, as files beside a contract."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from runtime.contract import Contract
from runtime.tasks.meaning import Classes, Meaning, Reconstruction, Values
from runtime.tasks.photo import Photo
from runtime.tasks.scaling import NAMED, Scaling
from runtime.tasks.task import Task
from runtime.tasks.tensor import Arrays

PHOTO = Photo((16, 16, 3), NAMED["-1..1"])
WINDOW = Arrays((12, 3), Scaling((0.5, 0.0, -1.0), (2.0, 1.0, 0.5)), step=6)
ROW = Arrays((6,), Scaling())


def photo(layers: Any) -> list[Any]:
    return [
        layers.Conv2D(4, 3, activation="relu"),
        layers.MaxPooling2D(2),
        layers.Flatten(),
        layers.Dense(3),
    ]


def window(layers: Any) -> list[Any]:
    return [
        layers.Conv1D(4, 3, activation="relu"),
        layers.GlobalAveragePooling1D(),
        layers.Dense(2),
    ]


def regression(layers: Any) -> list[Any]:
    return [layers.Dense(8, activation="relu"), layers.Dense(2)]


def binary(layers: Any) -> list[Any]:
    return [layers.Dense(8, activation="relu"), layers.Dense(1, activation="sigmoid")]


def autoencoder(layers: Any) -> list[Any]:
    return [layers.Dense(3, activation="relu"), layers.Dense(6)]


Build = Callable[[Any], list[Any]]
MADE: dict[str, tuple[Build, Task, Meaning]] = {
    "photo": (photo, PHOTO, Classes(("cat", "dog", "horse"))),
    "window": (window, WINDOW, Classes(("still", "walk"))),
    "regression": (regression, ROW, Values(("speed", "load"))),
    "binary": (binary, ROW, Classes(("bad", "good"), "binary")),
    "autoencoder": (autoencoder, ROW, Reconstruction(6, 0.5)),
}
"""By name: layers, task, and what the output means."""


def examples(task: Task, count: int, seed: int = 3) -> np.ndarray:
    """Random examples as ``task`` keeps them."""
    rng = np.random.default_rng(seed)
    if task.stored == np.uint8:
        return rng.integers(0, 256, (count, *task.stored_shape), np.uint8)
    return rng.normal(0, 1, (count, *task.shape)).astype(np.float32)


def write(folder: Path, name: str) -> Path:
    """The int8 model of that name in a folder of its own, with all that an export puts beside."""
    from convert import network
    from train.tf import configure, keras

    build, task, meaning = MADE[name]
    configure(5)
    layers = keras.layers
    model = keras.Sequential([layers.Input(task.shape), *build(layers)])
    found = network.Layers(model, name)
    place = folder / name
    place.mkdir(parents=True)
    model.save(place / "float.keras")
    (place / "model_float.tflite").write_bytes(found.float32())
    content = found.quantize([task.real(examples(task, 64))])
    (place / "model.tflite").write_bytes(content)
    described = Contract(task, (meaning,)).describe()
    (place / "contract.json").write_text(json.dumps(described), encoding="utf-8")
    return place / "model.tflite"
