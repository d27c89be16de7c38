"""Runs generated C on emulated cores: a program of its own, fed by semihosting."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from convert.compiler.build import Compiled
from convert.compiler.targets.options import Target
from firmware.count import CORES, command
from tests.compiler import harness


def run(
    folder: Path, target: str, compiled: Sequence[Compiled], inputs: Sequence[Sequence[np.ndarray]]
) -> list[list[np.ndarray]]:
    """The answers of each model to its inputs, computed by the core ``target``."""
    core = CORES[Target(target)]
    compiler = [
        *command(Target(target)),
        *(*harness.WARNINGS, "-Wno-pedantic"),  # the vector table begins with an address
        *(*core.including, *core.linking),
    ]
    program = harness.build(folder, compiled, len(inputs[0][0]), compiler, ("-lgcc",))
    return harness.run(core.emulating(program), compiled, inputs)
