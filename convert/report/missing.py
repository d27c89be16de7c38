"""What a report does not have, and the command that would add it."""

import itertools
import shlex
from collections.abc import Mapping
from typing import Any

_NO_CURVES = "learning curves of the float model, which were not kept when it was trained"


def parts(report: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """For each part that is not there: what it is, and the command that makes it, by name."""
    name = report["model"]
    if report["parity"] is None:
        learnt = report["training"]  # of a model alone, whose export kept its curves
        absent = learnt["fine_tuning"] and not learnt["float"]
        return {"float": (_NO_CURVES, _curves(report))} if absent else {}
    folder = shlex.quote(f"build/{name}")
    again, data = f"python -m convert.report {folder}", _data(report["command"])
    how = {
        "robustness": (
            "robustness curves",
            f"python -m convert.sweep {folder}/model.tflite{data} && {again}",
        ),
        "boards": (
            "validation on a board",
            f"python -m firmware.validate --board netduinoplus2 --model {folder}{data} && {again}",
        ),
        "bench": ("instructions counted on every core", f"make bench && {again}"),
        "float": (_NO_CURVES, _curves(report)),
        "fine_tuning": (
            "fine-tuning",
            report["command"].replace("--quantize ptq", "--quantize qat"),
        ),
    }
    there = {name: report[name] for name in ("robustness", "boards", "bench")}
    there |= report["training"]
    if not _is_preset(report):  # the bench counts the presets
        del how["bench"]
    if report["task"]["kind"] == "tensor":  # which cannot be shifted, turned or lit otherwise
        del how["robustness"]
    return {name: told for name, told in how.items() if not there[name]}


def _data(command: str) -> str:
    """The options of ``command`` that say what the data are, for another command."""
    words = shlex.split(command)
    said = [
        (name, value)
        for name, value in itertools.pairwise(words)
        if name in ("--data", "--label", "--targets", "--window")
    ]
    return "".join(f" {name} {shlex.quote(value)}" for name, value in said)


def _is_preset(report: Mapping[str, Any]) -> bool:
    return f"--preset {report['model']}" in report["command"]


def _curves(report: Mapping[str, Any]) -> str:
    """How a report gets the curves of the float model: they lie beside it, or it is trained."""
    name = report["model"]
    if _is_preset(report) or str(report["float_model"]).startswith(f"{name}.keras, pretrained"):
        return f"make pretrained PRESETS={name} && python -m convert.export --preset {name}"
    export = report["command"] if report["parity"] else "its export again"
    return f"{export}, with the curves beside the model as {name}.csv, as train.fit writes them"
