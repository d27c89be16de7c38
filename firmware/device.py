"""A device at the other end of a line, as Python sees it: requests with time-outs and retries."""

import itertools
import secrets
import struct
import time
from collections.abc import Iterator
from dataclasses import dataclass

from firmware import protocol
from firmware.port import Port
from firmware.protocol import Decoder, Error, Frame, Type
from runtime.errors import DeviceError

ATTEMPTS = 6
"""How often a request is sent before the device is given up."""
PATIENCE = 15.0
"""Seconds for a reply, until the device has shown how long it takes."""
LEAST_PATIENCE = 0.3
"""Seconds for a reply from then on, at least; else eight times the longest so far."""
BOOTING, BOOT_ATTEMPTS = 0.1, 300
"""The same for the greeting, which a device that is still testing itself may miss."""
SLOW = 90.0
"""Seconds for what runs the network several times."""
CALIBRATION = 2_000
"""Instructions by which the two known loops of a bench differ."""

_REFUSALS = {
    Error.VERSION: f"does not speak version {protocol.VERSION} of the protocol: flash it again",
    Error.TYPE: "does not know this request: flash it again",
    Error.LENGTH: "refuses the request's size: is its model another one?",
    Error.SELF_TEST: "failed its self-test and gives no answers: flash it again",
    Error.ARENA: "has had its working memory overwritten and gives no answers: reset it",
}
CAUSES = ("none", "hard fault", "stack exhausted", "unexpected exception")
REGISTERS = (
    "r0",
    "r1",
    "r2",
    "r3",
    "r12",
    "lr",
    "pc",
    "xpsr",
    "sp",
    "cfsr",
    "hfsr",
    "mmfar",
    "bfar",
)


@dataclass(frozen=True)
class Hello:
    """What a device says it is."""

    self_test: int  # 0: passed
    counter: int  # what ticks are: 0 cycles by DWT, 1 cycles by SysTick, 2 a timer's
    ticks_hz: int
    arena: int  # bytes
    tables: int  # bytes
    input_size: int  # bytes
    output_size: int  # bytes
    output_scale: float
    output_zero_point: int
    sha256: str  # of the .tflite
    board: str
    model: str
    match: str


@dataclass(frozen=True)
class Answer:
    """What a device says of one input."""

    ticks: int
    best: int  # the class
    outputs: tuple[int, ...]  # int8


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
    registers: dict[str, int]  # by REGISTERS; zero where unknown

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
        self.retries = 0

    def hello(self) -> Hello:
        """Ask what it is."""
        head = struct.Struct("<BBIIIHHfi")
        payload = self.request(Type.HELLO, patience=BOOTING, attempts=BOOT_ATTEMPTS)
        texts = payload[head.size :].decode(errors="replace").split("\0")
        if len(texts) != 5:
            raise DeviceError("the device's greeting cannot be understood: flash it again")
        return Hello(*head.unpack_from(payload), *texts[:4])

    def infer(self, pixels: bytes) -> Answer:
        """Classify raw pixels, uint8, which the device quantizes."""
        return self._answer(Type.INFER, pixels)

    def classify(self, tensor: bytes) -> Answer:
        """Classify a quantized tensor, int8."""
        return self._answer(Type.CLASSIFY, tensor)

    def self_test(self) -> int:
        """Check tables and golden vectors again; 0: passed."""
        return self.request(Type.SELF_TEST, patience=SLOW)[0]

    def bench(self, runs: int) -> Bench:
        """Measure ``runs`` inferences, 1 to 1,000."""
        payload = self.request(Type.BENCH, struct.pack("<H", runs), SLOW)
        return Bench(*struct.unpack("<IIIIQ", payload))

    def last_error(self) -> Fault:
        """The last fault, before the last reset too."""
        return fault(self.request(Type.LAST_ERROR))

    def status(self) -> Status:
        """Stack, arena and frames so far."""
        size, used, frames, damaged, intact = struct.unpack("<IIIIB", self.request(Type.STATUS))
        return Status(size, used, frames, damaged, bool(intact))

    def _answer(self, kind: Type, content: bytes) -> Answer:
        payload = self.request(kind, content)
        ticks, best = struct.unpack_from("<IH", payload)
        outputs = payload[6:]
        return Answer(ticks, best, struct.unpack(f"{len(outputs)}b", outputs))

    def request(
        self,
        kind: int,
        payload: bytes = b"",
        patience: float | None = None,
        attempts: int = ATTEMPTS,
    ) -> bytes:
        """Send a request until its reply comes; gives the reply's payload."""
        sequence = next(self._sequence)
        frame = Frame(kind, sequence, payload).encode()
        for attempt in range(attempts):
            self.retries += attempt > 0
            start = time.monotonic()
            self._port.write(frame)
            reply = self._await(sequence, kind, patience or self._patience(kind))
            if reply is not None:
                took = time.monotonic() - start
                self._longest[kind] = max(took, self._longest.get(kind, 0.0))
                return reply.payload
        raise DeviceError(
            f"the device does not answer, asked {attempts} times: is it powered, is this its port, "
            "and is no other program using it?"
        )

    def _patience(self, kind: int) -> float:
        """Seconds to wait for a reply to a request of this type."""
        if kind not in self._longest:
            return PATIENCE
        return max(LEAST_PATIENCE, 8 * self._longest[kind])

    def _await(self, sequence: int, kind: int, patience: float) -> Frame | None:
        """The reply; None when it is time to ask again."""
        for frame in self._frames(patience):
            if frame.type == Type.FAULT:
                raise DeviceError(f"the device has stopped: {fault(frame.payload)}")
            if frame.type == Type.ERROR and frame.sequence == protocol.UNASKED:
                return None  # it got a damaged frame, most likely ours
            if frame.sequence != sequence:
                continue  # late, or another client's
            if frame.type == Type.ERROR:
                raise refusal(frame)
            if frame.type == kind | protocol.REPLY:
                return frame
        return None

    def _frames(self, patience: float) -> Iterator[Frame]:
        end = time.monotonic() + patience
        while (left := end - time.monotonic()) > 0:
            yield from self._decoder.feed(self._port.read(left))


def refusal(frame: Frame) -> DeviceError:
    """The error that a device's refusal is."""
    code = frame.payload[0] if frame.payload else 0
    known = code in set(Error) and Error(code) in _REFUSALS
    return DeviceError(f"the device {_REFUSALS[Error(code)] if known else f'refuses ({code})'}")


def fault(payload: bytes) -> Fault:
    """A fault as a device reports it."""
    cause, *values = struct.unpack(f"<{1 + len(REGISTERS)}I", payload)
    name = CAUSES[cause] if cause < len(CAUSES) else f"cause {cause}"
    return Fault(name, dict(zip(REGISTERS, values, strict=True)))
