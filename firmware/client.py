"""Classify pictures on a board: ``python -m firmware.client digit.png --port /dev/ttyACM0``.

With --board instead of --port, the firmware is built and booted in an emulator. --watch looks at
the pictures again whenever they change.
"""

import argparse
import contextlib
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from firmware import boards, build
from firmware.boards import Machine
from firmware.device import Answer, Device, Hello
from firmware.emulate import emulate
from firmware.port import Port, open_port
from runtime import classifier, console
from runtime.errors import DeviceError, ImageError
from runtime.tasks.digits import TASK

_LOOK = 0.3  # seconds between looks at a watched file


@contextlib.contextmanager
def opened(
    port: str | None, board: str | None, model: str | None
) -> Iterator[tuple[Port, Machine | None]]:
    """The line to a board that is plugged in, or to one in an emulator with what that counts."""
    if port is not None:
        line = open_port(port)
        with contextlib.closing(line):
            yield line, None
        return
    if board is None:
        raise DeviceError("give the board's --port, or a --board to emulate")
    wanted = boards.find(board)
    image = build.build(wanted, build.choose(wanted, model))
    with emulate(wanted, image.elf) as emulator, contextlib.closing(emulator.connect()) as line:
        yield line, wanted.emulator


@dataclass(frozen=True)
class Reader:
    """A device that reads pictures."""

    device: Device
    hello: Hello
    machine: Machine | None  # the emulator that it is in; None: a board

    def classify(self, names: Sequence[str]) -> list[dict[str, Any]]:
        """What the device says of each picture that can be read; the others are errors."""
        found = []
        for name in names:
            try:
                pixels = TASK.prepare(name)
            except ImageError as error:
                console.fail(error)
                continue
            found.append({"file": name, **self._read(self.device.infer(pixels.tobytes()))})
        return found

    def watch(self, names: Sequence[str]) -> None:
        """Classify each picture whenever its file changes, until interrupted."""
        seen: dict[str, float] = {}
        while True:
            for name in names:
                changed = Path(name).stat().st_mtime if Path(name).exists() else 0.0
                if changed and changed != seen.get(name):
                    for row in self.classify([name]):
                        console.note("  ".join(cells(row)))
                seen[name] = changed
            time.sleep(_LOOK)

    def _read(self, answer: Answer) -> dict[str, Any]:
        hello = self.hello
        scores = (np.array(answer.outputs) - hello.output_zero_point) * hello.output_scale
        probability = classifier.softmax(scores.astype(np.float32))[answer.best]
        found = {"label": _label(hello, answer.best), "probability": float(probability)}
        if self.machine:
            return {**found, "instructions": round(self.machine.instructions(answer.ticks))}
        return {**found, "milliseconds": round(1000 * answer.ticks / hello.ticks_hz, 3)}


def cells(row: Mapping[str, Any]) -> list[str]:
    """An answer for people."""
    took = f"{row['instructions']:,}" if "instructions" in row else f"{row['milliseconds']:.2f}"
    return [row["file"], row["label"], f"{row['probability']:.1%}", took]


def _label(hello: Hello, best: int) -> str:
    """The class's label where the device has a bundled model, else its number."""
    if hello.model in classifier.bundled():
        return classifier.read_labels(classifier.find(hello.model), hello.output_size)[best]
    return str(best)


def parser() -> argparse.ArgumentParser:
    """The command line of ``python -m firmware.client``."""
    result = console.Parser("python -m firmware.client", description=__doc__)
    result.add_argument("pictures", nargs="+", metavar="PICTURE", help="a picture of one digit")
    result.add_argument(
        "--port", help="the board's serial port: /dev/ttyACM0, COM3, socket://host:port"
    )
    result.add_argument("--board", choices=boards.names(), help="emulate this board instead")
    result.add_argument("--model", help="of the emulated board: a bundled model or a .tflite")
    result.add_argument(
        "--watch",
        action="store_true",
        help="look again when a picture changes, without end: lines instead of a table or JSON",
    )
    return result


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; gives its exit status."""
    options = console.parse(parser(), argv)
    with opened(options.port, options.board, options.model) as (port, machine):
        device = Device(port)
        hello = device.hello()
        console.note(f"{hello.model} (--match {hello.match}) on {hello.board}")
        reader = Reader(device, hello, machine)
        if options.watch:
            reader.watch(options.pictures)
        found = reader.classify(options.pictures)
    header = ("picture", "digit", "sure", "instructions" if machine else "ms")
    about = {"model": hello.model, "match": hello.match, "board": hello.board}
    text = console.table(header, [cells(row) for row in found])
    console.finish(text, {**about, "pictures": found})
    return int(len(found) < len(options.pictures))


if __name__ == "__main__":
    console.run(main)
