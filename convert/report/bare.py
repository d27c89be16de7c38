"""A report on a ``.tflite`` alone: what it is made of and what it costs, without data."""

import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

from convert import boards, publish, tflite
from convert.compiler.arithmetic.match import Match
from convert.compiler.build import compile_model
from convert.compiler.targets.options import Options
from convert.report import costs, document, gathered, network
from runtime.errors import ModelError

Json = dict[str, Any]


def report(path: Path, match: Match, places: list[boards.Board]) -> Json:
    """The content of its ``report.json``; raises ModelError for what is no model."""
    model = tflite.read(path)
    found, absent = _costs(model, match, places)
    nothing = ("float_model", "task", "quantize", "data", "allowed_drop_points", "parity")
    return {
        "version": document.VERSION,
        "model": path.stem,
        "command": f"python -m convert.report {path.name} --match {match}",
        "versions": _versions(),
        "labels": [],
        "operators": list(model.op_names),
        "training": {"float": None, "fine_tuning": None},
        "judged": [],
        **dict.fromkeys((*nothing, "ptq", "layers", "pictures")),
        "network": network.describe(model, {}),
        "costs": found,
        "absent": absent | {"layers": "there is no float network to compare with"},
        **gathered.nothing(),
        "files": publish.listed({"model.tflite": model.content}),
    }


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
