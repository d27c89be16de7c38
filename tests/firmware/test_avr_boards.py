"""Arduino Uno and Mega in simavr, whose USART, Timer 1 and watchdog are the chips'."""

import contextlib
import subprocess

import pytest

from firmware import boards, flash
from firmware.device import CALIBRATION, Device
from firmware.emulate import booted, emulate
from firmware.protocol import Type
from runtime.errors import DeviceError, ToolError
from tests.firmware.images import breakable, image
from tests.firmware.test_emulated import noise, run

HANG, INTERRUPT, STACK, CANARY = 1, 2, 3, 4
INJECT = 0x70
UNO, MEGA = "uno", "mega2560"


@pytest.mark.parametrize(("name", "model"), [(UNO, "nano"), (MEGA, "micro")])
def test_board_answers_as_the_runtime(name: str, model: str) -> None:
    """0 bytes differ from LiteRT, on noise; memory is as predicted, and cycles are the chip's."""
    found = run(image(name, model), noise(6))
    assert found.problems == []
    assert found.differing == 0
    assert found.unit == "cycles"
    off = abs(found.known_loop - CALIBRATION)
    assert off <= 0.05 * CALIBRATION  # with an interrupt of the timer, at most
    assert found.fault.cause == "none"


def test_uno_has_room_for_arena_stack_and_nothing_else() -> None:
    """Of 2,048 bytes the arena, in which a frame is decoded, and 416 for the stack, all that is."""
    built = image(UNO)
    assert built.ram <= built.predicted.ram <= built.board.ram == 2048
    assert built.stack <= built.board.stack
    assert built.flash <= built.predicted.flash <= built.board.flash
    sizes = subprocess.run(
        ["avr-size", "-A", built.elf], capture_output=True, text=True, check=True
    ).stdout
    (data,) = (line.split()[1] for line in sizes.splitlines() if line.startswith(".data"))
    assert int(data) <= 32  # no table, no struct, no text


def test_micro_does_not_fit_on_uno() -> None:
    """Refused with the numbers, and with what fits."""
    with pytest.raises(ToolError, match=r"RAM 2,448 bytes, uno has 2,048; these fit: nano$"):
        image(UNO, "micro")


@pytest.mark.parametrize(
    ("what", "says"), [(HANG, "watchdog"), (INTERRUPT, "unexpected exception"), (STACK, "stack")]
)
def test_fault_is_reported_and_the_watchdog_resets(what: int, says: str) -> None:
    """The device says what stopped it, where, and after its watchdog's reset it still knows."""
    built = breakable(UNO)
    with (
        emulate(built.board, built.elf) as emulator,
        contextlib.closing(emulator.connect()) as line,
    ):
        device = Device(line)
        assert device.hello().self_test == 0
        assert device.last_error().cause == "none"
        with pytest.raises(DeviceError, match=f"has stopped: {says}"):
            device.request(INJECT, bytes([what]), patience=60, attempts=1)
        assert device.hello(60).self_test == 0
        fault = device.last_error()
        assert says in fault.cause
        assert 0 < fault.registers["sp"] < 0x900


def test_overwritten_arena_gives_no_answers() -> None:
    """A write behind the arena is noticed, until the reset button is pressed."""
    built = breakable(UNO)
    with (
        emulate(built.board, built.elf) as emulator,
        contextlib.closing(emulator.connect()) as line,
    ):
        device = Device(line)
        device.hello()
        with pytest.raises(DeviceError, match="working memory overwritten"):
            device.request(INJECT, bytes([CANARY]))
        emulator.reset()
        device.hello()
        assert device.status().arena_intact


def test_stack_that_is_used_is_what_was_predicted() -> None:
    """By what the code says that functions push and call: no less than is used, and not far off."""
    built = image(UNO)
    with booted(built) as device:
        device.request(Type.SELF_TEST)
        status = device.status()
    assert 0.8 * built.stack <= status.stack_used <= built.stack
    assert status.stack_size >= built.board.stack


def test_avrdude_writes_through_the_bootloader_and_reads_back() -> None:
    """No erasure of the chip, the port that --probe names, and the flash read back."""
    for name, part, kind in ((UNO, "atmega328p", "arduino"), (MEGA, "atmega2560", "wiring")):
        built = image(name)
        options = flash.parser().parse_args(
            ["--board", name, "--with", "avrdude", "--probe", "/dev/ttyUSB3", "--dry-run"]
        )
        write, read, _ = flash.write(built, "avrdude", options)
        assert f"-p {part} -c {kind} -b 115200 -P /dev/ttyUSB3 -D -U flash:w:" in write
        assert "-U flash:r:" in read
    assert set(boards.of_target("avr")) == {UNO, MEGA}
