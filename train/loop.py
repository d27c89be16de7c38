"""The training loop: every batch is a pure function of (seed, epoch, step), so a run can resume."""

import math
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt

from runtime import console
from runtime.dataset import Examples
from runtime.tasks.task import Task
from train.augment import Level
from train.feed import augmented
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
    batch: int = 128  # examples a step
    warm_up: float = 0.1  # share of all steps
    class_weights: tuple[float, ...] = ()  # in the loss, one per class; (): all alike


@dataclass(frozen=True)
class Epoch:
    """One row of the learning curves."""

    epoch: int  # counted from 1
    rate: float  # learning rate at the end
    loss: float  # mean over the training steps, on augmented examples
    train_accuracy: float | None  # 0..1, on augmented examples; None: there are no classes
    validation_accuracy: float | None  # 0..1, on examples as they are; None: as above
    validation_error: float | None = None  # mean absolute, of values; None: there are classes


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
        task: Task,
        train: Examples,
        plan: Plan,
        teacher: keras.Model | None = None,
    ) -> None:
        self.model, self.task, self.plan, self.teacher = model, task, plan, teacher
        self.inputs, self.labels = tf.constant(train.inputs), tf.constant(train.labels)
        self.targets = None if train.names else tf.constant(goals(task, train))
        self.batch = min(plan.batch, len(train))
        self.steps = len(train) // self.batch  # the last, incomplete batch of an epoch is dropped
        self.optimizer = keras.optimizers.Adam(Cosine(plan, self.steps * plan.epochs))
        self.optimizer.build(model.trainable_variables)
        self._step = tf.function(self._make_step())

    def epochs(self, validation: Examples) -> Iterator[Epoch]:
        """Train the epochs that are left, and give a row of the learning curves after each."""
        for epoch in range(int(self.optimizer.iterations) // self.steps, self.plan.epochs):
            loss, right = self._one_epoch(epoch)
            yield Epoch(
                epoch=epoch + 1,
                rate=float(self.optimizer.learning_rate),
                loss=loss / self.steps,
                **self._judged(right / (self.steps * self.batch), validation),
            )

    def _judged(self, share: float, validation: Examples) -> dict[str, float | None]:
        if self.targets is None:
            judged = accuracy(self.model, self.task, validation)
            return {"train_accuracy": share, "validation_accuracy": judged}
        error = float(
            np.mean(
                np.abs(logits(self.model, self.task, validation) - goals(self.task, validation))
            )
        )
        return {"train_accuracy": None, "validation_accuracy": None, "validation_error": error}

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
            images = augmented(self.task, tf.gather(self.inputs, index), seed, self.plan.level)
            with tf.GradientTape() as tape:
                logits = self.model(images, training=True)
                if self.targets is None:
                    loss = self._loss(images, labels, logits)
                else:
                    loss = _squared(logits, tf.gather(self.targets, index))
            variables = self.model.trainable_variables
            self.optimizer.apply_gradients(
                zip(tape.gradient(loss, variables), variables, strict=True)
            )
            if self.targets is not None:
                return loss, tf.constant(0)
            hits = tf.argmax(logits, axis=1) == labels
            return loss, tf.reduce_sum(tf.cast(hits, tf.int32))

        return step

    def _loss(self, images: tf.Tensor, labels: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
        each = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits)
        if self.plan.class_weights:
            each *= tf.gather(tf.constant(self.plan.class_weights), labels)
        hard = tf.reduce_mean(each)
        if self.teacher is None:
            return hard
        target = tf.nn.softmax(self.teacher(images, training=False) / TEMPERATURE)
        soft = tf.nn.softmax_cross_entropy_with_logits(target, logits / TEMPERATURE)
        # Temperature squared keeps the size of the soft gradient independent of the temperature.
        soft = tf.reduce_mean(soft) * TEMPERATURE**2
        return (1 - TEACHER_SHARE) * hard + TEACHER_SHARE * soft


def _squared(found: tf.Tensor, goals: tf.Tensor) -> tf.Tensor:
    """Mean squared error."""
    return tf.reduce_mean((tf.reshape(found, tf.shape(goals)) - goals) ** 2)


def goals(task: Task, examples: Examples) -> npt.NDArray[np.float32]:
    """What a network without classes shall give, [count, values]: targets, or its own input."""
    if examples.targets is not None:
        return examples.targets
    return task.real(examples.inputs).reshape(len(examples), -1)


def logits(model: keras.Model, task: Task, examples: Examples) -> npt.NDArray[np.float32]:
    """The model's outputs, float32 [count, values], without augmentation."""
    parts = np.array_split(examples.inputs, max(1, len(examples) // 500))
    found = [model(task.real(part), training=False).numpy() for part in parts]
    return np.concatenate([one.reshape(len(one), -1) for one in found])


def accuracy(model: keras.Model, task: Task, examples: Examples) -> float:
    """Share of ``examples`` that ``model`` reads right, 0..1."""
    return float(np.mean(logits(model, task, examples).argmax(axis=1) == examples.labels))
