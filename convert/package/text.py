"""The files of a library, from templates: ``templates/``, filled as a bundle's notes are.

{{name}}                     is filled in, also where it says NAME in a file's name
<!-- if labels main -->      what follows stays where one of these holds ...
<!-- end -->                 ... up to here
"""

import re
from collections.abc import Iterator, Mapping
from importlib import resources
from importlib.resources.abc import Traversable
from types import MappingProxyType

from convert.bundle import texts
from convert.compiler.targets.options import Target
from convert.package import places
from convert.package.library import Library

USE = "use.md"
"""Of a kind's templates, what goes into the README instead of a file."""

_BEHIND = re.compile(r"(.*\S) {2,}((?:#|//) .*)")
"""A line of code with a comment behind it."""


def tree(
    kind: str,
    library: Library,
    true: frozenset[str] = frozenset(),
    more: Mapping[str, str] = MappingProxyType({}),
) -> dict[str, bytes]:
    """The templates of a folder, filled, by their path in the library.

    ``true`` is what holds besides what the library says itself, ``more`` further places.
    """
    known, holds = {**places.of(library), **more}, facts(library) | true
    root = resources.files("convert.package") / "templates" / kind
    return {
        path.replace("NAME", library.name): texts.filled(content, holds, known).encode()
        for path, content in _walk(root)
        if path != USE
    }


def _walk(folder: Traversable, before: str = "") -> Iterator[tuple[str, str]]:
    for one in sorted(folder.iterdir(), key=lambda one: one.name):
        if one.is_dir():
            yield from _walk(one, f"{before}{one.name}/")
        else:
            yield before + one.name, one.read_text(encoding="utf-8")


def sources(library: Library, folder: str) -> dict[str, bytes]:
    """The C of a library in ``folder`` ("src/"): what every ecosystem compiles."""
    kept = tree("common", library)
    found = {folder + path: text for path, text in kept.items() if _belongs(path, library)}
    for core in dict.fromkeys(one.folder for one in library.listed):
        place = f"{folder}cores/{core}/{library.name}"
        files = library.made[core].files()
        found[f"{place}.h"] = files[f"{library.name}.h"]
        found[f"{place}.inc"] = files[f"{library.name}.c"]
    return found


def _belongs(path: str, library: Library) -> bool:
    return bool(library.labels) or not path.startswith(f"{library.name}_labels.")


def main(library: Library, place: str, entry: str) -> dict[str, bytes]:
    """The example as a C program at ``place``; ``entry`` is what starts it, "main", "app_main"."""
    return {place: tree("example", library, frozenset({entry}))["main.c"]}


def readme(
    library: Library,
    kind: str,
    proof: tuple[str, str],
    more: Mapping[str, str] = MappingProxyType({}),
) -> dict[str, bytes]:
    """README.md and LICENSE; ``proof`` is what thimble's tests run of the kind, and what not."""
    known = {**places.of(library), **more, "was_run": proof[0], "not_run": proof[1]}
    root = resources.files("convert.package") / "templates"
    holds = facts(library)
    use = (root / kind / USE).read_text(encoding="utf-8")
    known["use"] = aligned(texts.filled(use, holds, known).strip())
    text = (root / "README.md").read_text(encoding="utf-8")
    own = root / "licences" / f"{library.about.licence}.txt"
    terms = own if own.is_file() else root / "licences" / "other.txt"
    return {
        "README.md": texts.filled(text, holds, known).encode(),
        "LICENSE": texts.filled(terms.read_text(encoding="utf-8"), holds, known).encode(),
    }


def aligned(page: str) -> str:
    """``page`` with the comments behind the code of each of its blocks in one column."""

    def block(found: re.Match[str]) -> str:
        rows = [_BEHIND.fullmatch(line) for line in found[0].splitlines()]
        column = max((len(row[1]) for row in rows if row), default=0) + 2
        lines = zip(rows, found[0].splitlines(), strict=True)
        return "\n".join(f"{row[1]:{column}}{row[2]}" if row else line for row, line in lines)

    return re.sub(r"^```\w+\n.*?^```", block, page, flags=re.MULTILINE | re.DOTALL)


def facts(library: Library) -> set[str]:
    """What holds of a library, by the names that the templates use."""
    found = {"labels"} if library.labels else set()
    found |= {"state"} if library.unit.state else set()
    found |= {"avr"} if Target("avr") in library.made else set()
    return found
