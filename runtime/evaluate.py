"""Measure how good a model is on labelled examples.

For example:
  python -m runtime.evaluate --data mnist
  python -m runtime.evaluate --data pictures --model build/photos/model.tflite
  python -m runtime.evaluate --data mnist --kernels reference --limit 1000 --json
"""

import argparse
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from runtime import console, judge, numbers, options, reading, statistics
from runtime.classifier import Model
from runtime.dataset import NONE, Examples, Floats, Labels, apart
from runtime.errors import DataError
from runtime.interpreter import KERNELS
from runtime.judge import Judgement
from runtime.predict import about_backend, describe
from runtime.tasks.meaning import Classes, Meaning, Reconstruction

_PART = 100  # examples, between two steps of the progress bar


@dataclass(frozen=True)
class Refusal:
    """How the answer "none of the classes" fares. Accuracies elsewhere are of the largest class."""

    threshold: float
    refused: int  # of the examples that have a class
    right: int  # of those that are not refused
    others: int  # examples that belong to none
    others_refused: int


@dataclass(frozen=True)
class Evaluation:
    """How a model did on some data."""

    meaning: Meaning
    examples: Examples  # that it was judged on
    judgement: Judgement
    losses: Floats  # [count], as ``judge.losses`` has them
    refusal: "Refusal | None"  # None: no threshold is known, or there are no classes
    confusion: Labels | None  # [true class, predicted class], counts; None: no classes
    seconds: float  # for all of them, without reading

    @property
    def count(self) -> int:
        """The number of examples."""
        return self.judgement.count

    @property
    def accuracy(self) -> float:
        """The share of right answers, 0..1; of a classifier."""
        return self.judgement.figure

    @property
    def per_class(self) -> list[float | None]:
        """The share of right answers among each true class; None where there is no example."""
        if self.confusion is None:
            return []
        return [one.recall for one in statistics.per_class(self.confusion)]


def evaluate(model: Model, examples: Examples, limit: int | None = None) -> Evaluation:
    """How good the first output is; see ``evaluations``."""
    return next(iter(evaluations(model, examples, limit).values()))


def evaluations(
    model: Model, examples: Examples, limit: int | None = None
) -> dict[int, Evaluation]:
    """Run ``model`` on the first ``limit`` of ``examples``; how good each output is, by number.

    Of several, those that the examples say nothing of are left out. Raises DataError when the
    examples do not fit the model.
    """
    chosen, others = _apart(model, examples.first(limit))
    known = judged_by(model, chosen)
    start = time.perf_counter()
    answers = _answers(model, chosen, "evaluating")
    seconds = time.perf_counter() - start
    found = None if others is None else _answers(model, others, f"evaluating {NONE!r}")
    return {
        number: _evaluation(
            model, number, (answers[number], None if found is None else found[number]), own, seconds
        )
        for number, own in known.items()
    }


def _apart(model: Model, examples: Examples) -> tuple[Examples, Examples | None]:
    """``examples`` of the classes of ``model``, and those of none: of a class that it has not."""
    if NONE in {label.casefold() for label in model.contract.labels}:
        return examples, None
    kept, others = apart(examples)
    return kept, others if others else None


def _answers(model: Model, examples: Examples, what: str) -> list[Floats]:
    """Each output of ``model`` for ``examples``, [count, ...]."""
    parts = np.array_split(examples.inputs, -(-len(examples) // _PART))
    rows = [model.reals(part) for part in console.progress(parts, what)]
    return [np.concatenate(parts) for parts in zip(*rows, strict=True)]


def judged_by(model: Model, examples: Examples) -> dict[int, Examples]:
    """What ``examples`` say of each output of ``model``, by its number, with its own classes.

    Raises DataError when they do not fit, or say nothing of any output.
    """
    outputs = model.contract.outputs
    known = {
        number: judge.matched(meaning, examples.of(number))
        for number, meaning in enumerate(outputs)
        if len(outputs) == 1 or judge.knows(meaning, examples.of(number))
    }
    if not known:
        raise DataError(
            f"{examples.source} says nothing of the outputs {', '.join(model.contract.names)}: "
            "call arrays of it y_NAME"
        )
    return known


def _evaluation(
    model: Model,
    number: int,
    answers: tuple[Floats, Floats | None],
    examples: Examples,
    seconds: float,
) -> Evaluation:
    """How good the ``answers`` [count, ...] of an output are, to examples and to what is none."""
    meaning = model.contract.outputs[number]
    found, others = answers
    losses = judge.losses(meaning, found, model.task.real(examples.inputs), examples)
    confusion = refusal = None
    if isinstance(meaning, Classes):
        refusal = refusal_of(meaning, found, losses, others)
        said = meaning.by_class(found).argmax(axis=1)
        confusion = judge.confusion(examples.labels, said, len(meaning.labels))
    judged = judge.judge(meaning, losses)
    return Evaluation(meaning, examples, judged, losses, refusal, confusion, seconds)


def refusal_of(
    meaning: Classes, found: Floats, losses: Floats, others: Floats | None
) -> Refusal | None:
    """How ``found`` [count, ...], right where ``losses`` are 0, and ``others`` are refused."""
    if meaning.threshold is None:
        return None
    none = meaning.none(meaning.probabilities(meaning.by_class(found)))
    beyond = 0
    if others is not None:
        beyond = int(meaning.none(meaning.probabilities(meaning.by_class(others))).sum())
    right = int(((losses == 0) & ~none).sum())
    count = 0 if others is None else len(others)
    return Refusal(meaning.threshold, int(none.sum()), right, count, beyond)


def parser() -> argparse.ArgumentParser:
    """The command line of this module."""
    result = console.Parser("python -m runtime.evaluate", description=__doc__)
    options.add_data(result)
    result.add_argument(
        "--model", default="base", help="a .tflite, or the name of a bundled model (default: base)"
    )
    result.add_argument(
        "--backend",
        help="litert, tflite-runtime, tensorflow (default: the first installed), or c: C that is "
        "made fast for this machine (c:generic: plain C)",
    )
    result.add_argument(
        "--kernels",
        choices=KERNELS,
        default="default",
        help="default: as the interpreter chooses; reference: its plain loops; "
        "no-delegate: its optimized ones without XNNPACK",
    )
    result.add_argument(
        "--limit", type=numbers.whole(1), metavar="N", help="use the first N examples only"
    )
    return result


def main(argv: Sequence[str] | None = None) -> int:
    """Evaluate a model and print what came out."""
    given = console.parse(parser(), argv)
    model = Model(given.model, given.backend, given.kernels)
    source = options.source(given, model.contract.names)
    examples = reading.judged_on(model.task, given.data, source, model.path)
    about = given.model, model, examples, evaluations(model, examples, given.limit)
    console.finish(as_text(*about), as_data(*about))
    return 0


def as_data(
    name: str, model: Model, examples: Examples, results: Mapping[int, Evaluation]
) -> dict[str, Any]:
    """``results`` for programs: the first one, and each by its output's name where several are."""
    every = {number: _figures(one) for number, one in results.items()}
    first = next(iter(results.values()))
    names = model.contract.names
    return {
        "data": examples.source,
        "model": name,
        **about_backend(model),
        "count": first.count,
        **next(iter(every.values())),
        **({"outputs": {names[number]: told for number, told in every.items()}} if names else {}),
        "seconds": round(first.seconds, 3),
    }


def _figures(result: Evaluation) -> dict[str, Any]:
    judged, meaning = result.judgement, result.meaning
    classes = {}
    if result.confusion is not None and isinstance(meaning, Classes):
        classes = {
            "labels": list(meaning.labels),
            "per_class": result.per_class,
            "confusion": result.confusion.tolist(),
        }
    odd = detection(result)
    return {
        judged.measure.replace(" ", "_"): judged.figure,
        "interval": [judged.interval.low, judged.interval.high],
        **classes,
        **({"refusal": asdict(result.refusal)} if result.refusal else {}),
        **({"detection": odd} if odd else {}),
    }


def detection(result: Evaluation) -> dict[str, Any] | None:
    """How a reconstruction's error tells each class; None where that means nothing."""
    meaning = result.meaning
    if not isinstance(meaning, Reconstruction):
        return None
    examples = result.examples
    names, labels = examples.names or (examples.source,), examples.labels
    beyond = None if meaning.threshold is None else result.losses > meaning.threshold
    rows = {}
    for label, name in enumerate(names):
        of_class = labels == label
        if of_class.any():
            share = None if beyond is None else float(beyond[of_class].mean())
            error = float(result.losses[of_class].mean())
            rows[name] = {"count": int(of_class.sum()), "error": error, "odd": share}
    area = None
    if len(names) == 2 and len(set(labels.tolist())) == 2:
        area = statistics.roc_auc(result.losses, labels == 1)
    return {"threshold": meaning.threshold, "classes": rows, "auc": area}


def as_text(name: str, model: Model, examples: Examples, results: Mapping[int, Evaluation]) -> str:
    """``results`` for people: rows of a confusion are true classes, columns what was said."""
    lines = [f"data {examples.source}, model {name}, {describe(model)}"]
    for number, result in results.items():
        title = f"{model.contract.names[number]}: " if model.contract.names else ""
        lines += _lines(title, result)
    left = [one for n, one in enumerate(model.contract.names) if n not in results]
    if left:
        lines += ["", f"not judged, as the data say nothing of them: {', '.join(left)}"]
    return "\n".join(lines)


def _lines(title: str, result: Evaluation) -> list[str]:
    judged = result.judgement
    right = f", {round(judged.figure * judged.count)} of {judged.count}" if judged.is_share else ""
    each = 1000 * result.seconds / result.count
    time_taken = f"in {result.seconds:.1f} s, {each:.3f} ms each"
    lines = [f"{title}{judged.measure} {judged}{right}, {time_taken}"]
    if result.refusal:
        lines.append(_refusal(result.refusal, result.count))
    if result.confusion is not None and isinstance(result.meaning, Classes):
        lines += ["", _confusion(result.meaning.labels, result.confusion)]
    if odd := detection(result):
        lines += ["", _detection(odd)]
    return lines


def _refusal(one: Refusal, count: int) -> str:
    """What is refused, for people."""
    right = f", of the rest {one.right / max(1, count - one.refused):.2%} right"
    others = f"; of {one.others} of no class {one.others_refused} refused" if one.others else ""
    least = f"answers below {one.threshold:.0%} are none of the classes"
    return f"{least}: {one.refused} of {count} refused{right}{others}"


def _confusion(labels: Sequence[str], confusion: Labels) -> str:
    shares = [one.recall for one in statistics.per_class(confusion)]
    rows = [
        [label, *map(str, row), "-" if share is None else f"{share:.2%}"]
        for label, row, share in zip(labels, confusion.tolist(), shares, strict=True)
    ]
    return console.table(["true \\ said", *labels, "right"], rows)


def _detection(odd: dict[str, Any]) -> str:
    rows = [
        [
            name,
            str(row["count"]),
            f"{row['error']:.5g}",
            "-" if row["odd"] is None else f"{row['odd']:.2%}",
        ]
        for name, row in odd["classes"].items()
    ]
    table = console.table(["class", "examples", "mean error", "beyond the threshold"], rows)
    area = "" if odd["auc"] is None else f"\narea under the ROC curve: {odd['auc']:.4f}"
    threshold = odd["threshold"]
    told = "no threshold is known" if threshold is None else f"threshold {threshold:.5g}"
    return f"{table}\n{told}{area}"


if __name__ == "__main__":
    console.run(main)
