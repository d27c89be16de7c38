"""The training of a candidate, rung by rung, on the data that a search has."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from train import feed, fit
from train import model as networks
from train.data import Dataset
from train.loop import Material, Plan, Trainer
from train.model import MOMENTUM
from train.network import Network
from train.search.judge import Judge
from train.search.rungs import PATIENCE, RUNGS, Rung
from train.tf import configure, keras

AUGMENTATION = "light"
_BATCH = 128
_STEPS = 150  # that a rung has at least, by more epochs, where there are few examples


@dataclass(frozen=True)
class Lesson:
    """What candidates learn, and who says what they have learnt."""

    dataset: Dataset
    judge: Judge
    seed: int
    threads: int = 1
    rungs: Sequence[Rung] = RUNGS

    def results(self, point: Network) -> Iterator[float]:
        """The int8 accuracy on the held-out part after each rung, 0..1.

        Initial weights, the order of examples and the examples of a rung follow from the seed, so
        that a network trained again gives the same.
        """
        configure(self.seed, self.threads)
        model = networks.build(
            point, self.dataset.task.shape, len(self.dataset.names), self._momentum()
        )
        for rung in self.rungs:
            self._train(model, rung)
            held_out = self.dataset.validation
            yield self.judge.right(point, model, held_out) / len(held_out)

    def _momentum(self) -> float:
        """Of batch normalisation: its means must arrive within the first rung."""
        rung = self.rungs[0]
        per_epoch = max(1, int(rung.share * len(self.dataset.train)) // _BATCH)
        steps = max(_STEPS, rung.epochs * per_epoch)
        return min(MOMENTUM, 1 - 10 / max(20, steps))

    def _train(self, model: keras.Model, rung: Rung) -> None:
        """Train until the end of ``rung``, or until no epoch is better than those before."""
        level = feed.level(self.dataset.task, AUGMENTATION)
        material = self.material(rung.share)
        epochs = max(rung.epochs, -(-_STEPS // max(1, len(material) // _BATCH)))
        plan = Plan(epochs, rung.rate, level, self.seed, _BATCH)
        trainer = Trainer(model, material, plan)
        patience = max(PATIENCE, epochs // 3)
        best, since, kept = -1.0, 0, model.get_weights()
        for epoch in trainer.epochs(self._held_out):
            found = epoch.validation_accuracy or 0.0
            if found > best:
                best, since, kept = found, 0, model.get_weights()
            else:
                since += 1
            if since >= patience:
                break
        model.set_weights(kept)

    def material(self, share: float) -> Material:
        """So much of the training part, each class in its proportion as chance has it."""
        return _material(self, share)

    @property
    def _held_out(self) -> Material:
        return _held_out(self)

    def __hash__(self) -> int:
        return hash((self.dataset.sha256, self.seed))


@cache
def _material(lesson: Lesson, share: float) -> Material:
    train = lesson.dataset.train
    count = max(min(len(train), _BATCH), round(share * len(train)))
    chosen = np.random.default_rng(lesson.seed).permutation(len(train))[:count]
    part = train.take(np.sort(chosen))
    level = feed.level(lesson.dataset.task, AUGMENTATION)
    meanings = (fit.meaning(lesson.dataset),)
    weights: tuple[Any, ...] = () if lesson.dataset.is_mnist else _weights(part)
    return feed.material(lesson.dataset.task, part, meanings, level, weights)


@cache
def _held_out(lesson: Lesson) -> Material:
    dataset = lesson.dataset
    return feed.material(dataset.task, dataset.validation, (fit.meaning(dataset),))


def _weights(part: Any) -> tuple[float, ...]:
    counts = np.bincount(part.labels, minlength=len(part.names))
    if counts.max() < fit.UNEVEN * counts.min():
        return ()
    return tuple(float(one) for one in len(part) / (len(counts) * np.maximum(counts, 1)))
