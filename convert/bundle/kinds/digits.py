"""Handwritten characters: the steps of ``runtime.ink``, and pictures that put each to the test."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from convert.bundle.kinds import ink, scenes
from convert.bundle.kinds.kind import Kind, Sample, scaled
from runtime.dataset import Array, Examples
from runtime.errors import ImageError
from runtime.tasks import digits


class Digits(Kind[digits.Digits]):
    """Pictures of one character."""

    values = "pixels"
    given = "image"
    ports = (
        *("Brightness", "Digits", "Grid", "Light", "Pieces"),
        *("Resampling", "Rules", "Sheet", "Values"),
    )

    def preprocessing(self, task: digits.Digits) -> dict[str, Any]:
        """All of it."""
        height, width = task.stored_shape
        return {
            "from": "a picture of one digit, drawn or photographed",
            "to": f"{height}x{width} pixels of 8 bits, 0 is paper and 255 is ink",
            "terms": ink.TERMS,
            "parameters": ink.PARAMETERS,
            "steps": [{"step": step, "rule": rule} for step, rule in ink.STEPS],
            "blank": "A picture that a step calls blank has no answer: ask for another one.",
        }

    def precision(self, task: digits.Digits) -> str:  # noqa: ARG002 - of the interface
        """To a pixel's last bit only in the same arithmetic."""
        return (
            "The pixels are those of thimble's runtime, which computes them in 64-bit floats. A "
            "port in another precision may differ by 1 in a pixel."
        )

    def rule(self, task: digits.Digits) -> str:
        """Of a pixel."""
        return scaled(task, "pixel")

    def described(self, task: digits.Digits) -> str:  # noqa: ARG002 - of the interface
        """What the pixels are."""
        return "greyscale, 0 is paper and 255 is ink, prepared as contract.json says"

    def noun(self, task: digits.Digits) -> str:
        """With its sides."""
        height, width = task.stored_shape
        return f"{height}x{width} greyscale picture"

    def drawn(self, task: digits.Digits, test: Examples) -> dict[str, bytes]:  # noqa: ARG002 - of the interface
        """Plain ones and awkward ones."""
        return scenes.draw(test)

    def samples(self, task: digits.Digits, test: Examples, files: Sequence[Path]) -> list[Sample]:  # noqa: ARG002 - of the interface
        """What the runtime makes of each picture."""
        return [Sample({"picture": path.name}, _pixels(task, path)) for path in files]


def _pixels(task: digits.Digits, path: Path) -> Array | None:
    """The network's view of a picture; None where there is nothing to read."""
    try:
        return np.asarray(task.read(path)[0])
    except ImageError:
        return None
