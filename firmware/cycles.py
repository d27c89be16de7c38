"""An estimate of Cortex-M4 cycles from executed instructions: not a measurement of a chip.

Each instruction takes what Arm's Cortex-M4 Technical Reference Manual (r0p1), 3.3.1 and 7.2.3, says
for memory without wait states; where the manual gives a range, the middle. A load right behind a
load is taken as pipelined, a branch as taken as often as the instruction behind it ran less often.
"""

import contextlib
import re
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from convert.compiler import toolchain
from firmware.build import Image
from firmware.count import Arrays, Program
from firmware.device import Device
from firmware.emulate import emulate
from firmware.tools import SOURCE
from runtime.errors import ToolError

_RUNS = 4
_LINE = re.compile(r"^\s*([0-9a-f]+):\t([a-z0-9.]+)\s*(.*)$")
_REFILL = 2  # cycles that a taken branch adds; 1 to 3
_LOAD = re.compile(r"ldr(b|h|sb|sh)?$|vldr$")
_STORE = re.compile(r"str(b|h)?$|vstr$")
_FIXED = {"udiv": 7, "sdiv": 7, "mla": 2, "mls": 2, "vdiv": 14, "vsqrt": 14, "vmla": 3}

Counts = Mapping[int, float]


def estimate(image: Image) -> int:
    """Cycles of an inference of ``image``, which is for a Cortex-M4 with its flash at 0.

    Raises ToolError when a compiler for this machine, or QEMU's plugins, are missing.
    """
    with _plugin() as plugin:
        few, many = (_of_image(image, plugin, n) for n in (1, 1 + _RUNS))
    (compiled,) = (image.folder / "cmake").rglob("model.c.obj")
    counts = {at: (count - few.get(at, 0)) / _RUNS for at, count in many.items()}
    return _estimated(image.elf, compiled, counts)


def estimate_program(program: Program, given: Arrays) -> int:
    """Like ``estimate``, of a program without firmware: the mean of a run over ``given``."""
    with _plugin() as plugin:
        out = plugin.with_name("counts")
        runs = len(program.run(given, _options(plugin, out)))
        counts = {at: count / runs for at, count in _counts(out).items()}
    return _estimated(program.folder / "program", program.folder / "model.o", counts)


@contextlib.contextmanager
def _plugin() -> Iterator[Path]:
    """QEMU's plugin, built; its folder is for what it writes."""
    with tempfile.TemporaryDirectory(prefix="thimble-cycles-") as name:
        plugin = Path(name) / "count.so"
        source = str(SOURCE / "plugin/count.c")
        toolchain.run(["cc", "-O2", "-shared", "-fPIC", source, "-o", str(plugin)], plugin.parent)
        yield plugin


def _options(plugin: Path, out: Path) -> tuple[str, str]:
    return ("-plugin", f"{plugin},out={out}")


def _of_image(image: Image, plugin: Path, runs: int) -> dict[int, int]:
    """Executed instructions by address, of a boot and ``runs`` inferences."""
    out = plugin.with_name(str(runs))
    with emulate(image.board, image.elf, _options(plugin, out)) as emulator:
        with contextlib.closing(emulator.connect()) as line:
            device = Device(line)
            device.hello()
            device.bench(runs)
        emulator.monitor("quit")
        emulator.process.wait(30)
    return _counts(out)


def _counts(out: Path) -> dict[int, int]:
    """What the plugin wrote: executed instructions by address."""
    if not out.exists():
        raise ToolError("the emulator has counted nothing: is it built with plugins?")
    rows = (line.split() for line in out.read_text().splitlines())
    return {int(at, 16): int(count, 16) for at, count in rows}


def _estimated(elf: Path, compiled: Path, counts: Counts) -> int:
    """Cycles of the model's own functions: what waits on a line takes as long as the host does."""
    places = _model_code(elf, compiled)
    kept = {at: count for at, count in counts.items() if any(at in place for place in places)}
    return round(cycles(_disassembly(elf), kept))


def _model_code(elf: Path, compiled: Path) -> list[range]:
    """Where the functions of the object ``compiled`` lie in ``elf``."""
    names = {row[-1] for row in _symbols(compiled)}
    found = [(int(row[0], 16), int(row[1], 16)) for row in _symbols(elf) if row[-1] in names]
    return [range(start, start + size) for start, size in found]


def _symbols(path: Path) -> list[list[str]]:
    """Address, size, type and name of each function in an object or image."""
    words = ["arm-none-eabi-nm", "-S", str(path)]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    rows = (line.split() for line in done.stdout.splitlines())
    return [row for row in rows if len(row) == 4 and row[2] in "tT"]


def _disassembly(elf: Path) -> str:
    words = ["arm-none-eabi-objdump", "-d", "--no-show-raw-insn", str(elf)]
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout


def cycles(disassembly: str, counts: Counts) -> float:
    """The sum over all instructions in ``disassembly`` of their count times their cycles."""
    found = (_LINE.match(line) for line in disassembly.splitlines())
    rows = [(int(m[1], 16), m[2], m[3]) for m in found if m]
    total, before = 0.0, ""
    for (at, mnemonic, operands), (following, *_) in zip(
        rows, [*rows[1:], (0, "", "")], strict=True
    ):
        count = counts.get(at, 0)
        if count:
            rest = 0 if _always(mnemonic, operands) else counts.get(following, 0)
            taken = max(0.0, count - rest)
            total += count * _cycles(mnemonic, operands, before) + taken * _branch(
                mnemonic, operands
            )
        before = mnemonic
    return total


def _cycles(mnemonic: str, operands: str, before: str) -> int:
    """Cycles of an instruction, a branch not taken."""
    name = mnemonic.split(".", maxsplit=1)[0]
    if _LOAD.match(name):
        return 1 if _LOAD.match(before.split(".", maxsplit=1)[0]) else 2
    if _STORE.match(name):
        return 1  # into the write buffer
    if name in ("ldrd", "strd"):
        return 3
    if name.startswith(("ldm", "stm", "push", "pop", "vpush", "vpop", "vldm", "vstm")):
        return 1 + _registers(operands)
    return _FIXED.get(name, 1)


def _always(mnemonic: str, operands: str) -> bool:
    """Whether an instruction leaves for somewhere else every time."""
    name = mnemonic.split(".", maxsplit=1)[0]
    return name in ("b", "bl", "bx", "blx") or "pc}" in operands


def _branch(mnemonic: str, operands: str) -> int:
    name = mnemonic.split(".", maxsplit=1)[0]
    branches = name.startswith("b") and not name.startswith(("bic", "bfi", "bfc", "bkpt"))
    return _REFILL if branches or name in ("cbz", "cbnz") or "pc}" in operands else 0


def _registers(operands: str) -> int:
    """How many registers a list in braces names."""
    listed = re.search(r"\{(.*)\}", operands)
    count = 0
    for part in listed[1].split(",") if listed else ():
        ends = [int(number) for number in re.findall(r"[rsd](\d+)", part)]
        count += ends[1] - ends[0] + 1 if len(ends) == 2 else 1
    return count
