"""Count what a compiled model takes on a core, operator by operator, in an emulator.

No board and no firmware: the generated C, a start-up file and semihosting, so any model can be
counted, whatever its inputs and outputs are. QEMU's ``-icount`` lets each instruction take the same
time, which SysTick counts. Instructions are not cycles: the emulator has no pipeline.
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
from runtime.errors import ToolError

BARE = Path(__file__).with_name("bare")
_SHIFT = 3  # an instruction takes 2^shift ns of the emulator's time
_TIMEOUT = 600  # seconds

Arrays = Sequence[npt.NDArray[Any]]


@dataclass(frozen=True)
class Core:
    """A core in QEMU."""

    machine: str
    options: tuple[str, ...]  # of the compiler
    ticks_hz: int  # of SysTick
    flash: int = 0x0000_0000
    ram: int = 0x2000_0000


CORES = {
    Target.CORTEX_M0: Core("mps2-an385", ("-mfloat-abi=soft",), 25_000_000),
    Target.CORTEX_M3: Core("mps2-an385", ("-mfloat-abi=soft",), 25_000_000),
    Target.CORTEX_M4: Core("mps2-an386", ("-mfpu=fpv4-sp-d16", "-mfloat-abi=hard"), 25_000_000),
    Target.CORTEX_M7: Core("mps2-an500", ("-mfpu=fpv5-sp-d16", "-mfloat-abi=hard"), 25_000_000),
    Target.CORTEX_M33: Core(
        "mps2-an505", ("-mfloat-abi=hard",), 20_000_000, 0x1000_0000, 0x3800_0000
    ),
    Target.CORTEX_M55: Core("mps3-an547", ("-mfloat-abi=hard",), 32_000_000),
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


def count(compiled: Compiled, inputs: Arrays, options: Sequence[str] = ("-O2",)) -> Counted:
    """Run ``compiled`` once on the core that it was made for; ``options`` are the compiler's.

    A model with state is at its beginning. Raises ToolError when a compiler or the emulator is
    missing, or the run fails.
    """
    target = compiled.unit.options.target
    core = CORES[target]
    with tempfile.TemporaryDirectory(prefix="thimble-count-") as name:
        folder = Path(name)
        publish.files(folder, compiled.files())
        (folder / "main.c").write_text(_main(compiled))
        toolchain.run(
            [
                *("arm-none-eabi-gcc", f"-mcpu={target}", "-mthumb", *core.options, *options),
                *("-std=c99", "-ffreestanding", "-nostdlib", "-I", str(BARE), "-include", "hook.h"),
                *("-I", str(folder), "-T", str(BARE / "bare.ld")),
                *(f"-Wl,--defsym=FLASH_ORIGIN={core.flash}", f"-Wl,--defsym=RAM_ORIGIN={core.ram}"),
                *(str(BARE / "bare.c"), "main.c", f"{compiled.unit.name}.c"),
                *("-o", "program", "-lgcc"),
            ],
            _with_hook(folder, compiled),
        )
        return _parsed(compiled, core, _emulated(folder / "program", core, inputs))


def _with_hook(folder: Path, compiled: Compiled) -> Path:
    macro = compiled.unit.name.upper()
    (folder / "hook.h").write_text(
        "extern void count_after(int number);\n"
        f"#define {macro}_AFTER(number, output) count_after(number)\n"
    )
    return folder


def _main(compiled: Compiled) -> str:
    """C that reads the inputs, runs once, and writes the ticks behind each step and the outputs."""
    unit = compiled.unit
    name, outputs = unit.name, border.outputs(unit)
    state = ", &state" if unit.state else ""
    reads = "\n".join(
        f"    fread({name}_{one.name}(&arena), 1, {one.tensor.bytes}, stdin);"
        for one in border.inputs(unit)
    )
    writes = [
        f"    fwrite({name}_{one.name}(&arena), 1, {one.tensor.bytes}, stdout);" for one in outputs
    ]
    run = f"{name}_run(&arena{state});"
    if len(outputs) == 1:
        run = f"const void *answer = {run}"
        writes = [f"    fwrite(answer, 1, {outputs[0].tensor.bytes}, stdout);"]
    return f"""
#include <stdio.h>
#include "{name}.h"
#define SYST_CSR (*(volatile uint32_t *)0xe000e010u)
#define SYST_RVR (*(volatile uint32_t *)0xe000e014u)
#define SYST_CVR (*(volatile uint32_t *)0xe000e018u)
static uint32_t ticks[{len(unit.program.steps) + 1}];
static {name}_arena arena;
{f"static {name}_state state;" if unit.state else ""}
void count_after(int number)
{{
    ticks[number + 1] = SYST_CVR;
}}
int main(void)
{{
{reads}
    {f"{name}_reset(&state);" if unit.state else ""}
    SYST_RVR = 0xffffffu;
    SYST_CVR = 0;
    SYST_CSR = 5; /* the core's clock, no interrupt */
    ticks[0] = SYST_CVR;
    {run}
    fwrite(ticks, 1, sizeof ticks, stdout);
{chr(10).join(writes)}
    return 0;
}}
"""


def _emulated(program: Path, core: Core, inputs: Arrays) -> bytes:
    words = [
        *("qemu-system-arm", "-machine", core.machine, "-display", "none", "-monitor", "none"),
        *("-icount", f"shift={_SHIFT}", "-serial", "none", "-kernel", str(program)),
        *("-semihosting-config", "enable=on,target=native"),
    ]
    given = b"".join(array.tobytes() for array in inputs)
    try:
        done = subprocess.run(
            words, input=given, capture_output=True, check=False, timeout=_TIMEOUT
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ToolError(f"qemu-system-arm cannot count this: {error}") from error
    if done.returncode:
        raise ToolError(f"the model ends with status {done.returncode} on {core.machine}")
    return done.stdout


def _parsed(compiled: Compiled, core: Core, answer: bytes) -> Counted:
    unit = compiled.unit
    marks = np.frombuffer(answer, "<u4", len(unit.program.steps) + 1).astype(np.int64)
    ticks = (marks[:-1] - marks[1:]) % (1 << 24)  # SysTick counts down
    steps = ticks * 1e9 / core.ticks_hz / (1 << _SHIFT)
    outputs, place = [], marks.nbytes // 2
    for tensor in unit.network.outputs:
        outputs.append(np.frombuffer(answer, tensor.numpy, tensor.size, place))
        place += tensor.bytes
    shaped = zip(outputs, unit.network.outputs, strict=True)
    return Counted(
        tuple(round(step) for step in steps),
        tuple(array.reshape(tensor.shape) for array, tensor in shaped),
    )
