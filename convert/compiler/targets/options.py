"""The cores that C is made for, and what else decides the generated code."""

import enum
from dataclasses import dataclass

from convert.compiler.arithmetic.match import Match


class Target(enum.StrEnum):
    """A core, or another machine with vectors; ``generic`` is plain C99, right on every one."""

    GENERIC = "generic"
    CORTEX_M0 = "cortex-m0"
    CORTEX_M3 = "cortex-m3"
    CORTEX_M4 = "cortex-m4"
    CORTEX_M7 = "cortex-m7"
    CORTEX_M33 = "cortex-m33"
    CORTEX_M55 = "cortex-m55"
    AVR = "avr"
    RISCV32 = "riscv32"  # RV32IM; what else the core has is the C compiler's business
    WASM = "wasm"  # WebAssembly with SIMD
    X86_64_V3 = "x86-64-v3"  # with AVX2
    AARCH64 = "aarch64"  # with NEON; whether SDOT is there is the C compiler's business

    @property
    def is_core(self) -> bool:
        """Whether it is a microcontroller's core."""
        return self is not Target.GENERIC and self not in _MACHINES

    @property
    def kernels(self) -> tuple[str, ...]:
        """The folders of kernels/ that it takes besides those for all, the first one first."""
        if self in (Target.CORTEX_M0, Target.CORTEX_M3):
            return ("scalar",)
        if self is Target.AVR:
            return ("avr",)
        if self is Target.RISCV32:
            return ("riscv32", "pixels", "scalar")
        if self in _MACHINES:
            return (_MACHINES[self], "vectors")
        own = ("mve", "simd32") if self is Target.CORTEX_M55 else ("simd32",)
        return (*own, "pixels")


_MACHINES = {Target.WASM: "wasm", Target.X86_64_V3: "x86", Target.AARCH64: "aarch64"}
"""What no microcontroller is, and the folder of its kernels besides vectors."""


class Optimize(enum.StrEnum):
    """What a kernel is chosen by."""

    SPEED = "speed"
    SIZE = "size"


class Io(enum.StrEnum):
    """The types of inputs and outputs."""

    FILE = "file"  # as the file has them
    INT8 = "int8"  # what QUANTIZE makes of them, or DEQUANTIZE is given


@dataclass(frozen=True)
class Options:
    """What decides the generated code besides the model."""

    match: Match = Match.XNNPACK
    target: Target = Target.GENERIC
    optimize: Optimize = Optimize.SPEED
    max_flash: int | None = None  # bytes of tables
    max_ram: int | None = None  # bytes of arena
    io: Io = Io.FILE

    @property
    def kernels(self) -> tuple[str, ...]:
        """The folders of kernels/ besides those for all; first what is fast but needs more code."""
        own = self.target.kernels
        if self.optimize is Optimize.SIZE:
            return own
        return (*(f"{folder}/speed" for folder in own), *own, "speed")

    def __str__(self) -> str:
        """As on the command line; what is left at its default is not named."""
        words = [f"--match {self.match} --target {self.target}"]
        if self.optimize is not Optimize.SPEED:
            words.append(f"--optimize {self.optimize}")
        for name, limit in (("--max-flash", self.max_flash), ("--max-ram", self.max_ram)):
            words += [] if limit is None else [f"{name} {limit}"]
        if self.io is not Io.FILE:
            words.append(f"--io {self.io}")
        return " ".join(words)
