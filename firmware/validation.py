"""What a device answers to inputs, beside what the runtimes answer and what was predicted."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from convert.compiler.arithmetic.match import Match
from convert.compiler.check import INTERPRETER
from firmware.boards import Machine
from firmware.build import Image
from firmware.device import CALIBRATION, Answer, Bench, Device, Fault, Status
from firmware.hello import Hello
from firmware.questions import Questions
from runtime import console, judge, worker
from runtime.errors import BackendError, DeviceError
from runtime.judge import Judgement

Array = npt.NDArray[Any]

COUNTERS = ("cycles", "cycles", "timer ticks")
"""What a device's counter counts, by ``Hello.counter``, where it is no emulator's."""
_BENCH_RUNS = 3


@dataclass(frozen=True)
class Mismatch:
    """The device against one runtime."""

    match: Match
    bytes: int | None  # that differ; None: this runtime was not run
    images: int | None  # inputs whose answers differ
    why: str = ""  # it was not run


@dataclass(frozen=True)
class Validation:
    """Everything that was found out on a device."""

    hello: Hello
    questions: Questions
    outputs: tuple[Array, ...]  # [count, *shape] each, as the device gave them
    mismatches: tuple[Mismatch, ...]
    unit: str  # what counts are: instructions, cycles or timer ticks
    counts: tuple[int, int, int]  # least, median, most of an inference
    known_loop: float  # counts for CALIBRATION instructions
    retries: int  # requests that were sent again
    status: Status
    fault: Fault
    image: Image

    @property
    def judgement(self) -> Judgement | None:
        """How good the first output is; None: nobody knows what is true of the inputs."""
        examples, told = self.questions.examples, self.image.deployment.contract
        if examples is None or told is None:
            return None
        reals = self.hello.outputs[0].real(self.outputs[0])
        given = told.task.real(examples.inputs)
        meaning = told.outputs[0]
        return judge.judge(meaning, judge.losses(meaning, reals, given, examples))

    @property
    def confusion(self) -> npt.NDArray[np.int64] | None:
        """[true class, read as]; None: the classes are not known, or there are none."""
        examples, told = self.questions.examples, self.image.deployment.contract
        if examples is None or told is None or not told.labels:
            return None
        read = self.outputs[0].reshape(len(self.questions), -1).argmax(axis=1)
        return judge.confusion(examples.labels, read, len(told.labels))

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


def validate(
    device: Device, image: Image, questions: Questions, machine: Machine | None
) -> Validation:
    """Ask ``device``, which runs ``image``, all ``questions``, and compare.

    Examples stand each by itself, other inputs are one sequence.

    ``machine`` is the emulator that the device is in, None: a board. Raises DeviceError when the
    device runs something else, fails its self-test or fails later.
    """
    hello = check(device.hello(image.boot_seconds), image)
    device.reset()
    asked = console.progress(ask(device, questions), "inputs", len(questions))
    answers = list(asked)
    outputs = tuple(map(np.stack, zip(*(answer.outputs for answer in answers), strict=True)))
    bench = device.bench(_BENCH_RUNS)
    return Validation(
        hello=hello,
        questions=questions,
        outputs=outputs,
        mismatches=mismatches(image, questions, outputs),
        unit=machine.counts if machine else COUNTERS[hello.counter],
        counts=_counts(answers, machine),
        known_loop=_known_loop(bench, machine),
        retries=device.retries,
        status=device.status(),
        fault=device.last_error(),
        image=image,
    )


def ask(device: Device, questions: Questions) -> Iterator[Answer]:
    """The answers in turn; the last inputs go in raw form."""
    own = len(questions) - len(questions.stored)
    for row in range(own):
        yield device.classify(*(array[row] for array in questions.given))
    for example in questions.stored:
        if questions.apart:
            device.begin()
        yield device.infer(example)


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


def mismatches(
    image: Image, questions: Questions, outputs: Sequence[Array]
) -> tuple[Mismatch, ...]:
    """``outputs`` of the device against every runtime; raises BackendError without its own."""
    rows = []
    for match, interpreter in console.progress(list(INTERPRETER.items()), "runtimes"):
        try:
            path = image.deployment.path
            expected = worker.run(path, questions.given, *interpreter, fresh=questions.apart)
            wrong = differing(outputs, expected)
        except BackendError as error:
            if match is image.deployment.match:
                raise
            rows.append(Mismatch(match, None, None, str(error)))
            continue
        rows.append(Mismatch(match, int(wrong.sum()), int((wrong > 0).sum())))
    return tuple(rows)


def differing(ours: Sequence[Array], theirs: Sequence[Array]) -> npt.NDArray[np.int64]:
    """How many bytes of all outputs differ for each input, [count]; BackendError for other types.

    Both have [count, ...] for each output.
    """
    kinds = [[(array.dtype, array.size) for array in arrays] for arrays in (ours, theirs)]
    if kinds[0] != kinds[1]:
        told = ", ".join(f"{array.dtype} {list(array.shape[1:])}" for array in theirs)
        raise BackendError(f"the runtime's outputs are {told}, the device has others")
    total = np.zeros(len(ours[0]), np.int64)
    for pair in zip(ours, theirs, strict=True):
        left, right = (np.ascontiguousarray(a).view(np.uint8).reshape(len(a), -1) for a in pair)
        total += (left != right).sum(axis=1)
    return total


def _counts(answers: list[Answer], machine: Machine | None) -> tuple[int, int, int]:
    ticks = np.array([answer.ticks for answer in answers], np.float64)
    low, middle, high = (float(value) for value in np.quantile(ticks, (0, 0.5, 1)))
    convert = machine.instructions if machine else float
    return round(convert(low)), round(convert(middle)), round(convert(high))


def _known_loop(bench: Bench, machine: Machine | None) -> float:
    ticks = bench.long_loop - bench.short_loop
    return machine.instructions(ticks) if machine else ticks
