"""What a device answers to test images, beside what the runtimes answer and what was predicted."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from convert.compiler.arithmetic.match import Match
from convert.compiler.check import INTERPRETER
from firmware.boards import Machine
from firmware.build import Image
from firmware.device import CALIBRATION, Answer, Bench, Device, Fault, Hello, Status
from runtime import console, judge, worker
from runtime.dataset import Examples
from runtime.errors import BackendError, DeviceError

Outputs = npt.NDArray[np.int8]

COUNTERS = ("cycles", "cycles", "timer ticks")
"""What a device's counter counts, by ``Hello.counter``, where it is no emulator's."""
_BENCH_RUNS = 3


@dataclass(frozen=True)
class Mismatch:
    """The device against one runtime."""

    match: Match
    bytes: int | None  # that differ; None: this runtime was not run
    images: int | None
    why: str = ""  # it was not run


@dataclass(frozen=True)
class Validation:
    """Everything that was found out on a device."""

    hello: Hello
    images: int
    source: str  # of the images
    outputs: Outputs  # [images, classes], as the device gave them
    accuracy: float
    confusion: tuple[tuple[int, ...], ...]  # [true class][read as]
    mismatches: tuple[Mismatch, ...]
    unit: str  # what counts are: instructions, cycles or timer ticks
    counts: tuple[int, int, int]  # least, median, most of an inference
    known_loop: float  # counts for CALIBRATION instructions
    retries: int  # requests that were sent again
    status: Status
    fault: Fault
    image: Image

    @property
    def differing(self) -> int:
        """Bytes that differ from the runtime that the model was compiled to match."""
        (own,) = (row for row in self.mismatches if row.match == self.hello.match)
        return own.bytes or 0

    @property
    def problems(self) -> list[str]:
        """What is wrong, as phrases; none: the device is what was promised."""
        image, status = self.image, self.status
        found = []
        if self.differing:
            found.append(f"{self.differing:,} bytes differ from {self.hello.match}")
        if status.stack_used > image.stack:
            found.append(f"{status.stack_used} bytes of stack used, {image.stack} predicted")
        if image.flash > image.predicted.flash or image.ram > image.predicted.ram:
            found.append("flash or RAM is above what was predicted")
        if not status.arena_intact:
            found.append("the arena's canaries were overwritten")
        if self.unit == "instructions" and abs(self.known_loop - CALIBRATION) > CALIBRATION / 100:
            found.append(
                f"the counter is off: {self.known_loop:.0f} for {CALIBRATION} instructions"
            )
        return found


def validate(device: Device, image: Image, test: Examples, machine: Machine | None) -> Validation:
    """Send the images of ``test`` to ``device``, which runs ``image``, and compare.

    ``machine`` is the emulator that the device is in, None: a board. Raises DeviceError when the
    device runs something else, fails its self-test or fails later.
    """
    hello = check(device.hello(), image)
    answers = [device.infer(pixels.tobytes()) for pixels in console.progress(test.inputs, "images")]
    bench = device.bench(_BENCH_RUNS)
    outputs = np.array([answer.outputs for answer in answers], np.int8)
    read = np.array([answer.best for answer in answers], np.int64)
    return Validation(
        hello=hello,
        images=len(test),
        source=test.source,
        outputs=outputs,
        accuracy=float(np.mean(read == test.labels)),
        confusion=judge.confusion(test.labels, read, hello.output_size).tolist(),
        mismatches=mismatches(image, test, outputs),
        unit="instructions" if machine else COUNTERS[hello.counter],
        counts=_counts(answers, machine),
        known_loop=_known_loop(bench, machine),
        retries=device.retries,
        status=device.status(),
        fault=device.last_error(),
        image=image,
    )


def check(hello: Hello, image: Image) -> Hello:
    """Raise DeviceError unless ``hello`` is that of ``image``, with its self-test passed."""
    deployed = image.deployment
    wanted = (image.board.name, deployed.match, deployed.compiled.unit.network.sha256)
    if (hello.board, hello.match, hello.sha256) != wanted:
        raise DeviceError(
            f"the device runs {hello.model} ({hello.match}, sha256 {hello.sha256[:12]}...) for "
            f"{hello.board}, not {deployed.name} ({deployed.match}, sha256 {wanted[2][:12]}...) "
            f"for {image.board.name}: flash it with python -m firmware.flash"
        )
    if hello.self_test:
        raise DeviceError("the device failed its self-test and gives no answers: flash it again")
    return hello


def mismatches(image: Image, test: Examples, outputs: Outputs) -> tuple[Mismatch, ...]:
    """``outputs`` of the device against every runtime; raises BackendError without its own."""
    rows = []
    for match, interpreter in INTERPRETER.items():
        try:
            expected = worker.answers(image.deployment.path, test.inputs, *interpreter)
        except BackendError as error:
            if match is image.deployment.match:
                raise
            rows.append(Mismatch(match, None, None, str(error)))
            continue
        wrong = outputs != expected.reshape(outputs.shape)
        rows.append(Mismatch(match, int(wrong.sum()), int(wrong.any(axis=1).sum())))
    return tuple(rows)


def _counts(answers: list[Answer], machine: Machine | None) -> tuple[int, int, int]:
    ticks = np.array([answer.ticks for answer in answers], np.float64)
    low, middle, high = (float(value) for value in np.quantile(ticks, (0, 0.5, 1)))
    convert = machine.instructions if machine else float
    return round(convert(low)), round(convert(middle)), round(convert(high))


def _known_loop(bench: Bench, machine: Machine | None) -> float:
    ticks = bench.long_loop - bench.short_loop
    return machine.instructions(ticks) if machine else ticks
