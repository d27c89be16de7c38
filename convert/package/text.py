"""The files of a library, from templates: ``templates/``, filled as a bundle's notes are.

{{name}}                     is filled in, also where it says NAME in a file's name
<!-- if labels main -->      what follows stays where one of these holds ...
<!-- end -->                 ... up to here
"""

import json
import shlex
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from importlib import resources
from importlib.resources.abc import Traversable
from types import MappingProxyType

from convert import carray
from convert.bundle import texts
from convert.bundle.kinds import KINDS
from convert.compiler.emit import ctext
from convert.package import cores, example
from convert.package.library import Library
from runtime.console import table

USE = "use.md"
"""Of a kind's templates, what goes into the README instead of a file."""


def tree(
    kind: str,
    library: Library,
    true: frozenset[str] = frozenset(),
    more: Mapping[str, str] = MappingProxyType({}),
) -> dict[str, bytes]:
    """The templates of a folder, filled, by their path in the library.

    ``true`` is what holds besides what the library says itself, ``more`` further places.
    """
    known, holds = {**places(library), **more}, facts(library) | true
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
    known = {**places(library), **more, "was_run": proof[0], "not_run": proof[1]}
    root = resources.files("convert.package") / "templates"
    holds = facts(library)
    use = (root / kind / USE).read_text(encoding="utf-8")
    known["use"] = texts.filled(use, holds, known).strip()
    text = (root / "README.md").read_text(encoding="utf-8")
    own = root / "licences" / f"{library.about.licence}.txt"
    terms = own if own.is_file() else root / "licences" / "other.txt"
    return {
        "README.md": texts.filled(text, holds, known).encode(),
        "LICENSE": texts.filled(terms.read_text(encoding="utf-8"), holds, known).encode(),
    }


def facts(library: Library) -> set[str]:
    """What holds of a library, by the names that the templates use."""
    found = {"labels"} if library.labels else set()
    found |= {"state"} if library.unit.state else set()
    return found


def places(library: Library) -> dict[str, str]:
    """What the templates' places hold."""
    about, unit = library.about, library.unit
    shown = example.places(library)
    quoted = {"name": library.name} | asdict(about)
    macros = ", ".join(cores.macro(library.name, one.target) for one in library.listed)
    return shown | {
        "name": library.name,
        "macro": library.name.upper(),
        "slug": library.slug,
        "version": about.version,
        "author": about.author,
        "licence": about.licence,
        "description": about.description,
        "url": about.url,
        **{f"{key}_json": json.dumps(text, ensure_ascii=False) for key, text in quoted.items()},
        "title": _comment([about.description.rstrip(".")]),
        "command": library.command,
        "tool": unit.version,
        "model": shlex.quote(library.model),
        "match": str(unit.match),
        "equals": library.equals,
        "sha256": unit.network.sha256,
        "figures": _figures(library),
        "rule": _rule(library),
        "answers": "a label" if library.labels else "real numbers",
        "printed_comment": _comment(["", *shown["printed"].split("\n")]).lstrip("\n"),
        "label_count": str(len(library.labels)),
        "label_text": "\n".join(f"    {carray.literal(one + chr(0))}" for one in library.labels),
        "cores": cores.header(library.name, library.choices, library.built.refused),
        "core_macros": _comment(textwrap.wrap(f"Define {macros} to choose", 96)),
        "core_words": " ".join(one.target for one in library.listed),
        "labels_source": f" src/{library.name}_labels.c" if library.labels else "",
        "cores_table": _cores_table(library),
        "refused": "".join(
            f"\n\nNot for `{on}`: {why}." for on, why in library.built.refused.items()
        ),
    }


def _comment(lines: Sequence[str]) -> str:
    """Lines as they stand within a block comment, without its ends."""
    return ctext.comment(lines)[3:-3]


def _figures(library: Library) -> str:
    """RAM and flash of each core's C, a table."""
    header = ("core", "flash: tables, bytes", "RAM: arena, bytes", "RAM: state, bytes")
    units = [(one.target, library.made[one.target].unit) for one in library.listed]
    rows = [(str(t), f"{u.flash:,}", f"{u.arena:,}", f"{u.state:,}") for t, u in units]
    return table(header, rows)


def _cores_table(library: Library) -> str:
    rows = [
        (f"`{one.target}`", f"`{cores.macro(library.name, one.target)}`", f"`cores/{one.folder}`")
        for one in library.listed
    ]
    return table(("core", "definition", "folder"), rows)


def _rule(library: Library) -> str:
    """How a value of the world becomes the real number that goes in."""
    if library.contract is None or library.contract.is_guess:
        return "They are what the network was trained on, after whatever scaling that had."
    task = library.contract.task
    return f"Each is {KINDS[task.kind].rule(task)}, in the order {list(task.shape)}."
