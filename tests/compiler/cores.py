"""Runs generated C on emulated Cortex-M cores: a program of its own, fed by semihosting."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from convert.compiler.build import Compiled
from tests.compiler import harness

HERE = Path(__file__).with_name("bare")


@dataclass(frozen=True)
class Core:
    """A core in QEMU."""

    machine: Sequence[str]  # of qemu-system-arm
    options: Sequence[str]  # of the compiler
    flash: int = 0x0000_0000
    ram: int = 0x2000_0000


CORES = {
    "cortex-m0": Core(("mps2-an385",), ("-mfloat-abi=soft",)),
    "cortex-m3": Core(("mps2-an385",), ("-mfloat-abi=soft",)),
    "cortex-m4": Core(("mps2-an386",), ("-mfpu=fpv4-sp-d16", "-mfloat-abi=hard")),
    "cortex-m7": Core(("mps2-an500",), ("-mfpu=fpv5-sp-d16", "-mfloat-abi=hard")),
    "cortex-m33": Core(("mps2-an505",), ("-mfloat-abi=hard",), 0x1000_0000, 0x3800_0000),
    "cortex-m55": Core(("mps3-an547",), ("-mfloat-abi=hard",)),
}


def run(
    folder: Path, target: str, compiled: Sequence[Compiled], inputs: Sequence[Sequence[np.ndarray]]
) -> list[list[np.ndarray]]:
    """The answers of each model to its inputs, computed by the core ``target``."""
    core = CORES[target]
    compiler = [
        *("arm-none-eabi-gcc", f"-mcpu={target}", "-mthumb", *core.options, "-O2"),
        *(*harness.WARNINGS, "-Wno-pedantic"),  # the vector table begins with an address
        *("-ffreestanding", "-nostdlib", "-I", HERE, "-T", HERE / "bare.ld"),
        *(f"-Wl,--defsym=FLASH_ORIGIN={core.flash}", f"-Wl,--defsym=RAM_ORIGIN={core.ram}"),
        HERE / "bare.c",
    ]
    program = harness.build(folder, compiled, len(inputs[0][0]), compiler, ("-lgcc",))
    machine = ("qemu-system-arm", "-machine", *core.machine, "-display", "none")
    semihosting = ("-semihosting-config", "enable=on,target=native", "-monitor", "none")
    return harness.run(
        [*machine, *semihosting, "-serial", "none", "-kernel", program], compiled, inputs
    )
