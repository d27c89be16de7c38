"""The compiler as one function: ``.tflite`` in, C out."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version

import numpy as np

from convert.compiler import emit, overlap, simulate
from convert.compiler.emit import Unit
from convert.compiler.lower import lower
from convert.compiler.plan import plan
from convert.compiler.reader import read
from convert.compiler.targets import Options
from convert.tflite import Model

SEEDS = (1, 2)
"""Of the golden inputs."""


@dataclass(frozen=True)
class Compiled:
    """The generated C with what it was made from."""

    unit: Unit

    def files(self) -> Mapping[str, bytes]:
        """File names with their content."""
        name = self.unit.name
        return {
            f"{name}.h": emit.header(self.unit).encode(),
            f"{name}.c": emit.source(self.unit).encode(),
        }


def compile_model(model: Model, name: str, options: Options | None = None) -> Compiled:
    """Compile ``model`` to C whose public names start with ``name``, a C identifier.

    Without ``options``: plain C that matches XNNPACK. Raises ModelError for what cannot be
    compiled. The same input gives the same text.
    """
    options = options or Options()
    network = read(model)
    program = overlap.reuse(lower(network, options))
    inputs = [emit.golden_input(seed, network.input.size) for seed in SEEDS]
    golden = np.stack([simulate.run(network, options.match, image).ravel() for image in inputs])
    origin = f"python -m convert.compiler {name}.tflite {options}"
    unit = Unit(
        name,
        origin,
        f"thimble {version('thimble')}",
        options,
        network,
        program,
        plan(program),
        golden,
        SEEDS,
    )
    return Compiled(unit)
