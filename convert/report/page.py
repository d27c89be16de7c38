"""``report.html``: one file that opens anywhere, made from ``report.json`` alone."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import jinja2
import numpy as np
from markupsafe import Markup

from convert.report import document, missing, mosaic, plots
from convert.report.document import unpacked

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
    "number": lambda value: f"{value:.4f}",
    "text": str,
}
"""How a kind of figure is shown; what was not measured is a dash."""
DASH = "\N{EN DASH}"


def files(report: Json) -> dict[str, bytes]:
    """What is known, for machines and for people."""
    return {"report.json": document.dump(report), "report.html": render(report).encode()}


def render(report: Json) -> str:
    """The page for ``report``, the content of a ``report.json``; the same input, the same bytes."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters |= FORMATS
    environment.globals |= {"fact": partial(fact, report), "region": region, "DASH": DASH}
    return environment.get_template("page.html").render(
        report=report,
        missing=missing.parts(report),
        steps=steps_by_operator(report),
        errors=errors(report),
        counted=counted(report),
        figures=figures(report),
        pictures=pictures(report),
    )


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


def steps_by_operator(report: Json) -> dict[int, tuple[int, bool]]:
    """For each operator the number of the step that computes it, and whether it starts the step."""
    return {
        operator: (number, place == 0)
        for number, step in enumerate(report["costs"]["steps"])
        for place, operator in enumerate(step["operators"])
    }


def errors(report: Json) -> list[tuple[str, list[int]]]:
    """The wrongly read images by who reads them wrongly, as their numbers in the list."""
    found = report["parity"]["misread"]
    groups: dict[str, list[int]] = {"only int8": [], "only float": [], "both": []}
    for number, one in enumerate(found):
        wrong = [one[f"{name}_read"] != one["truth"] for name in ("int8", "float")]
        groups["both" if all(wrong) else "only int8" if wrong[0] else "only float"].append(number)
    return list(groups.items())


def counted(report: Json) -> dict[tuple[str, str], int]:
    """The row of the bench for each core and optimization."""
    rows = report["bench"]["rows"] if report["bench"] else []
    return {(row["target"], row["optimize"]): number for number, row in enumerate(rows)}


def figures(report: Json) -> dict[str, Any]:
    """The plots, by section."""
    costs, layers, training = report["costs"], report["layers"]["rows"], report["training"]
    curves = report["robustness"]["curves"] if report["robustness"] else []
    return {
        "robustness": [plots.robustness(curve) for curve in curves],
        "deviation": plots.deviation(layers),
        "weights": [
            plots.histogram(f"weights-{n}", layer["name"], layer["weights"]["histogram"])
            for n, layer in enumerate(layers)
            if layer["weights"]
        ],
        "outputs": [
            plots.histogram(f"output-{n}", layer["name"], layer["histogram"])
            for n, layer in enumerate(layers)
        ],
        "arena": plots.arena(costs["arena"], costs["steps"]),
        "flash": plots.flash(flash(report)),
        "training": {name: plots.training(name, rows) for name, rows in training.items() if rows},
    }


def flash(report: Json) -> list[tuple[str, int]]:
    """The bytes of tables of each step, by the name of its first layer."""
    names = {layer["operator"]: layer["name"] for layer in report["layers"]["rows"]}
    return [
        (names.get(next(iter(step["operators"]), -1), step["title"]), step["flash"])
        for step in report["costs"]["steps"]
    ]


def pictures(report: Json) -> dict[str, list[dict[str, Any]]]:
    """The filters, and the maps of both networks, as PNGs in base64."""
    part = report["pictures"]
    filters = [
        {**entry, "png": mosaic.signed(unpacked(entry, "int8").astype(np.float64))}
        for entry in part["filters"]
    ]
    return {"filters": filters, "maps": list(map(_maps, part["maps"]))}


def _maps(entry: Json) -> dict[str, Any]:
    real = unpacked(entry, "float32").transpose(2, 0, 1).astype(np.float64)
    codes = unpacked(entry, "int8").transpose(2, 0, 1).astype(np.float64)
    stored = (codes - entry["zero_point"]) * entry["scale"]
    largest = float(max(real.max(), stored.max()))
    return {
        **entry,
        "float_png": mosaic.positive(real, largest),
        "int8_png": mosaic.positive(stored, largest),
        "difference": float(np.abs(stored - real).max()),
        "largest": largest,
    }
