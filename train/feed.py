"""Examples as a network in training takes them: scaled as the task says, changed at random."""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from runtime.dataset import OTHER, Examples
from runtime.errors import DataError
from runtime.tasks.meaning import Classes, Meaning, Reconstruction
from runtime.tasks.scaling import NAMED
from runtime.tasks.task import Task
from train.augment import LEVELS, Level, augment
from train.loop import Loss, Material, Tensors, outputs
from train.tf import keras, tf

FLOATS = npt.NDArray[np.float32]
CODES = 255
"""Steps from the lowest to the highest code of int8."""
EVEN = 12**-0.5
"""Root of the mean square of an error that is anything up to half a step, in steps."""


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
        tuple(_loss(one, examples.of(n)) for n, one in enumerate(wanted)),
        real,
        augmented,
        bounds(task),
        weights,
    )


def bounds(task: Task) -> tuple[float, float] | None:
    """The range that an int8 input gets, from what its values can be; None: data say so.

    Zero has to be a code. Where that puts all other values halfway between two codes, as the 256
    levels of pixels in -1..1 are, a code fewer spreads them over the codes: rounding then costs a
    mean of 0.29 steps instead of half of one each, and no two levels but one pair become the same.
    """
    span = task.span()
    if span is None:
        return None
    low, high = min(span[0], 0.0), max(span[1], 0.0)
    steps = -low / (high - low) * CODES
    if abs(steps - round(steps)) <= EVEN:
        return low, high
    step = (high - low) / (CODES - 1)
    below = math.ceil(-low / step)
    return -below * step, (CODES - below) * step


def _loss(meaning: Meaning, examples: Examples) -> Loss:
    if not isinstance(meaning, Classes):
        return "values"
    if meaning.scores in ("independent", "binary"):
        return "independent"
    return "refusing" if bool((examples.labels == OTHER).any()) else "classes"


def _goals(task: Task, examples: Examples, meaning: Meaning) -> npt.NDArray[np.generic]:
    """What an output shall give, [count, ...]."""
    if isinstance(meaning, Classes):
        if meaning.scores == "binary":
            sure = np.where(examples.labels == OTHER, 0.5, examples.labels)
            return sure[:, None].astype(np.float32)
        if meaning.scores == "independent":
            count = len(meaning.labels)  # the row of OTHER is the last, without a 1
            return np.eye(count + 1, count, dtype=np.float32)[examples.labels]
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
