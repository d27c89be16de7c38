"""Find where two versions of a network part: ``python -m convert.compare A B``.

Runs the same inputs through both, layer by layer, and measures each layer of B against that of A:
with all errors that have gathered, and its own error, for the same input. The first layer whose own
error is beyond the threshold is marked, with its usual cause. A and B are written MODEL or
MODEL@HOW:

  build/base@float      an export's float network (build/base@qat: with fake quantization)
  mine.keras            any float network; .h5: one with fake quantization
  build/base            int8 in LiteRT's default kernels; also a .tflite, or a bundled model's name
  build/base@reference  ... in its reference kernels; @no-delegate, @tensorflow, @tflite-runtime,
                        @tflite-runtime-reference, @tflm
  build/base@c          ... as generated C, on this machine; @c-ref, @c-tflm: other --match
  answers.npz           what a device or an app recorded (python -m firmware.validate leaves one):
                        inputs, and any of input, output and the layers by name; only as B

The inputs are those of --inputs or --data, else MNIST's test images where the network is one of
digits, else random numbers, and the verdict says so. How data become inputs, contract.json beside
A or B says.

For example:
  python -m convert.compare base@float base
  python -m convert.compare build/base build/base@c --images 1000
"""

import argparse
import math
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from convert.compare import THRESHOLD, Comparison, Row, compare, versions
from convert.compare.aligning import align
from convert.compare.given import Asked, choose
from convert.compare.layer import Version, inputs
from runtime import console, numbers, options, tasks
from runtime.errors import DataError, ModelError
from runtime.tasks.task import Task

IMAGES = 256


def as_data(found: Comparison) -> dict[str, Any]:
    """Everything for machines; null: not known, of a ratio in dB also: no difference at all."""
    rows = [
        {
            "layer": row.layer.name,
            "operator": row.layer.operator,
            "shape": list(row.layer.shape),
            **({} if row.deviation is None else asdict(row.deviation)),
            "own_sqnr_db": row.own_db,
            "cause": asdict(row.cause) if row.cause else None,
        }
        for row in found.rows
    ]
    first = found.first.layer.name if found.first else None
    about = {"images": found.images, "inputs": found.given.source, "first": first}
    return {**about, "layers": [_finite(row) for row in rows]}


def _finite(row: dict[str, Any]) -> dict[str, Any]:
    known = {
        key: not isinstance(value, float) or math.isfinite(value) for key, value in row.items()
    }
    return {key: value if known[key] else None for key, value in row.items()}


def as_text(found: Comparison, threshold: float) -> str:
    """The table, and what it says in a sentence."""
    header = (
        *("layer", "operator", "shape", "RMSE", "largest", "cosine", "SQNR, dB"),
        *("differ", "saturated", "own, dB", "what is off"),
    )
    cells = [(row.layer.name, row.layer.operator, _shape(row), *_figures(row), _off(row, found))
             for row in found.rows]  # fmt: skip
    explained = (
        f"{found.images:,} {found.given.noun}s, {found.given.source}. RMSE to saturated: with all "
        "errors up to this layer. own: SQNR "
        f"of the layer's worst channel for the same input as A's; at least {threshold:g} dB are "
        "required, and equality between int8 layers with the same scales."
    )
    return "\n\n".join([console.table(header, cells), explained, verdict(found)])


def verdict(found: Comparison) -> str:
    """Where the two part, and why."""
    row = found.first
    if row is None or row.cause is None:
        told = "No layer is beyond the threshold."
    else:
        told = f"They part at {row.layer.name}: {row.cause.kind} ({row.cause.evidence})."
    if not found.given.is_random:
        return told
    return (
        f"{told} The inputs were random: no range can be judged by them, and what is off may "
        "matter more, or less, for real ones; give --data or --inputs."
    )


def _shape(row: Row) -> str:
    return "x".join(map(str, row.layer.shape))


def _figures(row: Row) -> tuple[str, ...]:
    figures = row.deviation
    if figures is None:
        return ("not recorded", *["-"] * 6)
    return (
        f"{figures.rmse:.4g}",
        f"{figures.largest:.4g}",
        f"{figures.cosine:.6f}",
        _db(figures.sqnr_db),
        f"{figures.differing:.2%}",
        "-" if figures.saturated is None else f"{figures.saturated:.2%}",
        "-" if row.own_db is None else _db(row.own_db),
    )


def _db(ratio: float) -> str:
    return "equal" if ratio == math.inf else f"{ratio:.1f}"


def _off(row: Row, found: Comparison) -> str:
    if row.cause is None:
        return ""
    return f"{row.cause.kind} {console.MARK}" if row is found.first else row.cause.kind.value


def parser() -> argparse.ArgumentParser:
    """The command line of ``python -m convert.compare``."""
    result = console.Parser("python -m convert.compare", description=__doc__)
    result.add_argument("a", metavar="A", help="the version that is taken for right")
    result.add_argument("b", metavar="B", help="the version that is looked into")
    result.add_argument(
        "--images",
        type=numbers.whole(1),
        metavar="N",
        help=f"examples; default {IMAGES}, or those recorded",
    )
    result.add_argument(
        "--inputs",
        type=Path,
        metavar="FILE",
        help="a .npz with an array for each input of the network, named like it, or a .npy: reals, "
        "or whole numbers as a quantized network takes them",
    )
    result.add_argument(
        "--threshold",
        type=numbers.real(-math.inf),
        default=THRESHOLD,
        metavar="DB",
        help="SQNR that each channel of a layer must have, given the same input; default "
        "%(default)g, which fine-tuning stays above",
    )
    options.add_data(result)
    return result


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; gives its exit status: 1 when a layer is beyond the threshold."""
    given = console.parse(parser(), argv)
    if given.inputs is not None and given.data is not None:
        raise DataError("--inputs and --data are two kinds of inputs: give one of them")
    found = _compared(given)
    about = {"a": given.a, "b": given.b, "threshold_db": given.threshold}
    console.finish(as_text(found, given.threshold), about | as_data(found))
    return int(found.first is not None)


def _compared(given: argparse.Namespace) -> Comparison:
    a = versions.load(given.a)
    task = _task(a, given)
    b = versions.load(given.b, a, task)
    a, b = _same_operators(a, b)
    source = options.source(given) if given.data is not None else None
    asked = Asked(given.images, source, given.inputs)
    return compare(a, b, choose(a, b, task, asked, IMAGES), given.threshold)


def _task(a: Version, given: argparse.Namespace) -> Task | None:
    """The task by the contract beside A, or beside B, or by the input's shape; None: no one."""
    (first, *others) = inputs(a)
    if others:
        return None
    told = (versions.named(text).contract for text in (given.a, given.b))
    known = next((one for one in told if one is not None), None)
    if known is None:
        return tasks.guess(first.shape, first.grid.limits if first.grid else None)
    if int(np.prod(known.task.shape)) != int(np.prod(first.shape)):
        raise ModelError(
            f"the contract beside {given.a} or {given.b} is for an input of "
            f"{list(known.task.shape)}, the network takes {list(first.shape)}: keep it beside its "
            "own model"
        )
    return known.task


def _same_operators(a: Version, b: Version) -> tuple[Version, Version]:
    """Both, those in Keras as they are converted where their layers are no single operators."""
    try:
        align(a.layers, b.layers)
    except ModelError:
        changed = [one.converted() if hasattr(one, "converted") else one for one in (a, b)]
        align(changed[0].layers, changed[1].layers)
        console.note("a layer of Keras is several operators: it is looked into as it is converted")
        return changed[0], changed[1]
    return a, b


if __name__ == "__main__":
    console.run(main)
