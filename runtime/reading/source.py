"""What data is asked for, and what came of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from runtime import console
from runtime.dataset import Examples
from runtime.errors import DataError

PARTS = ("train", "validation", "test")
"""The parts of data that come already split; data that do not are the one part "all"."""
ALL = "all"
NAMED_PARTS = {
    "train": "train",
    "training": "train",
    "validation": "validation",
    "valid": "validation",
    "val": "validation",
    "dev": "validation",
    "test": "test",
    "testing": "test",
    "t10k": "test",
}
"""How people call the parts, in folders, arrays and IDX files."""
_TOLD = 10

Parts = Mapping[str, Examples]


@dataclass(frozen=True)
class Source:
    """A data file or folder, and how to take it."""

    path: Path
    label: str = ""  # the column, or array, with the class; "": by its usual names
    targets: tuple[str, ...] = ()  # the columns that a regression shall give
    window: int = 0  # rows of a table that are one example; 0: each row is one
    step: int = 0  # rows from one window to the next; 0: half a window
    strict: bool = False  # whether a file that cannot serve is an error
    outputs: tuple[str, ...] = ()  # of a network with several, that arrays of a .npz are named by

    @property
    def stride(self) -> int:
        """Rows from one window to the next."""
        return self.step or max(1, self.window // 2)


@dataclass
class Skipped:
    """Files that cannot serve: an error if that is asked for, else they are told of."""

    strict: bool
    reasons: list[str] = field(default_factory=list)

    def add(self, reason: str) -> None:
        """Leave one out; raises DataError where that is not allowed."""
        if self.strict:
            raise DataError(f"{reason} (--strict)")
        self.reasons.append(reason)

    def tell(self) -> None:
        """Say what was left out."""
        for reason in self.reasons[:_TOLD]:
            console.note(f"left out: {reason}")
        if len(self.reasons) > _TOLD:
            console.note(f"left out: {len(self.reasons) - _TOLD} more")
        if self.reasons:
            console.note(f"left out in all: {len(self.reasons)}; --strict makes it an error")


def unique(names: Sequence[str], where: Path, what: str = "classes") -> tuple[str, ...]:
    """Names of ``what``; raises DataError where two are one but for case and space around."""
    known: dict[str, str] = {}
    for name in names:
        key = name.strip().casefold()
        if not key or key in known:
            told = f"the {what} {known[key]!r} and {name!r}" if key else f"{what} without a name"
            raise DataError(f"{where} has {told}: give each a name of its own")
        known[key] = name
    return tuple(names)
