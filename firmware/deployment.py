"""The C that goes into a firmware image beside the firmware's own: the model, and what it is.

``python -m firmware.deployment FOLDER`` writes it for the default model.
"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from convert import publish, tflite
from convert.carray import c_name
from convert.compiler.arithmetic.match import Match
from convert.compiler.build import Compiled, compile_model
from convert.compiler.emit import ctext
from convert.compiler.ir import Tensor
from convert.compiler.targets.options import Optimize, Options
from runtime import classifier, image


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
    def label(self) -> str:
        """Tells it from the others on one board, in file names."""
        size = "-size" if self.options.optimize is Optimize.SIZE else ""
        return f"{self.name}-{self.match}{size}"

    @cached_property
    def compiled(self) -> Compiled:
        """Its C; raises ModelError for a model that cannot be compiled."""
        compiled = compile_model(tflite.read(self.path), "model", self.options, self.path.name)
        compiled.require_plain("the firmware")
        return compiled

    def files(self) -> Mapping[str, bytes]:
        """``model.c``, ``model.h`` and ``deployment.h``."""
        return {**self.compiled.files(), "deployment.h": self.header().encode()}

    def header(self) -> str:
        """``deployment.h``: names, and what the network takes for each value of a pixel."""
        title = ctext.comment(
            [
                f"Made by: python -m firmware.build --model {self.name} {self.options}",
                "",
                f"sha256 of the .tflite: {self.compiled.unit.network.sha256}",
            ]
        )
        pixels = quantized_pixels(self.compiled.unit.network.input)
        rows = [
            "    " + " ".join(f"{value}," for value in pixels[start : start + 16])
            for start in range(0, 256, 16)
        ]
        return "\n".join(
            [
                title,
                "#ifndef DEPLOYMENT_H",
                "#define DEPLOYMENT_H",
                "",
                "#include <stdint.h>",
                "",
                f'#define DEPLOYMENT_MODEL "{self.name}"',
                f'#define DEPLOYMENT_MATCH "{self.match}"',
                "",
                "/* Pixels of 0 (paper) to 255 (ink) as the network takes them. */",
                "static const int8_t quantized_pixel[256] = {",
                *rows,
                "};",
                "",
                "#endif",
                "",
            ]
        )


def load(model: str, options: Options) -> Deployment:
    """The deployment of a bundled model's name, or of a path; raises ModelError."""
    path = classifier.find(model)
    named = model in classifier.bundled()
    name = model if named else path.parent.name if path.stem == "model" else path.stem
    return Deployment(path, c_name(name), options)


def quantized_pixels(tensor: Tensor) -> list[int]:
    """For pixels 0 to 255, the int8 that the runtime's own preprocessing gives."""
    pixels = np.arange(256, dtype=np.uint8)
    values = image.quantize(image.to_float(pixels), float(tensor.scale), tensor.zero_point, np.int8)
    return [int(value) for value in values.ravel()]


if __name__ == "__main__":
    publish.files(Path(sys.argv[1]), load("base", Options()).files())
