"""What the places of templates hold for a library: ``{{name}}`` and the like."""

import json
import shlex
import textwrap
from collections.abc import Sequence
from dataclasses import asdict

from convert import carray
from convert.bundle.kinds import KINDS
from convert.compiler.emit import ctext
from convert.package import cores, example
from convert.package.library import Library
from runtime.console import table


def of(library: Library) -> dict[str, str]:
    """All of them."""
    return {
        **_about(library),
        **_model(library),
        **_labels(library),
        **_cores(library),
        **example.places(library),
    }


def _about(library: Library) -> dict[str, str]:
    """What its author says; as JSON, too, which YAML takes."""
    said = {"name": library.name, **asdict(library.about)}
    quoted = {f"{key}_json": json.dumps(text, ensure_ascii=False) for key, text in said.items()}
    return {
        **said,
        **quoted,
        "macro": library.name.upper(),
        "slug": library.slug,
        "title": _comment([library.about.description.rstrip(".")]),
    }


def _model(library: Library) -> dict[str, str]:
    """What it was made of, and what it equals and costs."""
    unit = library.unit
    return {
        "command": library.command,
        "tool": unit.version,
        "model": shlex.quote(library.model),
        "equals": library.equals,
        "sha256": unit.network.sha256,
        "figures": _figures(library),
        "rule": _rule(library),
    }


def _labels(library: Library) -> dict[str, str]:
    """What its classes are called, and what the example prints."""
    return {
        "answers": "a label" if library.labels else "real numbers",
        "printed_comment": _comment(["", *example.printed(library).split("\n")]).lstrip("\n"),
        "label_count": str(len(library.labels)),
        "label_text": "\n".join(f"    {carray.literal(one + chr(0))}" for one in library.labels),
        "labels_source": f" src/{library.name}_labels.c" if library.labels else "",
    }


def _cores(library: Library) -> dict[str, str]:
    """The cores that it has kernels for, and those that cannot have it."""
    refused = library.built.refused
    macros = ", ".join(cores.macro(library.name, one.target) for one in library.listed)
    return {
        "cores": cores.header(library.name, library.choices, refused),
        "core_macros": _comment(textwrap.wrap(f"Define {macros} to choose", 96)),
        "core_words": " ".join(one.target for one in library.listed),
        "cores_table": _cores_table(library),
        "refused": "".join(f"\n\nNot for `{on}`: {why}." for on, why in refused.items()),
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
