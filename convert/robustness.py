"""How int8 models stand changed images: ``python -m convert.robustness model.tflite ...``.

Each change is drawn for every test image from a fixed seed, uniformly within the bound that the
table names; all models see the same images.
"""

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from convert import parity
from runtime import console, worker
from runtime.dataset import Examples, Pixels
from runtime.image import to_float
from train import data
from train.augment import Level, affine
from train.tf import configure, tf

SEED = 20
"""Of every random change."""

Change = Callable[[tf.Tensor], tf.Tensor]


@dataclass(frozen=True)
class Condition:
    """One column of the table."""

    name: str
    change: Change  # float32 [count, 28, 28, 1] in 0..1, to the same


def geometric(level: Level) -> Change:
    """Move each image by amounts drawn from ``level``."""
    return lambda images: affine(images, tf.constant([SEED, 0]), level)


def noise(deviation: float) -> Change:
    """Add normal noise of that standard deviation to every pixel."""
    return lambda images: (
        images + tf.random.stateless_normal(tf.shape(images), [SEED, 1], stddev=deviation)
    )


CONDITIONS = (
    Condition("clean", lambda images: images),
    Condition("shift 4 px", geometric(Level(shift=4))),
    Condition("rotation 20°", geometric(Level(rotation=20))),
    Condition("scale 20 %", geometric(Level(scale=0.2))),
    Condition("shear 0.2", geometric(Level(shear=0.2))),
    Condition("all of these", geometric(Level(shift=4, rotation=20, scale=0.2, shear=0.2))),
    Condition("noise 0.2", noise(0.2)),
    Condition("grey paper", lambda images: 0.5 + 0.5 * images),
)


def changed(condition: Condition, images: Pixels) -> Pixels:
    """``images`` uint8 [count, 28, 28] under ``condition``, rounded back to uint8."""
    result = tf.clip_by_value(condition.change(tf.constant(to_float(images))), 0.0, 1.0)
    return np.rint(result.numpy()[..., 0] * 255).astype(np.uint8)


def measure(model: Path, test: Examples) -> dict[str, float]:
    """Accuracy, 0..1, of ``model`` under each condition, by the named runtime."""
    result = {}
    for condition in console.progress(CONDITIONS, model.parent.name):
        scores = worker.answers(model, changed(condition, test.inputs), *parity.NAMED)
        result[condition.name] = float(np.mean(scores.argmax(axis=1) == test.labels))
    return result


def parser() -> argparse.ArgumentParser:
    """The command line of ``python -m convert.robustness``."""
    result = console.Parser("python -m convert.robustness", description=__doc__)
    result.add_argument("models", type=Path, nargs="+", metavar="MODEL", help=".tflite files")
    result.add_argument("--data", type=Path, metavar="DIR", help="MNIST's files, or class folders")
    return result


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; gives its exit status."""
    options = console.parse(parser(), argv)
    dataset = data.digits_of(options.data)
    configure(SEED)
    results = {str(path): measure(path, dataset.test) for path in options.models}
    rows = [
        [name, *(f"{100 * value:.2f}" for value in result.values())]
        for name, result in results.items()
    ]
    title = f"accuracy in % on the {len(dataset.test):,} test images of: {dataset.source}"
    table = console.table(["model", *(condition.name for condition in CONDITIONS)], rows)
    console.finish(f"{title}\n\n{table}", {"data": dataset.source, "accuracy": results})
    return 0


if __name__ == "__main__":
    console.run(main)
