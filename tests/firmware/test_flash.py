"""Flashing: what is written is read back; what goes wrong is one line and never a success."""

import os
import socket
import struct
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from firmware import boards, cores, flash
from firmware.device import Device
from firmware.port import open_port
from runtime.errors import DeviceError, ToolError
from tests.conftest import Command
from tests.firmware.images import image


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def empty_board(machine: str, folder: Path) -> Iterator[tuple[str, str]]:
    """A board with nothing in its flash: its debug server and its serial port."""
    address, serial = f"127.0.0.1:{free_port()}", folder / "serial"
    words = [
        cores.of("cortex-m4").emulator.program,
        "-machine",
        machine,
        "-display",
        "none",
        "-S",
        "-gdb",
        f"tcp:{address}",
    ]
    words += ["-serial", f"unix:{serial},server=on,wait=off"]
    with subprocess.Popen(words, stderr=subprocess.DEVNULL) as process:
        try:
            while not serial.exists():
                assert process.poll() is None
            yield address, f"unix:{serial}"
        finally:
            process.kill()


@pytest.mark.parametrize("board", ["netduinoplus2", "microbit", "stm32vldiscovery"])
def test_board_is_flashed_through_its_debug_port(board: str, run: Command, tmp_path: Path) -> None:
    """Load, compare, run: an empty board answers with the model that was written."""
    with empty_board(board, tmp_path) as (address, serial):
        options = ("--board", board, "--model", "nano", "--out", tmp_path, "--gdb", address)
        done = run("firmware.flash", *options)
        assert done.returncode == 0, done.stderr
        assert "read back the same" in done.stdout
        with closing(open_port(serial)) as line:
            hello = Device(line).hello()
        assert (hello.board, hello.model, hello.self_test) == (board, "nano", 0)


def test_no_debug_server_is_one_line(run: Command, tmp_path: Path) -> None:
    """Nobody at the address: status 1 and what to do."""
    address = f"127.0.0.1:{free_port()}"
    options = ("--board", "microbit", "--model", "nano", "--out", tmp_path, "--gdb", address)
    done = run("firmware.flash", *options)
    assert done.returncode == 1
    assert done.stderr.startswith("error: gdb")
    assert done.stderr.count("\n") == 1


def fake(folder: Path, name: str, script: str) -> None:
    """A program called ``name`` that runs ``script``."""
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


@pytest.mark.parametrize(
    ("script", "says"),
    [
        ("exit 0", "gave back 0 of"),  # reports success and has read nothing
        ('case "$*" in *read*) head -c $4 /dev/zero >"$2";; esac', "are not what was written"),
        ('case "$*" in *read*) head -c 9 "$HEX" >"$2";; esac', "gave back 9 of"),
        ("echo 'Couldn'\"'\"'t find any ST-Link devices' >&2; exit 1", "Couldn't find any ST-Link"),
    ],
    ids=["silent", "zeros", "short", "no probe"],
)
def test_flasher_that_lies_is_caught(
    script: str, says: str, run: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bad write is status 1 and one line, whatever the flasher itself says."""
    fake(tmp_path, "st-flash", script)
    built = image("stm32vldiscovery")
    monkeypatch.setenv("HEX", str(built.folder / "firmware.hex"))
    options = ("--board", "stm32vldiscovery", "--model", "nano", "--with", "st-flash")
    done = run(
        "firmware.flash",
        *options,
        "--out",
        tmp_path / "out",
        env={"PATH": f"{tmp_path}:{os.environ['PATH']}"},
    )
    assert done.returncode == 1
    assert says in done.stderr
    assert done.stderr.count("\n") == 1


def test_first_wrong_byte_is_named() -> None:
    """The message counts wrong bytes and gives the first one's address."""
    with pytest.raises(DeviceError, match=r"2 bytes .* the first at 0x8000001"):
        flash.compare(b"abcd", b"aXcX", 0x8000000)
    flash.compare(b"abcd", b"abcd", 0x8000000)


def test_dry_run_says_what_it_would_do(run: Command, tmp_path: Path) -> None:
    """Every flasher of a board shows its commands, and none is run."""
    for name in ("pyocd", "openocd"):
        options = ("--board", "microbit", "--model", "nano", "--with", name, "--dry-run")
        done = run("firmware.flash", *options, "--out", tmp_path)
        assert done.returncode == 0, done.stderr
        assert "would run" in done.stdout
        assert name in done.stdout
        assert "firmware.hex" in done.stdout


def test_dry_run_wants_nothing_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The board's first way is shown; to flash with it, it has to be there."""
    monkeypatch.setattr(flash, "program", lambda _: None)
    for name, first in (("uno", "avrdude"), ("esp32c3", "esptool"), ("microbit", "pyocd")):
        board = boards.find(name)
        assert flash.choose(board, None, dry_run=True) == first
        with pytest.raises(ToolError, match=f"nothing that flashes {name} is installed: .*{first}"):
            flash.choose(board, None)
    options = flash.parser().parse_args(["--board", "uno", "--dry-run"])
    shown = flash.write(image("uno"), "avrdude", options)
    assert shown[0].startswith("avrdude -q -p atmega328p")


@pytest.mark.parametrize("words", [(), ("--dry-run",), ("--with", "openocd")])
def test_emulator_is_flashed_by_nothing(
    words: tuple[str, ...], run: Command, tmp_path: Path
) -> None:
    """It is said that there is no such board, before anything is built."""
    done = run("firmware.flash", "--board", "riscv-virt", *words, "--out", tmp_path / "out")
    assert done.returncode == 1
    assert "riscv-virt is an emulator's machine, which there is no board of: run it" in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_flasher_of_another_board_is_refused(run: Command, tmp_path: Path) -> None:
    """The message names those that do."""
    options = ("--board", "microbit", "--model", "nano", "--with", "st-flash", "--out", tmp_path)
    done = run("firmware.flash", *options)
    assert done.returncode == 1
    assert "st-flash does not flash microbit; what does: pyocd, openocd" in done.stderr


def test_uf2_is_copied_to_the_drive(run: Command, tmp_path: Path) -> None:
    """The drive gets the whole file; a drive that is not there is named."""
    drive = tmp_path / "RPI-RP2"
    options = ("--board", "pico", "--model", "nano", "--with", "uf2", "--out", tmp_path)
    done = run("firmware.flash", *options, "--drive", drive)
    assert done.returncode == 1
    assert "hold the board's BOOTSEL" in done.stderr
    drive.mkdir()
    done = run("firmware.flash", *options, "--drive", drive)
    assert done.returncode == 0, done.stderr
    content = (drive / "firmware.uf2").read_bytes()
    assert struct.unpack("<I", content[:4]) == (0x0A324655,)
    assert "cannot be read back" in done.stdout


def test_openocd_configurations_exist() -> None:
    """OpenOCD itself accepts each board's configuration, as far as one can without a probe."""
    for name in boards.names():
        options = boards.find(name).flash_with.get("openocd")
        if options:
            words = ["openocd", *options, "-c", "shutdown"]
            done = subprocess.run(words, capture_output=True, text=True, check=False)
            no_probe = "unable to open ftdi device" in done.stderr  # one connects by itself
            assert done.returncode == 0 or no_probe, (name, done.stderr)
            assert "Can't find" not in done.stderr, (name, done.stderr)
