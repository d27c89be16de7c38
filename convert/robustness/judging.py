"""How good a model is on changed examples, and on which."""

from pathlib import Path

from convert import feed, parity, tflite
from runtime import contract, judge, worker
from runtime.contract import Contract
from runtime.dataset import Examples
from runtime.errors import DataError, ModelError
from runtime.judge import Judgement
from runtime.reading import Source
from train import data


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


def shown(measure: str, value: float) -> str:
    """A figure for people."""
    return f"{100 * value:.2f}" if measure == judge.ACCURACY else f"{value:.5g}"
