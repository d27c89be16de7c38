"""How int8 models stand changed inputs: ``python -m convert.robustness model.tflite ...``.

Each change is drawn for every test example from a fixed seed, uniformly within the bound that the
table names; all models see the same examples. Which changes there are, the task says, by the
``contract.json`` beside the model: of pictures geometry, noise, contrast and brightness, of arrays
noise, gain and a channel that is missing.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

from convert.robustness.changes import SEED, changed
from convert.robustness.conditions import CONDITIONS
from convert.robustness.judging import contract_of, judged, shown, tested_on
from runtime import console, judge, options
from runtime.contract import Contract
from runtime.dataset import Examples
from runtime.errors import ModelError
from train.tf import configure


def measure(model: Path, known: Contract, test: Examples) -> dict[str, float]:
    """How good ``model`` is under each condition, by the named runtime: see ``judged``."""
    result = {}
    conditions = CONDITIONS[known.task.kind]
    for condition in console.progress(conditions, model.parent.name):
        inputs = changed(condition, known.task, test)
        result[condition.name] = judged(model, known, test.with_inputs(inputs)).figure
    return result


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


if __name__ == "__main__":
    console.run(main)
