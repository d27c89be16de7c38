"""How float and int8 stand rising changes: ``python -m convert.sweep build/base/model.tflite``.

Leaves ``robustness.json`` beside the model, for the curves of its report. Each example is changed
by an amount drawn from a fixed seed, uniformly within the bound, the same for both. Which changes
there are, the task says: see convert.robustness.
"""

import argparse
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from convert import publish, tflite
from convert.report.document import dump
from convert.robustness import (
    SEED,
    Change,
    Condition,
    brightness,
    changed,
    contract_of,
    contrast,
    gain,
    geometric,
    judged,
    noise,
    shown,
    tested_on,
    without,
)
from runtime import console, judge, numbers, options
from runtime.contract import Contract
from runtime.dataset import Examples
from runtime.tasks.task import Task
from train.augment import Level
from train.tf import configure

FLOAT = "model_float.tflite"
"""The float network, which an export leaves beside the int8 one."""


@dataclass(frozen=True)
class Sweep:
    """One kind of change at rising strengths."""

    name: str
    unit: str
    strengths: tuple[float, ...]  # the first leaves the examples as they are
    change: Callable[[float], Change]


SHIFT = "± pixels", (0, 1, 2, 3, 4, 5, 6)
ROTATION = "± degrees", (0, 10, 20, 30, 40, 50)
SCALE = "± share of the size", (0, 0.1, 0.2, 0.3, 0.4, 0.5)
CONTRAST = Sweep("contrast", "share left", (1, 0.8, 0.6, 0.4, 0.2, 0.1), contrast)
DIGITS = (
    Sweep("shift", *SHIFT, lambda x: geometric(Level(shift=x))),
    Sweep("rotation", *ROTATION, lambda x: geometric(Level(rotation=x))),
    Sweep("scale", *SCALE, lambda x: geometric(Level(scale=x))),
    Sweep("noise", "deviation, 1 is full ink", (0, 0.1, 0.2, 0.3, 0.4, 0.5), noise),
    CONTRAST,
)
PICTURES = (
    Sweep("shift", *SHIFT, lambda x: geometric(Level(shift=x), "REFLECT")),
    Sweep("rotation", *ROTATION, lambda x: geometric(Level(rotation=x), "REFLECT")),
    Sweep("scale", *SCALE, lambda x: geometric(Level(scale=x), "REFLECT")),
    Sweep("noise", "deviation, 1 is white", (0, 0.05, 0.1, 0.15, 0.2, 0.3), noise),
    CONTRAST,
    Sweep("brightness", "± share of white", (0, 0.1, 0.2, 0.3, 0.4, 0.5), brightness),
)
ARRAYS = (
    Sweep("noise", "deviation, 1 is that of the channel", (0, 0.1, 0.2, 0.3, 0.5, 1), noise),
    Sweep("gain", "± share", (0, 0.1, 0.2, 0.3, 0.4, 0.5), gain),
)
LESS = Sweep("missing", "channels", (0, 1), without)
"""Of arrays with several channels."""


def sweeps(task: Task) -> tuple[Sweep, ...]:
    """The changes that mean something for ``task``."""
    more = (LESS,) if task.shape[-1] > 1 else ()
    return {"digits": DIGITS, "image": PICTURES, "tensor": (*ARRAYS, *more)}[task.kind]


def measure(model: Path, known: Contract, test: Examples) -> list[dict[str, Any]]:
    """A curve for each of ``sweeps``: how good ``model`` is, and the float one beside it.

    Raises ModelError when one of them cannot be read.
    """
    networks = {"float": model.with_name(FLOAT), "int8": model}
    for path in networks.values():
        tflite.read(path)
    chosen = sweeps(known.task)
    points = [(sweep, strength) for sweep in chosen for strength in sweep.strengths]
    found: dict[tuple[str, str], list[float]] = {}
    for sweep, strength in console.progress(points, "points"):
        condition = Condition(sweep.name, sweep.change(strength))
        examples = test.with_inputs(changed(condition, known.task, test))
        for name, path in networks.items():
            found.setdefault((sweep.name, name), []).append(judged(path, known, examples).figure)
    return [
        {
            "change": sweep.name,
            "unit": sweep.unit,
            "strengths": list(sweep.strengths),
            **{name: found[sweep.name, name] for name in networks},
        }
        for sweep in chosen
    ]


def parser() -> argparse.ArgumentParser:
    """The command line of ``python -m convert.sweep``."""
    result = console.Parser("python -m convert.sweep", description=__doc__)
    result.add_argument("model", type=Path, help="a model.tflite that convert.export wrote")
    result.add_argument(
        "--images",
        type=numbers.whole(1),
        metavar="N",
        help="use the first N test examples only; default: all",
    )
    options.add_data(result)
    return result


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; gives its exit status."""
    given = console.parse(parser(), argv)
    known = contract_of(given.model)
    source = options.source(given, known.names) if given.data is not None else None
    test = tested_on(given.model, known, source).first(given.images)
    configure(SEED)
    measured = judge.measure_of(known.outputs[0])
    if known.judged:
        console.note(known.judged)
    curves = measure(given.model, known, test)
    content = {
        "sha256": hashlib.sha256(given.model.read_bytes()).hexdigest(),
        "data": test.source,
        "images": len(test),
        "measure": measured,
        **({"output": known.names[0]} if known.names else {}),
        "curves": curves,
    }
    publish.files(given.model.parent, {"robustness.json": dump(content)})
    console.note(f"wrote {given.model.parent}/robustness.json: python -m convert.report shows it")
    header = ("change, at its strongest", "float", "int8")
    rows = [_row(curve, measured) for curve in curves]
    console.finish(f"{measured}\n\n{console.table(header, rows)}", content)
    return 0


def _row(curve: dict[str, Any], measured: str) -> tuple[str, str, str]:
    strongest = f"{curve['change']}, {curve['strengths'][-1]:g} {curve['unit']}"
    percent = " %" if measured == judge.ACCURACY else ""
    real, int8 = (f"{shown(measured, curve[name][-1])}{percent}" for name in ("float", "int8"))
    return strongest, real, int8


if __name__ == "__main__":
    console.run(main)
