"""The figures of the report, each from its part of ``report.json`` alone."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.ticker import EngFormatter, MaxNLocator, NullFormatter, StrMethodFormatter

from convert.report import svg
from convert.report.svg import FAINT, FILL, FLOAT, INK, INT8

Json = Mapping[str, Any]

_BIN = 4
"""Codes in a bar of a histogram."""
_EDGES = np.arange(-128, 129, _BIN) - 0.5
_GRID = 16
"""Every so many codes the quantization grid is drawn; all 256 lines would be a grey wall."""


def robustness(curve: Json) -> Markup:
    """Accuracy of both networks over the strength of one change."""
    with svg.style():
        figure = svg.figure()
        axes = figure.subplots()
        for name, colour, line in (("float", FLOAT, "-"), ("int8", INT8, "--")):
            values = [100 * value for value in curve[name]]
            axes.plot(curve["strengths"], values, line, color=colour, marker=".", label=name)
        lowest = 100 * min(*curve["float"], *curve["int8"])
        axes.set(title=curve["change"], xlabel=curve["unit"], ylabel="accuracy, %")
        axes.set(ylim=(min(90, 10 * (lowest // 10)), 100.4), xticks=curve["strengths"])
        if curve["strengths"][0] > curve["strengths"][-1]:
            axes.invert_xaxis()  # stronger to the right, as in the others
        axes.legend(loc="lower left")
    ends = ", ".join(f"{name} {100 * curve[name][-1]:.1f} %" for name in ("float", "int8"))
    text = (
        f"Accuracy under {curve['change']}; at {curve['strengths'][-1]:g} {curve['unit']}: {ends}"
    )
    return svg.inline(figure, f"robustness-{curve['change']}", text)


def deviation(rows: Sequence[Json]) -> Markup:
    """SQNR of each layer's output and weights."""
    with svg.style():
        figure = svg.figure(3.5, 0.5 + 0.42 * len(rows))
        axes = figure.subplots()
        places = np.arange(len(rows))
        axes.barh(places, [row["sqnr_db"] or 0 for row in rows], 0.5, color=INT8, label="output")
        weighted = [(n, row["weights"]) for n, row in enumerate(rows) if row["weights"]]
        x = [weights["sqnr_db"] or 0 for _, weights in weighted]
        axes.plot(x, [n for n, _ in weighted], "D", color=INK, label="weights", linestyle="none")
        axes.set_yticks(places, [row["name"] for row in rows])
        axes.invert_yaxis()
        axes.grid(axis="y", visible=False)
        axes.grid(axis="x", visible=True)
        axes.set(xlabel="SQNR against float, dB", xlim=(0, None))
        figure.legend(loc="outside upper right", ncols=2)
    values = "; ".join(f"{row['name']} {_decibels(row['sqnr_db'])}" for row in rows)
    return svg.inline(figure, "deviation", f"SQNR of each layer's output: {values}")


def histogram(name: str, title: str, counts: Json) -> Markup:
    """How often each code is used, beside where the float values lie on the same grid."""
    with svg.style():
        figure = svg.figure(3.3, 2.0)
        axes = figure.subplots()
        grid = np.arange(-128, 128, _GRID)
        axes.vlines(grid, 0, 1, color=FAINT, linewidth=0.6, transform=axes.get_xaxis_transform())
        bars, outline = (np.reshape(counts[name], (-1, _BIN)).sum(1) for name in ("int8", "float"))
        axes.stairs(bars, _EDGES, fill=True, color=INT8, alpha=0.55, label="int8")
        axes.stairs(outline, _EDGES, color=FLOAT, linewidth=1, label="float")
        axes.set(title=title, xlabel="int8 code", yscale="log", ylabel="values")
        axes.set(xlim=(-140, 140), xticks=(-128, -64, 0, 64, 127))
        axes.yaxis.set_major_formatter(EngFormatter(sep=""))
        axes.yaxis.set_minor_formatter(NullFormatter())
        for edge in (-128.5, 127.5):
            axes.axvline(edge, color=INK, linewidth=1)
        axes.legend(loc="lower right", bbox_to_anchor=(1.02, 0.98), ncols=2)  # beside the title
    beyond = counts["float_below"] + counts["float_above"]
    used = sum(1 for count in counts["int8"] if count)
    text = f"{title}: {used} of 256 codes used, {beyond:,} float values beyond the range"
    return svg.inline(figure, f"histogram-{name}", text)


def arena(part: Json, steps: Sequence[Json]) -> Markup:
    """Which bytes hold what, step by step."""
    with svg.style():
        figure = svg.figure(6.6, 3.6)
        axes = figure.subplots()
        for buffer in part["buffers"]:
            _box(axes, buffer, part["bytes"])
        axes.set(xlim=(-0.5, len(steps) - 0.5), ylim=(0, part["bytes"]), ylabel="byte of the arena")
        axes.set_xticks(range(len(steps)), [f"step {n}" for n in range(len(steps))])
        axes.yaxis.set_major_locator(MaxNLocator(6, integer=True))
        axes.yaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    text = (
        f"The arena of {part['bytes']:,} bytes over {len(steps)} steps; the table has each buffer"
    )
    return svg.inline(figure, "arena", text)


def _box(axes: Axes, buffer: Json, total: int) -> None:
    left, right = buffer["first"] - 0.46, buffer["last"] + 0.46
    bottom, height = buffer["offset"], buffer["bytes"]
    scratch = buffer["holds"] in ("sums", "window")
    axes.broken_barh(
        [(left, right - left)],
        (bottom, height),
        facecolor=FILL if scratch else INT8,
        edgecolor=INK,
        linewidth=0.7,
        alpha=0.55,
    )
    if height > total / 34:  # where a line of text fits
        thin = height < total / 12
        place = left + 0.04, bottom + (height / 2 if thin else height - total / 80)
        vertical = "center_baseline" if thin else "top"
        axes.text(*place, buffer["holds"], ha="left", va=vertical, color=INK, fontsize=8)


def flash(groups: Sequence[tuple[str, int]]) -> Markup:
    """The tables of each step on one bar, in the order of the C."""
    with svg.style():
        figure = svg.figure(6.6, 1.0)
        axes = figure.subplots()
        total, start = sum(size for _, size in groups), 0
        for number, (name, size) in enumerate(groups):
            shade = 0.55 if number % 2 else 0.3
            axes.broken_barh([(start, size)], (0, 1), facecolor=INT8, alpha=shade)
            if size > total / 18:  # where a name fits
                axes.text(start + size / 2, 0.5, name, ha="center", va="center", color=INK)
            start += size
        axes.set(xlim=(0, total), ylim=(0, 1), yticks=(), xlabel="bytes of tables in flash")
        axes.xaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
        axes.grid(visible=False)
        axes.spines["left"].set_visible(False)
    listed = ", ".join(f"{name} {size:,}" for name, size in groups)
    return svg.inline(figure, "flash", f"Flash by step, in bytes: {listed}")


def training(name: str, rows: Sequence[Json]) -> list[Markup]:
    """Loss, and accuracy on training and validation images, over the epochs."""
    return [
        _curves(f"{name}-loss", rows, "loss", {"loss": "loss"}, 1),
        _curves(
            f"{name}-accuracy",
            rows,
            "accuracy, %",
            {"train_accuracy": "training, augmented", "validation_accuracy": "validation"},
            100,
        ),
    ]


def _curves(
    name: str, rows: Sequence[Json], what: str, labels: Mapping[str, str], factor: int
) -> Markup:
    """The fields of ``labels`` over the epochs, multiplied by ``factor``."""
    with svg.style():
        figure = svg.figure()
        axes = figure.subplots()
        colour = FLOAT if name.startswith("float") else INT8
        for (field, label), line in zip(labels.items(), ("-", "--"), strict=False):
            values = [factor * row[field] for row in rows]
            axes.plot(
                [row["epoch"] for row in rows], values, line, c=colour, marker=".", label=label
            )
        axes.set(title=what, xlabel="epoch")
        axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
        axes.ticklabel_format(axis="y", useOffset=False)
        if len(labels) > 1:
            axes.legend()
    ends = ", ".join(f"{label} {factor * rows[-1][field]:.4g}" for field, label in labels.items())
    text = f"{what} over {len(rows)} epochs; at the end: {ends}"
    return svg.inline(figure, f"training-{name.replace('_', '-')}", text)


def _decibels(value: float | None) -> str:
    return "no difference" if value is None else f"{value:.1f} dB"
