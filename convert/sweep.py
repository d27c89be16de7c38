"""How float and int8 stand rising changes: ``python -m convert.sweep build/base/model.tflite``.

Leaves ``robustness.json`` beside the model, for the curves of its report. Each image is changed by
an amount drawn from a fixed seed, uniformly within the bound; both networks see the same images.
"""

import argparse
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from convert import parity, publish, tflite
from convert.report.document import dump
from convert.robustness import SEED, Change, Condition, changed, geometric, noise
from runtime import console, worker
from runtime.dataset import Examples, Pixels
from runtime.errors import DataError
from train import data
from train.augment import Level
from train.tf import configure

FLOAT = "model_float.tflite"
"""The float network, which an export leaves beside the int8 one."""


@dataclass(frozen=True)
class Sweep:
    """One kind of change at rising strengths."""

    name: str
    unit: str
    strengths: tuple[float, ...]  # the first leaves the images as they are
    change: Callable[[float], Change]


def _contrast(left: float) -> Change:
    """Keep the share ``left`` of the contrast, around the middle grey."""
    return lambda images: (1 - left) / 2 + left * images


SWEEPS = (
    Sweep("shift", "± pixels", (0, 1, 2, 3, 4, 5, 6), lambda x: geometric(Level(shift=x))),
    Sweep("rotation", "± degrees", (0, 10, 20, 30, 40, 50), lambda x: geometric(Level(rotation=x))),
    Sweep(
        "scale",
        "± share of the size",
        (0, 0.1, 0.2, 0.3, 0.4, 0.5),
        lambda x: geometric(Level(scale=x)),
    ),
    Sweep("noise", "deviation, 1 is full ink", (0, 0.1, 0.2, 0.3, 0.4, 0.5), noise),
    Sweep("contrast", "share left", (1, 0.8, 0.6, 0.4, 0.2, 0.1), _contrast),
)


def measure(model: Path, test: Examples) -> list[dict[str, Any]]:
    """A curve for each of ``SWEEPS``: accuracy 0..1 of ``model`` and of the float one beside it.

    Raises ModelError when one of them cannot be read.
    """
    networks = {"float": model.with_name(FLOAT), "int8": model}
    for path in networks.values():
        tflite.read(path)
    points = [(sweep, strength) for sweep in SWEEPS for strength in sweep.strengths]
    found: dict[tuple[str, str], list[float]] = {}
    for sweep, strength in console.progress(points, "points"):
        images = changed(Condition(sweep.name, sweep.change(strength)), test.inputs)
        for name, path in networks.items():
            found.setdefault((sweep.name, name), []).append(_accuracy(path, images, test))
    return [
        {
            "change": sweep.name,
            "unit": sweep.unit,
            "strengths": list(sweep.strengths),
            **{name: found[sweep.name, name] for name in networks},
        }
        for sweep in SWEEPS
    ]


def _accuracy(model: Path, images: Pixels, test: Examples) -> float:
    scores = worker.answers(model, images, *parity.NAMED)
    return float(np.mean(scores.argmax(axis=1) == test.labels))


def parser() -> argparse.ArgumentParser:
    """The command line of ``python -m convert.sweep``."""
    result = console.Parser("python -m convert.sweep", description=__doc__)
    result.add_argument("model", type=Path, help="a model.tflite that convert.export wrote")
    result.add_argument("--data", type=Path, metavar="DIR", help="MNIST's files, or class folders")
    result.add_argument(
        "--images", type=int, metavar="N", help="use the first N test images only; default: all"
    )
    return result


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; gives its exit status."""
    options = console.parse(parser(), argv)
    if options.images is not None and options.images < 1:
        raise DataError("--images must be at least 1")
    test = data.digits_of(options.data).test
    cut = slice(options.images)
    test = replace(test, inputs=test.inputs[cut], labels=test.labels[cut])
    configure(SEED)
    curves = measure(options.model, test)
    content = {
        "sha256": hashlib.sha256(options.model.read_bytes()).hexdigest(),
        "data": test.source,
        "images": len(test),
        "curves": curves,
    }
    publish.files(options.model.parent, {"robustness.json": dump(content)})
    console.note(f"wrote {options.model.parent}/robustness.json: python -m convert.report shows it")
    header = ("change, at its strongest", "float", "int8")
    console.finish(console.table(header, list(map(_row, curves))), content)
    return 0


def _row(curve: dict[str, Any]) -> tuple[str, str, str]:
    strongest = f"{curve['change']}, {curve['strengths'][-1]:g} {curve['unit']}"
    return strongest, f"{100 * curve['float'][-1]:.2f} %", f"{100 * curve['int8'][-1]:.2f} %"


if __name__ == "__main__":
    console.run(main)
