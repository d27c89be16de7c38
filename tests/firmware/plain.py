"""A client of minimal images: bytes out, bytes back, and a pause before what is sent again."""

import contextlib
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from firmware.build import Image
from firmware.emulate import Emulator, emulate
from firmware.port import Port

START = 1.0  # seconds until the clock runs; what comes before is lost
PAUSE = 3.0  # seconds that begin an input anew: half a one, but emulators are slower than boards
_PATIENCE = 5.0  # seconds for an answer to begin


@dataclass(frozen=True)
class Plain:
    """A device with a minimal image."""

    emulator: Emulator
    line: Port
    answer: int  # bytes

    def run(self, given: bytes, attempts: int = 3) -> bytes:
        """What comes back; an emulator on a busy machine may itself make a pause: sent again."""
        for _ in range(attempts):
            self.line.write(given)
            if answer := self.received():
                return answer
            time.sleep(PAUSE)
        raise AssertionError("the device does not answer")

    def received(self, patience: float = _PATIENCE) -> bytes:
        """All of an answer, or nothing when none begins."""
        answer = self.line.read(patience)
        while answer and len(answer) < self.answer:
            answer += self.line.read(_PATIENCE)
        return answer


@contextlib.contextmanager
def plain(image: Image, options: Sequence[str] = ()) -> Iterator[Plain]:
    """The device that a minimal image is in an emulator."""
    outputs = image.deployment.compiled.unit.network.outputs
    with (
        emulate(image.board, image.elf, options) as emulator,
        contextlib.closing(emulator.connect()) as line,
    ):
        yield Plain(emulator, line, sum(tensor.bytes for tensor in outputs))
