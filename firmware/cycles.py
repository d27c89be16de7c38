"""An estimate of Cortex-M4 cycles from executed instructions: not a measurement of a chip.

Each instruction takes what Arm's Cortex-M4 Technical Reference Manual (r0p1), 3.3.1 and 7.2.3, says
for memory without wait states; where the manual gives a range, the middle. A load right behind a
load is taken as pipelined, a branch as taken as often as the instruction behind it ran less often.
"""

import contextlib
import re
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from convert.compiler import toolchain
from firmware.build import SOURCE, Image
from firmware.device import Device
from firmware.emulate import emulate
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
    with tempfile.TemporaryDirectory(prefix="thimble-cycles-") as name:
        folder = Path(name)
        plugin = folder / "count.so"
        source = str(SOURCE / "plugin/count.c")
        toolchain.run(["cc", "-O2", "-shared", "-fPIC", source, "-o", str(plugin)], folder)
        few, many = (_counts(image, plugin, folder / str(n), n) for n in (1, 1 + _RUNS))
    places = _model_code(image)
    counts = {
        at: (count - few.get(at, 0)) / _RUNS
        for at, count in many.items()
        if any(at in place for place in places)
    }
    return round(cycles(_disassembly(image), counts))


def _counts(image: Image, plugin: Path, out: Path, runs: int) -> dict[int, int]:
    """Executed instructions by address, of a boot and ``runs`` inferences."""
    options = ("-plugin", f"{plugin},out={out}")
    with emulate(image.board, image.elf, options) as emulator:
        with contextlib.closing(emulator.connect()) as line:
            device = Device(line)
            device.hello()
            device.bench(runs)
        emulator.monitor("quit")
        emulator.process.wait(30)
    if not out.exists():
        raise ToolError("the emulator has counted nothing: is it built with plugins?")
    rows = (line.split() for line in out.read_text().splitlines())
    return {int(at, 16): int(count, 16) for at, count in rows}


def _model_code(image: Image) -> list[range]:
    """Where the functions of model.c lie: what waits on the line takes as long as the host does."""
    (compiled,) = (image.folder / "cmake").rglob("model.c.obj")
    names = {row[-1] for row in _symbols(compiled)}
    found = [(int(row[0], 16), int(row[1], 16)) for row in _symbols(image.elf) if row[-1] in names]
    return [range(start, start + size) for start, size in found]


def _symbols(path: Path) -> list[list[str]]:
    """Address, size, type and name of each function in an object or image."""
    words = ["arm-none-eabi-nm", "-S", str(path)]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    rows = (line.split() for line in done.stdout.splitlines())
    return [row for row in rows if len(row) == 4 and row[2] in "tT"]


def _disassembly(image: Image) -> str:
    words = ["arm-none-eabi-objdump", "-d", "--no-show-raw-insn", str(image.elf)]
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
