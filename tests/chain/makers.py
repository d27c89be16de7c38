"""Data and networks that are not digits, made as their users make them; ``python -m`` trains one.

Photographs are patches of those that scikit-image ships; sensors are simulated, and the networks
are trained by Keras 3 itself in a process of its own, for nothing of thimble to have a part in it.
"""

import csv
import sys
from pathlib import Path

import numpy as np

PARTS = {"train": (0, 340, 60), "validation": (340, 420, 25), "test": (420, 512, 30)}
"""Columns of a photograph that a part has patches of, and how many: no part sees another's."""


def photos(folder: Path) -> Path:
    """Folders train, validation and test with patches of brick, grass and gravel."""
    from PIL import Image
    from skimage import data

    rng = np.random.default_rng(0)
    for name in ("brick", "grass", "gravel"):
        whole = getattr(data, name)()
        for part, (left, right, count) in PARTS.items():
            (folder / part / name).mkdir(parents=True)
            for number in range(count):
                side = int(rng.integers(44, 72))
                y, x = int(rng.integers(0, 512 - side)), int(rng.integers(left, right - side))
                patch = Image.fromarray(whole[y : y + side, x : x + side]).convert("RGB")
                patch.save(folder / part / name / f"{number}.png")
    return folder


def keywords(path: Path) -> Path:
    """Spectrograms [49, 10, 1] of four words: sweeps of different speed, and noise."""
    rng, time = np.random.default_rng(1), np.arange(49)[:, None]
    words = np.arange(480) % 4
    waves = [np.sin(time * (0.1 + 0.2 * word) + np.arange(10) * (word + 1)) for word in words]
    x = np.array(waves) + rng.normal(0, 0.7, (480, 49, 10))
    names = np.array(["yes", "no", "up", "down"])
    np.savez(path, x=x.astype(np.float32)[..., None], y=words, names=names)
    return path


def motions(path: Path) -> Path:
    """An accelerometer's table: six recordings of each of three activities, one after another."""
    rng, time = np.random.default_rng(2), np.arange(600) / 50
    rows: list[list[str]] = []
    for _ in range(6):
        for name, hertz, strength in (("rest", 0.0, 0.0), ("walk", 2.0, 1.0), ("run", 4.0, 2.0)):
            phase = rng.uniform(0, 6)
            axes = [strength * np.sin(6.28 * hertz * time + phase + axis) for axis in range(3)]
            noisy = np.stack(axes, axis=1) + rng.normal(0, 0.3, (600, 3)) + (0, 0, 9.8)
            rows += [[*(f"{value:.4f}" for value in row), name] for row in noisy]
    with path.open("w", newline="") as sink:
        csv.writer(sink).writerows([["x", "y", "z", "activity"], *rows])
    return path


def chirps(path: Path) -> Path:
    """Sequences [20, 2] of slow, middling and fast swings."""
    rng, time = np.random.default_rng(4), np.arange(20)[None, :, None]
    kinds = np.arange(360) % 3
    speeds, phases = 0.2 + 0.3 * kinds[:, None, None], rng.uniform(0, 6, (360, 1, 1))
    x = np.sin(time * speeds + phases) + rng.normal(0, 0.2, (360, 20, 2))
    np.savez(path, x=x.astype(np.float32), y=kinds)
    return path


def machine(path: Path) -> Path:
    """Windows of a machine's hum [64], and of one that knocks."""
    rng, time = np.random.default_rng(3), np.linspace(0, 12.6, 64)
    phases, loud = rng.uniform(0, 6, (400, 1)), rng.uniform(0.5, 1.5, (400, 1))
    x = loud * np.sin(time + phases) + rng.normal(0, 0.05, (400, 64))
    x[300:, 20:30] += rng.choice([-2, 2], (100, 1))
    labels = (np.arange(400) >= 300).astype(int)
    np.savez(path, x=x.astype(np.float32), y=labels, names=np.array(["normal", "knocking"]))
    return path


def _keyword_network(k):
    layers = k.layers
    x = source = k.Input((49, 10, 1))
    x = layers.Conv2D(16, (10, 4), strides=2, padding="same", use_bias=False)(x)
    x = layers.ReLU()(layers.BatchNormalization()(x))
    for _ in range(2):
        x = layers.DepthwiseConv2D(3, padding="same", use_bias=False)(x)
        x = layers.ReLU()(layers.BatchNormalization()(x))
        x = layers.Conv2D(16, 1, use_bias=False)(x)
        x = layers.ReLU()(layers.BatchNormalization()(x))
    return k.Model(
        source, layers.Dense(4, activation="softmax")(layers.GlobalAveragePooling2D()(x))
    )


def _motion_network(k):
    layers = k.layers
    return k.Sequential(
        [
            k.Input((128, 3)),
            layers.Normalization(mean=[0.0, 0.0, 9.8], variance=[1.0, 1.0, 1.0]),
            layers.Conv1D(8, 7, strides=2, activation="relu"),
            layers.MaxPooling1D(2),
            layers.Conv1D(16, 5, activation="relu"),
            layers.GlobalAveragePooling1D(),
            layers.Dense(3, activation="softmax"),
        ]
    )


def _hum_network(k):
    layers = k.layers
    sizes = [layers.Dense(units, activation="relu") for units in (32, 8, 32)]
    return k.Sequential([k.Input((64,)), *sizes, layers.Dense(64)])


def _chirp_network(k):
    layers = k.layers
    return k.Sequential([k.Input((20, 2)), layers.LSTM(16), layers.Dense(3, activation="softmax")])


def train(what: str, data: Path, target: Path) -> None:
    """Train a network by Keras 3 on ``data``, and save it: ``.keras`` or float ``.tflite``."""
    import keras

    keras.utils.set_random_seed(0)
    with np.load(data) as file:
        x, y = file["x"], file["y"]
    if what == "machine":
        x = x[y == 0]
        model, goal, loss = _hum_network(keras), x, "mse"
    else:
        build = {
            "keywords": _keyword_network,
            "motions": _motion_network,
            "chirps": _chirp_network,
        }[what]
        model, goal, loss = build(keras), y, "sparse_categorical_crossentropy"
    model.compile(keras.optimizers.Adam(3e-3), loss)
    model.fit(x, goal, epochs=12, batch_size=32, verbose=0)
    if target.suffix == ".tflite":
        import tensorflow as tf

        model.export(str(target.with_suffix("")), verbose=False)
        converter = tf.lite.TFLiteConverter.from_saved_model(str(target.with_suffix("")))
        target.write_bytes(converter.convert())
    else:
        model.save(target)


def windows(table: Path, target: Path) -> Path:
    """The windows of ``motions`` for Keras: 128 rows of one activity, cut by hand."""
    with table.open() as source:
        _, *rows = csv.reader(source)
    values = np.array([row[:3] for row in rows], np.float32)
    names = sorted({row[3] for row in rows})
    labels = np.array([names.index(row[3]) for row in rows])
    starts = [s for s in range(0, len(rows) - 128, 64) if labels[s] == labels[s + 127]]
    np.savez(target, x=np.stack([values[s : s + 128] for s in starts]), y=labels[starts])
    return target


if __name__ == "__main__":
    train(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
