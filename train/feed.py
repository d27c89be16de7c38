"""Examples as a network in training sees them: changed at random, then scaled as the task says."""

import numpy as np

from runtime.tasks.scaling import NAMED
from runtime.tasks.task import Task
from train.augment import LEVELS, Level, augment
from train.tf import tf


def augmented(task: Task, stored: tf.Tensor, seed: tf.Tensor, level: Level) -> tf.Tensor:
    """``stored`` [batch, *task.stored_shape] under ``level``, float32 [batch, *task.shape].

    Pictures are changed while they are 0..1, arrays once they are scaled. ``seed`` is int32 [2].
    """
    values = tf.cast(tf.reshape(stored, [-1, *task.shape]), tf.float32)
    mean, deviation = task.scaling.mean, task.scaling.deviation
    if task.stored != np.uint8:
        return augment((values - mean) / deviation, seed, level)
    pixels = augment(values / 255, seed, level)
    if task.scaling == NAMED["0..1"]:
        return pixels
    return (pixels * 255 - mean) / deviation


def level(task: Task, named: str) -> Level:
    """How examples of ``task`` are changed, where digits are by the level of that name."""
    levels = {"digits": named, "image": "photo", "tensor": "jitter"}
    return LEVELS["none" if named == "none" else levels[task.kind]]
