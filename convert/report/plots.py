"""The charts on the network itself, each from its part of ``report.json`` alone."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from markupsafe import Markup, escape

from convert.report.chart import Chart, ticks
from runtime.judge import ACCURACY

Json = Mapping[str, Any]

BOTH = [("float", "float"), ("int8", "int8")]
"""The legend of a chart with both networks: class of the style sheet, text."""
LINES = {"float": "float", "int8": "int8 dashed"}
"""How the line of a network looks, so that two that lie on each other are both seen."""
_BIN = 4
"""Codes in a bar of a histogram."""


def robustness(curve: Json, measure: str) -> Markup:
    """``measure`` of both networks, an accuracy or an error, over the strength of one change."""
    strengths = curve["strengths"]
    fades = strengths[0] > strengths[-1]  # stronger to the right, as in the others
    places = [-value if fades else value for value in strengths]
    every, ends = [*curve["float"], *curve["int8"]], (places[0], places[-1])
    is_share = measure == ACCURACY
    factor, unit = (100, " %") if is_share else (1, "")
    low = min(90.0, 10 * (100 * min(every) // 10)) if is_share else 0.0
    limits = (low, 100.0 if is_share else 1.05 * max(every))
    axis = f"{measure}, %" if is_share else measure
    chart = Chart(curve["change"], ends, limits, (curve["unit"], axis))
    chart.marks, chart.signed = places, not fades
    for name, _ in BOTH:
        points = [(x, factor * value) for x, value in zip(places, curve[name], strict=True)]
        chart.line(LINES[name], points)
        chart.dots(name, points)
    chart.legend = [(LINES[name], text) for name, text in BOTH]
    strongest = ".1f" if is_share else ".4g"
    last = ", ".join(f"{who} {factor * curve[who][-1]:{strongest}}{unit}" for who, _ in BOTH)
    return chart.render(
        f"{measure.capitalize()} under {curve['change']}; at {strengths[-1]:g} {curve['unit']}: "
        f"{last}"
    )


def histogram(title: str, counts: Json) -> Markup:
    """How often each code is used, beside where the float values lie on the same grid."""
    bars, outline = (np.reshape(counts[name], (-1, _BIN)).sum(1) for name in ("int8", "float"))
    most = float(max(bars.max(), outline.max()))
    chart = Chart(title, (-134, 134), (0, 1.3 * most), ("int8 code", "values"), log=True)
    chart.size, chart.marks = (317, 190), (-128, -64, 0, 64, 127)
    chart.steps("int8 filled", -128.5, 127.5, bars.tolist())
    chart.steps("float", -128.5, 127.5, outline.tolist())
    chart.mark(-128.5, "")
    chart.mark(127.5, "")
    chart.legend = BOTH
    beyond = counts["float_below"] + counts["float_above"]
    used = sum(1 for count in counts["int8"] if count)
    return chart.render(
        f"{title}: {used} of 256 codes used, {beyond:,} float values beyond the range"
    )


def training(name: str, rows: Sequence[Json]) -> list[Markup]:
    """Loss, and what the network reads of training and validation examples, over the epochs."""
    both = {"train_accuracy": "training", "validation_accuracy": "validation"}
    own = "float" if name == "float" else "int8"
    if rows[0]["validation_accuracy"] is None:  # there are no classes to be right about
        losses = {"loss": "training", "validation_loss": "validation"}
        return [_curves(own, rows, "loss", losses, 1)]
    return [
        _curves(own, rows, "loss", {"loss": "loss"}, 1),
        _curves(own, rows, "accuracy, %", both, 100),
    ]


def _curves(
    kind: str, rows: Sequence[Json], what: str, labels: Mapping[str, str], factor: int
) -> Markup:
    """The fields of ``labels`` over the epochs, multiplied by ``factor``."""
    every = [factor * row[field] for row in rows for field in labels]
    margin = 0.05 * (max(every) - min(every))
    limits = min(every) - margin, max(every) + margin
    chart = Chart(what, (rows[0]["epoch"], rows[-1]["epoch"]), limits, ("epoch", what))
    chart.marks = sorted({round(value) for value in ticks(*chart.x, 6)})
    for (field, label), style in zip(labels.items(), (kind, f"{kind} dashed"), strict=False):
        chart.line(style, [(row["epoch"], factor * row[field]) for row in rows])
        if len(labels) > 1:
            chart.legend.append((style, label))
    ends = ", ".join(f"{label} {factor * rows[-1][field]:.4g}" for field, label in labels.items())
    return chart.render(f"{what} over {len(rows)} epochs; at the end: {ends}")


_ROW, _NAME, _BAR = 20, 100, 170


def deviation(rows: Sequence[Json]) -> Markup:
    """SQNR of each layer's output, as bars, and of its weights, as diamonds."""
    values = [row["sqnr_db"] or 0 for row in rows]
    weights = [(row["weights"] or {}).get("sqnr_db") or 0 for row in rows]
    scale = _BAR / max(*values, *weights, 1)
    parts = [
        Markup(
            '<text x="{0}" y="{1}" text-anchor="end">{2}</text>'
            '<rect class="int8 filled" x="{3}" y="{4}" width="{5:.1f}" height="12"/>'
            '<text x="{6:.1f}" y="{1}">{7}</text>'
        ).format(
            _NAME - 6, _ROW * n + 13, row["name"][:17], _NAME, _ROW * n + 3,
            max(0, value) * scale, _NAME + _BAR + 12, _decibels(row),
        )
        for n, (row, value) in enumerate(zip(rows, values, strict=True))
    ]  # fmt: skip
    parts += [
        Markup('<path class="diamond" d="M{:.1f} {}l5 5l-5 5l-5 -5z"/>').format(
            _NAME + weight * scale, _ROW * n + 4
        )
        for n, weight in enumerate(weights)
        if weight > 0
    ]
    told = "; ".join(f"{row['name']} {_decibels(row)}" for row in rows)
    text = f"SQNR of each layer's output: {told}"
    return picture((_NAME + _BAR + 80, _ROW * len(rows)), text, parts)


def _decibels(row: Json) -> str:
    value = row["sqnr_db"]
    return "no difference" if value is None else f"{value:.1f} dB"


def flash(groups: Sequence[tuple[str, int]]) -> Markup:
    """The tables of each step where they lie, one below the other, in the order of the C."""
    total = sum(size for _, size in groups) or 1
    starts = [0, *np.cumsum([size for _, size in groups]).tolist()]
    parts = [
        Markup(
            '<text x="{0}" y="{1}" text-anchor="end">{2}</text>'
            '<path class="grid" d="M{3} {4}h{5}"/>'
            '<rect class="int8 filled" x="{6:.1f}" y="{7}" width="{8:.1f}" height="12"/>'
            '<text x="{9}" y="{1}">{10:,}</text>'
        ).format(
            _NAME - 6, _ROW * n + 13, name[:17], _NAME, _ROW * n + 9, _BAR,
            _NAME + _BAR * start / total, _ROW * n + 3, max(1, _BAR * (end - start) / total),
            _NAME + _BAR + 8, end - start,
        )
        for n, ((name, _), (start, end)) in enumerate(zip(groups, pairwise(starts), strict=True))
    ]  # fmt: skip
    listed = ", ".join(f"{name} {size:,}" for name, size in groups)
    size = _NAME + _BAR + 80, _ROW * len(groups)
    return picture(size, f"Flash by step, in bytes: {listed}", parts)


def picture(size: tuple[int, int], text: str, parts: Sequence[Markup]) -> Markup:
    """``parts`` as an SVG of that width and height; ``text`` is read out for it."""
    return Markup(
        '<svg class="chart" xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{}" '
        'width="{}" height="{}" viewBox="0 0 {} {}">{}</svg>'
    ).format(escape(text), *2 * size, Markup("").join(parts))
