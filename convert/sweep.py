"""How float and int8 stand rising changes: ``python -m convert.sweep build/base/model.tflite``.

Leaves ``robustness.json`` beside the model, for the curves of its report. Each example is changed
by an amount drawn from a fixed seed, uniformly within the bound, the same for both. Which changes
there are, the task says: see convert.robustness.
"""

import argparse
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from convert import publish, tflite
from convert.report.document import dump
from convert.robustness.changes import SEED, Condition, changed
from convert.robustness.judging import contract_of, judged, shown, tested_on
from convert.robustness.sweeps import sweeps
from runtime import console, judge, numbers, options
from runtime.contract import Contract
from runtime.dataset import Examples
from train.tf import configure

FLOAT = "model_float.tflite"
"""The float network, which an export leaves beside the int8 one."""


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
