"""Count a preset as firmware on an emulated board, and compare it with the runtime.

The counter is checked on a loop of known length, and operators are counted where --match is
xnnpack.
"""

import struct
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from convert.compiler.arithmetic.match import Match
from convert.compiler.check import INTERPRETER
from convert.compiler.targets.options import Optimize
from firmware import build, cycles
from firmware.boards import Board
from firmware.build import Image
from firmware.device import CALIBRATION
from firmware.emulate import booted
from runtime import worker
from runtime.dataset import Pixels
from runtime.errors import GateError, ToolError

BOARDS = (
    "mps2-m0",
    "mps2-an385",
    "mps2-an386",
    "mps2-an500",
    "mps2-an505",
    "mps3-an547",
    "riscv-virt",
)
"""A board with enough memory for each core."""
_PROFILE, _PROFILED = 0x71, 16  # FRAME_PROFILE and PROFILE_MOST of src/profile.h


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
        expected = worker.answers(image.deployment.path, images, *INTERPRETER[match])
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
        answers = [device.infer(pixels) for pixels in images]
        bench = device.bench(1)
        used = device.status().stack_used
    outputs = np.stack([answer.outputs[0] for answer in answers])
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
