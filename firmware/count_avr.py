"""Run compiled models on an AVR, and count their cycles, in simavr.

An ATmega2560 without firmware: inputs lie in flash beside the models, answers and cycles come out
of its serial port. simavr knows how long each instruction takes, so these are the chip's cycles.
"""

import re
import subprocess
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
from runtime import children
from runtime.errors import ToolError

BARE = Path(__file__).with_name("bare")
CHIP = "atmega2560"
OPTIONS = ("-O2", "-std=gnu99", "-Wall", "-Waddr-space-convert", "-Werror")
RAM = 8192 - 1024
"""Bytes for an arena and a state; the rest is for the stack."""
FLASH = 256 << 10
_TIMEOUT = 120  # seconds
_HZ = "16000000"
_LINE = re.compile(r"\x1b\[32m([0-9a-f]+)\.")
_GUARD = 16  # bytes in front of and behind the arena that nothing may write

Arrays = Sequence[npt.NDArray[Any]]


@dataclass(frozen=True)
class Run:
    """What one run of a model took, and what it answered."""

    steps: tuple[int, ...]  # cycles
    outputs: tuple[npt.NDArray[Any], ...]


def fits(compiled: Compiled) -> bool:
    """Whether its arena and state fit the chip that it is counted on."""
    return compiled.unit.arena + compiled.unit.state <= RAM


def run(folder: Path, compiled: Sequence[Compiled], inputs: Sequence[Arrays]) -> list[list[Run]]:
    """Each model run on its inputs [runs, *shape], in turn; states go through them as a sequence.

    Models have different names. Raises ToolError when a compiler or the emulator is missing, a
    self-test fails, or anything outside of an arena is written.
    """
    for one in compiled:
        if not fits(one):
            raise ToolError(
                f"the model's arena and state are {one.unit.arena + one.unit.state:,} bytes, the "
                f"emulated {CHIP} has {RAM:,} for them: leave this core out"
            )
    answer = _emulated(_build(folder, compiled, inputs))
    length = sum(
        1 + len(given[0]) * _size(one) for one, given in zip(compiled, inputs, strict=True)
    )
    if len(answer) < length:
        raise ToolError(f"a program of {', '.join(c.unit.name for c in compiled)} does not end")
    found, place = [], 0
    for one, given in zip(compiled, inputs, strict=True):
        runs = []
        if answer[place]:
            raise ToolError(f"{one.unit.name} fails its self-test with status {answer[place]}")
        place += 1
        for _ in range(len(given[0])):
            taken, place = _parsed(one, answer, place)
            runs.append(taken)
        found.append(runs)
    return found


def _build(folder: Path, compiled: Sequence[Compiled], inputs: Sequence[Arrays]) -> Path:
    for one in compiled:
        publish.files(folder, one.files())
        macro = one.unit.name.upper()
        hook = f"#define {macro}_AFTER(number, output) count_after(number)\n"
        (folder / f"{one.unit.name}_hook.h").write_text(f"void count_after(int number);\n{hook}")
    (folder / "main.c").write_text(_main(compiled, inputs))
    words = ["avr-gcc", f"-mmcu={CHIP}", *OPTIONS]
    for one in compiled:
        name = one.unit.name
        toolchain.run(
            [*words, "-include", f"{name}_hook.h", "-c", f"{name}.c", "-o", f"{name}.o"], folder
        )
    objects = [f"{one.unit.name}.o" for one in compiled]
    toolchain.run(
        [*words, "-I", str(BARE), "-I", ".", "main.c", *objects, "-o", "program.elf"], folder
    )
    return folder / "program.elf"


def _main(compiled: Sequence[Compiled], inputs: Sequence[Arrays]) -> str:
    """C that runs each model on its inputs, which are tables of it, and writes what comes out."""
    most = max(len(one.unit.program.steps) for one in compiled)
    arena = max(one.unit.arena for one in compiled)
    state = max(one.unit.state for one in compiled)
    includes = "\n".join(f'#include "{one.unit.name}.h"' for one in compiled)
    pairs = list(zip(compiled, inputs, strict=True))
    tables = "\n".join(_tables(*pair) for pair in pairs)
    runs = "\n".join(_runs(*pair) for pair in pairs)
    return f"""
#include "avr.h"
{includes}
static uint32_t marks[{most + 1}];
static union {{ int32_t alignment; uint8_t bytes[{arena + 2 * _GUARD}]; }} memory;
static union {{ int32_t alignment; uint8_t bytes[{max(state, 4)}]; }} state;
void count_after(int number);
void count_after(int number)
{{
    marks[number + 1] = cycles();
}}
{tables}
static void fill(uint32_t size)
{{
    for (uint32_t i = 0; i < size + {2 * _GUARD}; i++)
        memory.bytes[i] = 0x5a;
}}
static void check(uint32_t size, uint8_t status)
{{
    for (uint32_t i = 0; i < {_GUARD}; i++)
        if (memory.bytes[i] != 0x5a || memory.bytes[size + {_GUARD} + i] != 0x5a)
            status = 9;
    put(status);
}}
int main(void)
{{
    start();
    (void)state;
{runs}
    finish();
}}
"""


def _tables(one: Compiled, given: Arrays) -> str:
    """The inputs of a model, run by run."""
    runs = range(len(given[0]))
    content = b"".join(array[run].tobytes() for run in runs for array in given)
    listed = ", ".join(map(str, content)) or "0"
    return f"static const __flash uint8_t {one.unit.name}_given[] = {{{listed}}};"


def _runs(one: Compiled, given: Arrays) -> str:
    unit = one.unit
    name, outputs = unit.name, border.outputs(unit)
    passed = ", at_state" if unit.state else ""
    fills = "".join(
        f"""
            for (uint32_t i = 0; i < {i.tensor.bytes}; i++)
                ((uint8_t *){name}_{i.name}(at))[i] = *from++;"""
        for i in border.inputs(unit)
    )
    call = f"{name}_run(at{passed});"
    writes = [f"put_bytes({name}_{o.name}(at), {o.tensor.bytes});" for o in outputs]
    if len(outputs) == 1:
        call = f"const void *answer = {call}"
        writes = [f"put_bytes(answer, {outputs[0].tensor.bytes});"]
    state = f"{name}_state *at_state = (void *)state.bytes;" if unit.state else ""
    return f"""
    {{
        {name}_arena *at = (void *)(memory.bytes + {_GUARD});
        {state}
        const __flash uint8_t *from = {name}_given;

        fill({unit.arena});
        check({unit.arena}, (uint8_t){name}_self_test(at{passed}));
        for (uint16_t run = 0; run < {len(given[0])}; run++) {{
            {fills}
            marks[0] = cycles();
            {call}
            put_bytes(marks, {4 * (len(unit.program.steps) + 1)});
            {" ".join(writes)}
            check({unit.arena}, 0);
        }}
    }}"""


def _emulated(program: Path) -> bytes:
    words = ["simavr", "-m", CHIP, "-f", _HZ, str(program)]
    try:
        done = subprocess.run(
            words, capture_output=True, check=False, timeout=_TIMEOUT, preexec_fn=children.TIED
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ToolError(f"simavr cannot run this: {error}") from error
    return bytes.fromhex("".join(_LINE.findall(done.stderr.decode("ascii", "replace"))))


def _size(compiled: Compiled) -> int:
    """Bytes that are written of a run."""
    unit = compiled.unit
    return 4 * len(unit.program.steps) + 5 + sum(tensor.bytes for tensor in unit.network.outputs)


def _parsed(compiled: Compiled, answer: bytes, place: int) -> tuple[Run, int]:
    """The run that begins at ``place`` of the answer, and where the next one does."""
    unit = compiled.unit
    marks = np.frombuffer(answer, "<u4", len(unit.program.steps) + 1, place)
    place += marks.nbytes
    outputs = []
    for tensor in unit.network.outputs:
        array = np.frombuffer(answer, tensor.numpy, tensor.size, place)
        outputs.append(array.reshape(tensor.shape))
        place += tensor.bytes
    if answer[place]:
        raise ToolError(f"{unit.name} writes outside of its arena")
    steps = tuple(int(taken) for taken in np.diff(marks))  # modulo 2^32, as the counter is
    return Run(steps, tuple(outputs)), place + 1
