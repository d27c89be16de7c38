"""All pictures of a report by the section that shows them, from ``report.json`` alone."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from convert.report import arena, diagram, mosaic, plots, quality
from convert.report.document import unpacked
from runtime.judge import ACCURACY

Json = Mapping[str, Any]


def drawn(report: Json) -> dict[str, Any]:
    """The charts."""
    swept = report["robustness"] or {"curves": []}
    measure = swept.get("measure", ACCURACY)
    training = report["training"]
    return {
        "quality": [quality.charts(part) for part in report["judged"]],
        "robustness": [plots.robustness(curve, measure) for curve in swept["curves"]],
        "training": {name: plots.training(name, rows) for name, rows in training.items() if rows},
        "network": diagram.draw(report["network"], _macs(report)),
        **_layers(report["layers"]),
        **_memory(report),
    }


def _layers(part: Json | None) -> dict[str, Any]:
    if part is None:
        return {}
    rows = part["rows"]
    return {
        "deviation": plots.deviation(rows),
        "weights": [
            plots.histogram(row["name"], row["weights"]["histogram"])
            for row in rows
            if row["weights"]
        ],
        "outputs": [plots.histogram(row["name"], row["histogram"]) for row in rows],
    }


def _memory(report: Json) -> dict[str, Any]:
    costs = report["costs"]
    if not costs:
        return {}
    return {
        "arena": arena.draw(costs["arena"], costs["steps"]),
        "flash": plots.flash(flash(report)),
    }


def _macs(report: Json) -> dict[int, int]:
    """Multiply-accumulates by the operator that starts a step."""
    steps = report["costs"]["steps"] if report["costs"] else ()
    return {step["operators"][0]: step["macs"] for step in steps if step["operators"]}


def flash(report: Json) -> list[tuple[str, int]]:
    """The bytes of tables of each step, by the name of its first operator."""
    names = [one["name"] or one["op"] for one in report["network"]["operators"]]
    return [
        (names[step["operators"][0]] if step["operators"] else step["title"], step["flash"])
        for step in report["costs"]["steps"]
    ]


def pictures(report: Json) -> dict[str, list[dict[str, Any]]]:
    """The filters, and the maps of both networks, as PNGs in base64."""
    part = report["pictures"] or {"filters": [], "maps": []}
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
