"""Arduino Uno and Mega in simavr, whose USART, Timer 1 and watchdog are the chips'."""

import contextlib
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from convert.compiler import toolchain
from firmware import avr_stack, boards, build, flash
from firmware.device import CALIBRATION, Device
from firmware.emulate import booted, emulate
from firmware.protocol import Type
from runtime.errors import DeviceError, ToolError
from tests.firmware.images import breakable, image
from tests.firmware.networks import MODELS
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
    assert found.retries == 0  # the device is slow to start and to answer, and loses nothing


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
    says = r"RAM 2,448 bytes, uno has 2,048; these fit: nano, pico, femto$"
    with pytest.raises(ToolError, match=says):
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


@pytest.mark.parametrize("name", [UNO, MEGA])
def test_functions_of_a_library_end_at_no_label(name: str, tmp_path: Path) -> None:
    """Those for floats run on into each other, and call labels of their own: no circle."""
    path = tmp_path / "net.tflite"
    path.write_bytes(MODELS["border-float32"]())
    board = boards.find(name)
    built = build.build(board, build.choose(board, str(path)), tmp_path)
    names = subprocess.run(["avr-nm", built.elf], capture_output=True, text=True, check=True).stdout
    assert "__fp_splitA" in names
    with booted(built) as device:
        device.request(Type.SELF_TEST)
        assert 0.6 * built.stack <= device.status().stack_used <= built.stack


CIRCLE = """
00000000 <main>:
   0:\t01 d0       \trcall\t.+2      \t; 0x4 <one>
   2:\t08 95       \tret

00000004 <one>:
   4:\t0f 93       \tpush\tr16
   6:\t00 d0       \trcall\t.+0      \t; 0x8 <one+0x4>
   8:\t{}
   a:\t08 95       \tret
"""


def test_what_has_no_bound_is_refused() -> None:
    """A function that calls itself, and a call to where a pointer leads."""
    calls = avr_stack.graph(CIRCLE.format("00 00       \tnop"), 2)
    assert toolchain.deepest(calls, "main") == 2 + (2 + 1 + 2)
    circle = avr_stack.graph(CIRCLE.format("fd df       \trcall\t.-6      \t; 0x4 <one>"), 2)
    with pytest.raises(ToolError, match="one calls itself"):
        toolchain.deepest(circle, "main")
    with pytest.raises(ToolError, match=r"one\+0x4 calls what a pointer names"):
        avr_stack.graph(CIRCLE.format("09 95       \ticall"), 2)


def test_no_image_is_left_of_a_build_that_failed(tmp_path: Path) -> None:
    """Not that of an earlier one either, which would be flashed as if it were right."""
    board = boards.find(UNO)
    deployed = build.choose(board, "nano")
    built = build.build(board, deployed, tmp_path)
    assert built.elf.exists()
    (built.folder / "validation.json").write_text("{}")
    least = replace(board, stack=64)
    short = replace(least, ram=boards.need(least, deployed.compiled).ram)
    with pytest.raises(ToolError, match="nano may need 383 bytes of stack on uno, and"):
        build.build(short, deployed, tmp_path)
    assert [path.name for path in built.folder.iterdir()] == ["validation.json"]
    with pytest.raises(ToolError, match="cmake failed"):
        build.build(board, deployed, tmp_path / "new", ["-DCMAKE_C_FLAGS=-Dint=nonsense"])
    assert not list((tmp_path / "new").iterdir())


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
