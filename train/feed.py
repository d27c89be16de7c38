"""Examples as a network in training takes them: scaled as the task says, changed at random."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from runtime.dataset import Examples
from runtime.errors import DataError
from runtime.tasks.meaning import Classes, Meaning, Reconstruction
from runtime.tasks.scaling import NAMED
from runtime.tasks.task import Task
from train.augment import LEVELS, Level, augment
from train.loop import Loss, Material, Tensors, outputs
from train.tf import keras, tf

FLOATS = npt.NDArray[np.float32]


def level(task: Task, named: str) -> Level:
    """How examples of ``task`` are changed, where digits are by the level of that name."""
    levels = {"digits": named, "image": "photo", "tensor": "jitter"}
    return LEVELS["none" if named == "none" else levels[task.kind]]


def material(
    task: Task,
    examples: Examples,
    meanings: Sequence[Meaning] = (),
    change: Level = LEVELS["none"],
    weights: tuple[float, ...] = (),
) -> Material:
    """What is learnt from ``examples``, by outputs of those ``meanings``; (): one of classes."""
    wanted = meanings or (Classes(examples.names),)
    mean, deviation = task.scaling.mean, task.scaling.deviation

    def real(stored: Tensors) -> Tensors:
        values = tf.cast(tf.reshape(stored[0], [-1, *task.shape]), tf.float32)
        return [(values - mean) / deviation]

    def augmented(scaled: Tensors, seed: tf.Tensor) -> Tensors:
        if task.stored != np.uint8 or task.scaling == NAMED["0..1"]:
            return [augment(scaled[0], seed, change)]
        pixels = (scaled[0] * deviation + mean) / 255  # pictures are changed while they are 0..1
        return [(augment(pixels, seed, change) * 255 - mean) / deviation]

    return Material(
        (examples.inputs,),
        tuple(_goals(task, examples.of(n), one) for n, one in enumerate(wanted)),
        tuple(map(_loss, wanted)),
        real,
        augmented,
        task.span(),
        weights,
    )


def _loss(meaning: Meaning) -> Loss:
    if not isinstance(meaning, Classes):
        return "values"
    return "independent" if meaning.scores in ("independent", "binary") else "classes"


def _goals(task: Task, examples: Examples, meaning: Meaning) -> npt.NDArray[np.generic]:
    """What an output shall give, [count, ...]."""
    if isinstance(meaning, Classes):
        if meaning.scores == "binary":
            return examples.labels[:, None].astype(np.float32)
        if meaning.scores == "independent":
            return np.eye(len(meaning.labels), dtype=np.float32)[examples.labels]
        return examples.labels
    if isinstance(meaning, Reconstruction):
        return task.real(examples.inputs)
    if examples.targets is None:
        raise DataError(f"{examples.source} has no values for a regression to learn")
    return examples.targets


def logits(model: keras.Model, task: Task, examples: Examples) -> FLOATS:
    """The first output of ``model`` [count, values] for ``examples``, without augmentation."""
    known = material(task, replace(examples, names=("",)))  # only its inputs are read
    found = outputs(model, known)[0]
    return found.reshape(len(found), -1)
