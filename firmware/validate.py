"""Prove a board's firmware: ``python -m firmware.validate --board netduinoplus2``.

Builds the firmware around the model, boots it in an emulator (or takes the board at --port), sends
it test images over its serial port, and compares what the device answers with the runtime that it
must match, byte for byte, and what it uses with what was predicted. Status 1 when they differ.
"""

import argparse
import contextlib
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from convert import publish
from convert.compiler.arithmetic.match import RUNTIME
from convert.report import tables
from firmware import build
from firmware.boards import Machine
from firmware.build import Image
from firmware.device import Device
from firmware.emulate import emulate
from firmware.port import Port, open_port
from firmware.validation import Outputs, Validation, validate
from runtime import console, reading
from runtime.dataset import Examples, Pixels
from runtime.errors import DataError, GateError
from runtime.tasks import digits


def parser() -> argparse.ArgumentParser:
    """The command line of ``python -m firmware.validate``."""
    result = console.Parser("python -m firmware.validate", description=__doc__)
    build.add_arguments(result)
    result.add_argument(
        "--port", help="the board's serial port: /dev/ttyACM0, COM3; default: an emulator"
    )
    result.add_argument(
        "--images", type=int, default=1000, metavar="N", help="test images; default 1000"
    )
    result.add_argument("--data", type=Path, metavar="DIR", help="MNIST's files, or class folders")
    return result


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; gives its exit status."""
    options = console.parse(parser(), argv)
    if options.images < 1:
        raise DataError("--images needs at least 1")
    test = first(reading.judged_on(digits.TASK, options.data), options.images)
    image = build.requested(options)
    console.note(f"{build.title(image)}\n")
    with connected(image, options.port) as (port, machine):
        found = validate(Device(port), image, test, machine)
    data = as_data(found)
    content = (json.dumps(data, indent=2) + "\n").encode()
    recorded = recording(test.inputs, found.outputs)
    publish.files(image.folder, {"validation.json": content, "answers.npz": recorded})
    console.finish(as_text(found), data)
    if found.problems:
        raise GateError("; ".join(found.problems))
    return 0


def first(examples: Examples, count: int) -> Examples:
    """The first ``count`` images, or as many as there are."""
    return examples.first(count)


@contextlib.contextmanager
def connected(image: Image, port: str | None) -> Iterator[tuple[Port, Machine | None]]:
    """The line to the board at ``port``, or to ``image`` in an emulator with what that counts."""
    if port is not None:
        with contextlib.closing(open_port(port)) as line:
            yield line, None
        return
    with (
        emulate(image.board, image.elf) as emulator,
        contextlib.closing(emulator.connect()) as line,
    ):
        yield line, image.board.emulator


def recording(images: Pixels, outputs: Outputs) -> bytes:
    """What was shown and what came back, as ``python -m convert.compare`` takes it."""
    sink = io.BytesIO()
    np.savez_compressed(sink, images=images, output=outputs)
    return sink.getvalue()


def as_data(found: Validation) -> dict[str, Any]:
    """Everything that was found, for machines and the report."""
    image = found.image
    return {
        "device": asdict(found.hello),
        "data": {"source": found.source, "images": found.images},
        "accuracy": found.accuracy,
        "confusion": found.confusion,
        "mismatches": [asdict(row) for row in found.mismatches],
        "inference": {
            "unit": found.unit,
            **dict(zip(("least", "median", "most"), found.counts, strict=True)),
            "known_loop": found.known_loop,
        },
        "line": {"retries": found.retries, "damaged_at_device": found.status.damaged},
        "memory": {
            "flash": {"predicted": image.predicted.flash, "built": image.flash},
            "ram": {"predicted": image.predicted.ram, "built": image.ram},
            "stack": {"predicted": image.stack, "used": found.status.stack_used},
            "arena": found.hello.arena,
            "arena_intact": found.status.arena_intact,
        },
        "last_error": str(found.fault),
        "problems": found.problems,
    }


def as_text(found: Validation) -> str:
    """The tables for people."""
    hello = found.hello
    runs = [
        ("accuracy", f"{100 * found.accuracy:.2f} % of {found.images:,} images ({found.source})"),
        (f"{found.unit} per inference", " / ".join(f"{n:,}" for n in found.counts)),
        ("requests sent again", str(found.retries)),
        ("stack used", f"{found.status.stack_used:,} of {found.image.stack:,} bytes predicted"),
        ("last fault", str(found.fault)),
    ]
    rows = [
        (
            RUNTIME[row.match] + (" (must match)" if row.match == hello.match else ""),
            "not run" if row.bytes is None else f"{row.bytes:,}",
            "not run" if row.images is None else f"{row.images:,}",
        )
        for row in found.mismatches
    ]
    names = [str(index) for index in range(hello.output_size)]
    return "\n\n".join(
        [
            console.table(("on the device", "least / median / most"), runs),
            console.table(("against", "differing bytes", "differing images"), rows),
            build.summary(found.image),
            "Confusion: row is the true class, column what the device read\n\n"
            + tables.confusion(found.confusion, names),
        ]
    )


if __name__ == "__main__":
    console.run(main)
