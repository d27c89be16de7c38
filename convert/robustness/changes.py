"""Changes of examples: each is drawn for every example from a fixed seed, within a bound."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from runtime.dataset import Array, Examples
from runtime.tasks.task import Task
from train.augment import Level, affine
from train.tf import tf

SEED = 20
"""Of every random change."""
_HIGHEST = 255  # of a pixel

Change = Callable[[tf.Tensor], tf.Tensor]


@dataclass(frozen=True)
class Condition:
    """One column of the table."""

    name: str
    change: Change  # float32 [count, ...]: pixels in 0..1, arrays with deviation 1 by channel


def geometric(level: Level, outside: str = "CONSTANT") -> Change:
    """Move each image by amounts drawn from ``level``."""
    return lambda images: affine(images, tf.constant([SEED, 0]), level, outside)


def noise(deviation: float) -> Change:
    """Add normal noise of that standard deviation to every value."""
    return lambda values: (
        values + tf.random.stateless_normal(tf.shape(values), [SEED, 1], stddev=deviation)
    )


def contrast(left: float) -> Change:
    """Keep the share ``left`` of the contrast, around the middle grey."""
    return lambda images: (1 - left) / 2 + left * images


def brightness(bound: float) -> Change:
    """Add up to ``bound`` to all pixels of a picture, or take it away."""
    return lambda images: images + _drawn(images, -bound, bound)


def gain(bound: float) -> Change:
    """Multiply each array by a factor of 1 - ``bound`` to 1 + ``bound``."""
    return lambda values: values * _drawn(values, 1 - bound, 1 + bound)


def without(channels: float) -> Change:
    """Put that many channels, the last axis, of each array to 0, which ones is drawn."""

    def change(values: tf.Tensor) -> tf.Tensor:
        shape = [tf.shape(values)[0], values.shape[-1]]
        order = tf.argsort(tf.argsort(tf.random.stateless_uniform(shape, [SEED, 3])))
        kept = tf.cast(order >= int(channels), values.dtype)
        return values * tf.reshape(kept, [shape[0], *[1] * (values.shape.rank - 2), shape[1]])

    return change


def _drawn(values: tf.Tensor, low: float, high: float) -> tf.Tensor:
    """A number for each example, [count, 1, ...]."""
    found = tf.random.stateless_uniform([tf.shape(values)[0]], [SEED, 2], low, high)
    return tf.reshape(found, [-1, *[1] * (values.shape.rank - 1)])


def changed(condition: Condition, task: Task, examples: Examples) -> Array:
    """The inputs of ``examples`` under ``condition``, as ``task`` keeps them."""
    given = examples.inputs.reshape(len(examples), *task.shape)
    if task.stored == np.uint8:
        pixels = given.astype(np.float32) / np.float32(_HIGHEST)
        result = tf.clip_by_value(condition.change(tf.constant(pixels)), 0.0, 1.0)
        found = np.rint(result.numpy() * _HIGHEST).astype(np.uint8)
    else:
        axes = tuple(range(given.ndim - 1))
        middle, spread = given.mean(axes), np.maximum(given.std(axes), 1e-12)
        result = condition.change(tf.constant((given - middle) / spread)).numpy()
        found = np.asarray(result * spread + middle, task.stored)
    return found.reshape(examples.inputs.shape)
