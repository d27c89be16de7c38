"""The training loop: every batch is a pure function of (seed, epoch, step), so a run can resume."""

import math
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt

from runtime import console
from runtime.dataset import Digits
from runtime.image import to_float
from train.augment import Level, augment
from train.tf import keras, tf

TEMPERATURE = 3.0
"""Softening of both logits in distillation (Hinton, Vinyals, Dean 2015)."""
TEACHER_SHARE = 0.7
"""Weight of the teacher's answer in the loss; the label has the rest."""


@dataclass(frozen=True)
class Plan:
    """What a training does, apart from the model and the data."""

    epochs: int
    peak_rate: float  # of Adam, at the end of the warm-up
    level: Level  # of augmentation
    seed: int = 0
    batch: int = 128  # images a step
    warm_up: float = 0.1  # share of all steps


@dataclass(frozen=True)
class Epoch:
    """One row of the learning curves."""

    epoch: int  # counted from 1
    rate: float  # learning rate at the end
    loss: float  # mean over the training steps, on augmented images
    train_accuracy: float  # 0..1, on augmented images
    validation_accuracy: float  # 0..1, on images as they are


class Cosine(keras.optimizers.schedules.LearningRateSchedule):
    """Linear warm-up, then a cosine from the peak rate down to a thousandth of it."""

    def __init__(self, plan: Plan, steps: int) -> None:
        self.plan, self.steps = plan, steps

    def __call__(self, step: tf.Tensor) -> tf.Tensor:
        """Rate at ``step``, counted from 0."""
        done, warm = (tf.cast(step, tf.float32) + 1) / self.steps, self.plan.warm_up
        decay = 0.5 * (1 + tf.cos(math.pi * (done - warm) / (1 - warm)))
        return self.plan.peak_rate * tf.where(done < warm, done / warm, 0.001 + 0.999 * decay)

    def get_config(self) -> dict[str, object]:
        """What Keras asks of every schedule."""
        return {"plan": asdict(self.plan), "steps": self.steps}


class Trainer:
    """Trains ``model`` on ``train`` by ``plan``; ``optimizer.iterations`` says how far it is.

    With a ``teacher`` (a model with the same outputs) its softened answers are learnt as well.
    """

    def __init__(
        self,
        model: keras.Model,
        train: Digits,
        plan: Plan,
        teacher: keras.Model | None = None,
    ) -> None:
        self.model, self.plan, self.teacher = model, plan, teacher
        self.images, self.labels = tf.constant(train.images[..., None]), tf.constant(train.labels)
        self.batch = min(plan.batch, len(train))
        self.steps = len(train) // self.batch  # the last, incomplete batch of an epoch is dropped
        self.optimizer = keras.optimizers.Adam(Cosine(plan, self.steps * plan.epochs))
        self.optimizer.build(model.trainable_variables)
        self._step = tf.function(self._make_step())

    def epochs(self, validation: Digits) -> Iterator[Epoch]:
        """Train the epochs that are left, and give a row of the learning curves after each."""
        for epoch in range(int(self.optimizer.iterations) // self.steps, self.plan.epochs):
            loss, right = self._one_epoch(epoch)
            yield Epoch(
                epoch=epoch + 1,
                rate=float(self.optimizer.learning_rate),
                loss=loss / self.steps,
                train_accuracy=right / (self.steps * self.batch),
                validation_accuracy=accuracy(self.model, validation),
            )

    def _one_epoch(self, epoch: int) -> tuple[float, int]:
        order = np.random.default_rng([self.plan.seed, epoch]).permutation(len(self.labels))
        loss, right = tf.constant(0.0), tf.constant(0)
        what = f"epoch {epoch + 1}/{self.plan.epochs}"
        for step in console.progress(range(self.steps), what):
            index = order[step * self.batch : (step + 1) * self.batch]
            seed = tf.constant([self.plan.seed, epoch * self.steps + step])
            step_loss, step_right = self._step(tf.constant(index), seed)
            loss, right = loss + step_loss, right + step_right
        return float(loss), int(right)

    def _make_step(self) -> Callable[[tf.Tensor, tf.Tensor], tuple[tf.Tensor, tf.Tensor]]:
        def step(index: tf.Tensor, seed: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            labels = tf.gather(self.labels, index)
            pixels = tf.cast(tf.gather(self.images, index), tf.float32) / 255
            images = augment(pixels, seed, self.plan.level)
            with tf.GradientTape() as tape:
                logits = self.model(images, training=True)
                loss = self._loss(images, labels, logits)
            variables = self.model.trainable_variables
            self.optimizer.apply_gradients(
                zip(tape.gradient(loss, variables), variables, strict=True)
            )
            hits = tf.argmax(logits, axis=1) == labels
            return loss, tf.reduce_sum(tf.cast(hits, tf.int32))

        return step

    def _loss(self, images: tf.Tensor, labels: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
        hard = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits))
        if self.teacher is None:
            return hard
        target = tf.nn.softmax(self.teacher(images, training=False) / TEMPERATURE)
        soft = tf.nn.softmax_cross_entropy_with_logits(target, logits / TEMPERATURE)
        # Temperature squared keeps the size of the soft gradient independent of the temperature.
        soft = tf.reduce_mean(soft) * TEMPERATURE**2
        return (1 - TEACHER_SHARE) * hard + TEACHER_SHARE * soft


def logits(model: keras.Model, digits: Digits) -> npt.NDArray[np.float32]:
    """The model's outputs, float32 [count, classes], without augmentation."""
    parts = np.array_split(digits.images, max(1, len(digits) // 500))
    return np.concatenate([model(to_float(part), training=False).numpy() for part in parts])


def accuracy(model: keras.Model, digits: Digits) -> float:
    """Share of ``digits`` that ``model`` reads right, 0..1."""
    return float(np.mean(logits(model, digits).argmax(axis=1) == digits.labels))
