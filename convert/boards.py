"""The boards as a report sees them: the sizes in ``firmware/boards/NAME/board.toml``.

Data alone: how a board is built for, run and flashed is the firmware's business.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from convert.footprint import STACK
from runtime.errors import DataError

FOLDER = Path(__file__).parents[1] / "firmware" / "boards"
"""Where the project's own boards are described."""


@dataclass(frozen=True)
class Board:
    """A board that one can buy."""

    name: str
    title: str
    core: str  # "Cortex-M4"
    target: str  # of the compiler: "cortex-m4"
    clock: int  # Hz, of the core as the firmware sets it
    flash: int  # bytes
    ram: int  # bytes
    stack: int = STACK  # bytes of RAM that firmware keeps for it
    minimal: bool = False  # whether its image has what a network needs, and nothing else

    @property
    def label(self) -> str:
        """Tells what is for it from what is for others, in names."""
        return f"{self.name}-minimal" if self.minimal else self.name


def read(folder: Path = FOLDER) -> list[Board]:
    """The boards in ``folder`` that can be flashed; those for emulators alone are left out.

    Raises DataError for a folder without boards, or a file that does not describe one.
    """
    paths = sorted(folder.glob("*/board.toml"))
    if not paths:
        raise DataError(f"{folder} has no NAME/board.toml: give a folder of boards")
    found = [(path, _load(path)) for path in paths]
    return [_board(path, facts) for path, facts in found if "flash_with" in facts]


def _load(path: Path) -> Mapping[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DataError(
            f"{path} cannot be read ({error}): compare it with another board's"
        ) from error


def _board(path: Path, facts: Mapping[str, Any]) -> Board:
    kinds = {field.name: field.type for field in fields(Board)[1:-1]}  # but minimal
    told = {"stack": STACK} | {name: facts[name] for name in kinds if name in facts}
    for name, kind in kinds.items():
        if type(told.get(name)) is not kind or not told[name]:
            raise DataError(f"{path} has no right {name!r}: compare it with another board's")
    return Board(path.parent.name, **told)
