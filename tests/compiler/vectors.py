"""Machines with vectors, on which generated C runs here: in node, natively, in QEMU."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from convert.compiler.build import Compiled
from convert.compiler.targets.options import Target
from tests.compiler import harness, wasm

Answers = list[list[np.ndarray]]


@dataclass(frozen=True)
class Machine:
    """A target with one of the instruction sets that it may have."""

    target: Target
    compiler: tuple[str, ...] = ()  # (): clang, for WebAssembly
    emulator: tuple[str, ...] = ()
    flag: str = ""  # of /proc/cpuinfo, without which it does not run here

    @property
    def is_here(self) -> bool:
        """Whether it runs on this machine."""
        return not self.flag or self.flag in Path("/proc/cpuinfo").read_text().split()


_ARM = ("aarch64-linux-gnu-gcc", "-static", "-O2", *harness.WARNINGS)
_X86 = (*harness.SANITIZED, *harness.WARNINGS)
_QEMU = ("qemu-aarch64-static", "-cpu")
MACHINES = {
    "wasm": Machine(Target.WASM),
    "avx2": Machine(Target.X86_64_V3, (*_X86, "-march=x86-64-v3"), flag="avx2"),
    "vnni": Machine(
        Target.X86_64_V3,
        (*_X86, "-march=x86-64-v4", "-mavx512vnni"),
        flag="avx512_vnni",
    ),
    "neon": Machine(Target.AARCH64, _ARM, (*_QEMU, "cortex-a53")),
    "sdot": Machine(Target.AARCH64, (*_ARM, "-march=armv8.2-a+dotprod"), (*_QEMU, "cortex-a76")),
}


def run(
    folder: Path,
    machine: Machine,
    compiled: Sequence[Compiled],
    inputs: Sequence[Sequence[np.ndarray]],
) -> Answers:
    """The answers of each model to its inputs, with the machine's own instructions."""
    if not machine.compiler:
        return wasm.run(folder, compiled, inputs)
    program = harness.build(folder, compiled, len(inputs[0][0]), machine.compiler)
    return harness.run([*machine.emulator, program], compiled, inputs)
