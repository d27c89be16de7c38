"""What other commands left: their JSON becomes part of the report, if it is of the same model."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from convert.report.document import load
from runtime.classifier import BUNDLED
from runtime.errors import DataError

Json = dict[str, Any]


@dataclass(frozen=True)
class Places:
    """Where the results of other commands lie."""

    folder: Path  # of the export: robustness.json
    firmware: Path  # one folder for each board and model: validation.json
    bench: Path  # results.json


def nothing() -> Json:
    """The sections as they are before any other command has run."""
    return {"robustness": None, "boards": [], "bench": None}


def gather(report: Mapping[str, Any], places: Places) -> Json:
    """Those sections from what lies in ``places``; raises DataError for what is damaged."""
    try:
        return {
            "robustness": _robustness(report, places.folder / "robustness.json"),
            "boards": list(_boards(report, sorted(places.firmware.glob("*/validation.json")))),
            "bench": _bench(report, places.bench),
        }
    except (KeyError, TypeError, ValueError) as error:
        raise DataError(
            f"a result in {places.folder}, {places.firmware} or {places.bench} has no {error}: "
            "run its command again"
        ) from error


def _sha256(report: Mapping[str, Any]) -> str:
    return str(report["files"]["model.tflite"]["sha256"])


def _robustness(report: Mapping[str, Any], path: Path) -> Json | None:
    if not path.exists():
        return None
    found = load(path)
    if found.pop("sha256") != _sha256(report):
        raise DataError(f"{path} is of another model: run convert.sweep again")
    return found


def _boards(report: Mapping[str, Any], paths: Sequence[Path]) -> Sequence[Json]:
    """The validations of this model, one row each; those of other models are passed over."""
    results = map(load, paths)
    return [_board(found) for found in results if found["device"]["sha256"] == _sha256(report)]


def _board(found: Json) -> Json:
    device, memory, inference = found["device"], found["memory"], found["inference"]
    (own,) = (row for row in found["mismatches"] if row["match"] == device["match"])
    return {
        "board": device["board"],
        "match": device["match"],
        "data": found["data"]["source"],
        "images": found["data"]["images"],
        "accuracy": found["accuracy"],
        "bytes_differing": own["bytes"],
        "images_differing": own["images"],
        "unit": inference["unit"],
        "median": inference["median"],
        "flash": memory["flash"]["built"],
        "ram": memory["ram"]["built"],
        "stack_used": memory["stack"]["used"],
        "stack_predicted": memory["stack"]["predicted"],
        "problems": found["problems"],
    }


def _bench(report: Mapping[str, Any], path: Path) -> Json | None:
    """The counts of the bundled model of this name, if that is this model."""
    bundled = BUNDLED / report["model"] / "model.tflite"
    if not path.exists() or not bundled.is_file():
        return None
    if hashlib.sha256(bundled.read_bytes()).hexdigest() != _sha256(report):
        return None
    found = load(path)
    kept = ("target", "optimize", "instructions", "cycles", "tables", "code", "arena", "stack_used")
    rows = [
        {**{name: row[name] for name in kept}, "per_step": row["per_layer"]}
        for row in found["rows"]
        if row["model"] == report["model"] and row["match"] == "xnnpack"
    ]
    return {"versions": found["versions"], "rows": rows} if rows else None
