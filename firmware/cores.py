"""The families of cores: what ``cores/NAME/core.toml`` says of each.

A family has its own compiler, start-up code, faults and emulator; a board's core is of one.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from runtime.errors import ToolError

CORES = Path(__file__).with_name("cores")


@dataclass(frozen=True)
class Toolchain:
    """The GCC that builds for a family."""

    prefix: str  # of its programs: "arm-none-eabi-"
    packages: Mapping[str, str]  # Debian's, by the program's name without the prefix

    def program(self, name: str) -> str:
        """The program called ``name``, such as gcc."""
        return self.prefix + name


@dataclass(frozen=True)
class Calls:
    """Where chains of calls begin, for the depth of the stack."""

    entry: str  # the function that a reset begins with
    interrupt: str = ""  # the only interrupt's; empty: there is none
    pushed: int = 0  # bytes that the core itself stacks for an interrupt, at most


@dataclass(frozen=True)
class Emulator:
    """The program that emulates a family, of QEMU's."""

    program: str
    package: str  # Debian's
    image: tuple[str, ...]  # the options in front of an image

    def missing(self) -> ToolError:
        """The error that says how to get it."""
        return ToolError(
            f"{self.program} cannot be run; on Debian: sudo apt-get install {self.package}"
        )


@dataclass(frozen=True)
class Family:
    """Cores that are built for, and that fail, in the same way."""

    name: str
    number: int  # by which a device says in its report of a fault what it is
    targets: tuple[str, ...]  # of the compiler
    registers: tuple[str, ...]  # that a report of a fault has
    gdb_start: tuple[str, ...]  # what a debugger says to start an image that begins at {start}
    toolchain: Toolchain
    calls: Calls
    emulator: Emulator

    @property
    def folder(self) -> Path:
        """Its C, and how CMake builds for it."""
        return CORES / self.name

    @property
    def bare(self) -> Path:
        """A start for programs without firmware, and a counter for them."""
        return self.folder / "bare"


@cache
def families() -> tuple[Family, ...]:
    """All there are; raises ToolError when a file does not describe one."""
    return tuple(_read(path) for path in sorted(CORES.glob("*/core.toml")))


def of(target: str) -> Family:
    """The family that has a target of the compiler; raises ToolError when there is none."""
    for family in families():
        if target in family.targets:
            return family
    raise ToolError(f"no core in {CORES} is {target}: add a folder, or take another target")


def numbered(number: int) -> Family | None:
    """The family that a device calls by ``number``; None: this program does not know it."""
    return next((family for family in families() if family.number == number), None)


def _read(path: Path) -> Family:
    try:
        facts = tomllib.loads(path.read_text(encoding="utf-8"))
        emulator = facts.pop("emulator")
        return Family(
            name=path.parent.name,
            toolchain=Toolchain(**facts.pop("toolchain")),
            calls=Calls(**facts.pop("calls")),
            emulator=Emulator(**{**emulator, "image": tuple(emulator["image"])}),
            number=facts.pop("number"),
            **{name: tuple(listed) for name, listed in facts.items()},
        )
    except (tomllib.TOMLDecodeError, TypeError, KeyError) as error:
        raise ToolError(f"{path}: {error}; compare it with another core's") from error
