"""Build the firmware around a model for a board: ``python -m firmware.build --board microbit``.

Compiles the model to C, checks that it fits before anything is built, builds with CMake and the
core's GCC, and measures flash, RAM and stack against what was predicted. Needs cmake, ninja and,
for an Arm core, arm-none-eabi-gcc.
"""

import argparse
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from convert import footprint, publish
from convert.compiler import toolchain
from convert.compiler.arithmetic.match import Match
from convert.compiler.targets.options import Optimize, Options, Target
from convert.footprint import Need
from firmware import avr_stack, boards, deployment, uf2
from firmware.boards import Board
from firmware.cores import Family, Toolchain
from firmware.deployment import Deployment
from firmware.device import BOOT
from runtime import classifier, console
from runtime.errors import ModelError, ToolError

SOURCE = Path(__file__).parent
OUT = Path("build/firmware")
_PER_MAC, _SLOWEST = 10, 4e6  # instructions at most, and in a second at least
HELPER = 32
"""Bytes of stack, at most, for a function of the compiler's own library, such as a 64-bit shift."""

_PACKAGES = {"cmake": "cmake", "ninja": "ninja-build"}
_NO_NINJA, _NO_COMPILER = "unable to find a build program", "was not found in the PATH"
"""What CMake says when it does not find a tool."""


@dataclass(frozen=True)
class Image:
    """A firmware image, and what it costs in bytes."""

    board: Board
    deployment: Deployment
    folder: Path  # holds firmware.elf, .bin, .hex; .uf2 where the board takes one
    predicted: Need
    flash: int
    ram: int  # with the whole stack
    stack: int  # of the deepest chain of calls, with an interrupt on top

    @property
    def elf(self) -> Path:
        """The image with its symbols."""
        return self.folder / "firmware.elf"

    @property
    def boot_seconds(self) -> float:
        """How long it may take to greet, for it runs the network twice before."""
        steps = self.deployment.compiled.unit.program.steps
        work = sum(max(step.instructions, _PER_MAC * step.macs) for step in steps)
        return BOOT + 2 * work / _SLOWEST

    @property
    def tables(self) -> int:
        """Bytes of the model's constant tables in flash."""
        return self.deployment.compiled.unit.program.flash


def build(
    board: Board, deployed: Deployment, out: Path = OUT, options: Sequence[str] = ()
) -> Image:
    """Build for ``board`` into a folder of its own in ``out``; ``options`` go to CMake.

    Raises ToolError when the model does not fit, a tool is missing or the build fails.
    """
    needed = boards.need(board, deployed.compiled)
    if lacking := boards.shortage(board, needed):
        fitting = ", ".join(one.name for one in bundled(board, deployed.options)) or "none"
        raise ToolError(
            f"{deployed.name} does not fit on {board.name}: {lacking}; these fit: {fitting}"
        )
    folder = out.resolve() / f"{board.name}-{deployed.label}"
    generated, tree = folder / "generated", folder / "cmake"
    publish.files(generated, deployed.files())
    settings = [f"-DMODEL_DIR={generated}", f"-DSTACK_SIZE={board.stack}", *options]
    tools = board.family.toolchain
    _run(["cmake", "--preset", board.name, "-B", str(tree), *settings], tools)
    _run(["cmake", "--build", str(tree)], tools)
    products = {name: (tree / name).read_bytes() for name in _products()}
    if "uf2" in board.flash_with:
        products["firmware.uf2"] = uf2.from_hex(products["firmware.hex"].decode())
    publish.files(folder, products)
    return _measured(Image(board, deployed, folder, needed, 0, 0, 0), tree)


def _products() -> tuple[str, ...]:
    return tuple(f"firmware.{kind}" for kind in ("elf", "bin", "hex", "map"))


def _measured(image: Image, tree: Path) -> Image:
    """``image`` with what the compiler and the linker made of it."""
    family = image.board.family
    tools = family.toolchain
    sizes = toolchain.sections(_run([tools.program("size"), "-A", str(image.elf)], tools))
    graph = "\n".join(path.read_text() for path in sorted(tree.rglob("*.ci")))
    if image.board.target == Target.AVR:
        code = _run([tools.program("objdump"), "-d", str(image.elf)], tools)
        graph = avr_stack.graph(code, family.calls.pushed)
    return Image(
        image.board,
        image.deployment,
        image.folder,
        image.predicted,
        flash=sum(sizes.get(name, 0) for name in (".text", ".rodata", ".data")),
        ram=sum(sizes.get(name, 0) for name in (".noinit", ".data", ".bss"))
        + sizes.get(".stack", image.board.stack),
        stack=deepest(graph, family),
    )


def deepest(graph: str, family: Family) -> int:
    """Bytes of stack of the deepest chain of calls, with an interrupt on top where there is one."""
    calls = family.calls
    thread = toolchain.deepest(graph, calls.entry, HELPER)
    if not calls.interrupt:
        return thread
    return thread + calls.pushed + toolchain.deepest(graph, calls.interrupt, HELPER)


def _run(words: list[str], tools: Toolchain) -> str:
    try:
        done = subprocess.run(words, cwd=SOURCE, capture_output=True, text=True, check=False)
    except OSError as error:
        raise missing(words[0], tools) from error
    if done.returncode:
        lines = (done.stderr + done.stdout).splitlines()
        for sign, tool in ((_NO_NINJA, "ninja"), (_NO_COMPILER, tools.program("gcc"))):
            if any(sign in line for line in lines):
                raise missing(tool, tools)
        raise ToolError(f"{words[0]} failed: {_telling(lines)}")
    return done.stdout


def _telling(lines: Sequence[str]) -> str:
    """The line that says most of why a build failed."""
    for sign in ("undefined reference", "overflowed", "error:", "Error"):
        if found := [line.strip() for line in lines if sign in line]:
            return found[0]
    return lines[-1] if lines else "no message"


def missing(tool: str, tools: Toolchain) -> ToolError:
    """The error that says how to get ``tool``, which may be one of ``tools``."""
    packages = _PACKAGES | {
        tools.program(name): package for name, package in tools.packages.items()
    }
    package = packages.get(tool, tool)
    return ToolError(f"{tool} cannot be run; on Debian: sudo apt-get install {package}")


def fitted(board: Board, model: str, options: Options) -> Deployment | None:
    """``model`` as it fits on ``board``: with smaller kernels if it must be; None: not at all."""
    try:
        whole = deployment.load(model, options)
        if not boards.shortage(board, boards.need(board, whole.compiled)):
            return whole
        limited = deployment.load(model, boards.limits(board, whole.compiled))
        needed = boards.need(board, limited.compiled)
    except ModelError:  # not on this core, or not even with the smallest kernels
        return None
    return None if boards.shortage(board, needed) else limited


def bundled(board: Board, options: Options) -> list[Deployment]:
    """The bundled models that fit on ``board`` as ``options`` compile them, largest first."""
    found = [fitted(board, name, options) for name in classifier.bundled()]
    fitting = [one for one in found if one is not None]
    return sorted(fitting, key=lambda one: -one.path.stat().st_size)


def choose(
    board: Board,
    model: str | None,
    match: Match = Match.XNNPACK,
    optimize: Optimize = Optimize.SPEED,
) -> Deployment:
    """``model`` compiled for ``board``; None: the largest bundled one that fits.

    Raises ModelError for a model that cannot be compiled, ToolError when nothing fits.
    """
    options = Options(match, Target(board.target), optimize)
    if model is not None:
        return fitted(board, model, options) or deployment.load(model, options)
    fitting = bundled(board, options)
    if not fitting:
        raise ToolError(f"no bundled model fits on {board.name}: name a smaller one with --model")
    return fitting[0]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options that say what to build, shared with validate, client and flash."""
    parser.add_argument("--board", required=True, choices=boards.names(), help="what to build for")
    parser.add_argument(
        "--model",
        help="a bundled model's name, a .tflite or an export's folder; "
        "default: the largest bundled model that fits",
    )
    parser.add_argument(
        "--match",
        type=Match,
        choices=list(Match),
        default=Match.XNNPACK,
        help="the runtime whose bytes the device gives; default xnnpack",
    )
    parser.add_argument(
        "--optimize",
        type=Optimize,
        choices=list(Optimize),
        default=Optimize.SPEED,
        help="take the core's fastest kernels (default) or the smallest",
    )
    parser.add_argument("--out", type=Path, default=OUT, metavar="DIR", help=f"default: {OUT}")


def chosen(options: argparse.Namespace) -> tuple[Board, Deployment]:
    """The board and the model that the options of ``add_arguments`` name."""
    board = boards.find(options.board)
    return board, choose(board, options.model, options.match, options.optimize)


def requested(options: argparse.Namespace) -> Image:
    """The image that the options of ``add_arguments`` name, built."""
    return build(*chosen(options), options.out)


def title(image: Image) -> str:
    """What the image is, and for what board."""
    return f"{image.deployment.name} (--match {image.deployment.match}) for {image.board.title}"


def as_data(image: Image) -> dict[str, Any]:
    """What ``summary`` says, in bytes, for machines."""
    return {
        "board": image.board.name,
        "model": image.deployment.name,
        "match": image.deployment.match.value,
        "folder": str(image.folder),
        "flash": {"predicted": image.predicted.flash, "built": image.flash},
        "ram": {"predicted": image.predicted.ram, "built": image.ram},
        "tables": image.tables,
        "stack": image.stack,
    }


def summary(image: Image) -> str:
    """A table: predicted and measured bytes."""
    rows = [
        ("flash", f"<= {image.predicted.flash:,}", f"{image.flash:,}", f"{image.board.flash:,}"),
        (
            "flash without the model's tables",
            f"<= {footprint.code(image.deployment.compiled):,}",
            f"{image.flash - image.tables:,}",
            "",
        ),
        ("RAM", f"<= {image.predicted.ram:,}", f"{image.ram:,}", f"{image.board.ram:,}"),
        ("stack, of that", f"<= {image.board.stack:,}", f"{image.stack:,}", ""),
    ]
    return console.table(("bytes", "predicted", "built", "on the board"), rows)


def parser() -> argparse.ArgumentParser:
    """The command line of ``python -m firmware.build``."""
    result = console.Parser("python -m firmware.build", description=__doc__)
    add_arguments(result)
    return result


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; gives its exit status."""
    image = requested(console.parse(parser(), argv))
    text = f"{title(image)}\n\n{summary(image)}\n\nwrote {image.folder}"
    console.finish(text, as_data(image))
    return 0


if __name__ == "__main__":
    console.run(main)
