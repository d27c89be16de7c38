"""The kernels' own C, and which files each needs in front of it.

The first line of each file says so: ``/* needs: window, requantize; struct: pool; stack: 64 */``
names the files that must come before it, the struct that its function takes where that is not
called like it, and the bytes of stack that a function written in assembly takes; ``flash: row``
names pointers that lead to tables, besides fields of structs.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from convert.compiler.arithmetic.match import Match

_FOLDER = Path(__file__).parents[1] / "kernels"
_FOR_ALL = ("portable", "requantize")
_FIRST = re.compile(r"/\* (.*?) \*/\n")
_ROUNDING = {Match.XNNPACK: "float", Match.REF: "fixed", Match.TFLM: "fixed"}
_BY_ROUNDING = ("requantize", "requantize_vectors")
"""Files of which each rounding has its own."""


@dataclass(frozen=True)
class Kernel:
    """A file of C."""

    name: str
    needs: tuple[str, ...]
    struct: str
    stack: int  # bytes that its assembly takes; GCC does not see them
    flash: tuple[str, ...]  # pointers to tables, besides those that are fields
    text: str  # without the first line


@cache
def load(path: Path) -> Kernel:
    """The file at ``path``."""
    text = path.read_text()
    first = _FIRST.match(text)
    if not first:
        raise TypeError(f"{path}: the first line does not say what it needs")
    said = dict(part.split(": ") for part in first[1].split("; "))
    needs = () if said.get("needs") in (None, "nothing") else tuple(said["needs"].split(", "))
    flash = tuple(said["flash"].split(", ")) if "flash" in said else ()
    struct, stack = said.get("struct", path.stem), int(said.get("stack", 0))
    return Kernel(path.stem, needs, struct, stack, flash, text[first.end() :].strip())


def find(name: str, folders: Sequence[str]) -> Kernel:
    """The kernel file ``name``, in the first of ``folders`` that has one, or in those for all."""
    for folder in (*folders, *_FOR_ALL):
        path = _FOLDER / folder / f"{name}.h"
        if path.is_file():
            return load(path)
    raise TypeError(f"there is no kernel {name} for {', '.join(folders)}")


def needed(kernels: Iterable[str], match: Match, folders: Sequence[str]) -> list[Kernel]:
    """The files for ``kernels``, each once: first what they need, in an order that compiles."""
    called = sorted(set(kernels))
    found: dict[str, Kernel] = {}

    def add(name: str) -> None:
        own = f"{name}_{_ROUNDING[match]}" if name in _BY_ROUNDING else name
        kernel = find(own, folders)
        if kernel.name not in found:
            for need in kernel.needs:
                add(need)
            found[kernel.name] = kernel

    for name in called:
        add(name)
    needed_by_others = {need for kernel in found.values() for need in kernel.needs}
    last = [name for name in called if name not in needed_by_others]
    helpers = [kernel for kernel in found.values() if kernel.name not in last]
    return [*helpers, *(kernel for kernel in found.values() if kernel.name in last)]


def assembly_stack() -> dict[str, int]:
    """Bytes of stack of the functions written in assembly, by name."""
    return {kernel.name: kernel.stack for kernel in _all() if kernel.stack}


def _all() -> Iterator[Kernel]:
    return (load(path) for path in sorted(_FOLDER.rglob("*.h")))
