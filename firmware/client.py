"""Ask a board: ``python -m firmware.client digit.png --port /dev/ttyACM0``.

Files are what the model's task takes: pictures; .npy, .npz or .csv for arrays. With --board instead
of --port, the firmware is built and booted in an emulator. What answers mean, and the labels, lie
beside the model: name it with --model, unless it is a bundled one. --watch looks at the files again
whenever they change.
"""

import argparse
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from convert.compiler.arithmetic.match import Match
from convert.compiler.targets.options import Options
from firmware import boards, build, deployment, questions
from firmware.boards import Machine
from firmware.build import Image
from firmware.deployment import Deployment
from firmware.device import BOOT, Answer, Device
from firmware.emulate import connected
from firmware.hello import Hello
from runtime import classifier, console, numbers, predict
from runtime.contract import Contract
from runtime.errors import DataError, DeviceError, ThimbleError
from runtime.tasks.task import Task

_LOOK = 0.3  # seconds between looks at a watched file


def built(given: argparse.Namespace) -> Image | None:
    """The image to emulate; None: there is a board, or no --board."""
    if given.port is not None or given.board is None:
        return None
    wanted = boards.find(given.board)
    return build.build(wanted, build.choose(wanted, given.model, given.match))


@dataclass(frozen=True)
class Reader:
    """A device that is asked with things of the world."""

    device: Device
    hello: Hello
    deployed: Deployment  # the same model here, with what its answers mean
    machine: Machine | None  # the emulator that the device is in; None: a board

    @property
    def contract(self) -> Contract:
        """What it is for; raises DataError where the world does not come into it."""
        if self.deployed.contract is None:
            raise DataError(
                f"{self.hello.model} takes no pictures or tables, only its own inputs: give a "
                ".npz with an array for each"
            )
        return self.deployed.contract

    @property
    def task(self) -> Task:
        """How raw data becomes its input."""
        return self.contract.task

    def ask(self, name: str, top: int) -> list[dict[str, Any]]:
        """What it says of each example in a file; raises ThimbleError for what cannot be read."""
        if self.deployed.contract is None:
            return self._own(name)
        examples = self.task.read(Path(name))
        found = []
        for number, example in enumerate(examples):
            title = name if len(examples) == 1 else f"{name}[{number}]"
            if self.contract.apart:
                self.device.begin()
            answer = self.device.infer(example)
            told = predict.Answer(title, example, self._reals(answer), self._milliseconds(answer))
            found.append({**predict.as_json(self, told, top), **self._took(answer)})
        return found

    def _own(self, name: str) -> list[dict[str, Any]]:
        """Answers to inputs in the model's own types: the values of each output."""
        asked = questions.load(self.deployed, Path(name), None)
        found = []
        for row in range(len(asked)):
            answer = self.device.classify(*(array[row] for array in asked.given))
            values = [one.ravel().tolist() for one in self._reals(answer)]
            title = name if len(asked) == 1 else f"{name}[{row}]"
            found.append({"file": title, "outputs": values, **self._took(answer)})
        return found

    def watch(self, names: Sequence[str], top: int) -> None:
        """Ask with each file whenever it changes, until interrupted."""
        seen: dict[str, float] = {}
        while True:
            for name in names:
                changed = Path(name).stat().st_mtime if Path(name).exists() else 0.0
                if changed and changed != seen.get(name):
                    for row in self.answers([name], top):
                        console.note("  ".join(cells(row)))
                seen[name] = changed
            time.sleep(_LOOK)

    def answers(self, names: Sequence[str], top: int) -> list[dict[str, Any]]:
        """What it says of each file that can be read; the others are errors, one line each."""
        found = []
        for name in names:
            try:
                found += self.ask(name, top)
            except DeviceError:
                raise
            except ThimbleError as error:
                console.fail(error)
        return found

    def _reals(self, answer: Answer) -> list[Any]:
        pairs = zip(self.hello.outputs, answer.outputs, strict=True)
        return [border.real(values)[0] if border.shape else values for border, values in pairs]

    def _milliseconds(self, answer: Answer) -> float:
        return 1000 * answer.ticks / max(1, self.hello.ticks_hz)

    def _took(self, answer: Answer) -> dict[str, Any]:
        """Milliseconds, which an emulator has none of: there, what it counts."""
        if self.machine is None:
            return {"milliseconds": round(self._milliseconds(answer), 3)}
        return {
            "milliseconds": None,
            self.machine.counts: round(self.machine.instructions(answer.ticks)),
        }


def cells(row: Mapping[str, Any]) -> list[str]:
    """An answer for people."""
    if "top" in row:
        parts = [f"{one['label']} {one['probability']:.1%}" for one in row["top"]]
    elif "values" in row:
        parts = [f"{name} {value:.6g}" for name, value in row["values"].items()]
    elif "error" in row:
        verdict = {None: "", True: ", odd", False: ", as usual"}[row["odd"]]
        parts = [f"error {row['error']:.6g}{verdict}"]
    else:
        parts = [_shortened(values) for values in row["outputs"]]
    took = row.get("instructions", row.get("cycles"))
    return [row["file"], ", ".join(parts), f"{took:,}" if took else f"{row['milliseconds']:.2f}"]


def _shortened(values: Sequence[float]) -> str:
    shown = " ".join(f"{value:.6g}" for value in values[:_SHOWN])
    return f"{shown} ... ({len(values):,})" if len(values) > _SHOWN else shown


_SHOWN = 8  # values of an output that are printed


def parser() -> argparse.ArgumentParser:
    """The command line of ``python -m firmware.client``."""
    result = console.Parser("python -m firmware.client", description=__doc__)
    result.add_argument(
        "files", nargs="+", metavar="FILE", help="a picture; for a model of arrays .csv, .npy, .npz"
    )
    result.add_argument(
        "--port", help="the board's serial port: /dev/ttyACM0, COM3, socket://host:port"
    )
    build.add_board(result, "emulate this board instead")
    result.add_argument(
        "--model",
        help="what the board runs, for its labels; with --board, what it shall run: "
        "a bundled model, a .tflite or an export's folder",
    )
    result.add_argument(
        "--match",
        type=Match,
        choices=list(Match),
        default=Match.XNNPACK,
        help="with --board: the runtime whose bytes the device gives; default xnnpack",
    )
    result.add_argument(
        "--top",
        type=numbers.whole(1),
        default=1,
        metavar="N",
        help="show the N best labels (default: 1)",
    )
    result.add_argument(
        "--watch",
        action="store_true",
        help="look again when a file changes, without end: lines instead of a table or JSON",
    )
    return result


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; gives its exit status."""
    given = console.parse(parser(), argv)
    if not any(Path(file).exists() for file in given.files):
        raise DataError(f"{given.files[0]} is not there: give files that are")
    image = built(given)
    with connected(image, given.port) as (port, machine):
        device = Device(port)
        hello = device.hello(image.boot_seconds if image else BOOT)
        deployed = known(hello, given.model)
        console.note(f"{hello.model} (--match {hello.match}) on {hello.board}")
        device.reset()
        reader = Reader(device, hello, deployed, machine)
        if given.watch:
            reader.watch(given.files, given.top)
        found = reader.answers(given.files, given.top)
    answered = {row["file"].partition("[")[0] for row in found}
    contract = deployed.contract
    noun, said = (contract.task.noun, contract.task.said) if contract else ("input", "outputs")
    text = console.table(
        (noun, said, machine.counts if machine else "ms"), [cells(row) for row in found]
    )
    about = {"model": hello.model, "match": hello.match, "board": hello.board}
    console.finish(text, {**about, f"{noun}s": found})
    return int(len(answered) < len(set(given.files)))


def known(hello: Hello, model: str | None) -> Deployment:
    """The model that a device runs, as it lies here; raises DeviceError when it does not."""
    if model is None and hello.model not in classifier.bundled():
        raise DeviceError(
            f"the device runs {hello.model}, which is none of the bundled models: name its .tflite "
            "with --model, for what its answers mean"
        )
    found = deployment.load(model or hello.model, Options(Match(hello.match)))
    if found.compiled.unit.network.sha256 != hello.sha256:
        raise DeviceError(
            f"the device runs {hello.model} (sha256 {hello.sha256[:12]}...), {found.path} is "
            f"another model (sha256 {found.compiled.unit.network.sha256[:12]}...): give --model"
        )
    return found


if __name__ == "__main__":
    console.run(main)
