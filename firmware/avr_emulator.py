"""Boards with an AVR in simavr: the program that is an emulated board, made from firmware/simavr.

QEMU has these boards too, but its timers cannot be read where instructions are counted, and it has
no watchdog.
"""

from pathlib import Path

from convert.compiler import toolchain
from firmware.boards import Board

_SOURCE = Path(__file__).with_name("simavr") / "board.c"
_LIBRARIES = ("-lsimavr", "-lelf")


def command(board: Board, machine: str, elf: Path, folder: Path) -> list[str]:
    """What runs ``elf``, with its sockets in ``folder``, where the program is made.

    Raises ToolError when a compiler for this machine, or simavr's library, is missing.
    """
    program = folder / "board"
    toolchain.run(["cc", "-O2", str(_SOURCE), "-o", str(program), *_LIBRARIES], folder)
    sockets = str(folder / "serial"), str(folder / "monitor")
    return [str(program), machine, str(board.clock), str(elf), *sockets]
