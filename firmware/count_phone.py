"""Run a compiled model on a phone's core, and count its instructions, operator by operator.

The generated C as a program of Linux on 64-bit Arm, in QEMU's user mode; a plugin counts. Of the
system's emulators this one needs no board, no start-up code and no memory map. Instructions are not
cycles: the emulator has no pipeline.
"""

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from convert import publish
from convert.compiler import toolchain
from convert.compiler.build import Compiled
from convert.compiler.ir import Array
from firmware import count
from firmware.count import Arrays, Counted
from firmware.tools import SOURCE
from runtime import children
from runtime.errors import ToolError

PHONE = SOURCE / "phone"
CPUS = {
    "cortex-a53": ("-march=armv8-a",),
    "cortex-a76": ("-march=armv8.2-a+dotprod",),
}
"""A core without SDOT and one that has it, as QEMU calls them, with the compiler's options."""
OPTIONS = ("-O3", "-std=c99", "-static")
_COMPILER, _EMULATOR = "aarch64-linux-gnu-gcc", "qemu-aarch64"
_TIMEOUT = 600  # seconds


@dataclass(frozen=True)
class Program:
    """A compiled model as a program of an emulated phone."""

    compiled: Compiled
    folder: Path
    cpu: str

    def run(self, given: Arrays) -> list[Counted]:
        """Run it once for each input, [runs, *shape] of each tensor, and count; as ``answers``."""
        out = self.folder / "marks"
        counting = f"{plugin(self.folder)},out={out},mark={self.mark():x}"
        outputs = self._run(given, ("-plugin", counting))
        marks = np.fromfile(out, "<u8").reshape(len(outputs), -1)
        return [
            Counted(tuple(int(one) for one in np.diff(row)), found)
            for row, found in zip(marks, outputs, strict=True)
        ]

    def answers(self, given: Arrays) -> list[tuple[Array, ...]]:
        """The outputs of each run alone. A model with state goes through them as one sequence.

        Raises ToolError when the emulator is missing, or the run fails.
        """
        return self._run(given, ())

    def _run(self, given: Arrays, options: Sequence[str]) -> list[tuple[Array, ...]]:
        runs = len(given[0])
        rows = (b"".join(array[run].tobytes() for array in given) for run in range(runs))
        words = [_EMULATOR, "-cpu", self.cpu, *options, str(self.folder / "program")]
        try:
            done = subprocess.run(
                words,
                input=runs.to_bytes(4, "little") + b"".join(rows),
                capture_output=True,
                check=False,
                timeout=_TIMEOUT,
                preexec_fn=children.TIED,
            )
        except FileNotFoundError as error:
            raise ToolError(f"{_EMULATOR} is needed: sudo apt-get install qemu-user") from error
        except (OSError, subprocess.TimeoutExpired) as error:
            raise ToolError(f"{_EMULATOR} cannot run this: {error}") from error
        if done.returncode:
            raise ToolError(f"the model ends with status {done.returncode} on {self.cpu}")
        return self._parsed(done.stdout, runs)

    def _parsed(self, answer: bytes, runs: int) -> list[tuple[Array, ...]]:
        unit, place, found = self.compiled.unit, 0, []
        for _ in range(runs):
            place += 8 * (len(unit.program.steps) + 1)  # its own marks
            outputs = []
            for tensor in unit.network.outputs:
                array = np.frombuffer(answer, tensor.numpy, tensor.size, place)
                outputs.append(array.reshape(tensor.shape))
                place += tensor.bytes
            found.append(tuple(outputs))
        return found

    def mark(self) -> int:
        """Where the program comes by behind each operator."""
        words = ["aarch64-linux-gnu-nm", str(self.folder / "program")]
        told = subprocess.run(words, capture_output=True, text=True, check=True).stdout
        (line,) = (one for one in told.splitlines() if one.endswith(" count_after"))
        return int(line.split()[0], 16)


def build(compiled: Compiled, folder: Path, cpu: str) -> Program:
    """Compile and link the program of ``compiled`` in ``folder``, with what ``cpu`` has.

    Raises ToolError when the compiler is missing, or refuses the C.
    """
    publish.files(folder, compiled.files())
    count.hooked(folder, compiled)
    (folder / "main.c").write_text(count.main_text(compiled))
    words = [_COMPILER, *OPTIONS, *CPUS[cpu], "-include", "hook.h", "-I", str(PHONE), "-I", "."]
    toolchain.run([*words, "main.c", f"{compiled.unit.name}.c", "-o", "program"], folder)
    return Program(compiled, folder, cpu)


def plugin(folder: Path) -> Path:
    """QEMU's plugin, built in ``folder``; raises ToolError without a compiler for this machine."""
    found, source = folder / "steps.so", str(SOURCE / "plugin/steps.c")
    toolchain.run(["cc", "-O2", "-shared", "-fPIC", source, "-o", str(found)], folder)
    return found
