"""The training loop: every batch is a pure function of (seed, epoch, step), so a run can resume."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from runtime import console
from runtime.dataset import OTHER
from train.augment import Level
from train.tf import keras, tf

Array = npt.NDArray[np.generic]
Tensors = list[tf.Tensor]
Change = Callable[[Tensors], Tensors]
Loss = Literal["classes", "refusing", "independent", "values"]
CLASSES: tuple[Loss, ...] = ("classes", "refusing")
"""Losses of outputs whose largest value is the answer; "refusing" knows none of them, too."""

TEMPERATURE = 3.0
"""Softening of both logits in distillation (Hinton, Vinyals, Dean 2015)."""
TEACHER_SHARE = 0.7
"""Weight of the teacher's answer in the loss; the label has the rest."""
OTHER_WEIGHT = 0.5
"""Weight in the loss of an example that belongs to none of the classes."""


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
class Material:
    """What is learnt from, for a network of any inputs and outputs.

    An output of classes has targets int64 [count]: their logits are trained by cross-entropy. Where
    ``OTHER`` is among them, beside one more logit that is always 0, which is that of none. One
    of several independent classes has float32 [count, classes], 0 or 1, for the logits of sigmoids.
    Any other is trained on float32 [count, ...] by the squared error.
    """

    stored: tuple[Array, ...]  # of each input, [count, ...], as they are kept
    targets: tuple[Array, ...]  # of each output
    losses: tuple[Loss, ...]  # of each output
    real: Change = list  # what the network takes, from a batch of what is stored
    augment: Callable[[Tensors, tf.Tensor], Tensors] = lambda real, _: real  # by a seed [2]
    bounds: tuple[float, float] | None = None  # of every real input, where a contract has them
    class_weights: tuple[float, ...] = ()  # in the loss of the first output; (): all alike

    def __len__(self) -> int:
        return len(self.targets[0])

    def examples(self, index: npt.NDArray[np.int64]) -> Tensors:
        """The real inputs of the examples ``index`` [batch], without augmentation."""
        return self.real([tf.constant(values[index]) for values in self.stored])


@dataclass(frozen=True)
class Epoch:
    """One row of the learning curves."""

    epoch: int  # counted from 1
    rate: float  # learning rate at the end
    loss: float  # mean over the training steps, on augmented images
    train_accuracy: float | None = None  # 0..1, on augmented examples; None: there are no classes
    validation_accuracy: float | None = None  # 0..1, on examples as they are; None: as above
    validation_loss: float | None = None  # on examples as they are; None: there are classes


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
        train: Material,
        plan: Plan,
        teacher: keras.Model | None = None,
    ) -> None:
        self.model, self.plan, self.teacher = model, plan, teacher
        self.train = train
        self.stored = [tf.constant(values) for values in self.train.stored]
        self.targets = [tf.constant(values) for values in self.train.targets]
        self.batch = min(plan.batch, len(train))
        self.steps = len(train) // self.batch  # the last, incomplete batch of an epoch is dropped
        self.optimizer = keras.optimizers.Adam(Cosine(plan, self.steps * plan.epochs))
        self.optimizer.build(model.trainable_variables)
        self._step = tf.function(self._make_step())

    def epochs(self, validation: Material) -> Iterator[Epoch]:
        """Train the epochs that are left, and give a row of the learning curves after each."""
        for epoch in range(int(self.optimizer.iterations) // self.steps, self.plan.epochs):
            loss, right, known = self._one_epoch(epoch)
            rate, loss = float(self.optimizer.learning_rate), loss / self.steps
            answers = outputs(self.model, validation)
            if validation.losses[0] not in CLASSES:
                held_out = _loss_of(validation, answers)
                yield Epoch(epoch + 1, rate, loss, validation_loss=held_out)
                continue
            hits = answers[0].argmax(axis=1) == validation.targets[0]
            trained = right / max(1, known)
            yield Epoch(epoch + 1, rate, loss, trained, float(np.mean(hits)))

    def _one_epoch(self, epoch: int) -> tuple[float, int, int]:
        """The sum of the losses, the right answers, and the examples that have a class."""
        order = np.random.default_rng([self.plan.seed, epoch]).permutation(len(self.train))
        loss, right = tf.constant(0.0), tf.constant(0)
        what = f"epoch {epoch + 1}/{self.plan.epochs}"
        for step in console.progress(range(self.steps), what):
            index = order[step * self.batch : (step + 1) * self.batch]
            seed = tf.constant([self.plan.seed, epoch * self.steps + step])
            step_loss, step_right = self._step(tf.constant(index), seed)
            loss, right = loss + step_loss, right + step_right
        seen = self.train.targets[0][order[: self.steps * self.batch]]
        return float(loss), int(right), int(np.sum(seen != OTHER))

    def _make_step(self) -> Callable[[tf.Tensor, tf.Tensor], tuple[tf.Tensor, tf.Tensor]]:
        def step(index: tf.Tensor, seed: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            targets = [tf.gather(values, index) for values in self.targets]
            stored = [tf.gather(values, index) for values in self.stored]
            inputs = self.train.augment(self.train.real(stored), seed)
            with tf.GradientTape() as tape:
                answers = applied(self.model, inputs, training=True)
                loss = self._loss(inputs, targets, answers)
            variables = self.model.trainable_variables
            self.optimizer.apply_gradients(
                zip(tape.gradient(loss, variables), variables, strict=True)
            )
            if self.train.losses[0] not in CLASSES:
                return loss, tf.constant(0)
            hits = tf.argmax(answers[0], axis=1) == targets[0]
            return loss, tf.reduce_sum(tf.cast(hits, tf.int32))

        return step

    def _loss(self, inputs: Tensors, targets: Tensors, answers: Tensors) -> tf.Tensor:
        first, *others = map(loss_of, self.train.losses, targets, answers)
        weights = self.train.class_weights
        kind = self.train.losses[0]
        if weights and kind in CLASSES:
            own = tf.gather(tf.constant([*weights, 1.0]), targets[0] % (len(weights) + 1))
            first = tf.reduce_mean(_cross_entropies(kind, targets[0], answers[0]) * own)
        hard = sum(others, start=first)
        if self.teacher is None:
            return hard
        logits, taught = answers[0], self.teacher(inputs[0], training=False)
        if kind == "refusing":
            logits, taught = _with_none(logits), _with_none(taught)
        target = tf.nn.softmax(taught / TEMPERATURE)
        soft = tf.nn.softmax_cross_entropy_with_logits(target, logits / TEMPERATURE)
        # Temperature squared keeps the size of the soft gradient independent of the temperature.
        soft = tf.reduce_mean(soft) * TEMPERATURE**2
        return (1 - TEACHER_SHARE) * hard + TEACHER_SHARE * soft


def loss_of(kind: Loss, target: tf.Tensor, answer: tf.Tensor) -> tf.Tensor:
    """The mean loss of one output."""
    if kind in CLASSES:
        return tf.reduce_mean(_cross_entropies(kind, target, answer))
    if kind == "independent":
        return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(target, answer))
    return tf.reduce_mean(tf.square(answer - target))


def _cross_entropies(kind: Loss, target: tf.Tensor, answer: tf.Tensor) -> tf.Tensor:
    """For each of ``target`` [batch] the loss of the logits ``answer`` [batch, classes]."""
    if kind == "classes":
        return tf.nn.sparse_softmax_cross_entropy_with_logits(target, answer)
    place = tf.where(target == OTHER, tf.cast(answer.shape[-1], target.dtype), target)
    each = tf.nn.sparse_softmax_cross_entropy_with_logits(place, _with_none(answer))
    return each * tf.where(target == OTHER, OTHER_WEIGHT, 1.0)


def _with_none(logits: tf.Tensor) -> tf.Tensor:
    """``logits`` [batch, classes] and that of none of the classes, 0."""
    return tf.pad(logits, [[0, 0], [0, 1]])


def applied(model: keras.Model, inputs: Tensors, training: bool = False) -> Tensors:
    """The outputs of ``model``, a list however many there are."""
    return tf.nest.flatten(model(inputs if len(inputs) > 1 else inputs[0], training=training))


def outputs(model: keras.Model, material: Material) -> list[npt.NDArray[np.float32]]:
    """The outputs of ``model``, each float32 [count, ...], without augmentation."""
    rows = []
    for index in np.array_split(np.arange(len(material)), max(1, len(material) // 500)):
        answers = applied(model, material.examples(index))
        rows.append([answer.numpy() for answer in answers])
    return [np.concatenate(parts) for parts in zip(*rows, strict=True)]


def _loss_of(material: Material, answers: Sequence[npt.NDArray[np.float32]]) -> float:
    pairs = zip(material.losses, material.targets, answers, strict=True)
    return float(sum(loss_of(kind, target, answer) for kind, target, answer in pairs))
