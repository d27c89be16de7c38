"""What a network that is searched for may take, and the options that say so."""

import argparse
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from convert import boards
from convert.boards import Board
from convert.compiler.arithmetic.match import RUNTIME, Match
from convert.compiler.estimate import CYCLES
from convert.compiler.targets.options import Optimize, Target
from runtime import numbers
from runtime.errors import DataError

_CYCLES = {Target.CORTEX_M4: CYCLES, Target.AVR: 1.0}
"""Cycles of what is counted as an instruction, where a core's timing is documented."""


@dataclass(frozen=True)
class Limits:
    """What a network may take. Of a board: the whole image, and RAM with the stack."""

    target: Target
    optimize: Optimize = Optimize.SPEED
    match: Match = Match.XNNPACK
    board: Board | None = None
    flash: int | None = None  # bytes of tables, of a board of the image; None: all it has
    ram: int | None = None  # bytes of the arena, of a board all RAM; None: all it has
    instructions: int | None = None  # of an inference; cycles on an AVR
    milliseconds: float | None = None  # of an inference at ``clock``, an estimate
    clock: int | None = None  # Hz; None: the board's

    def __post_init__(self) -> None:
        if self.milliseconds is None:
            return
        if self.target not in _CYCLES:
            raise DataError(
                f"no cycles are known of {self.target}: give --max-instructions instead of --max-ms"
            )
        if self.hertz is None:
            raise DataError("--max-ms needs to know the clock: give --clock, in MHz, or --board")

    @property
    def title(self) -> str:
        """Board or core, for names."""
        return self.board.label if self.board else str(self.target)

    @property
    def hertz(self) -> int | None:
        """The clock."""
        return self.clock or (self.board.clock if self.board else None)

    @property
    def most_flash(self) -> int | None:
        """Bytes, with what the board has."""
        return self._least(self.flash, self.board.flash if self.board else None)

    @property
    def most_ram(self) -> int | None:
        """Bytes, with what the board has."""
        return self._least(self.ram, self.board.ram if self.board else None)

    @staticmethod
    def _least(*bounds: int | None) -> int | None:
        return min((bound for bound in bounds if bound is not None), default=None)

    def time(self, instructions: int) -> float | None:
        """Milliseconds of an inference, estimated; None: timing or clock are not known."""
        per = _CYCLES.get(self.target)
        return 1000 * per * instructions / self.hertz if per and self.hertz else None

    def describe(self) -> dict[str, Any]:
        """As plain data."""
        words = {name: str(getattr(self, name)) for name in ("target", "match", "optimize")}
        minimal = {"minimal": True} if self.board and self.board.minimal else {}
        name = self.board.name if self.board else None
        return asdict(self) | words | {"board": name} | minimal


def add(parser: argparse.ArgumentParser) -> None:
    """The options that say what costs are of, and how large they may be."""
    group = parser.add_argument_group("costs")
    where = group.add_mutually_exclusive_group(required=True)
    where.add_argument(
        "--board", metavar="BOARD", help="flash and RAM are those of a whole image on this board"
    )
    where.add_argument(
        "--target",
        choices=list(Target),
        help="flash is that of tables, RAM the arena, on this core",
    )
    group.add_argument(
        "--minimal",
        action="store_true",
        help="with --board: the image is one of thimble build --minimal, which has what a network "
        "needs, and nothing else",
    )
    group.add_argument(
        "--optimize",
        choices=list(Optimize),
        help="take the fastest kernels that fit (default), or the smallest (default of --minimal)",
    )
    group.add_argument(
        "--match",
        choices=list(Match),
        default=Match.XNNPACK,
        help="; ".join(f"{match}: {name}" for match, name in RUNTIME.items()),
    )
    for name, unit in (("flash", "BYTES"), ("ram", "BYTES"), ("instructions", "N")):
        group.add_argument(
            f"--max-{name}",
            type=numbers.whole(1),
            metavar=unit,
            help=f"{name if name != 'ram' else 'RAM'} that a network may take"
            + (" in an inference; of an AVR cycles" if name == "instructions" else ""),
        )
    group.add_argument(
        "--max-ms",
        type=numbers.real(0.001),
        metavar="MS",
        help="milliseconds of an inference, an estimate; of cortex-m4 and avr, whose timing is "
        "documented",
    )
    group.add_argument(
        "--clock", type=numbers.real(0.001), metavar="MHZ", help="of --max-ms; default: the board's"
    )
    group.add_argument(
        "--boards",
        type=Path,
        default=boards.FOLDER,
        metavar="DIR",
        help="where boards are described; default: the project's own",
    )


def chosen(given: argparse.Namespace) -> Limits:
    """What a command line asks for; raises DataError."""
    board = _board(given.board, given.boards) if given.board else None
    if given.minimal and board is None:
        raise DataError("--minimal is an image on a board: give --board instead of --target")
    if board is not None:
        board = replace(board, minimal=given.minimal)
    return Limits(
        Target(board.target) if board else given.target,
        given.optimize or (Optimize.SIZE if given.minimal else Optimize.SPEED),
        given.match,
        board,
        given.max_flash,
        given.max_ram,
        given.max_instructions,
        given.max_ms,
        round(1e6 * given.clock) if given.clock else None,
    )


def _board(name: str, folder: Path) -> Board:
    known = {board.name: board for board in boards.read(folder)}
    if name not in known:
        raise DataError(f"no board {name!r} can be flashed; there are {', '.join(known)}")
    return known[name]
