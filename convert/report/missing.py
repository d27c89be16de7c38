"""What a report does not have, and the command that would add it."""

from collections.abc import Mapping
from typing import Any


def parts(report: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """For each part that is not there: what it is, and the command that makes it, by name."""
    folder = f"build/{report['model']}"
    again = f"python -m convert.report {folder}"
    how = {
        "robustness": (
            "robustness curves",
            f"python -m convert.sweep {folder}/model.tflite && {again}",
        ),
        "boards": (
            "validation on a board",
            f"python -m firmware.validate --board netduinoplus2 --model {folder} && {again}",
        ),
        "bench": ("instructions counted on every core", f"make bench && {again}"),
        "float": (
            "learning curves of the float model, which were not kept",
            "python -m train.fit && python -m convert.export --model build/train/base/float.keras",
        ),
        "fine_tuning": ("fine-tuning", "python -m convert.export --quantize qat"),
    }
    there = {name: report[name] for name in ("robustness", "boards", "bench")}
    there |= report["training"]
    return {name: told for name, told in how.items() if not there[name]}
