"""Boards in an emulator: QEMU with the board's real peripherals, its serial port on a socket.

``-icount`` makes each instruction take a fixed time of the emulator's clock, so that the counter
that the firmware reads counts instructions. Not cycles: the emulator has no pipeline. An AVR runs
in simavr, which has its cycles.
"""

import contextlib
import json
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from convert.compiler.targets.options import Target
from firmware import avr_emulator
from firmware.boards import Board, Machine
from firmware.build import Image
from firmware.device import Device
from firmware.port import Port, open_port
from runtime import children
from runtime.errors import DeviceError, ToolError

_START = 20.0  # seconds for the emulator to open its sockets


@dataclass(frozen=True)
class Emulator:
    """A running emulator."""

    process: subprocess.Popen[bytes]
    folder: Path

    @property
    def port(self) -> str:
        """The name of the device's serial port, for ``open_port``."""
        return f"unix:{self.folder / 'serial'}"

    def connect(self) -> Port:
        """The device's serial port."""
        return open_port(self.port)

    def reset(self) -> None:
        """Press the reset button."""
        self.monitor("system_reset")

    def monitor(self, command: str, **arguments: Any) -> Any:
        """Execute a command of QEMU's machine protocol, and give what it returns."""
        with socket.socket(socket.AF_UNIX) as line:
            line.connect(str(self.folder / "monitor"))
            stream = line.makefile("rw")
            stream.readline()  # the greeting
            for request in (
                {"execute": "qmp_capabilities"},
                {"execute": command, "arguments": arguments},
            ):
                stream.write(json.dumps(request))
                stream.flush()
                while "event" in (answer := json.loads(stream.readline())):
                    pass
            return answer["return"]

    def stop(self) -> None:
        """Pull the plug."""
        self.process.kill()
        self.process.wait()


@contextlib.contextmanager
def emulate(board: Board, elf: Path, options: Sequence[str] = ()) -> Iterator[Emulator]:
    """Boot ``elf`` on ``board``; ``options`` go to QEMU.

    Raises ToolError when QEMU is missing, does not start, or has no such board.
    """
    if board.emulator is None:
        raise ToolError(
            f"no emulator here runs {board.name}: plug one in, and give its port with --port"
        )
    with tempfile.TemporaryDirectory(prefix="thimble-") as name:
        folder = Path(name)
        qemu = board.family.emulator
        words = _command(board, board.emulator, elf, folder)
        words += options
        with (folder / "log").open("wb") as log:
            try:
                process = subprocess.Popen(
                    words,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    preexec_fn=children.TIED,  # noqa: PLW1509
                )
            except OSError as error:
                raise qemu.missing() from error
        emulator = Emulator(process, folder)
        try:
            _wait(emulator, qemu.program)
            yield emulator
        finally:
            emulator.stop()


def _command(board: Board, machine: Machine, elf: Path, folder: Path) -> list[str]:
    """What runs ``elf`` with its sockets in ``folder``."""
    if board.target == Target.AVR:
        return avr_emulator.command(board, machine.machine, elf, folder)
    qemu = board.family.emulator
    return [
        *(qemu.program, "-machine", machine.machine, *qemu.image, str(elf)),
        *("-display", "none", "-icount", f"shift={machine.shift}"),
        *("-serial", f"unix:{folder / 'serial'},server=on,wait=off"),
        *("-qmp", f"unix:{folder / 'monitor'},server=on,wait=off"),
    ]


@contextlib.contextmanager
def connected(image: Image | None, port: str | None) -> Iterator[tuple[Port, Machine | None]]:
    """The line to the board at ``port``, or to ``image`` in an emulator with what that counts.

    Raises DeviceError when there is neither.
    """
    if port is not None:
        with contextlib.closing(open_port(port)) as line:
            yield line, None
        return
    if image is None:
        raise DeviceError("give the board's --port, or a --board to emulate")
    with (
        emulate(image.board, image.elf) as emulator,
        contextlib.closing(emulator.connect()) as line,
    ):
        yield line, image.board.emulator


@contextlib.contextmanager
def booted(image: Image) -> Iterator[Device]:
    """The device that ``image`` is in an emulator, after its greeting."""
    with connected(image, None) as (line, _):
        device = Device(line)
        device.hello(image.boot_seconds)
        yield device


def _listens(path: Path) -> bool:
    """Whether somebody takes connections at a Unix socket, told without connecting."""
    if not Path("/proc/net/unix").exists():
        return path.exists()
    flags = 0x10000  # __SO_ACCEPTCON, include/linux/net.h
    for row in Path("/proc/net/unix").read_text().splitlines()[1:]:
        columns = row.split()
        if columns[-1] == str(path):
            return bool(int(columns[3], 16) & flags)
    return False


def _wait(emulator: Emulator, program: str) -> None:
    end = time.monotonic() + _START
    while not all(_listens(emulator.folder / name) for name in ("serial", "monitor")):
        if emulator.process.poll() is not None or time.monotonic() > end:
            lines = (emulator.folder / "log").read_text().strip().splitlines() or ["no message"]
            raise ToolError(f"{program} does not start: {lines[0]}")
        time.sleep(0.01)
