"""Measure how good a model is on labelled examples.

For example:
  python -m runtime.evaluate --data mnist
  python -m runtime.evaluate --data pictures --model build/photos/model.tflite
  python -m runtime.evaluate --data mnist --kernels reference --limit 1000 --json
"""

import argparse
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from runtime import console, judge, numbers, options, reading, statistics
from runtime.classifier import Model
from runtime.dataset import Examples, Floats, Labels
from runtime.interpreter import KERNELS
from runtime.judge import Judgement
from runtime.predict import about_backend, describe
from runtime.tasks.meaning import Classes, Meaning, Reconstruction

_PART = 100  # examples, between two steps of the progress bar


@dataclass(frozen=True)
class Evaluation:
    """How a model did on some data."""

    meaning: Meaning
    judgement: Judgement
    losses: Floats  # [count], as ``judge.losses`` has them
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
    """Run ``model`` on the first ``limit`` of ``examples``; DataError when they do not fit it."""
    meaning = model.contract.outputs[0]
    chosen = judge.matched(meaning, examples).first(limit)
    start = time.perf_counter()
    parts = np.array_split(chosen.inputs, -(-len(chosen) // _PART))
    running = console.progress(parts, "evaluating")
    found = np.concatenate([model.reals(part)[0] for part in running])
    seconds = time.perf_counter() - start
    losses = judge.losses(meaning, found, model.task.real(chosen.inputs), chosen)
    confusion = None
    if isinstance(meaning, Classes):
        said = meaning.by_class(found).argmax(axis=1)
        confusion = judge.confusion(chosen.labels, said, len(meaning.labels))
    return Evaluation(meaning, judge.judge(meaning, losses), losses, confusion, seconds)


def parser() -> argparse.ArgumentParser:
    """The command line of this module."""
    result = console.Parser(
        prog="python -m runtime.evaluate",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    options.add_data(result)
    result.add_argument(
        "--model", default="base", help="a .tflite, or the name of a bundled model (default: base)"
    )
    result.add_argument(
        "--backend", help="litert, tflite-runtime, tensorflow (default: the first installed), or c"
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
    found = reading.judged_on(model.task, given.data, options.source(given), model.path)
    examples = judge.matched(model.contract.outputs[0], found)
    evaluation = evaluate(model, examples, given.limit)
    about = given.model, model, examples, evaluation
    console.finish(as_text(*about), as_data(*about))
    return 0


def as_data(name: str, model: Model, examples: Examples, result: Evaluation) -> dict[str, Any]:
    """``result`` for programs."""
    judged = result.judgement
    classes = {}
    if result.confusion is not None:
        classes = {
            "labels": list(model.contract.labels),
            "per_class": result.per_class,
            "confusion": result.confusion.tolist(),
        }
    odd = detection(model.contract.outputs[0], examples, result)
    return {
        "data": examples.source,
        "model": name,
        **about_backend(model),
        "count": result.count,
        judged.measure.replace(" ", "_"): judged.figure,
        "interval": [judged.interval.low, judged.interval.high],
        **classes,
        **({"detection": odd} if odd else {}),
        "seconds": round(result.seconds, 3),
    }


def detection(meaning: Meaning, examples: Examples, result: Evaluation) -> dict[str, Any] | None:
    """How a reconstruction's error tells each class; None where that means nothing."""
    if not isinstance(meaning, Reconstruction):
        return None
    names = examples.names or (examples.source,)
    labels = examples.labels[: result.count]
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


def as_text(name: str, model: Model, examples: Examples, result: Evaluation) -> str:
    """``result`` for people: rows of a confusion are true classes, columns what the model said."""
    judged = result.judgement
    right = f", {round(judged.figure * judged.count)} of {judged.count}" if judged.is_share else ""
    each = 1000 * result.seconds / result.count
    lines = [
        f"data {examples.source}, model {name}, {describe(model)}",
        f"{judged.measure} {judged}{right}, in {result.seconds:.1f} s, {each:.3f} ms each",
    ]
    if result.confusion is not None:
        lines += ["", _confusion(model.contract.labels, result.confusion)]
    if odd := detection(model.contract.outputs[0], examples, result):
        lines += ["", _detection(odd)]
    return "\n".join(lines)


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
