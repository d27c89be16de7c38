"""Runs generated C on cores with little memory: an ATmega1284P, and a bare RV32IMAC, emulated.

An ``int`` of the first has 16 bits. Inputs lie in flash, outputs come over the UART as hexadecimal.
Models of one image take turns in one arena. On the AVR, constants lie in RAM as well.
"""

import re
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from convert.compiler.build import Compiled
from convert.compiler.emit import border, kernels
from firmware.count import BARE
from tests.compiler import harness

UART = Path(__file__).with_name("uart")
TIMEOUT = 30  # s, of an image's run

MAIN = """
#include "uart.h"
{includes}

static int32_t memory[{words}];

/* The arena, with a pattern in it and behind it. */
static void *fresh(void)
{{
    for (uint16_t i = 0; i < {words}; i++)
        memory[i] = 0x5a5a5a5a;
    return memory;
}}

/* Whether what lies behind the arena of `size` bytes is as it was. */
static uint8_t kept(uint16_t size)
{{
    for (uint16_t i = size / 4; i < {words}; i++)
        if (memory[i] != 0x5a5a5a5a)
            return 0;
    return 1;
}}

static void read(void *to, const uint8_t *from, uint16_t size)
{{
    for (uint16_t i = 0; i < size; i++)
        ((uint8_t *)to)[i] = FLASH_BYTE(from + i);
}}
{functions}
int main(void)
{{
    begin();
{calls}
    end();
}}
"""
FUNCTION = """
{inputs}

static void run_{name}(void)
{{
    {name}_arena *arena = fresh();
{state}    uint8_t status = {name}_self_test(arena{pass});

    hex(&status, 1);
    fresh();
    for (uint16_t i = 0; i < {count}; i++) {{
{reads}
{run}
{writes}
    }}
    status = kept(sizeof *arena);
    hex(&status, 1);
    put('.');
}}
"""


@dataclass(frozen=True)
class Core:
    """An emulated core, and what an image for it may take."""

    compiler: Sequence[str | Path]
    libraries: Sequence[str]
    emulator: Sequence[str]  # with the image's path behind it
    ram: int  # bytes for arena, and constants where those lie in RAM
    flash: int  # bytes of inputs in an image
    constants: bool  # whether constants lie in RAM
    models: int = 1_000  # in an image, beside which their code fits


AVR = Core(
    ("avr-gcc", "-mmcu=atmega1284p", "-Os", *harness.WARNINGS, "-I", UART),
    (),
    ("simavr", "-m", "atmega1284p", "-f", "16000000"),
    ram=13_500,  # of 16 KB: the rest is for the stack and the program's strings
    flash=48_000,  # inputs are read by 16-bit addresses
    constants=True,
    models=8,  # of at most 10 KB each, in 128 KB with the inputs
)
MEGA = Core(
    ("avr-gcc", "-mmcu=atmega2560", "-Os", *harness.WARNINGS, "-I", UART),
    (),
    ("simavr", "-m", "atmega2560", "-f", "16000000"),
    ram=6_500,  # of 8 KB
    flash=48_000,
    constants=True,
)
HOST = Core(
    ("gcc", "-O2", *harness.WARNINGS, *harness.SANITIZERS, "-I", UART),
    (),
    (),
    ram=60_000,
    flash=1_000_000,
    constants=False,
)
RV32 = Core(
    (
        *("riscv64-unknown-elf-gcc", "-march=rv32imac", "-mabi=ilp32", "-Os"),
        *("-msmall-data-limit=0", *harness.WARNINGS, "-ffreestanding", "-nostdlib"),
        *("-I", UART, "-T", BARE / "bare.ld", "-Wl,--defsym=FLASH_ORIGIN=0x80000000"),
        "-Wl,--defsym=RAM_ORIGIN=0x80080000",
    ),
    ("-lgcc",),
    (
        *("qemu-system-riscv32", "-machine", "virt", "-nographic", "-monitor", "none"),
        *("-serial", "stdio", "-bios", "none", "-kernel"),
    ),
    ram=60_000,
    flash=150_000,
    constants=False,
)


@dataclass(frozen=True)
class Job:
    """A model with inputs, and what the runtime answers: arrays [count, *shape]."""

    about: tuple[object, ...]  # for who reads of a failure
    compiled: Compiled
    inputs: Sequence[np.ndarray]
    expected: Sequence[np.ndarray]

    def ram(self, core: Core) -> int:
        """Bytes that it takes but for the arena: states, and constants where those lie in RAM."""
        unit = self.compiled.unit
        golden = sum(a.nbytes for vector in unit.golden for a in vector if a.size <= 256)
        constants = unit.flash + golden + 120 * (1 + len(unit.program.steps))
        return unit.state + constants * core.constants

    @property
    def flash(self) -> int:
        """Bytes of inputs."""
        return sum(one.nbytes for one in self.inputs)

    def fits(self, core: Core) -> bool:
        """Whether an image can hold it."""
        alone = self.compiled.unit.arena + self.ram(core)
        return alone <= core.ram and self.flash <= core.flash


def needs_double(compiled: Compiled) -> bool:
    """Whether the C computes in double precision."""
    unit = compiled.unit
    names = [name for step in unit.program.steps for name in step.kernels]
    files = kernels.needed(names, unit.match, unit.options.kernels)
    return "double" in [kernel.name for kernel in files]


def images(core: Core, jobs: Iterable[Job]) -> Iterator[list[Job]]:
    """The jobs in groups that one image can hold each."""
    group: list[Job] = []
    for job in jobs:
        grown = [*group, job]
        ram = sum(one.ram(core) for one in grown) + max(one.compiled.unit.arena for one in grown)
        flash = sum(one.flash for one in grown)
        if group and (ram > core.ram or flash > core.flash or len(grown) > core.models):
            yield group
            grown = [job]
        group = grown
    if group:
        yield group


def check(core: Core, folder: Path, jobs: Sequence[Job]) -> None:
    """Every job's answers are the runtime's to the byte, and its self-test passes."""

    def one(numbered: tuple[int, list[Job]]) -> None:
        number, group = numbered
        place = folder / f"image{number}"
        place.mkdir(parents=True)
        _judge(group, run(core, _build(core, place, group)))

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(one, enumerate(images(core, jobs))))


def _judge(jobs: Sequence[Job], lines: Sequence[str]) -> None:
    assert len(lines) == len(jobs), ([job.about for job in jobs], lines[-1:])
    for job, line in zip(jobs, lines, strict=True):
        answer = bytes.fromhex(line)
        expected = b"".join(one.tobytes() for row in zip(*job.expected, strict=True) for one in row)
        assert answer[0] == 0, (job.about, "self-test", answer[0])
        assert answer[-1] == 1, (job.about, "wrote behind the arena")
        found = np.frombuffer(answer[1:-1], np.uint8)
        wanted = np.frombuffer(expected, np.uint8)
        assert found.shape == wanted.shape, job.about
        assert not (found != wanted).any(), (job.about, int((found != wanted).sum()), wanted.size)


def _build(core: Core, folder: Path, jobs: Sequence[Job]) -> Path:
    """The image."""
    for job in jobs:
        write(folder, job.compiled)
    names = [job.compiled.unit.name for job in jobs]
    text = MAIN.format(
        includes="\n".join(f'#include "{name}.h"' for name in names),
        words=max(job.compiled.unit.arena for job in jobs) // 4 + 16,
        functions="\n".join(map(_function, jobs)),
        calls="\n".join(f"    run_{name}();" for name in names),
    )
    return link(core, folder, text, [folder / f"{name}.c" for name in names])


def link(core: Core, folder: Path, main: str, sources: Sequence[Path] = ()) -> Path:
    """The image of a ``main`` that uses uart.h; the compiler's words are the failure's."""
    (folder / "main.c").write_text(main)
    words = [UART / "uart.c", folder / "main.c", *sources, "-o", folder / "image.elf"]
    command = [*core.compiler, *words, *core.libraries]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return folder / "image.elf"


def write(folder: Path, compiled: Compiled) -> None:
    """Put the generated files there."""
    for name, content in compiled.files().items():
        (folder / name).write_bytes(content)


def _function(job: Job) -> str:
    """C that runs the self-test, then the model on its inputs."""
    unit = job.compiled.unit
    name, count = unit.name, len(job.inputs[0])
    passed = ", &state" if unit.state else ""
    arrays, reads = [], []
    for one, values in zip(border.inputs(unit), job.inputs, strict=True):
        array, size = f"{name}_given_{one.name}", one.tensor.bytes
        listed = ", ".join(str(byte) for byte in values.tobytes())
        arrays.append(f"static const uint8_t {array}[{values.nbytes}] IN_FLASH = {{{listed}}};")
        reads.append(f"        read({name}_{one.name}(arena), {array} + {size} * i, {size});")
    outputs = border.outputs(unit)
    run = f"        {name}_run(arena{passed});"
    writes = [f"        hex({name}_{one.name}(arena), {one.tensor.bytes});" for one in outputs]
    if len(outputs) == 1:
        run = f"        const void *answer = {name}_run(arena{passed});"
        writes = [f"        hex(answer, {outputs[0].tensor.bytes});"]
    return FUNCTION.format(
        name=name,
        inputs="\n".join(arrays),
        state=f"    static {name}_state state;\n" if unit.state else "",
        count=count,
        reads="\n".join(reads),
        run=run,
        writes="\n".join(writes),
        **{"pass": passed},
    )


def run(core: Core, image: Path) -> list[str]:
    """What is said over the UART, between full stops; simavr adds colours and lines of its own."""
    done = subprocess.run(
        [*core.emulator, image],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        check=False,
    )
    said = re.sub(r"\x1b\[\d+m|\s", "", done.stdout + done.stderr)
    found = re.search(r"begin\.((?:[0-9a-f]+\.)*)end\.", said)
    assert found, (said[:200], said[-200:])
    return found[1].split(".")[:-1]
