"""What a report does not have, and the command that would add it."""

from collections.abc import Mapping
from typing import Any


def parts(report: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """For each part that is not there: what it is, and how it is made, by name."""
    model = report["model"]
    commands = {
        "robustness": (
            "robustness curves",
            f"python -m convert.sweep build/{model}/model.tflite",
        ),
        "boards": (
            "validation on boards",
            f"python -m firmware.validate --board netduinoplus2 --model build/{model}/model.tflite",
        ),
        "bench": ("instructions counted on every core", "make bench"),
        "float": (
            "learning curves of the float model",
            "python -m train.fit keeps them beside the model that it trains",
        ),
        "fine_tuning": (
            "learning curves of fine-tuning",
            "python -m convert.export --quantize qat",
        ),
    }
    there = {name: report[name] for name in ("robustness", "boards", "bench")}
    there |= report["training"]
    return {name: told for name, told in commands.items() if not there[name]}
