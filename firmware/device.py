"""A device at the other end of a line, as Python sees it: requests with time-outs and retries."""

import itertools
import math
import secrets
import struct
import time
from collections.abc import Iterator
from dataclasses import dataclass

from firmware import cores, protocol
from firmware.hello import Array, Hello, parse
from firmware.port import BAUD, Port
from firmware.protocol import Decoder, Error, Frame, Type
from runtime.errors import DeviceError

ATTEMPTS = 6
"""How often a request is sent before the device is given up."""
PATIENCE = 15.0
"""Seconds for a reply, until the device has shown how long it takes."""
LEAST_PATIENCE = 0.3
"""Seconds for a reply from then on, at least; else eight times the longest so far, or twenty times
what the device's self-test took: an emulator on a busy host is that much slower at times."""
BOOTING, BOOT = 0.1, 30.0
"""Seconds for the greeting, which a device that is still testing itself may miss, and for all of
the attempts to get it."""
SLOW = 90.0
"""Seconds, at least, for what runs the network several times."""
_SECONDS_PER_BYTE = 10 / BAUD
CALIBRATION = 2_000
"""Instructions by which the two known loops of a bench differ."""

_REFUSALS = {
    Error.VERSION: f"does not speak version {protocol.VERSION} of the protocol: flash it again",
    Error.TYPE: "does not know this request: flash it again",
    Error.LENGTH: "refuses the request's size or value: is its model another one?",
    Error.SELF_TEST: "failed its self-test and gives no answers: flash it again",
    Error.ARENA: "has had its working memory overwritten and gives no answers: reset it",
}
CAUSES = ("none", "hard fault", "stack exhausted", "unexpected exception", "watchdog")

_ANSWER = struct.Struct("<II")


@dataclass(frozen=True)
class Answer:
    """What a device says of one input."""

    ticks: int
    step: int  # of the sequence, from 1; 0 where the model keeps nothing between runs
    outputs: tuple[Array, ...]  # [*shape] each, in the model's own types


@dataclass(frozen=True)
class Bench:
    """Ticks of several runs, and of two loops that differ by CALIBRATION instructions."""

    short_loop: int
    long_loop: int
    least: int
    most: int
    total: int


@dataclass(frozen=True)
class Status:
    """A device's memory and line so far."""

    stack_size: int  # bytes
    stack_used: int  # bytes, at most, since the reset
    frames: int  # that arrived whole
    damaged: int  # that did not
    arena_intact: bool


@dataclass(frozen=True)
class Fault:
    """The last fault."""

    cause: str  # one of CAUSES
    registers: dict[str, int]  # by the names of its core; zero where unknown

    def __str__(self) -> str:
        told = " ".join(f"{name}={value:#x}" for name, value in self.registers.items() if value)
        return f"{self.cause} {told}".strip()


class Device:
    """A device on a line. Every method raises DeviceError when it fails, refuses or is silent."""

    def __init__(self, port: Port) -> None:
        self._port = port
        self._longest: dict[int, float] = {}  # seconds that replies took, by the request's type
        self._decoder = Decoder()
        # A random start, so that replies to another client's requests are not taken for ours.
        start = 1 + secrets.randbelow(0xFFFE)
        self._sequence = itertools.cycle((*range(start, 0xFFFF), *range(1, start)))
        self._hello: Hello | None = None
        self._step: int | None = None  # of the last answer; None: somebody else's, or none yet
        self.retries = 0

    def hello(self, seconds: float = BOOT) -> Hello:
        """Ask what it is, for so long: it may still be testing itself, which is no fault."""
        attempts, before = max(1, round(seconds / BOOTING)), self.retries
        self._hello = parse(self.request(Type.HELLO, patience=BOOTING, attempts=attempts))
        self.retries = before
        return self._hello

    @property
    def _known(self) -> Hello:
        return self._hello or self.hello()

    def infer(self, example: Array) -> Answer:
        """Run on an example in raw form, which the device quantizes."""
        hello = self._known
        if hello.stored is None:
            raise DeviceError(
                f"{hello.model} takes only its own inputs ({hello.listed(hello.inputs)}): give "
                "those, quantized"
            )
        wanted = (math.prod(hello.inputs[0].shape), hello.stored)
        if (example.size, example.dtype) != wanted:
            raise DeviceError(
                f"{hello.model} takes {hello.stored} {list(hello.inputs[0].shape)}, and was given "
                f"{example.dtype} {list(example.shape)}"
            )
        return self._answer(Type.INFER, example.tobytes())

    def classify(self, *inputs: Array) -> Answer:
        """Run on the model's inputs in their own types."""
        hello = self._known
        given = [(array.size, array.dtype) for array in inputs]
        if given != [(math.prod(one.shape), one.dtype) for one in hello.inputs]:
            found = ", ".join(f"{array.dtype} {list(array.shape)}" for array in inputs)
            raise DeviceError(
                f"{hello.model} takes {hello.listed(hello.inputs)}, and was given {found}"
            )
        return self._answer(Type.CLASSIFY, b"".join(array.tobytes() for array in inputs))

    def reset(self) -> None:
        """Begin a sequence: forget what the model keeps from one run to the next."""
        self.request(Type.RESET)
        self._step = 0

    def begin(self) -> None:
        """Let the next input stand by itself, where the model keeps anything."""
        if self._known.state:
            self.reset()

    def self_test(self) -> int:
        """Check tables and golden vectors again; 0: passed. Begins a sequence."""
        result = self.request(Type.SELF_TEST, patience=self._slow(1))[0]
        self._step = 0
        return result

    def bench(self, runs: int) -> Bench:
        """Measure ``runs`` inferences of zeros, 1 to 1,000. Begins a sequence."""
        payload = self.request(Type.BENCH, struct.pack("<H", runs), self._slow(runs))
        self._step = 0
        return Bench(*struct.unpack("<IIIIQ", payload))

    def last_error(self) -> Fault:
        """The last fault, before the last reset too."""
        return fault(self.request(Type.LAST_ERROR))

    def status(self) -> Status:
        """Stack, arena and frames so far."""
        size, used, frames, damaged, intact = struct.unpack("<IIIIB", self.request(Type.STATUS))
        return Status(size, used, frames, damaged, bool(intact))

    def _answer(self, kind: Type, content: bytes) -> Answer:
        hello = self._known
        payload = self.request(kind, content)
        if len(payload) < _ANSWER.size:
            raise DeviceError("the device's answer cannot be understood: flash it again")
        ticks, step = _ANSWER.unpack_from(payload)
        if hello.state and self._step is not None and step != self._step + 1:
            raise DeviceError(
                f"the device has lost its place: this was step {step} of its sequence, not "
                f"{self._step + 1}; was it reset, or used by another program? Begin again"
            )
        self._step = step
        return Answer(ticks, step, hello.split(payload[_ANSWER.size :]))

    def request(
        self,
        kind: int,
        payload: bytes = b"",
        patience: float | None = None,
        attempts: int = ATTEMPTS,
    ) -> bytes:
        """Send a request until its reply comes; gives the reply's payload."""
        sent = Frame(kind, next(self._sequence), payload)
        line = sent.encode()
        for attempt in range(attempts):
            self.retries += attempt > 0
            start = time.monotonic()
            self._port.write(line)
            reply = self._await(sent, patience or self._patience(kind, len(line)))
            if reply is not None:
                took = time.monotonic() - start
                self._longest[kind] = max(took, self._longest.get(kind, 0.0))
                return reply.payload
        raise DeviceError(
            f"the device does not answer, asked {attempts} times: is it powered, is this its port, "
            "and is no other program using it?"
        )

    def _patience(self, kind: int, length: int) -> float:
        """Seconds to wait for a reply to a request of this type, ``length`` bytes on the line."""
        if kind in self._longest:
            return max(self._slow(1, LEAST_PATIENCE), 8 * self._longest[kind])
        back = self._hello.output_size if self._hello else 0
        return self._slow(1, PATIENCE) + (length + back) * _SECONDS_PER_BYTE

    def _slow(self, runs: int, least: float = SLOW) -> float:
        """Seconds to wait for so many runs, of which the self-test has two."""
        told = self._hello.test_seconds if self._hello else 0.0
        return max(least, 20 * told * max(1, runs / 2))

    def _await(self, sent: Frame, patience: float) -> Frame | None:
        """The reply; None when it is time to ask again."""
        for frame in self._frames(patience):
            if frame.type == Type.FAULT:
                raise DeviceError(f"the device has stopped: {fault(frame.payload)}")
            if frame.type == Type.ERROR and frame.sequence == protocol.UNASKED:
                return None  # it got a damaged frame, most likely ours
            if frame.sequence != sent.sequence:
                continue  # late, or another client's
            if frame.version != protocol.VERSION:
                raise DeviceError(
                    f"the device speaks version {frame.version} of the protocol, this program "
                    f"{protocol.VERSION}: flash it again, or take the program that belongs to it"
                )
            if frame.type == Type.ERROR:
                raise refusal(frame, sent)
            if frame.type == sent.type | protocol.REPLY:
                return frame
        return None

    def _frames(self, patience: float) -> Iterator[Frame]:
        end = time.monotonic() + patience
        while (left := end - time.monotonic()) > 0:
            yield from self._decoder.feed(self._port.read(left))


def refusal(frame: Frame, sent: Frame) -> DeviceError:
    """The error that a device's refusal of ``sent`` is."""
    code, expected = frame.payload[0] if frame.payload else 0, frame.payload[1:5]
    known = code in set(Error) and Error(code) in _REFUSALS
    said = _REFUSALS[Error(code)] if known else f"refuses ({code})"
    right = int.from_bytes(expected, "little")
    if code == Error.LENGTH and len(expected) == 4 and right != len(sent.payload):
        said = (
            f"takes {right:,} bytes for this request, and was sent {len(sent.payload):,}: is its "
            "model another one?"
        )
    return DeviceError(f"the device {said}")


def fault(payload: bytes) -> Fault:
    """A fault as a device reports it; raises DeviceError for that of an unknown core."""
    word, *values = struct.unpack(f"<{len(payload) // 4}I", payload)
    cause, number = word & 0xFF, word >> 8
    family = cores.numbered(number)
    if family is None or len(values) != len(family.registers):
        raise DeviceError("the device's report of a fault cannot be understood: flash it again")
    name = CAUSES[cause] if cause < len(CAUSES) else f"cause {cause}"
    return Fault(name, dict(zip(family.registers, values, strict=True)))
