"""The boards: what ``boards/NAME/board.toml`` says of each, and whether a model fits on one."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from convert import footprint
from convert.compiler.build import Compiled
from convert.compiler.targets.options import Options
from convert.footprint import STACK, Need
from firmware import cores
from firmware.cores import Family
from runtime.errors import ToolError

BOARDS = Path(__file__).with_name("boards")


@dataclass(frozen=True)
class Machine:
    """How an emulator runs a board."""

    machine: str  # the emulator's name of it
    ticks_hz: int  # of the counter that the firmware reads
    shift: int | None = None  # an instruction takes 2^shift ns of its time; None: its true cycles

    @property
    def counts(self) -> str:
        """What is counted: instructions, or cycles."""
        return "cycles" if self.shift is None else "instructions"

    def instructions(self, ticks: float) -> float:
        """Instructions that were executed in ``ticks``, or cycles where those are counted."""
        if self.shift is None:
            return ticks
        return ticks * 1e9 / self.ticks_hz / (1 << self.shift)


@dataclass(frozen=True)
class Board:
    """A board that firmware is built for."""

    name: str
    title: str
    core: str
    target: str  # of the compiler
    clock: int  # Hz, of the core
    flash: int  # bytes
    ram: int  # bytes
    stack: int = STACK  # bytes of RAM kept for it
    emulator: Machine | None = None  # None: it is built, and not run, where no board is
    flash_with: Mapping[str, str | list[str]] = field(default_factory=dict)  # tool: its argument
    minimal: bool = False  # whether its image has what a network needs, and nothing else

    @property
    def family(self) -> Family:
        """What its core has in common with others."""
        return cores.of(self.target)

    @property
    def label(self) -> str:
        """Tells its images from others, in file names."""
        return f"{self.name}-minimal" if self.minimal else self.name


def names() -> tuple[str, ...]:
    """The boards there are."""
    return tuple(sorted(path.parent.name for path in BOARDS.glob("*/board.toml")))


def of_target(target: str) -> tuple[str, ...]:
    """The boards whose core is ``target``, one of the compiler."""
    return tuple(name for name in names() if find(name).target == target)


def find(name: str) -> Board:
    """The board called ``name``; raises ToolError when there is none, or its file is wrong."""
    if name not in names():
        raise ToolError(f"there is no board {name!r}: choose one of {', '.join(names())}")
    path = BOARDS / name / "board.toml"
    try:
        facts = tomllib.loads(path.read_text(encoding="utf-8"))
        if "emulator" in facts:
            facts["emulator"] = Machine(**facts["emulator"])
        return Board(name, **facts)
    except (tomllib.TOMLDecodeError, TypeError) as error:
        raise ToolError(f"{path}: {error}; compare it with another board's") from error


def minimal(board: Board) -> Board:
    """``board`` with an image that has what a network needs, and nothing else."""
    return replace(board, minimal=True)


def need(board: Board, compiled: Compiled) -> Need:
    """What an image with ``compiled`` takes on ``board`` at most."""
    return footprint.need(compiled, board.stack, minimal=board.minimal)


def limits(board: Board, compiled: Compiled) -> Options:
    """The options of ``compiled`` with what ``board`` has left for tables and arena."""
    return footprint.limits(board.flash, board.ram, compiled, board.stack, minimal=board.minimal)


def shortage(board: Board, needed: Need) -> str:
    """Why a model does not fit on ``board``, or nothing when it does."""
    lacking = [
        f"{what} {wanted:,} bytes, {board.name} has {there:,}"
        for what, wanted, there in (
            ("flash", needed.flash, board.flash),
            ("RAM", needed.ram, board.ram),
        )
        if wanted > there
    ]
    return " and ".join(lacking)
