"""How int8 models stand changed inputs: ``python -m convert.robustness model.tflite ...``.

Each change is drawn for every test example from a fixed seed, uniformly within the bound that the
table names; all models see the same examples. Which changes there are, the task says, by the
``contract.json`` beside the model: of pictures geometry, noise, contrast and brightness, of arrays
noise, gain and a channel that is missing.
"""

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from convert import feed, parity, tflite
from runtime import console, contract, judge, options, worker
from runtime.contract import Contract
from runtime.dataset import Array, Examples
from runtime.errors import DataError, ModelError
from runtime.judge import Judgement
from runtime.reading import Source
from runtime.tasks.task import Task
from train import data
from train.augment import Level, affine
from train.tf import configure, tf

SEED = 20
"""Of every random change."""
_HIGHEST = 255  # of a pixel

Change = Callable[[tf.Tensor], tf.Tensor]


@dataclass(frozen=True)
class Condition:
    """One column of the table."""

    name: str
    change: Change  # float32 [count, ...]: pixels in 0..1, arrays with deviation 1 by channel


def geometric(level: Level, outside: str = "CONSTANT") -> Change:
    """Move each image by amounts drawn from ``level``."""
    return lambda images: affine(images, tf.constant([SEED, 0]), level, outside)


def noise(deviation: float) -> Change:
    """Add normal noise of that standard deviation to every value."""
    return lambda values: (
        values + tf.random.stateless_normal(tf.shape(values), [SEED, 1], stddev=deviation)
    )


def contrast(left: float) -> Change:
    """Keep the share ``left`` of the contrast, around the middle grey."""
    return lambda images: (1 - left) / 2 + left * images


def brightness(bound: float) -> Change:
    """Add up to ``bound`` to all pixels of a picture, or take it away."""
    return lambda images: images + _drawn(images, -bound, bound)


def gain(bound: float) -> Change:
    """Multiply each array by a factor of 1 - ``bound`` to 1 + ``bound``."""
    return lambda values: values * _drawn(values, 1 - bound, 1 + bound)


def without(channels: float) -> Change:
    """Put that many channels, the last axis, of each array to 0, which ones is drawn."""

    def change(values: tf.Tensor) -> tf.Tensor:
        shape = [tf.shape(values)[0], values.shape[-1]]
        order = tf.argsort(tf.argsort(tf.random.stateless_uniform(shape, [SEED, 3])))
        kept = tf.cast(order >= int(channels), values.dtype)
        return values * tf.reshape(kept, [shape[0], *[1] * (values.shape.rank - 2), shape[1]])

    return change


def _drawn(values: tf.Tensor, low: float, high: float) -> tf.Tensor:
    """A number for each example, [count, 1, ...]."""
    found = tf.random.stateless_uniform([tf.shape(values)[0]], [SEED, 2], low, high)
    return tf.reshape(found, [-1, *[1] * (values.shape.rank - 1)])


CLEAN = Condition("clean", lambda values: values)
DIGITS = (
    CLEAN,
    Condition("shift 4 px", geometric(Level(shift=4))),
    Condition("rotation 20°", geometric(Level(rotation=20))),
    Condition("scale 20 %", geometric(Level(scale=0.2))),
    Condition("shear 0.2", geometric(Level(shear=0.2))),
    Condition("all of these", geometric(Level(shift=4, rotation=20, scale=0.2, shear=0.2))),
    Condition("noise 0.2", noise(0.2)),
    Condition("grey paper", lambda images: 0.5 + 0.5 * images),
)
PICTURES = (
    CLEAN,
    Condition("shift 4 px", geometric(Level(shift=4), "REFLECT")),
    Condition("rotation 20°", geometric(Level(rotation=20), "REFLECT")),
    Condition("scale 20 %", geometric(Level(scale=0.2), "REFLECT")),
    Condition("noise 0.1", noise(0.1)),
    Condition("half contrast", contrast(0.5)),
    Condition("brightness 0.2", brightness(0.2)),
)
ARRAYS = (
    CLEAN,
    Condition("noise 0.2", noise(0.2)),
    Condition("noise 0.5", noise(0.5)),
    Condition("gain 20 %", gain(0.2)),
    Condition("gain 50 %", gain(0.5)),
    Condition("a channel less", without(1)),
)
CONDITIONS = {"digits": DIGITS, "image": PICTURES, "tensor": ARRAYS}
"""By the kind of task."""


def changed(condition: Condition, task: Task, examples: Examples) -> Array:
    """The inputs of ``examples`` under ``condition``, as ``task`` keeps them."""
    given = examples.inputs.reshape(len(examples), *task.shape)
    if task.stored == np.uint8:
        pixels = given.astype(np.float32) / np.float32(_HIGHEST)
        result = tf.clip_by_value(condition.change(tf.constant(pixels)), 0.0, 1.0)
        found = np.rint(result.numpy() * _HIGHEST).astype(np.uint8)
    else:
        axes = tuple(range(given.ndim - 1))
        middle, spread = given.mean(axes), np.maximum(given.std(axes), 1e-12)
        result = condition.change(tf.constant((given - middle) / spread)).numpy()
        found = np.asarray(result * spread + middle, task.stored)
    return found.reshape(examples.inputs.shape)


def measure(model: Path, known: Contract, test: Examples) -> dict[str, float]:
    """How good ``model`` is under each condition, by the named runtime: see ``judged``."""
    result = {}
    conditions = CONDITIONS[known.task.kind]
    for condition in console.progress(conditions, model.parent.name):
        inputs = changed(condition, known.task, test)
        result[condition.name] = judged(model, known, test.with_inputs(inputs)).figure
    return result


def judged(model: Path, known: Contract, examples: Examples) -> Judgement:
    """How good the first output of ``model`` is; a reconstruction is to give what it was given."""
    graph = tflite.read(model)
    given = feed.fed(known.task, examples.inputs, graph)
    answers = worker.run(model, [given[:, None]], *parity.NAMED, fresh=True)
    found = parity.real_outputs(graph, [one[:, 0] for one in answers])[0]
    real = known.task.real(examples.inputs)
    meaning = known.outputs[0]
    return judge.judge(meaning, judge.losses(meaning, found, real, examples))


def contract_of(model: Path) -> Contract:
    """The contract beside ``model``, else what its shapes suggest; raises ModelError."""
    graph = tflite.read(model)
    if len(graph.inputs) != 1:
        raise ModelError(f"{model} has {len(graph.inputs)} inputs: one is needed here")
    given, *answers = (feed.as_runtime(graph.tensors[n]) for n in (*graph.inputs, *graph.outputs))
    return contract.of(model, given, answers)


def tested_on(model: Path, known: Contract, source: Source | None) -> Examples:
    """The test part of the data for ``model``; raises DataError for what does not fit it."""
    if source is None and known.task.kind != "digits":
        raise DataError(f"{model} is no network of digits: pass --data with examples for it")
    test = data.load(source, known.task).test
    return judge.matched(known.outputs[0], test)


def parser() -> argparse.ArgumentParser:
    """The command line of ``python -m convert.robustness``."""
    result = console.Parser("python -m convert.robustness", description=__doc__)
    result.add_argument("models", type=Path, nargs="+", metavar="MODEL", help=".tflite files")
    options.add_data(result)
    return result


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; gives its exit status."""
    given = console.parse(parser(), argv)
    contracts = {path: contract_of(path) for path in given.models}
    first = contracts[given.models[0]]
    for path, known in contracts.items():
        if known.task != first.task or type(known.outputs[0]) is not type(first.outputs[0]):
            raise ModelError(f"{path} is for another task than {given.models[0]}: ask apart")
    source = options.source(given, first.names) if given.data is not None else None
    tests = {path: tested_on(path, known, source) for path, known in contracts.items()}
    test = tests[given.models[0]]
    configure(SEED)
    results = {str(path): measure(path, known, test) for path, known in contracts.items()}
    names = [condition.name for condition in CONDITIONS[first.task.kind]]
    measured = judge.measure_of(first.outputs[0])
    if first.judged:
        console.note(first.judged)
    rows = [
        [name, *(shown(measured, value) for value in result.values())]
        for name, result in results.items()
    ]
    unit = " in %" if measured == judge.ACCURACY else ""
    noun = "image" if test.source == "MNIST" else first.task.noun
    title = f"{measured}{unit} on the {len(test):,} test {noun}s of: {test.source}"
    about = {"data": test.source, "measure": measured, measured.replace(" ", "_"): results}
    console.finish(f"{title}\n\n{console.table(['model', *names], rows)}", about)
    return 0


def shown(measure: str, value: float) -> str:
    """A figure for people."""
    return f"{100 * value:.2f}" if measure == judge.ACCURACY else f"{value:.5g}"


if __name__ == "__main__":
    console.run(main)
