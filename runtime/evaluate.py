"""Measure how often a model is right on labelled pictures.

For example:
  python -m runtime.evaluate --data mnist
  python -m runtime.evaluate --data pictures --model build/nano/model.tflite
  python -m runtime.evaluate --data mnist --kernels reference --limit 1000 --json
"""

import argparse
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from runtime import console, dataset
from runtime.classifier import Classifier
from runtime.errors import DataError
from runtime.interpreter import KERNELS
from runtime.predict import about_backend, describe, positive

_PART = 100  # pictures, between two steps of the progress bar


@dataclass(frozen=True)
class Evaluation:
    """How a model did on some data."""

    confusion: npt.NDArray[np.int64]  # [true class, predicted class], counts of pictures
    seconds: float  # for all of them, without reading

    @property
    def count(self) -> int:
        """The number of pictures."""
        return int(self.confusion.sum())

    @property
    def accuracy(self) -> float:
        """The share of right answers, 0..1."""
        return int(np.trace(self.confusion)) / self.count

    @property
    def per_class(self) -> list[float | None]:
        """The share of right answers among each true class; None where there is no picture."""
        totals = self.confusion.sum(axis=1)
        return [
            int(self.confusion[i, i]) / int(total) if total else None
            for i, total in enumerate(totals)
        ]


def evaluate(model: Classifier, digits: dataset.Digits, limit: int | None = None) -> Evaluation:
    """Run ``model`` on the first ``limit`` of ``digits``; DataError when the classes differ."""
    if len(digits.names) != len(model.labels):
        raise DataError(
            f"{digits.source} has {len(digits.names)} classes, the model {len(model.labels)}: "
            "evaluate it on data like those that it was trained on"
        )
    images, labels = digits.images[:limit], digits.labels[:limit]
    start = time.perf_counter()
    parts = np.array_split(images, -(-len(images) // _PART))
    running = console.progress(parts, "evaluating")
    predicted = np.concatenate([model.scores(part).argmax(axis=1) for part in running])
    seconds = time.perf_counter() - start
    confusion = np.zeros((len(digits.names), len(digits.names)), np.int64)
    np.add.at(confusion, (labels, predicted), 1)
    return Evaluation(confusion, seconds)


def parser() -> argparse.ArgumentParser:
    """The command line of this module."""
    result = console.Parser(
        prog="python -m runtime.evaluate",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    result.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        help="MNIST's IDX files, or a folder with one subfolder of pictures per class "
        f"(default: {dataset.ENVIRONMENT}, else the cache)",
    )
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
    result.add_argument("--limit", type=positive, metavar="N", help="use the first N pictures only")
    return result


def main(argv: Sequence[str] | None = None) -> int:
    """Evaluate a model and print what came out."""
    options = console.parse(parser(), argv)
    model = Classifier(options.model, options.backend, options.kernels)
    digits = dataset.read_test(options.data)
    evaluation = evaluate(model, digits, options.limit)
    about = options.model, model, digits, evaluation
    console.finish(as_text(*about), as_data(*about))
    return 0


def as_data(
    name: str, model: Classifier, digits: dataset.Digits, result: Evaluation
) -> dict[str, Any]:
    """``result`` for programs."""
    return {
        "data": digits.source,
        "model": name,
        **about_backend(model),
        "count": result.count,
        "accuracy": result.accuracy,
        "labels": list(model.labels),
        "per_class": result.per_class,
        "confusion": result.confusion.tolist(),
        "seconds": round(result.seconds, 3),
    }


def as_text(name: str, model: Classifier, digits: dataset.Digits, result: Evaluation) -> str:
    """``result`` for people: rows of the table are true classes, columns what the model said."""
    rows = [
        [label, *map(str, counts), "-" if share is None else f"{share:.2%}"]
        for label, counts, share in zip(
            model.labels, result.confusion.tolist(), result.per_class, strict=True
        )
    ]
    right = int(np.trace(result.confusion))
    return "\n".join(
        [
            f"data {digits.source}, model {name}, {describe(model)}",
            f"accuracy {result.accuracy:.2%} ({right} of {result.count}) "
            f"in {result.seconds:.1f} s, {1000 * result.seconds / result.count:.3f} ms each",
            "",
            console.table(["true \\ said", *model.labels, "right"], rows),
        ]
    )


if __name__ == "__main__":
    console.run(main)
