"""Find where two versions of a network part: ``python -m convert.compare A B``.

Runs the same images through both, layer by layer, and measures each layer of B against that of A:
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
                        images, and any of input, output and the layers by name; only as B

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

from convert.compare import THRESHOLD, Comparison, Row, compare, versions
from convert.compare.versions import Recording, Version
from runtime import console
from runtime.dataset import Pixels
from runtime.errors import DataError
from train import data
from train.tf import configure

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
    return {"images": found.images, "first": first, "layers": [_finite(row) for row in rows]}


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
        f"{found.images:,} images. RMSE to saturated: with all errors up to this layer. own: SQNR "
        f"of the layer's worst channel for the same input as A's; {threshold:g} dB are needed, "
        "between int8 on the same grid no difference."
    )
    return "\n\n".join([console.table(header, cells), explained, verdict(found)])


def verdict(found: Comparison) -> str:
    """Where the two part, and why."""
    row = found.first
    if row is None or row.cause is None:
        return "No layer is beyond the threshold."
    return f"They part at {row.layer.name}: {row.cause.kind} ({row.cause.evidence})."


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
    result = console.Parser(
        prog="python -m convert.compare",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    result.add_argument("a", metavar="A", help="the version that is taken for right")
    result.add_argument("b", metavar="B", help="the version that is looked into")
    result.add_argument(
        "--images", type=int, metavar="N", help=f"test images; default {IMAGES}, or those recorded"
    )
    result.add_argument("--data", type=Path, metavar="DIR", help="MNIST's files, or class folders")
    result.add_argument(
        "--threshold",
        type=float,
        default=THRESHOLD,
        metavar="DB",
        help="SQNR that each channel of a layer must have, given the same input; default "
        "%(default)g, which fine-tuning stays above",
    )
    return result


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; gives its exit status: 1 when a layer is beyond the threshold."""
    options = console.parse(parser(), argv)
    if (options.images or 1) < 1:
        raise DataError("--images needs at least 1")
    configure(0)
    a = versions.load(options.a)
    b = versions.load(options.b, a)
    found = compare(a, b, _images(b, options), options.threshold)
    about = {"a": options.a, "b": options.b, "threshold_db": options.threshold}
    console.finish(as_text(found, options.threshold), about | as_data(found))
    return int(found.first is not None)


def _images(b: Version, options: argparse.Namespace) -> Pixels:
    if isinstance(b, Recording):
        return b.images[: options.images]
    return data.digits_of(options.data).test.inputs[: options.images or IMAGES]


if __name__ == "__main__":
    console.run(main)
