"""The few networks at the end: trained in full, distilled, fine-tuned for int8, tested once."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import optuna

from runtime import console, statistics
from train import curves, feed, fit, recipe, store
from train import model as networks
from train.data import Dataset
from train.loop import Epoch, Plan, Trainer
from train.model import MOMENTUM
from train.network import Network
from train.presets import Recipe
from train.search.judge import Judge, Tuned
from train.search.record import Row
from train.tf import configure, keras

RECIPE = Recipe(
    epochs=25, peak_rate=4e-3, augmentation="light", teacher="base", qat_epochs=2, qat_rate=3e-4
)
"""Of the smallest presets, with fewer epochs."""
_PREFIX = "finalist "


@dataclass(frozen=True)
class Finish:
    """How finalists are trained."""

    dataset: Dataset
    judge: Judge
    seed: int
    threads: int
    epochs: int | None = None  # None: as many as RECIPE says, or as little data need

    @property
    def recipe(self) -> Recipe:
        """Without a teacher where the data are not MNIST: there is none."""
        teacher = RECIPE.teacher if self.dataset.is_mnist else ""
        epochs = self.epochs or fit.enough(RECIPE.epochs, self.dataset)
        return Recipe(
            epochs, RECIPE.peak_rate, RECIPE.augmentation, teacher,
            RECIPE.qat_epochs, RECIPE.qat_rate,
        )  # fmt: skip

    def train(self, point: Network) -> tuple[keras.Model, list[Epoch]]:
        """The float network of ``point``, with its curves."""
        chosen, dataset = self.recipe, self.dataset
        configure(self.seed, self.threads)
        level = feed.level(dataset.task, chosen.augmentation)
        plan = Plan(chosen.epochs, chosen.peak_rate, level, self.seed)
        steps = chosen.epochs * max(1, len(dataset.train) // plan.batch)
        momentum = min(MOMENTUM, 1 - 10 / max(20, steps))
        network = networks.build(point, dataset.task.shape, len(dataset.names), momentum)
        teacher = store.load(store.pretrained(chosen.teacher)) if chosen.teacher else None
        meanings = (fit.meaning(dataset),)
        weights = () if dataset.is_mnist else fit.class_weights(dataset.train)
        material = feed.material(dataset.task, dataset.train, meanings, level, weights)
        held_out = feed.material(dataset.task, dataset.validation, meanings)
        trainer = Trainer(network, material, plan, teacher)
        return network, list(fit.report(trainer.epochs(held_out), chosen.epochs))


def chosen(best: Sequence[Row], count: int) -> list[Row]:
    """The most accurate of those worth having."""
    return sorted(best, key=lambda row: (-row.accuracy, row.number))[:count]


def finish(study: optuna.Study, row: Row, how: Finish, folder: Path) -> None:
    """Train a finalist and put it on record, unless it is there: its test part is seen once.

    The float network of the first seed that was done is left at ``folder``.
    """
    known = {one["seed"] for one in kept(study).get(row.number, ())}
    if how.seed in known:
        return
    console.note(f"finalist {row.number}, seed {how.seed}: {row.point.line()}")
    model, history = how.train(row.point)
    if not known:
        write(folder, model, history, how.recipe)
    tuned: Tuned = how.judge.tuned(model, how.dataset, how.recipe, how.seed)
    counts = len(how.dataset.validation), len(how.dataset.test)
    found = {
        "held_out": tuned.held_out / counts[0],
        "test": tuned.test / counts[1],
        "tested": counts[1],
        "cost": asdict(tuned.cost),
        "seed": how.seed,
        "epochs": how.recipe.epochs,
    }
    told = statistics.percent(tuned.test, counts[1])
    console.note(f"finalist {row.number}, seed {how.seed}: int8, test: {told}")
    study.set_user_attr(f"{_PREFIX}{row.number} {how.seed}", found)


def kept(study: optuna.Study) -> dict[int, list[Mapping[str, Any]]]:
    """The finalists on record by the numbers of their trials, one for each seed."""
    found: dict[int, list[Mapping[str, Any]]] = {}
    for name, value in sorted(study.user_attrs.items()):
        if name.startswith(_PREFIX):
            number, _ = name.removeprefix(_PREFIX).split()
            found.setdefault(int(number), []).append(value)
    return found


def mean(tests: Sequence[Mapping[str, Any]]) -> float:
    """The accuracy on the test part, 0..1, over the seeds."""
    return sum(one["test"] for one in tests) / len(tests)


def write(folder: Path, model: keras.Model, history: Sequence[Epoch], how: Recipe) -> Path:
    """Leave a float network as ``convert.export --model`` takes it: ``NAME.keras`` and beside it.

    ``folder`` is NAME's path without an ending.
    """
    about = f"how {folder.name}.keras was trained, and is fine-tuned by python -m convert.export"
    files = {
        ".csv": curves.as_csv(history),
        ".toml": recipe.dump(how, about),
        ".keras": store.dump(model),
    }
    for ending, content in files.items():
        store.write(folder.with_name(folder.name + ending), content)
    return folder.with_name(f"{folder.name}.keras")
