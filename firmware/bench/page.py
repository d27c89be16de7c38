"""The counts for people: bench/README.md, and the tables that the command prints."""

import subprocess
from collections.abc import Mapping, Sequence

from convert.compiler.arithmetic.match import Match
from firmware import boards, cores
from firmware.bench import networks, presets
from firmware.bench.peers import TFLM
from firmware.bench.presets import Row
from firmware.cores import Family
from runtime import console

_REASONS = """\
Per MAC, `base` takes the fewest. The first convolution, which lays out each window anew for only
4 to 14 filters instead of 16, has a larger share of the smaller presets (of `nano` on a Cortex-M4
59 % of the instructions, of `base` 24 %), and so has requantization. `--match ref` and `tflm`
round twice in 64-bit fixed point instead of once in 32 bits, and `ref` computes dense layers in
double precision, which these cores do in software. `size` takes more than `speed` where the
larger tables of Winograd's transform are what makes `speed` fast.

Tables, code, arena and stack (used / predicted) are bytes; code is the whole firmware's."""
"""Why some rows take more instructions per MAC than others."""
_NETWORKS = """\
Public architectures with random weights (`python -m convert.networks`), `--match xnnpack`, without
firmware: code and stack are the network's alone, as compiled with -O2, and tables all its
constants. The figures of TensorFlow Lite Micro with CMSIS-NN are not measured by this program;
they are of the same structure in the same emulator. Estimated instructions are the compiler's, by
which it chose the kernels. Differing: bytes of all outputs that are not the runtime's.

With `size`, layers behind each other run in bands of rows where each such chain saves 2 KB of the
arena, and all of them an eighth of it: what lies between them never exists whole. A chain takes
some hundred bytes of flash, for structs and calls, and hardly any more instructions."""


def document(rows: Sequence[Row], counted: Sequence[networks.Row], tools: Mapping[str, str]) -> str:
    """All counts for people, in Markdown."""
    parts = ["# Instructions of an inference", "Made by `python -m firmware.bench`."]
    parts += [_REASONS] if rows else []
    for match in Match:
        if any(row.match == match for row in rows):
            parts += [f"## --match {match}", table(rows, match)]
    if counted:
        parts += ["## Networks that everyone measures", _NETWORKS, network_table(counted)]
    return "\n\n".join([*parts, "; ".join(dict.fromkeys(tools.values()))]) + "\n"


def table(rows: Sequence[Row], match: Match = Match.XNNPACK) -> str:
    """The counts of one --match, beside TensorFlow Lite Micro's where they are known."""
    header = (
        "core", "model", "optimize", "instructions", "per MAC", "TFLM + CMSIS-NN",
        "cycles, estimated", "tables", "code", "arena", "stack",
    )  # fmt: skip
    cells = []
    for row in rows:
        if row.match != match:
            continue
        known = row.model == "base" and match is Match.XNNPACK
        mark = TFLM.get(row.target) if known else None
        cells.append(
            (
                row.target,
                row.model,
                row.optimize,
                f"{row.instructions:,}",
                f"{row.instructions / row.macs:.2f}",
                f"{mark:,}" if mark else "",
                f"{row.cycles:,}" if row.cycles else "",
                f"{row.tables:,}",
                f"{row.code:,}",
                f"{row.arena:,}",
                f"{row.stack_used} / {row.stack}",
            )
        )
    return console.table(header, cells)


def network_table(rows: Sequence[networks.Row]) -> str:
    """A line for each network, core and way to optimize."""
    header = (
        "network", "core", "optimize", "instructions", "per MAC", "TFLM + CMSIS-NN", "estimated",
        "cycles, estimated", "tables", "code", "arena", "TFLM's arena", "stack", "differing",
    )  # fmt: skip
    cells = [
        (
            row.network,
            row.target,
            row.optimize,
            f"{row.instructions:,}",
            f"{row.instructions / row.macs:.2f}" if row.macs else "",
            _number(row.peer.instructions if row.peer else None),
            f"{row.estimate:,}",
            _number(row.cycles),
            f"{row.tables:,}",
            f"{row.code:,}",
            f"{row.arena:,}",
            _number(row.peer.arena if row.peer else None),
            f"{row.stack:,}",
            f"{row.differing:,} {console.MARK}" if row.differing else "0",
        )
        for row in rows
    ]
    return console.table(header, cells)


def layer_table(row: networks.Row) -> str:
    """A line for each operator of a network on a core."""
    header = ("operator", "shapes", "kernel", "MACs", "instructions", "estimated", "per MAC")
    cells = [
        (
            layer.operator,
            layer.shapes,
            layer.kernel,
            f"{layer.macs:,}",
            f"{layer.instructions:,}",
            f"{layer.estimate:,}",
            f"{layer.instructions / layer.macs:.2f}" if layer.macs else "",
        )
        for layer in row.layers
    ]
    title = f"{row.network} on {row.target} (--match {row.match} --optimize {row.optimize})"
    return f"{title}:\n\n{console.table(header, cells)}"


def _number(value: int | None) -> str:
    return "" if value is None else f"{value:,}"


def _of(family: Family) -> tuple[str, str]:
    return family.toolchain.program("gcc"), family.emulator.program


def versions() -> dict[str, str]:
    """First lines of what the compilers and the emulators say of themselves."""
    found = {}
    counted = {boards.find(name).family.name for name in presets.BOARDS}
    families = [family for family in cores.families() if family.name in counted]
    for tool in (tool for family in families for tool in _of(family)):
        done = subprocess.run([tool, "--version"], capture_output=True, text=True, check=True)
        found[tool] = done.stdout.splitlines()[0]
    return found
