"""Train a float model on digits or on data of one's own.

For example:
  python -m train.fit --preset base
  python -m train.fit --data photos --size 32x32x3 --preset small
  python -m train.fit --data gestures.csv --window 128/64 --preset micro

Writes float.keras, contract.json, float.csv, curves.png, confusion.csv and wrong.png to a folder.
Interrupted, the same command resumes after the last whole epoch and ends with the same bytes as an
uninterrupted run.
"""

import argparse
import dataclasses
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from runtime import console, mnist, numbers, options, statistics
from runtime.contract import Contract
from runtime.dataset import Examples
from runtime.errors import DataError
from runtime.options import Wanted
from runtime.reading import propose
from runtime.tasks import scaling
from runtime.tasks.meaning import Classes, Meaning, Values
from runtime.tasks.task import Task
from runtime.tasks.tensor import Arrays
from train import curves, data, feed, lessons, mistakes, presets, store
from train import model as networks
from train.checkpoint import Checkpoint
from train.data import Dataset
from train.feed import logits
from train.loop import Epoch, Plan, Trainer
from train.model import MOMENTUM
from train.network import Network, parse
from train.presets import Preset
from train.tf import DEFAULT_THREADS, configure, keras, tf

BATCH = 128
MINIMUM_STEPS = 1_000
"""Training steps that a small data set gets at least, by more epochs."""
UNEVEN = 1.5
"""Classes are weighted where the largest has this many times the examples of the smallest."""


@dataclasses.dataclass(frozen=True)
class Fit:
    """A training that is set up: what it needs besides the data."""

    preset: Preset
    plan: Plan
    threads: int
    class_weights: tuple[float, ...] = ()  # in the loss; (): all classes count alike

    def key(self, dataset: Dataset) -> dict[str, object]:
        """Everything that decides the weights that come out."""
        return {
            "preset": dataclasses.asdict(self.preset),
            "plan": dataclasses.asdict(self.plan),
            "threads": self.threads,
            "class_weights": self.class_weights,
            "data": dataset.sha256,
            "task": dataset.task.describe(),
            "tensorflow": tf.__version__,
        }


def setup(
    preset: Preset, dataset: Dataset, seed: int, threads: int, epochs: int | None = None
) -> Fit:
    """The recipe of ``preset`` for ``dataset``; ``epochs`` overrides the recipe's."""
    recipe = preset.recipe
    if not dataset.is_mnist:  # there is no teacher for other data
        preset = dataclasses.replace(preset, recipe=dataclasses.replace(recipe, teacher=""))
    level = feed.level(dataset.task, recipe.augmentation)
    weights = () if dataset.is_mnist else class_weights(dataset.train)
    plan = Plan(epochs or enough(recipe.epochs, dataset), recipe.peak_rate, level, seed, BATCH)
    return Fit(preset, plan, threads, weights)


def enough(epochs: int, dataset: Dataset) -> int:
    """``epochs``, or more where there are too few examples for that to be MINIMUM_STEPS."""
    steps = max(1, len(dataset.train) // BATCH)
    return epochs if dataset.is_mnist else max(epochs, -(-MINIMUM_STEPS // steps))


def class_weights(train: Examples) -> tuple[float, ...]:
    """What makes small classes count as much as large ones; () where they are about even."""
    counts = np.bincount(train.labels, minlength=len(train.names))[: len(train.names)]
    if not train.names or counts.max() < UNEVEN * counts.min():
        return ()
    weights = len(train) / (len(counts) * counts)
    told = ", ".join(
        f"{name} {weight:.2f}" for name, weight in zip(train.names, weights, strict=True)
    )
    console.note(f"the classes are uneven; each counts by its weight: {told}")
    return tuple(float(weight) for weight in weights)


def build(fit: Fit, dataset: Dataset) -> Trainer:
    """A fresh model with its trainer; the same for the same ``fit``."""
    configure(fit.plan.seed, fit.threads)
    recipe = fit.preset.recipe
    # Moving means that are still on their way at the end would spoil a short training.
    others = dataset.others[0] if dataset.others else None
    drawings = recipe.drawings
    taught = lessons.enlarged(dataset.task, dataset.train, others, drawings=drawings)
    steps = fit.plan.epochs * max(1, len(taught) // fit.plan.batch)
    momentum = min(MOMENTUM, 1 - 10 / max(20, steps))
    outputs, shape = meaning(dataset).values, dataset.task.shape
    fitted = networks.fitting(fit.preset.network, shape)
    model = networks.build(fitted, shape, outputs, momentum)
    teacher = store.load(store.pretrained(recipe.teacher)) if recipe.teacher else None
    train = feed.material(
        dataset.task, taught, (meaning(dataset),), fit.plan.level, fit.class_weights
    )
    return Trainer(model, train, fit.plan, teacher)


def meaning(dataset: Dataset) -> Meaning:
    """What the output of a network means that is trained on ``dataset``."""
    if dataset.names:
        return Classes(dataset.names)
    if dataset.train.targets is None:
        raise DataError(
            f"{dataset.source} has neither classes nor values to learn: add a column label or an "
            "array y; a network that gives its input once more comes by --model"
        )
    return Values(tuple(f"y{number}" for number in range(dataset.train.targets.shape[1])))


def train(
    fit: Fit, dataset: Dataset, checkpoint: Path | None = None
) -> tuple[keras.Model, list[Epoch]]:
    """Train to the end, from ``checkpoint`` where it fits; gives the model and its curves."""
    trainer = build(fit, dataset)
    kept = Checkpoint(checkpoint, fit.key(dataset), trainer) if checkpoint else None
    history = kept.resume() if kept else []
    if history:
        console.note(f"resuming after epoch {history[-1].epoch} of {fit.plan.epochs}")
    held_out = feed.material(dataset.task, dataset.validation, (meaning(dataset),))
    for epoch in report(trainer.epochs(held_out), fit.plan.epochs):
        history.append(epoch)
        if kept:
            kept.save(history)
    return trainer.model, history


def report(epochs: Iterator[Epoch], total: int) -> Iterator[Epoch]:
    """Print a line for each epoch on its way."""
    for row in epochs:
        judged = [f"{name} {figure}" for name, figure in figures(row)]
        console.note(f"epoch {row.epoch:3}/{total}  loss {row.loss:.4f}  {'  '.join(judged)}")
        yield row


def figures(row: Epoch) -> list[tuple[str, str]]:
    """What an epoch came to, besides its loss, for people."""
    if row.train_accuracy is None or row.validation_accuracy is None:
        return [("validation loss", f"{row.validation_loss:.5g}")]
    return [
        ("augmented", f"{100 * row.train_accuracy:.2f} %"),
        ("validation", f"{100 * row.validation_accuracy:.2f} %"),
    ]


def title(preset: Preset, wanted: Wanted) -> str:
    """What a network is called that is trained on the data that are asked for."""
    source = wanted.source if wanted.given else None
    if source is None or (source.path.is_dir() and mnist.is_mnist(source.path)):
        return preset.name
    return f"{source.path.resolve().stem}-{preset.name}"


def parser() -> argparse.ArgumentParser:
    """The command line of ``python -m train.fit``."""
    result = console.Parser("python -m train.fit", description=__doc__)
    result.add_argument("--preset", default="base", choices=presets.PRESETS, help="the network")
    add_architecture(result)
    options.add_data(result)
    options.add_task(result)
    where = "default: build/train/PRESET, or DATA-PRESET"
    result.add_argument("--out", type=Path, metavar="DIR", help=where)
    result.add_argument(
        "--epochs", type=numbers.whole(1), metavar="N", help="default: the recipe's"
    )
    result.add_argument(
        "--seed", type=numbers.whole(0), default=0, help="of every random choice; default 0"
    )
    result.add_argument(
        "--threads", type=numbers.whole(1), default=DEFAULT_THREADS, help="default %(default)s"
    )
    return result


ARCHITECTURE = ("network", "channels", "kernel", "hidden")
"""Options that describe a network, as a namespace calls them; None: not given."""


def add_architecture(parser: argparse.ArgumentParser) -> None:
    """Options that change the preset's network."""
    group = parser.add_argument_group("network, where it is not to be the preset's")
    group.add_argument(
        "--network", metavar="LINE", help="'conv 5x5x4/2, conv 3x3x8 same max, dense'"
    )
    group.add_argument("--channels", metavar="A,B", help="of the convolutions: 16,32")
    group.add_argument("--kernel", type=numbers.whole(1), help="side of the convolutions' kernels")
    group.add_argument(
        "--hidden", type=numbers.whole(0), help="units of a dense layer before the last; 0: none"
    )


def chosen(given: argparse.Namespace) -> Preset:
    """The preset that is asked for, with its changes; raises DataError for ones that cannot be."""
    preset = presets.find(given.preset)
    usual = parse(given.network) if given.network else preset.network
    channels = _channels(given.channels, usual) if given.channels else usual.channels
    hidden = usual.hidden if given.hidden is None else given.hidden
    network = _sized(usual, channels, given.kernel, hidden)
    return dataclasses.replace(preset, network=network)


def architecture(preset: Preset) -> dict[str, str]:
    """The options that ``chosen`` made the network of ``preset`` of, with the preset's name."""
    own, usual = preset.network, presets.find(preset.name).network
    said: dict[str, str] = {}
    if own.channels != usual.channels:
        said["--channels"] = ",".join(map(str, own.channels))
    if own.kernel != usual.kernel:
        said["--kernel"] = str(own.kernel)
    if own.hidden != usual.hidden:
        said["--hidden"] = str(own.hidden)
    if len(own.blocks) == len(usual.blocks):
        kernel = own.kernel if "--kernel" in said else None
        if _sized(usual, own.channels, kernel, own.hidden) == own:
            return said
    return {"--network": own.line()}


def _sized(usual: Network, channels: Sequence[int], kernel: int | None, hidden: int) -> Network:
    """``usual`` in these sizes; ``kernel`` is the side of all kernels, None: as they are."""
    blocks = tuple(
        dataclasses.replace(
            block, channels=count, kernel=(kernel, kernel) if kernel else block.kernel
        )
        for block, count in zip(usual.blocks, channels, strict=True)
    )
    return dataclasses.replace(usual, blocks=blocks, hidden=hidden)


def _channels(text: str, usual: Network) -> tuple[int, ...]:
    """What ``--channels`` says, a number for each convolution of the preset's network."""
    words = text.split(",")
    counts = tuple(int(word) for word in words if word.isascii() and word.isdigit())
    if len(counts) != len(words) or len(counts) != len(usual.blocks) or min(counts) < 1:
        such = ",".join(str(count) for count in usual.channels)
        raise DataError(
            f"--channels {text!r} is not the channels of {len(usual.blocks)} convolutions: "
            f"give {such}"
        )
    return counts


def loaded(wanted: Wanted, shape: tuple[int, ...] | None = None) -> Dataset:
    """The data that are asked for, scaled as is asked for; ``shape`` is what a network takes."""
    task = wanted.task(shape)
    console.note(f"task: {task.kind}, {task.title} as {propose.written(task.shape)}")
    dataset = data.load(wanted.source, task)
    if shape is None:  # no network has a scaling already
        wanted = scaled(wanted, task)
    if wanted.scaling == options.STANDARD:
        measured = scaling.measured(dataset.train.inputs.reshape(-1, *task.shape))
        dataset = dataset.scaled(task.scaled(measured))
    console.note(dataset.summary())
    return dataset


def scaled(wanted: Wanted, task: Task) -> Wanted:
    """``wanted`` with the scaling that a new network gets where none is asked for."""
    own = isinstance(task, Arrays) and not wanted.scaling
    return dataclasses.replace(wanted, scaling=options.STANDARD) if own else wanted


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; gives its exit status."""
    given = console.parse(parser(), argv)
    preset = chosen(given)
    wanted = options.wanted(given)
    dataset = loaded(wanted)
    fit = setup(preset, dataset, given.seed, given.threads, given.epochs)
    out = given.out or Path("build/train") / title(preset, wanted)
    checkpoint = out / "checkpoint.npz"
    model, history = train(fit, dataset, checkpoint)
    contract = Contract(dataset.task, (meaning(dataset),))
    found = logits(model, dataset.task, dataset.validation)
    files = {
        "float.keras": store.dump(model),
        "contract.json": (json.dumps(contract.describe(), indent=2) + "\n").encode(),
        "float.csv": curves.as_csv(history),
        "curves.png": curves.as_png(history, f"{preset.name} on {dataset.source}"),
        **mistakes.files(dataset.validation, found),
    }
    for name, content in files.items():
        store.write(out / name, content)
    checkpoint.unlink(missing_ok=True)
    _finish(out, preset, dataset, history, found)
    return 0


def _finish(
    out: Path, preset: Preset, dataset: Dataset, history: Sequence[Epoch], found: Any
) -> None:
    last = history[-1]
    held_out = dataset.validation
    rows = [("epochs", str(last.epoch)), ("loss", f"{last.loss:.4f}"), *figures(last)]
    text = f"\n{console.table((preset.name, 'at the end'), rows)}"
    told: dict[str, Any] = {"folder": str(out), "preset": preset.name, **dataclasses.asdict(last)}
    if dataset.names:
        right = int((found.argmax(axis=1) == held_out.labels).sum())
        interval = statistics.wilson(right, len(held_out))
        told["interval"] = [interval.low, interval.high]
        text += f"\n\nvalidation: {statistics.percent(right, len(held_out))}, 95 % interval"
        text += f"\n\n{mistakes.table(held_out, found)}"
    files = ", ".join(sorted(path.name for path in out.iterdir() if path.is_file()))
    console.finish(f"{text}\n\nwrote {out}: {files}", told)


if __name__ == "__main__":
    console.run(main)
