"""``report.html``: one file that opens anywhere, made from ``report.json`` alone."""

import base64
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from convert.report import document, examples, figures, missing

Json = Mapping[str, Any]

TEMPLATES = Path(__file__).with_name("templates")

FORMATS: Mapping[str, Callable[[Any], str]] = {
    "count": lambda value: f"{value:,}",
    "percent": lambda value: f"{100 * value:.2f} %",
    "sure": lambda value: f"{100 * value:.0f} %",
    "share": lambda value: f"{100 * value:.2f}",
    "points": lambda value: f"{value:+.2f}".replace("-", "\N{MINUS SIGN}"),
    "hundredths": lambda value: f"{value:.2f}",
    "decibels": lambda value: f"{value:.1f}",
    "scale": lambda value: f"{value:.4g}",
    "short": lambda value: f"{value:.4g}".replace("-", "\N{MINUS SIGN}"),
    "milliseconds": lambda value: f"{value:.3g} ms",
    "p": lambda value: f"{value:.3f}" if value >= 0.001 else f"{value:.1e}",
    "number": lambda value: f"{value:.4f}",
    "step": "{:g}".format,
    "text": str,
}
"""How a kind of figure is shown; what was not measured is a dash."""
DASH = "\N{EN DASH}"
WORST = 40
"""Classes that have a row of their own; of more, those that are read worst."""


@dataclass(frozen=True)
class Section:
    """A part of the page; its template is ``section_ID.html``."""

    id: str
    short: str  # in the contents
    title: str
    needs: str  # the part of the report that it cannot do without


SECTIONS = (
    Section("accuracy", "Accuracy", "Accuracy", "parity"),
    Section("confusion", "Confusion", "Confusion", "classes"),
    Section("errors", "Errors", "Errors", "judged"),
    Section("robustness", "Robustness", "Robustness", "pictured"),
    Section("targets", "Boards and cores", "Boards and cores", ""),
    Section("network", "Network", "The network", "network"),
    Section("layers", "Layers", "Layer by layer", "parity"),
    Section("pictures", "Filters and maps", "Filters and maps", "layers"),
    Section("histograms", "Histograms", "Histograms on the quantization grid", "layers"),
    Section("arena", "Arena", "The arena over time", "costs"),
    Section("flash", "Flash", "Flash map", "costs"),
    Section("training", "Training", "Training", "learnt"),
    Section("origin", "Origin", "Origin", ""),
)


def files(report: Json) -> dict[str, bytes]:
    """What is known, for machines and for people."""
    return {"report.json": document.dump(report), "report.html": render(report).encode()}


def render(report: Json) -> str:
    """The page for ``report``, the content of a ``report.json``; the same input, the same bytes."""
    found = environment()
    found.globals |= {"fact": partial(fact, report), "noun": noun(report)}
    found.globals |= {"classes": classes, "groups": groups, "wrong_classes": wrong_classes}
    return found.get_template("page.html").render(
        report=report,
        sections=sections(report),
        missing=missing.parts(report),
        pick=pick(report),
        steps=steps_by_operator(report),
        counted=counted(report),
        figures=figures.drawn(report),
        pictures=figures.pictures(report),
    )


def environment() -> jinja2.Environment:
    """The templates, with what all pages share."""
    found = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    script = (TEMPLATES / "script.js").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    found.filters |= FORMATS
    found.globals |= {
        "region": region,
        "DASH": DASH,
        "example": examples.shown,
        "script": Markup(script),  # noqa: S704 - our own file
        "script_hash": f"sha256-{digest}",  # no other script may run
    }
    return found


def fact(report: Json, path: str, kind: str) -> Markup:
    """The figure at ``path`` ("parity.runtimes.0.accuracy") as text that says where it is from."""
    value: Any = report
    for name in path.split("."):
        value = value[int(name) if isinstance(value, Sequence) else name]
    if value is None:
        return Markup('<data value="" data-of="{}">{}</data>').format(path, DASH)
    shown = FORMATS[kind](value)
    return Markup('<data value="{}" data-of="{}">{}</data>').format(value, path, shown)


def region(label: str) -> Markup:
    """The attributes of what may be wider than a phone: scrolled by finger, by keyboard, named."""
    return Markup('class="scroll" role="region" tabindex="0" aria-label="{}"').format(label)


def noun(report: Json) -> str:
    """What one example is called."""
    return str(report["task"]["noun"]) if report["task"] else "example"


def sections(report: Json) -> list[Section]:
    """Those that there is something to say in."""
    there: dict[str, Any] = {**report, "": True}
    there["classes"] = any(part["kind"] == "classes" for part in report["judged"])
    there["learnt"] = report["parity"] or any(report["training"].values())
    there["pictured"] = report["robustness"] or "robustness" in missing.parts(report)
    return [section for section in SECTIONS if there[section.needs]]


def pick(report: Json) -> dict[str, Any] | None:
    """The board that the figures at the top are of: with known cycles if it can be, then small.

    Where no board has room: plain C. None: nothing is known of costs.
    """
    costs = report["costs"]
    if not costs:
        return None
    fitting = [(n, row) for n, row in enumerate(costs["boards"]) if row["image"]]
    if not fitting:
        row = costs["targets"][0]
        name = "any core, in plain C"
        path = "costs.targets.0."
        return {"id": f"core-generic-{row['optimize']}", "path": path, "row": row, "name": name}
    number, row = min(fitting, key=lambda one: (one[1]["cycles"] is None, one[1]["ram"], one[0]))
    path = f"costs.boards.{number}."
    return {"id": f"board-{row['board']}", "path": path, "row": row, "name": row["title"]}


def steps_by_operator(report: Json) -> dict[int, tuple[int, bool]]:
    """For each operator the number of the step that computes it, and whether it starts the step."""
    return {
        operator: (number, place == 0)
        for number, step in enumerate(report["costs"]["steps"] if report["costs"] else ())
        for place, operator in enumerate(step["operators"])
    }


def groups(part: Json) -> list[tuple[str, list[int]]]:
    """The wrongly read examples by who reads them wrongly, as their numbers in the list."""
    found: dict[str, list[int]] = {"only int8": [], "only float": [], "both": []}
    for number, one in enumerate(part["errors"]):
        answers = one["int8_read"], one["float_read"]
        wrong = [read not in (one["truth"], None) for read in answers]
        found["both" if all(wrong) else "only int8" if wrong[0] else "only float"].append(number)
    return list(found.items())


def wrong_classes(part: Json) -> list[int]:
    """The classes of the wrongly read examples that there is a picture of."""
    return sorted({one["truth"] for one in part["errors"] if one["example"]})


def classes(part: Json) -> list[int]:
    """The classes that get a row: all, or those with the lowest F1."""
    rows = part["per_class"]
    if len(rows) <= WORST:
        return list(range(len(rows)))
    seen = [n for n, row in enumerate(rows) if row["examples"]]
    return sorted(seen, key=lambda n: rows[n]["f1"] or 0)[:WORST]


def counted(report: Json) -> dict[tuple[str, str], int]:
    """The row of the bench for each core and optimization."""
    rows = report["bench"]["rows"] if report["bench"] else []
    return {(row["target"], row["optimize"]): number for number, row in enumerate(rows)}
