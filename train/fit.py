"""Train a preset's float model: ``python -m train.fit --preset base``.

Writes ``float.keras``, ``float.csv`` and ``curves.png`` to a folder. Interrupted, the same
command resumes after the last whole epoch and ends with the same bytes as an uninterrupted run.
"""

import argparse
import dataclasses
from collections.abc import Iterator, Sequence
from pathlib import Path

from runtime import console
from runtime.errors import DataError
from train import curves, data, presets, store
from train.augment import LEVELS
from train.checkpoint import Checkpoint
from train.data import Dataset
from train.loop import Epoch, Plan, Trainer
from train.model import two_block_cnn
from train.presets import Preset
from train.tf import DEFAULT_THREADS, configure, keras, tf

BATCH = 128
MINIMUM_STEPS = 1_000
"""Training steps that a small data set gets at least, by more epochs."""


@dataclasses.dataclass(frozen=True)
class Fit:
    """A training that is set up: what it needs besides the data."""

    preset: Preset
    plan: Plan
    threads: int

    def key(self, dataset: Dataset) -> dict[str, object]:
        """Everything that decides the weights that come out."""
        return {
            "preset": dataclasses.asdict(self.preset),
            "plan": dataclasses.asdict(self.plan),
            "threads": self.threads,
            "data": dataset.sha256,
            "tensorflow": tf.__version__,
        }


def setup(preset: Preset, dataset: Dataset, seed: int, threads: int, epochs: int = 0) -> Fit:
    """The recipe of ``preset`` for ``dataset``; ``epochs`` overrides the recipe's when not 0."""
    recipe = preset.recipe
    if not dataset.is_mnist:  # there is no teacher for other data, and there may be little of it
        steps = max(1, len(dataset.train) // BATCH)
        epochs = epochs or max(recipe.epochs, -(-MINIMUM_STEPS // steps))
        preset = dataclasses.replace(preset, recipe=dataclasses.replace(recipe, teacher=""))
    level = LEVELS[recipe.augmentation]
    plan = Plan(epochs or recipe.epochs, recipe.peak_rate, level, seed, BATCH)
    return Fit(preset, plan, threads)


def build(fit: Fit, dataset: Dataset) -> Trainer:
    """A fresh model with its trainer; the same for the same ``fit``."""
    configure(fit.plan.seed, fit.threads)
    recipe = fit.preset.recipe
    model = two_block_cnn(fit.preset.architecture, len(dataset.names))
    teacher = store.load(store.pretrained(recipe.teacher)) if recipe.teacher else None
    return Trainer(model, dataset.train, fit.plan, teacher)


def train(
    fit: Fit, dataset: Dataset, checkpoint: Path | None = None
) -> tuple[keras.Model, list[Epoch]]:
    """Train to the end, from ``checkpoint`` where it fits; gives the model and its curves."""
    trainer = build(fit, dataset)
    kept = Checkpoint(checkpoint, fit.key(dataset), trainer) if checkpoint else None
    history = kept.resume() if kept else []
    if history:
        console.note(f"resuming after epoch {history[-1].epoch} of {fit.plan.epochs}")
    for epoch in report(trainer.epochs(dataset.validation), fit.plan.epochs):
        history.append(epoch)
        if kept:
            kept.save(history)
    return trainer.model, history


def report(epochs: Iterator[Epoch], total: int) -> Iterator[Epoch]:
    """Print a line for each epoch on its way."""
    for row in epochs:
        console.note(
            f"epoch {row.epoch:3}/{total}  loss {row.loss:.4f}  "
            f"augmented {100 * row.train_accuracy:.2f} %  "
            f"validation {100 * row.validation_accuracy:.2f} %"
        )
        yield row


def parser() -> argparse.ArgumentParser:
    """The command line of ``python -m train.fit``."""
    result = console.Parser("python -m train.fit", description=__doc__)
    result.add_argument("--preset", default="base", choices=presets.PRESETS, help="the network")
    result.add_argument("--data", type=Path, metavar="DIR", help="MNIST's files, or class folders")
    result.add_argument("--out", type=Path, metavar="DIR", help="default: build/train/PRESET")
    result.add_argument("--epochs", type=int, default=0, help="default: the recipe's")
    result.add_argument("--seed", type=int, default=0, help="of every random choice; default 0")
    result.add_argument("--threads", type=int, default=DEFAULT_THREADS, help="default %(default)s")
    return result


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; gives its exit status."""
    options = console.parse(parser(), argv)
    if options.epochs < 0 or options.threads < 1 or options.seed < 0:
        raise DataError("--epochs and --seed must be at least 0, --threads at least 1")
    dataset = data.load(options.data)
    console.note(dataset.summary())
    preset = presets.find(options.preset)
    fit = setup(preset, dataset, options.seed, options.threads, options.epochs)
    out = options.out or Path("build/train") / preset.name
    checkpoint = out / "checkpoint.npz"
    model, history = train(fit, dataset, checkpoint)
    store.write(out / "float.keras", store.dump(model))
    store.write(out / "float.csv", curves.as_csv(history))
    store.write(out / "curves.png", curves.as_png(history, f"{preset.name} on {dataset.source}"))
    checkpoint.unlink(missing_ok=True)
    last = history[-1]
    rows = [
        ("epochs", str(last.epoch)),
        ("loss", f"{last.loss:.4f}"),
        ("accuracy, augmented", f"{100 * last.train_accuracy:.2f} %"),
        ("accuracy, validation", f"{100 * last.validation_accuracy:.2f} %"),
    ]
    text = f"\n{console.table((preset.name, 'at the end'), rows)}"
    console.finish(
        f"{text}\n\nwrote {out}/float.keras, float.csv and curves.png",
        {"folder": str(out), "preset": preset.name, **dataclasses.asdict(last)},
    )
    return 0


if __name__ == "__main__":
    console.run(main)
