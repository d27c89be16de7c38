"""A report on a ``.tflite`` alone: what it is made of and what it costs, without data.

Where it lies beside its export's manifest, as the presets do, that tells where it comes from.
"""

import hashlib
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

from convert import boards, publish, tflite
from convert.compiler.arithmetic.match import Match
from convert.compiler.build import compile_model
from convert.compiler.targets.options import Options
from convert.report import costs, document, gathered, network
from runtime import console
from runtime.errors import ModelError

Json = dict[str, Any]


def report(path: Path, match: Match, places: list[boards.Board]) -> Json:
    """The content of its ``report.json``; raises ModelError for what is no model."""
    model = tflite.read(path)
    found, absent = _costs(model, match, places)
    nothing = ("task", "allowed_drop_points", "parity", "ptq", "layers", "pictures")
    return {
        "version": document.VERSION,
        "command": f"python -m convert.report {path.name} --match {match}",
        "versions": _versions(),
        "operators": list(model.op_names),
        **_origin(path, model),
        "judged": [],
        **dict.fromkeys(nothing),
        "network": network.describe(model, {}),
        "costs": found,
        "absent": absent | {"layers": "there is no float network to compare with"},
        **gathered.nothing(),
        "files": publish.listed({"model.tflite": model.content}),
    }


def _origin(path: Path, model: tflite.Model) -> Json:
    """What the manifest beside the model says of how it was made, if it is this model's.

    Raises DataError for one that is damaged.
    """
    unknown: Json = {
        "model": path.stem,
        "float_model": None,
        "quantize": None,
        "data": None,
        "labels": [],
        "training": {"float": None, "fine_tuning": None},
    }
    file = path.with_name("manifest.json")
    if not file.is_file():
        return unknown
    told = document.load(file)
    listed = told.get("files", {}).get("model.tflite", {})
    if listed.get("sha256") != hashlib.sha256(model.content).hexdigest():
        console.note(f"{file} is of another model: nothing is taken from it")
        return unknown
    return {name: told.get(name, value) for name, value in unknown.items()}


def _costs(
    model: tflite.Model, match: Match, places: list[boards.Board]
) -> tuple[Json | None, dict[str, str]]:
    """What the C costs; for what cannot be compiled, why."""
    try:
        plain = compile_model(model, "model", Options(match=match))
        return costs.costs(model, plain, {}, places), {}
    except ModelError as error:
        return None, {"costs": str(error)}


def _versions() -> dict[str, str]:
    python = ".".join(map(str, sys.version_info[:2]))
    return {"python": python, "thimble": version("thimble"), "numpy": version("numpy")}
