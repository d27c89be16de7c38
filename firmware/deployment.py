"""The C that goes into a firmware image beside the firmware's own: the model, and what it is.

``python -m firmware.deployment FOLDER`` writes it for the default model.
"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from convert import feed, publish, tflite
from convert.carray import c_name
from convert.compiler.arithmetic.match import Match
from convert.compiler.build import Compiled, compile_model
from convert.compiler.targets.options import Optimize, Options
from firmware import header
from firmware.stored import Stored
from runtime import classifier
from runtime.contract import Contract


@dataclass(frozen=True)
class Deployment:
    """A model as it goes onto a board."""

    path: Path  # of the .tflite
    name: str  # that the board says it has
    options: Options  # of the compiler

    @property
    def match(self) -> Match:
        """The runtime whose bytes it gives."""
        return self.options.match

    @property
    def optimize(self) -> Optimize:
        """Whether its kernels are the fastest or the smallest."""
        return self.options.optimize

    @property
    def label(self) -> str:
        """Tells it from the others on one board, in file names."""
        size = "-size" if self.optimize is Optimize.SIZE else ""
        return f"{self.name}-{self.match}{size}"

    @cached_property
    def compiled(self) -> Compiled:
        """Its C; raises ModelError for a model that cannot be compiled."""
        return compile_model(tflite.read(self.path), "model", self.options, self.path.name)

    @cached_property
    def contract(self) -> Contract | None:
        """What it is for; None: it has several inputs, or one that is no real number.

        Raises ModelError for a contract or labels beside it that do not fit it.
        """
        return feed.contract_of(self.path, self.compiled.unit.network)

    @property
    def comes(self) -> Stored | None:
        """How its input comes from the world; None: only in the model's own types."""
        told = self.contract
        return None if told is None else Stored(told.task, self.compiled.unit.network.input)

    def files(self) -> Mapping[str, bytes]:
        """``model.c``, ``model.h`` and ``deployment.h``."""
        title = [
            f"Made by: python -m firmware.build --model {self.name} {self.options}",
            "",
            f"sha256 of the .tflite: {self.compiled.unit.network.sha256}",
        ]
        text = header.text(self.compiled.unit, self.name, self.comes, title)
        return {**self.compiled.files(), "deployment.h": text.encode()}


def load(model: str, options: Options) -> Deployment:
    """The deployment of a bundled model's name, or of a path; raises ModelError."""
    path = classifier.find(model)
    named = model in classifier.bundled()
    name = model if named else path.parent.name if path.stem == "model" else path.stem
    return Deployment(path, c_name(name), options)


if __name__ == "__main__":
    publish.files(Path(sys.argv[1]), load("base", Options()).files())
