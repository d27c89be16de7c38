"""What goes wrong is reported, and never answered wrongly."""

import contextlib
import time
from pathlib import Path

import numpy as np
import pytest

from firmware.device import Device
from firmware.emulate import booted, emulate
from firmware.port import Port, open_port
from firmware.protocol import Frame, Type
from runtime import worker
from runtime.errors import DeviceError
from tests.firmware.faults import damage
from tests.firmware.images import EMULATED, breakable, image
from tests.firmware.test_emulated import noise

INJECT = 0x70
BUS_FAULT, UNDEFINED, STACK, CANARY = 1, 2, 3, 4
BLANK = np.zeros((28, 28), np.uint8)


@pytest.mark.parametrize(
    ("what", "says"),
    [(BUS_FAULT, "hard fault"), (UNDEFINED, "hard fault"), (STACK, "stack exhausted")],
)
@pytest.mark.parametrize("name", EMULATED)
def test_fault_is_reported_and_remembered(name: str, what: int, says: str) -> None:
    """The device says what stopped it, is silent then, and still knows after a reset."""
    built = breakable(name)
    with (
        emulate(built.board, built.elf) as emulator,
        contextlib.closing(emulator.connect()) as line,
    ):
        device = Device(line)
        device.hello()
        assert device.last_error().cause == "none"
        with pytest.raises(DeviceError, match=f"has stopped: {says}") as error:
            device.request(INJECT, bytes([what]))
        if what == BUS_FAULT:
            assert "0xe8000000" in str(error.value)
        with pytest.raises(DeviceError, match="does not answer"):
            device.request(Type.HELLO, patience=0.1, attempts=2)
        emulator.reset()
        assert device.hello().self_test == 0
        assert device.last_error().cause == says


def test_overwritten_arena_gives_no_answers() -> None:
    """A write behind the arena is noticed before an answer goes out, until a reset."""
    with booted(breakable("netduinoplus2")) as device:
        device.hello()
        with pytest.raises(DeviceError, match="working memory overwritten"):
            device.request(INJECT, bytes([CANARY]))
        with pytest.raises(DeviceError, match="working memory overwritten"):
            device.infer(BLANK)


def test_images_without_injection_do_not_know_the_request() -> None:
    """What goes on a board cannot be broken by a frame."""
    with booted(image("microbit")) as device, pytest.raises(DeviceError, match="does not know"):
        device.request(INJECT, bytes([BUS_FAULT]))


@pytest.mark.parametrize("name", ["netduinoplus2", "microbit", "stm32vldiscovery"])
def test_every_flipped_bit_of_the_tables_is_caught(name: str, tmp_path: Path) -> None:
    """An image with one bit of a table flipped fails its self-test and answers nothing."""
    built = image(name)
    tables = built.deployment.compiled.unit.program.steps
    content = built.elf.read_bytes()
    rng = np.random.default_rng(4)
    pieces = [
        table.values.astype(table.values.dtype).tobytes() for s in tables for table in s.tables
    ]
    for piece in pieces * 2:
        place = content.index(piece) + int(rng.integers(len(piece)))
        damaged = bytearray(content)
        damaged[place] ^= 1 << int(rng.integers(8))
        elf = tmp_path / "damaged.elf"
        elf.write_bytes(damaged)
        with emulate(built.board, elf) as emulator, contextlib.closing(emulator.connect()) as line:
            device = Device(line)
            assert device.hello().self_test != 0
            assert device.self_test() != 0
            with pytest.raises(DeviceError, match="self-test"):
                device.infer(BLANK)


@pytest.mark.parametrize("name", ["netduinoplus2", "microbit"])
def test_power_cut_in_a_frame(name: str) -> None:
    """A reset in the middle of a frame leaves nothing behind: the next request is answered."""
    built = image(name)
    with (
        emulate(built.board, built.elf) as emulator,
        contextlib.closing(emulator.connect()) as line,
    ):
        device = Device(line)
        device.hello()
        before = device.infer(BLANK).outputs[0].tolist()
        frame = Frame(Type.INFER, 1, bytes(range(256)) * 3 + bytes(16)).encode()
        for place in (1, 5, 300, len(frame) - 1):
            line.write(frame[:place])
            emulator.reset()
            assert device.hello().self_test == 0
            assert device.infer(BLANK).outputs[0].tolist() == before


HIT = 1 / 2000
"""How likely a byte is damaged on a noisy line; a request to infer has 800."""


class NoisyPort:
    """A port that damages some of what passes, both ways, in whatever pieces it comes."""

    def __init__(self, port: Port, seed: int, hit: float = HIT) -> None:
        self._port, self._hit = port, hit
        self._rng = np.random.default_rng(seed)

    def _maybe(self, content: bytes) -> bytes:
        hit = self._rng.random() < 1 - (1 - self._hit) ** len(content)
        return damage(content, self._rng) if hit else content

    def read(self, seconds: float) -> bytes:
        return self._maybe(self._port.read(seconds))

    def write(self, content: bytes) -> None:
        self._port.write(self._maybe(content))

    def close(self) -> None:
        self._port.close()


def quiet_patience(device: Device) -> float:
    """Seconds that a busy machine's emulator surely needs for an answer."""
    device.hello()
    start = time.monotonic()
    device.infer(BLANK)
    return max(0.3, 8 * (time.monotonic() - start))


@pytest.mark.parametrize("name", ["netduinoplus2", "microbit"])
def test_noisy_line_only_costs_time(name: str) -> None:
    """With a third of the requests damaged, every answer still comes, and is LiteRT's."""
    built, test = image(name), noise(30)
    expected = worker.answers(built.deployment.path, test.inputs, "litert", "default")
    with (
        emulate(built.board, built.elf) as emulator,
        contextlib.closing(emulator.connect()) as line,
    ):
        patience = quiet_patience(Device(line))
        device = Device(NoisyPort(line, 5))
        for pixels, answer in zip(test.inputs, expected, strict=True):
            outputs = device.request(Type.INFER, pixels.tobytes(), patience, attempts=30)[8:]
            assert outputs == answer.tobytes()
        assert device.retries > 10


def test_two_clients_on_one_board() -> None:
    """A second client of the same line gets no answers, says so, and does not disturb the first."""
    built = image("microbit")
    with (
        emulate(built.board, built.elf) as emulator,
        contextlib.closing(emulator.connect()) as line,
    ):
        first = Device(line)
        first.hello()
        with contextlib.closing(emulator.connect()) as other:
            with pytest.raises(DeviceError, match="no other program using it"):
                Device(other).request(Type.HELLO, patience=0.2, attempts=2)
            assert first.infer(BLANK).outputs


def test_interleaved_clients_take_only_their_own_answers() -> None:
    """Two clients whose bytes share one line: each reply goes to whoever asked."""
    built = image("microbit")
    with (
        emulate(built.board, built.elf) as emulator,
        contextlib.closing(emulator.connect()) as line,
    ):
        one, two = Device(line), Device(line)
        one.hello()
        line.write(Frame(Type.INFER, 0xFFFF, bytes(784)).encode())  # somebody else's request
        assert two.hello().board == "microbit"


def test_port_that_vanishes() -> None:
    """Pulling the plug in the middle of work is one clear error."""
    built = image("microbit")
    with (
        emulate(built.board, built.elf) as emulator,
        contextlib.closing(emulator.connect()) as line,
    ):
        device = Device(line)
        device.hello()
        emulator.stop()
        with pytest.raises(DeviceError, match="is gone: plug the board in again"):
            device.infer(BLANK)


def test_missing_port_is_named() -> None:
    """A port that does not exist is one clear error."""
    with pytest.raises(DeviceError, match=r"cannot open /dev/ttyNONE .*plugged in"):
        open_port("/dev/ttyNONE")
    with pytest.raises(DeviceError, match="cannot open nonsense://x"):
        open_port("nonsense://x")


def test_silent_device_is_given_up() -> None:
    """Somebody who sends noise, or nothing, is no device: after some attempts that is said."""

    class Silent:
        def read(self, seconds: float) -> bytes:
            return b"\x01\x02\x00" if seconds > 0.05 else b""

        def write(self, content: bytes) -> None: ...

        def close(self) -> None: ...

    with pytest.raises(DeviceError, match="asked 2 times"):
        Device(Silent()).request(Type.HELLO, patience=0.1, attempts=2)
