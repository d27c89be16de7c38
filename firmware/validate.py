"""Prove a board's firmware: ``python -m firmware.validate --board netduinoplus2``.

Builds the firmware around the model, boots it in an emulator (or takes the board at --port), sends
it inputs over its serial port, and compares what the device answers with the runtime that it must
match, byte for byte, and what it uses with what was predicted. Status 1 when they differ. With
--data or --inputs those are sent; digits are tried on MNIST; else the inputs are random.
"""

import argparse
import io
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from convert import publish
from convert.compiler.arithmetic.match import RUNTIME
from convert.report import tables
from firmware import build, questions
from firmware.deployment import Deployment
from firmware.device import Device
from firmware.emulate import connected
from firmware.questions import Questions
from firmware.validation import Validation, validate
from runtime import console, numbers, options, reading
from runtime.errors import DataError, GateError
from runtime.tasks.digits import Digits

_EXAMPLES, _RANDOM = 1000, 20  # inputs, unless --images says otherwise
_MOST_CLASSES = 30  # that a confusion matrix is printed for


def parser() -> argparse.ArgumentParser:
    """The command line of ``python -m firmware.validate``."""
    result = console.Parser("python -m firmware.validate", description=__doc__)
    build.add_arguments(result)
    result.add_argument(
        "--port", help="the board's serial port: /dev/ttyACM0, COM3; default: an emulator"
    )
    result.add_argument(
        "--images",
        type=numbers.whole(1),
        metavar="N",
        help=f"so many inputs; default: {_EXAMPLES} of the data, all of --inputs, "
        f"{_RANDOM} random ones",
    )
    result.add_argument(
        "--inputs",
        type=Path,
        metavar="FILE",
        help="a .npz or .npy with arrays [N, ...], by the names of the model's inputs or in their "
        "order, in the model's types, or real numbers that are quantized",
    )
    options.add_data(result)
    return result


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; gives its exit status."""
    given = console.parse(parser(), argv)
    if given.inputs and given.data:
        raise DataError("--inputs and --data are two ways to say what is sent: give one")
    board, deployed = build.chosen(given)
    asked = ask_with(deployed, given)
    image = build.build(board, deployed, given.out)
    console.note(f"{build.title(image)}\n")
    with connected(image, given.port) as (port, machine):
        found = validate(Device(port), image, asked, machine)
    data = as_data(found)
    content = (json.dumps(data, indent=2) + "\n").encode()
    publish.files(image.folder, {"validation.json": content, "answers.npz": recording(found)})
    console.finish(as_text(found), data)
    if found.problems:
        raise GateError("; ".join(found.problems))
    return 0


def ask_with(deployed: Deployment, given: argparse.Namespace) -> Questions:
    """What the options say to send; raises DataError for what the model does not take."""
    if given.inputs:
        return questions.load(deployed, given.inputs, given.images)
    told = deployed.contract
    is_digits = told is not None and isinstance(told.task, Digits)
    if given.data is None and not (is_digits and reading.find(None)):
        return questions.random(deployed, given.images or _RANDOM)
    if told is None:
        raise DataError(f"{deployed.name} takes no examples, only its own inputs: use --inputs")
    examples = reading.judged_on(
        told.task, given.data, options.source(given, told.names), deployed.path
    )
    if told.judged:
        console.note(told.judged)
    return questions.of_examples(deployed, examples.first(given.images or _EXAMPLES))


def recording(found: Validation) -> bytes:
    """What was sent and what came back, as ``python -m convert.compare`` takes it.

    Examples are ``images``, what was sent in the model's own types ``input``; of several inputs or
    outputs the second is ``input1``, ``output1``, and so on.
    """
    asked = found.questions
    arrays = {"images": asked.stored} if asked.examples else _numbered("input", asked.given)
    sink = io.BytesIO()
    np.savez_compressed(sink, **arrays, **_numbered("output", _rows(found)))
    return sink.getvalue()


def _rows(found: Validation) -> Sequence[Any]:
    """The outputs, without the batch of one."""
    return [one[:, 0] if one.shape[1:2] == (1,) else one for one in found.outputs]


def _numbered(name: str, arrays: Sequence[Any]) -> dict[str, Any]:
    return {f"{name}{number or ''}": array for number, array in enumerate(arrays)}


def as_data(found: Validation) -> dict[str, Any]:
    """Everything that was found, for machines and the report."""
    image, judged, confusion = found.image, found.judgement, found.confusion
    return {
        "device": {**asdict(found.hello), "stored": found.hello.stored and found.hello.stored.name},
        "data": {
            "source": found.questions.source,
            "images": len(found.questions),
            "random": found.questions.is_random,
        },
        "accuracy": judged.figure if judged and judged.is_share else None,
        "judged": {"measure": judged.measure, "figure": judged.figure} if judged else None,
        "confusion": None if confusion is None else confusion.tolist(),
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
            "state": found.hello.state,
            "arena_intact": found.status.arena_intact,
        },
        "last_error": str(found.fault),
        "problems": found.problems,
    }


def as_text(found: Validation) -> str:
    """The tables for people."""
    rows = [
        (
            RUNTIME[row.match] + (" (must match)" if row.match == found.hello.match else ""),
            "not run" if row.bytes is None else f"{row.bytes:,}",
            "not run" if row.images is None else f"{row.images:,}",
        )
        for row in found.mismatches
    ]
    parts = [
        console.table(("on the device", "least / median / most"), _about(found)),
        console.table(("against", "differing bytes", "differing inputs"), rows),
        build.summary(found.image),
    ]
    told, confusion = found.image.deployment.contract, found.confusion
    if told and confusion is not None and len(confusion) <= _MOST_CLASSES:
        parts.append("Confusion: row is the true class, column what the device read")
        parts.append(tables.confusion(confusion.tolist(), told.labels))
    return "\n\n".join(parts)


def _about(found: Validation) -> list[tuple[str, str]]:
    """What was sent, how good the answers were, and what they took."""
    asked, judged, hello = found.questions, found.judgement, found.hello
    sent = f"{len(asked):,}, {asked.source}"
    if hello.state and not asked.apart:
        sent += ", as one sequence"
    rows = [("inputs", sent)]
    if judged:
        rows.append((judged.measure, f"{judged} of {judged.count:,} ({asked.source})"))
    else:
        rows.append(("accuracy", "not known: give --data"))
    return [
        *rows,
        (f"{found.unit} per inference", " / ".join(f"{n:,}" for n in found.counts)),
        ("requests sent again", str(found.retries)),
        ("stack used", f"{found.status.stack_used:,} of {found.image.stack:,} bytes predicted"),
        ("last fault", str(found.fault)),
    ]


if __name__ == "__main__":
    console.run(main)
