"""Count what inference takes on every core: ``python -m firmware.bench``, ``make bench``.

For each core, preset, way to optimize and --match, the firmware is built and booted in the
emulator, its counter is checked on a loop of known length, its answers to test images are compared
with the runtime's, and the instructions of an inference are counted: operator by operator where
--match is xnnpack. For the Cortex-M4 its cycles are estimated from them. Two runs give the same
counts. Writes bench/results.json.
"""

import argparse
import itertools
import json
import struct
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from convert import publish
from convert.compiler.arithmetic.match import Match
from convert.compiler.check import INTERPRETER
from convert.compiler.targets.options import Optimize
from firmware import boards, build, cycles
from firmware.boards import Board
from firmware.build import Image
from firmware.device import CALIBRATION
from firmware.emulate import booted
from runtime import classifier, console, dataset, worker
from runtime.dataset import Pixels
from runtime.errors import DataError, GateError, ToolError

BOARDS = ("mps2-m0", "mps2-an385", "mps2-an386", "mps2-an500", "mps2-an505", "mps3-an547")
"""A board with enough memory for each core."""
TFLM = {
    "cortex-m0": 25_600_000,
    "cortex-m4": 8_160_000,
    "cortex-m7": 8_250_000,
    "cortex-m55": 1_810_000,
}
"""Instructions of TensorFlow Lite Micro with CMSIS-NN for a network of base's structure, measured
in the same emulator with the same compiler; not measured by this program."""
_PROFILE, _PROFILED = 0x71, 16  # FRAME_PROFILE and PROFILE_MOST of src/profile.h
_IMAGES = 20
_REASONS = """\
Per MAC, `base` takes the fewest. The first convolution, which lays out each window anew for only
4 to 14 filters instead of 16, has a larger share of the smaller presets (of `nano` on a Cortex-M4
59 % of the instructions, of `base` 24 %), and so has requantization. `--match ref` and `tflm`
round twice in 64-bit fixed point instead of once in 32 bits, and `ref` computes dense layers in
double precision, which these cores do in software. `size` takes more than `speed` where the
larger tables of Winograd's transform are what makes `speed` fast.

Tables, code, arena and stack (used / predicted) are bytes; code is the whole firmware's."""
"""Why some rows take more instructions per MAC than others."""


@dataclass(frozen=True)
class Row:
    """One image on one core."""

    target: str
    model: str
    optimize: str
    match: str
    macs: int
    instructions: int  # of an inference: the median over the images
    per_layer: tuple[int, ...]  # none but for xnnpack
    cycles: int | None  # estimated, for the Cortex-M4 with --match xnnpack; None elsewhere
    known_loop: float  # counted, for CALIBRATION instructions
    images: int
    differing: int  # bytes
    tables: int  # bytes of flash
    code: int  # bytes of flash, with start-up and protocol
    arena: int  # bytes
    stack: int  # bytes, predicted
    stack_used: int  # bytes


def measure(board: Board, request: tuple[str, Match, Optimize], images: Pixels) -> Row:
    """Build, boot, check and count one image; raises GateError when a check fails."""
    model, match, optimize = request
    with tempfile.TemporaryDirectory(prefix="thimble-bench-") as name:
        image = build.build(board, build.choose(board, model, match, optimize), Path(name))
        expected = worker.outputs(image.deployment.path, images, *INTERPRETER[match])
        row = _counted(image, images, expected)
        layers = _layers(image, Path(name)) if match is Match.XNNPACK else ()
        estimated = match is Match.XNNPACK and board.target == "cortex-m4"
        clocks = cycles.estimate(image) if estimated else None
    where = f"{model} on {board.target} (--match {match} --optimize {optimize})"
    if row["differing"]:
        raise GateError(f"{row['differing']} bytes differ: {where}")
    if abs(row["known_loop"] - CALIBRATION) > CALIBRATION / 100:
        raise GateError(f"the counter is off: {row['known_loop']:.0f} for {CALIBRATION}: {where}")
    unit = image.deployment.compiled.unit
    return Row(
        target=board.target,
        model=model,
        optimize=optimize.value,
        match=match.value,
        macs=sum(step.macs for step in unit.program.steps),
        per_layer=layers,
        cycles=clocks,
        images=len(images),
        tables=image.tables,
        code=image.flash - image.tables,
        arena=unit.arena,
        stack=image.stack,
        **row,
    )


def _instructions(image: Image, ticks: float) -> float:
    machine = image.board.emulator
    if machine is None:
        raise ToolError(f"{image.board.name} is not emulated: it cannot count")
    return machine.instructions(ticks)


def _counted(image: Image, images: Pixels, expected: np.ndarray[Any, Any]) -> dict[str, Any]:
    with booted(image) as device:
        answers = [device.infer(pixels.tobytes()) for pixels in images]
        bench = device.bench(1)
        used = device.status().stack_used
    outputs = np.array([answer.outputs for answer in answers], np.int8)
    ticks = float(np.median([answer.ticks for answer in answers]))
    return {
        # The counter's grain is below an instruction or two; hundreds are the same in every run.
        "instructions": int(round(_instructions(image, ticks), -2)),
        "known_loop": round(_instructions(image, bench.long_loop - bench.short_loop)),
        "differing": int((outputs != expected.reshape(outputs.shape)).sum()),
        "stack_used": used,
    }


def _layers(image: Image, out: Path) -> tuple[int, ...]:
    """Instructions of each operator, in an image that measures them."""
    profiled = build.build(image.board, image.deployment, out / "profile", ("-DPROFILE=ON",))
    with booted(profiled) as device:
        ticks = struct.unpack(f"<{_PROFILED}I", device.request(_PROFILE))
    count = len(image.deployment.compiled.unit.program.steps)
    return tuple(int(round(_instructions(image, value), -2)) for value in ticks[:count])


def document(rows: Sequence[Row], tools: Mapping[str, str]) -> str:
    """All counts for people, in Markdown."""
    parts = ["# Instructions of an inference", "Made by `python -m firmware.bench`.", _REASONS]
    for match in Match:
        parts += [f"## --match {match}", table(rows, match)]
    return "\n\n".join([*parts, "; ".join(tools.values())]) + "\n"


def table(rows: Sequence[Row], match: Match = Match.XNNPACK) -> str:
    """The counts of one --match, beside TensorFlow Lite Micro's where they are known."""
    header = (
        "core", "model", "optimize", "instructions", "per MAC", "TFLM + CMSIS-NN",
        "cycles, estimated", "tables", "code", "arena", "stack",
    )  # fmt: skip
    cells = []
    for row in rows:
        if row.match != match:
            continue
        known = row.model == "base" and match is Match.XNNPACK
        mark = TFLM.get(row.target) if known else None
        cells.append(
            (
                row.target,
                row.model,
                row.optimize,
                f"{row.instructions:,}",
                f"{row.instructions / row.macs:.2f}",
                f"{mark:,}" if mark else "",
                f"{row.cycles:,}" if row.cycles else "",
                f"{row.tables:,}",
                f"{row.code:,}",
                f"{row.arena:,}",
                f"{row.stack_used} / {row.stack}",
            )
        )
    return console.table(header, cells)


def versions() -> dict[str, str]:
    """First lines of what the compiler and the emulator say of themselves."""
    found = {}
    for tool in ("arm-none-eabi-gcc", "qemu-system-arm"):
        done = subprocess.run([tool, "--version"], capture_output=True, text=True, check=True)
        found[tool] = done.stdout.splitlines()[0]
    return found


def parser() -> argparse.ArgumentParser:
    """The command line of ``python -m firmware.bench``."""
    result = console.Parser("python -m firmware.bench", description=__doc__)
    targets = [boards.find(name).target for name in BOARDS]
    result.add_argument("--target", action="append", choices=targets, help="only this core")
    result.add_argument("--model", action="append", choices=classifier.bundled(), help="only this")
    result.add_argument(
        "--images", type=int, default=_IMAGES, metavar="N", help=f"to compare; default {_IMAGES}"
    )
    result.add_argument("--data", type=Path, metavar="DIR", help="MNIST's files")
    result.add_argument(
        "--out", type=Path, default=Path("bench"), metavar="DIR", help="default: bench"
    )
    return result


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; gives its exit status."""
    options = console.parse(parser(), argv)
    if options.images < 1:
        raise DataError("--images needs at least 1")
    images = dataset.read_test(options.data).images[: options.images]
    names = options.model or sorted(classifier.bundled())
    measured = [boards.find(name) for name in BOARDS]
    if options.target:
        measured = [board for board in measured if board.target in options.target]
    requests = itertools.product(names, Match, Optimize)
    rows = []
    for board, request in console.progress([*itertools.product(measured, requests)], "builds"):
        row = measure(board, request, images)
        rows.append(row)
        console.note(f"{board.target} {' '.join(request)}: {row.instructions:,}")
    data = {"versions": versions(), "rows": [asdict(row) for row in rows]}
    files = {
        "results.json": json.dumps(data, indent=1) + "\n",
        "README.md": document(rows, versions()),
    }
    publish.files(options.out, {name: text.encode() for name, text in files.items()})
    console.finish(f"\n{table(rows)}\n\nwrote {options.out}/results.json and README.md", data)
    return 0


if __name__ == "__main__":
    console.run(main)
