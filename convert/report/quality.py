"""The charts of how good each output is, each from its part of ``report.json`` alone."""

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from convert.report.chart import Chart
from convert.report.plots import BOTH, LINES

Json = Mapping[str, Any]

FEW = 5
"""Answers that a point of a reliability diagram needs: fewer say nothing."""


def charts(part: Json) -> list[Markup]:
    """Those that suit what the output means."""
    if part["kind"] == "classes":
        return [reliability(part["reliability"])]
    if part["kind"] == "values":
        return [one for value in part["values"] for one in (_scatter(value), _errors(value))]
    return [_reconstruction(part)]


def _there(part: Json) -> list[tuple[str, str]]:
    """The networks that ``part`` has something of."""
    return [(name, text) for name, text in BOTH if part[name]]


def reliability(part: Json) -> Markup:
    """How often the networks are right, by how sure they are; on the diagonal is honest."""
    chart = Chart("Reliability", (0, 1), (0, 1), ("confidence", "share right"))
    chart.line("even", [(0, 0), (1, 1)])
    for name, _ in _there(part):
        bins = [one for one in part[name]["bins"] if one["count"] >= FEW]
        points = [(one["confidence"], one["accuracy"]) for one in bins]
        chart.line(LINES[name], points)
        chart.dots(name, points)
    chart.legend = [(LINES[name], text) for name, text in _there(part)]
    gaps = ", ".join(f"{name} {100 * part[name]['error']:.2f} points" for name, _ in _there(part))
    return chart.render(f"Reliability diagram; expected calibration error: {gaps}")


def _scatter(value: Json) -> Markup:
    """What the networks say, over what is true."""
    points = value["points"]
    both = [*points["truth"], *(points["float"] or ()), *points["int8"]]
    ends = min(both), max(both)
    chart = Chart(_cut(value["name"]), ends, ends, ("true", "predicted"))
    chart.line("even", [(ends[0], ends[0]), (ends[1], ends[1])])
    for name, _ in _there(points):
        chart.dots(name, list(zip(points["truth"], points[name], strict=True)))
    chart.legend = _there(points)
    count = len(points["truth"])
    errors = ", ".join(f"{name} {value[name]['mae']:.4g}" for name, _ in _there(value))
    return chart.render(
        f"{value['name']}: predicted over true, {count} examples; mean error {errors}"
    )


def _errors(value: Json) -> Markup:
    """How often each error occurs."""
    part = value["histogram"]
    return _histogram(part, "Errors", "predicted less true").render(
        f"{value['name']}: errors from {part['low']:.4g} to {part['high']:.4g}"
    )


def _histogram(part: Json, title: str, label: str, *, log: bool = False) -> Chart:
    most = max(*(part["float"] or ()), *part["int8"])
    chart = Chart(
        title, (part["low"], part["high"]), (0, 1.05 * most), (label, "examples"), log=log
    )
    chart.steps("int8 filled", part["low"], part["high"], part["int8"])
    if part["float"]:
        chart.steps("float", part["low"], part["high"], part["float"])
    chart.legend = _there(part)
    return chart


def _reconstruction(part: Json) -> Markup:
    """How often each error of reconstruction occurs, and where the threshold lies."""
    found, threshold = part["histogram"], part["threshold"]
    if threshold is not None and not found["low"] <= threshold <= found["high"]:
        found = _stretched(found, threshold)
    chart = _histogram(found, "Error against the input", "mean squared error", log=True)
    text = f"Errors of reconstruction from {found['low']:.4g} to {found['high']:.4g}"
    if threshold is not None:
        chart.mark(threshold, "threshold")
        beyond = ", ".join(f"{name} {part[name]['beyond']}" for name, _ in _there(part))
        text += f", threshold {threshold:.4g}; beyond it: {beyond} of {part['examples']}"
    return chart.render(text)


def _stretched(found: Json, place: float) -> Json:
    """The histogram with empty bars added until ``place`` is within it."""
    width = (found["high"] - found["low"]) / len(found["int8"])
    more = min(200, 1 + int(max(found["low"] - place, place - found["high"]) / (width or 1)))
    low, high = found["low"], found["high"]
    before = [0] * more if place < low else []
    after = [] if before else [0] * more
    return {
        "low": low - width * len(before),
        "high": high + width * len(after),
        "float": None,
        **{name: [*before, *found[name], *after] for name, _ in _there(found)},
    }


def _cut(text: str) -> str:
    return text if len(text) <= 20 else f"{text[:19]}…"
