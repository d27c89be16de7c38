"""Count what a compiled model takes on a core, operator by operator, in an emulator.

No board and no firmware: the generated C, a start-up file and semihosting, so any model can be
counted, whatever its inputs and outputs are and however many operators it has. QEMU's ``-icount``
lets each instruction take the same time, which a counter of the core counts. Instructions are not
cycles: the emulator has no pipeline.
"""

import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from convert import publish
from convert.compiler import toolchain
from convert.compiler.build import Compiled
from convert.compiler.emit import border
from convert.compiler.targets.options import Target
from firmware import cores, count_avr
from firmware.cores import Family
from runtime import children
from runtime.errors import ToolError

BARE = Path(__file__).with_name("bare")
_SHIFT = 3  # an instruction takes 2^shift ns of the emulator's time
_TIMEOUT = 600  # seconds
NANOSECONDS = 1_000_000_000
"""How often a counter counts in a second that is the emulator's own time, as RISC-V's are."""

Arrays = Sequence[npt.NDArray[Any]]


@dataclass(frozen=True)
class Core:
    """A core in QEMU, and the memory that its machine has for it."""

    family: Family
    machine: str
    options: tuple[str, ...]  # of the compiler
    ticks_hz: int  # of the counter
    flash: int = 0x0000_0000
    ram: int = 0x2000_0000
    flash_size: int = 4 << 20
    ram_size: int = 4 << 20

    @property
    def including(self) -> tuple[str, ...]:
        """The compiler's options that find what stands in for a C library."""
        return ("-ffreestanding", "-I", str(BARE), "-I", str(self.family.bare))

    @property
    def linking(self) -> tuple[str, ...]:
        """The compiler's options and sources that make a program for it."""
        places = {"FLASH_ORIGIN": self.flash, "FLASH_LENGTH": self.flash_size}
        places |= {"RAM_ORIGIN": self.ram, "RAM_LENGTH": self.ram_size}
        symbols = (f"-Wl,--defsym={name}={value}" for name, value in places.items())
        sources = str(self.family.bare / "start.c"), str(BARE / "semihosting.c")
        return ("-nostdlib", "-T", str(BARE / "bare.ld"), *symbols, *sources)

    def emulating(self, program: Path) -> list[str]:
        """The command that runs a program, with the console at its standard input and output."""
        qemu = self.family.emulator
        return [
            *(qemu.program, "-machine", self.machine, "-display", "none", "-monitor", "none"),
            *("-serial", "none", "-semihosting-config", "enable=on,target=native"),
            *(*qemu.image, str(program)),
        ]


def _cortex_m(target: Target, machine: str, floats: Sequence[str], hz: int, **memory: int) -> Core:
    options = (f"-mcpu={target}", "-mthumb", *floats)
    return Core(cores.of(target), machine, options, hz, **memory)


_SOFT, _HARD = ("-mfloat-abi=soft",), ("-mfloat-abi=hard",)
CORES = {
    Target.CORTEX_M0: _cortex_m(Target.CORTEX_M0, "mps2-an385", _SOFT, 25_000_000),
    Target.CORTEX_M3: _cortex_m(Target.CORTEX_M3, "mps2-an385", _SOFT, 25_000_000),
    Target.CORTEX_M4: _cortex_m(
        Target.CORTEX_M4, "mps2-an386", ("-mfpu=fpv4-sp-d16", *_HARD), 25_000_000
    ),
    Target.CORTEX_M7: _cortex_m(
        Target.CORTEX_M7, "mps2-an500", ("-mfpu=fpv5-sp-d16", *_HARD), 25_000_000
    ),
    Target.CORTEX_M33: _cortex_m(
        Target.CORTEX_M33, "mps2-an505", _HARD, 20_000_000, flash=0x1000_0000, ram=0x3800_0000
    ),
    Target.CORTEX_M55: _cortex_m(
        *(Target.CORTEX_M55, "mps3-an547", _HARD, 32_000_000),
        flash_size=512 << 10,
        ram_size=512 << 10,
    ),
    Target.RISCV32: Core(
        *(cores.of(Target.RISCV32), "virt", ("-march=rv32imc", "-mabi=ilp32"), NANOSECONDS),
        flash=0x8000_0000,
        ram=0x8040_0000,
    ),
}
"""The emulated machine of each core; that of the Cortex-M3 stands in for a Cortex-M0's."""


@dataclass(frozen=True)
class Counted:
    """What one run took, and what it answered."""

    steps: tuple[int, ...]  # instructions of each step, within a few
    outputs: tuple[npt.NDArray[Any], ...]

    @property
    def total(self) -> int:
        """Instructions of the run."""
        return sum(self.steps)


@dataclass(frozen=True)
class Program:
    """A compiled model as a program of an emulated core."""

    compiled: Compiled
    folder: Path  # model.o is the model alone, program is all
    core: Core  # where it runs

    def run(self, given: Arrays, options: Sequence[str] = ()) -> list[Counted]:
        """Run it once for each input in ``given``, [runs, *shape] for each tensor.

        A model with state goes through them as one sequence. ``options`` are QEMU's. Raises
        ToolError when the emulator is missing, or the run fails.
        """
        runs = len(given[0]) if given else 1
        rows = (b"".join(array[run].tobytes() for array in given) for run in range(runs))
        content = runs.to_bytes(4, "little") + b"".join(rows)
        answer = _emulated(self.folder / "program", self.core, content, options)
        size = len(answer) // runs
        parts = (answer[run * size : (run + 1) * size] for run in range(runs))
        return [_parsed(self.compiled, self.core, part) for part in parts]


def count(compiled: Compiled, inputs: Arrays, options: Sequence[str] = ("-O2",)) -> Counted:
    """Run ``compiled`` once on the core that it was made for; ``options`` are the compiler's.

    On an AVR it is cycles that are counted, and the compiler has options of its own.

    A model with state is at its beginning. Raises ToolError when a compiler or the emulator is
    missing, or the run fails.
    """
    with tempfile.TemporaryDirectory(prefix="thimble-count-") as name:
        if compiled.unit.options.target is Target.AVR:
            ((run,),) = count_avr.run(Path(name), [compiled], [[one[np.newaxis] for one in inputs]])
            return Counted(run.steps, run.outputs)
        program = build(compiled, Path(name), options)
        (counted,) = program.run([array[np.newaxis] for array in inputs])
        return counted


def build(
    compiled: Compiled,
    folder: Path,
    options: Sequence[str] = ("-O2",),
    target: Target | None = None,
) -> Program:
    """Compile and link the program of ``compiled`` in ``folder``; raises ToolError.

    It is for the core that the model was compiled for, or for ``target``.
    """
    unit = compiled.unit
    target = target or unit.options.target
    core = CORES[target]
    for what, needed, there in (
        ("tables", unit.flash, core.flash_size),
        ("arena and state", unit.arena + unit.state, core.ram_size),
    ):
        if needed > there:
            raise ToolError(
                f"the model's {what} are {needed:,} bytes for {target}, the emulated "
                f"{core.machine} has {there:,}: leave this core out"
            )
    publish.files(folder, compiled.files())
    (folder / "main.c").write_text(main_text(compiled))
    compiler = command(target, options)
    words = [*compiler, "-std=c99", *core.including, "-include", "hook.h"]
    toolchain.run(
        [*words, "-c", f"{unit.name}.c", "-o", "model.o"],
        hooked(folder, compiled),
    )
    source = ["main.c", "model.o"]
    toolchain.run([*words, "-I", ".", *core.linking, *source, "-o", "program", "-lgcc"], folder)
    return Program(compiled, folder, core)


def command(target: Target, options: Sequence[str] = ("-O2",)) -> list[str]:
    """The compiler for a core."""
    core = CORES[target]
    return [core.family.toolchain.program("gcc"), *core.options, *options]


def hooked(folder: Path, compiled: Compiled) -> Path:
    """``folder``, with what stands in front of the C of ``compiled`` and calls count_after."""
    macro = compiled.unit.name.upper()
    (folder / "hook.h").write_text(
        "extern void count_after(int number);\n"
        f"#define {macro}_AFTER(number, output) count_after(number)\n"
    )
    return folder


def main_text(compiled: Compiled) -> str:
    """C that reads the runs, and for each the inputs, and writes the ticks and the outputs."""
    unit = compiled.unit
    name, outputs = unit.name, border.outputs(unit)
    reads = [
        f"fread({name}_{one.name}(&arena), 1, {one.tensor.bytes}, stdin);"
        for one in border.inputs(unit)
    ]
    writes = [
        f"fwrite({name}_{one.name}(&arena), 1, {one.tensor.bytes}, stdout);" for one in outputs
    ]
    run = f"{name}_run(&arena{', &state' if unit.state else ''});"
    if len(outputs) == 1:
        run = f"const void *answer = {run}"
        writes = [f"fwrite(answer, 1, {outputs[0].tensor.bytes}, stdout);"]
    between = "\n        "
    return f"""
#include <stdio.h>
#include "{name}.h"
#define STEPS {len(unit.program.steps)}
#include "ticks.h"
static {name}_arena arena;
{f"static {name}_state state;" if unit.state else ""}
int main(void)
{{
    uint32_t runs;

    fread(&runs, 1, sizeof runs, stdin);
    {f"{name}_reset(&state);" if unit.state else ""}
    while (runs-- > 0) {{
        {between.join(reads)}
        ticks_start();
        {run}
        ticks_stop();
        fwrite(ticks, 1, sizeof ticks, stdout);
        {between.join(writes)}
    }}
    return 0;
}}
"""


def _emulated(program: Path, core: Core, content: bytes, options: Sequence[str]) -> bytes:
    words = [*core.emulating(program), "-icount", f"shift={_SHIFT}", *options]
    try:
        done = subprocess.run(
            words,
            input=content,
            capture_output=True,
            check=False,
            timeout=_TIMEOUT,
            preexec_fn=children.TIED,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ToolError(f"{words[0]} cannot count this: {error}") from error
    if done.returncode:
        raise ToolError(f"the model ends with status {done.returncode} on {core.machine}")
    return done.stdout


def _parsed(compiled: Compiled, core: Core, answer: bytes) -> Counted:
    unit = compiled.unit
    marks = np.frombuffer(answer, "<i8", len(unit.program.steps) + 1)
    steps = np.diff(marks) * 1e9 / core.ticks_hz / (1 << _SHIFT)
    outputs, place = [], marks.nbytes
    for tensor in unit.network.outputs:
        outputs.append(np.frombuffer(answer, tensor.numpy, tensor.size, place))
        place += tensor.bytes
    shaped = zip(outputs, unit.network.outputs, strict=True)
    return Counted(
        tuple(round(step) for step in steps),
        tuple(array.reshape(tensor.shape) for array, tensor in shaped),
    )
