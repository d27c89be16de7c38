"""From a float network to its int8 form, judged before and compared after."""

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from convert import audit, calibration, meanings, parity, proof, tflite
from convert.feed import fed, of_type
from convert.network import Network
from convert.parity import NAMED, Parity, Question
from runtime import console, worker
from runtime.contract import Contract
from runtime.dataset import Array, Examples, Floats
from runtime.errors import GateError
from runtime.tasks.meaning import Classes, Meaning, Reconstruction, Values
from runtime.tasks.task import Task
from train import feed, fit, lessons, qat
from train.augment import LEVELS
from train.data import Dataset
from train.loop import Epoch, Plan
from train.presets import Recipe

CALIBRATION = 500
"""Training examples that give the ranges of post-training quantization."""


@dataclass(frozen=True)
class Settings:
    """How it is made."""

    how: str  # "qat", "ptq" or "ready"
    seed: int
    least: float | None  # accuracy of the float network, 0..1; None: better than without looking
    is_trained_here: bool = False  # so that its preprocessing is no question


@dataclass(frozen=True)
class Made:
    """An int8 network with all that is known of it."""

    graph: tflite.Model
    contract: Contract
    parity: Parity
    floats: Sequence[Floats]  # the float network's outputs on the test part; (): there is none
    reals: Sequence[Floats]  # the int8 network's, as reals
    history: Sequence[Epoch] | None = None  # of fine-tuning; None: there was none
    fake: bytes | None = None  # the fine-tuned network with its fake quantization, .h5
    other: tuple[bytes, Sequence[Floats]] | None = None  # PTQ beside QAT: .tflite and its outputs


def make(network: Network, dataset: Dataset, recipe: Recipe, settings: Settings) -> Made:
    """Judge ``network``, quantize it, and compare both on the test part.

    Raises GateError where the network has not learnt the data, ModelError for one that cannot be
    int8.
    """
    found = meanings.of(network, dataset.train)
    learnt, held_out = (
        meanings.usual(found[0], part) for part in (dataset.train, dataset.validation)
    )
    lesson = Lesson(dataset.task, found, learnt, held_out, dataset.others, recipe.drawings)
    if len(learnt) < len(dataset.train):
        name = learnt.names[int(learnt.labels[0])]
        console.note(f"a reconstruction: {name!r} is what is usual, and all that it learns")
    _judge(network, lesson, settings)
    tuned = _fine_tuned(network, lesson, recipe, settings.seed) if settings.how == "qat" else None
    stays = network.quantize([lesson.calibration(settings.seed)])
    graph = tflite.parse(stays if tuned is None else tuned.content, network.origin)
    if settings.how != "ready":
        audit.check(graph, network.origin)
    console.note(f"int8 model: {len(graph.content):,} bytes, {', '.join(graph.op_names)}")
    names = tuple(one.name for one in network.outputs) if len(found) > 1 else ()
    contract = Contract(dataset.task, _finished(lesson, graph, settings), names=names)
    made = _compared(network, graph, contract, dataset.test)
    if tuned is None:
        return made
    other = stays, outputs(stays, dataset.task, dataset.test)
    return replace(made, history=tuned.history, fake=tuned.fake, other=other)


@dataclass(frozen=True)
class Lesson:
    """What a network learns from, and what its outputs mean."""

    task: Task
    meanings: tuple[Meaning, ...]
    train: Examples
    held_out: Examples
    others: tuple[Examples, ...] = ()  # that belong to no class: to train on, held out, to test on

    drawings: bool = False  # whether what is no digit is drawn

    @property
    def has_none(self) -> bool:
        """Whether it teaches what belongs to no class."""
        drawn = self.drawings and lessons.has_drawings(self.task, self.train)
        return drawn or bool(self.others)

    def taught(self) -> Examples:
        """What is trained on."""
        if not isinstance(self.meanings[0], Classes):
            return self.train
        others = self.others[0] if self.others else None
        return lessons.enlarged(self.task, self.train, others, drawings=self.drawings)

    def judged(self) -> Examples:
        """What is held out, with what belongs to no class."""
        others = self.others[1] if len(self.others) > 1 else None
        return lessons.held_out(self.task, self.held_out, others, drawings=self.drawings)

    def calibration(self, seed: int) -> Floats:
        """Real inputs [count, *shape] that ranges are taken from."""
        chosen = qat.calibration(len(self.train), seed, CALIBRATION)
        return _to_the_ends(self.task, self.task.real(self.train.inputs[chosen]))


def _to_the_ends(task: Task, real: Floats) -> Floats:
    """``real`` [count, *shape] of which the least and the largest value are the input's range.

    That is known of pictures. Had the examples a smaller one, what is brighter or darker later
    would be cut off; the ranges of the layers behind are left to what was seen.
    """
    ends = feed.bounds(task)
    if ends is None:
        return real
    found = real.copy()
    for place, end in zip((found.argmin(), found.argmax()), ends, strict=True):
        found.flat[place] = end
    return found


@dataclass(frozen=True)
class Tuned:
    """What fine-tuning gave."""

    content: bytes  # the int8 .tflite
    history: Sequence[Epoch]
    fake: bytes  # the network with its fake quantization, .h5


def _judge(network: Network, lesson: Lesson, settings: Settings) -> None:
    run = _runner(network)
    who = "int8" if settings.how == "ready" else "float"
    check = proof.check_trained if settings.is_trained_here else proof.check
    for number, meaning in enumerate(lesson.meanings):
        # What is asked for is asked of the first output; 0 lets any pass.
        least = settings.least if number == 0 or settings.least == 0 else None
        one, held_out = partial(_only, run, number), lesson.held_out.of(number)
        output = network.outputs[number].name
        try:
            judged = check(one, meaning, lesson.task, held_out, least)
        except GateError as error:
            raise GateError(f"output {output!r}: {error}" if number else str(error)) from error
        name = f" of {output!r}" if len(lesson.meanings) > 1 else ""
        if judged is not None:
            console.note(f"{who} {judged.measure}{name} on held-out data: {judged}")
        elif name:
            console.note(
                f"the data say nothing of output {output!r}, which is compared and not judged: an "
                f"array y_{output} would say what is right"
            )


def _only(run: Callable[[Floats], Sequence[Floats]], number: int, real: Floats) -> Floats:
    """One output of what ``run`` gives."""
    return run(real)[number]


def _fine_tuned(network: Network, lesson: Lesson, recipe: Recipe, seed: int) -> Tuned:
    """By quantization-aware training on the training part."""
    level = feed.level(lesson.task, recipe.augmentation)
    if isinstance(lesson.meanings[0], Reconstruction):
        level = LEVELS["none"]  # what it shall give is the input itself
    plan = Plan(recipe.qat_epochs, recipe.qat_rate, level, seed)
    weights = _weights(lesson.train) if isinstance(lesson.meanings[0], Classes) else ()
    train = feed.material(lesson.task, lesson.taught(), lesson.meanings, level, weights)
    held_out = feed.material(lesson.task, lesson.held_out, lesson.meanings)
    tuning = network.fine_tune(train, plan)
    history = list(fit.report(tuning.epochs(held_out), plan.epochs))
    return Tuned(tuning.quantize(), history, tuning.dump())


def _weights(train: Examples) -> tuple[float, ...]:
    """What makes small classes count as much as large ones; digits were trained without."""
    return () if train.source == "MNIST" else fit.class_weights(train)


def _finished(lesson: Lesson, graph: tflite.Model, settings: Settings) -> tuple[Meaning, ...]:
    """The meanings, with the thresholds that follow from what int8 gives for what is held out."""
    if all(isinstance(one, Values) for one in lesson.meanings):
        return lesson.meanings
    judged = lesson.judged()
    found = outputs(graph.content, lesson.task, judged)
    learnt = lesson.has_none and (settings.is_trained_here or settings.how == "qat")
    result: list[Meaning] = []
    for number, (one, answers) in enumerate(zip(lesson.meanings, found, strict=True)):
        known = judged.of(number)
        if isinstance(one, Reconstruction):
            usual = answers[: len(lesson.held_out)]
            result.append(meanings.with_threshold(one, lesson.task, lesson.held_out, usual))
        elif isinstance(one, Classes) and known.names:
            result.append(calibration.of(one, answers, known, is_taught=learnt))
        else:
            result.append(one)
    return tuple(result)


def _compared(network: Network, graph: tflite.Model, contract: Contract, test: Examples) -> Made:
    """Parity on the test part: the one time that it is looked at."""
    task = contract.task
    console.note(f"parity: {len(test):,} test {task.noun}s through every runtime present")
    usual = meanings.are_usual(contract.outputs[0], test)
    asked = Question(contract, test, fed(task, test.inputs, graph), usual)
    floats = network.predict([task.real(test.inputs)]) or []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.tflite"
        path.write_bytes(graph.content)
        result, reals = parity.measure(path, graph, asked, floats)
    return Made(graph, contract, result, floats, reals)


def outputs(content: bytes, task: Task, examples: Examples) -> list[Floats]:
    """What the named runtime makes of a ``.tflite`` for ``examples``: each output, as reals."""
    graph = tflite.parse(content)
    return parity.real_outputs(graph, _run(content, fed(task, examples.inputs, graph)))


def _run(content: bytes, given: Array) -> list[Array]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.tflite"
        path.write_bytes(content)
        return [one[:, 0] for one in worker.run(path, [given[:, None]], *NAMED, fresh=True)]


def _runner(network: Network) -> Callable[[Floats], Sequence[Floats]]:
    """What is judged: the float network, or the int8 one where that is all there is."""
    if network.how != "ready":
        return lambda real: network.predict([real]) or []
    graph = tflite.parse(network.quantize([]), network.origin)
    return lambda real: parity.real_outputs(graph, _run(graph.content, of_type(real, graph)))
