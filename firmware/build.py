"""Build the firmware around a model for a board: ``python -m firmware.build --board microbit``.

Compiles the model to C, checks that it fits before anything is built, builds with CMake and the
core's GCC, and measures flash, RAM and stack against what was predicted. Needs cmake, ninja and the
core's compiler: arm-none-eabi-gcc, riscv64-unknown-elf-gcc or avr-gcc.
"""

import argparse
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from convert import footprint, publish
from convert.compiler import toolchain
from convert.compiler.arithmetic.match import Match
from convert.compiler.targets.options import Optimize, Options, Target
from convert.footprint import Need
from firmware import avr_stack, boards, deployment, tools, uf2
from firmware.boards import Board
from firmware.cores import Family
from firmware.deployment import Deployment
from firmware.device import BOOT
from runtime import classifier, console
from runtime.errors import ModelError, ThimbleError, ToolError

OUT = Path("build/firmware")
_PER_MAC, _SLOWEST = 10, 4e6  # instructions at most, and in a second at least
HELPER = 32
"""Bytes of stack, at most, for a function of the compiler's own library, such as a 64-bit shift."""
_GENERATED, _TREE = "generated", "cmake"  # folders beside an image: the model's C, and CMake's own
_LEVEL = {Optimize.SPEED: "Release", Optimize.SIZE: "MinSizeRel"}
"""What a minimal image lets the compiler do with the kernels: they are chosen for it, too."""
_ALIGNED = 16  # bytes: what a stack's size is a multiple of
_PRODUCTS = tuple(f"firmware.{kind}" for kind in ("elf", "bin", "hex", "map"))
_UF2 = "firmware.uf2"


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

    Raises ToolError when the model does not fit, a tool is missing, the build fails, or the stack
    has no room. Then no image is left, not even an earlier one.
    """
    folder = out.resolve() / f"{board.label}-{deployed.label}"
    try:
        return _built(Image(board, deployed, folder, _needed(board, deployed), 0, 0, 0), options)
    except ThimbleError:
        _clear(folder)
        raise


def _needed(board: Board, deployed: Deployment) -> Need:
    """What the image takes at most; raises ToolError when it does not fit."""
    needed = boards.need(board, deployed.compiled)
    if lacking := boards.shortage(board, needed):
        fitting = ", ".join(one.name for one in bundled(board, deployed.options)) or "none"
        raise ToolError(
            f"{deployed.name} does not fit on {board.name}: {lacking}; these fit: {fitting}"
        )
    return needed


def _built(image: Image, options: Sequence[str]) -> Image:
    """``image`` built and measured; its files are written when all is as it must be."""
    publish.files(image.folder / _GENERATED, image.deployment.files())
    measured = _linked(image, options)
    if measured.stack > image.predicted.stack:
        measured = _linked(_grown(measured), options)
    tree = image.folder / _TREE
    products = {name: (tree / name).read_bytes() for name in _PRODUCTS}
    if "uf2" in image.board.flash_with:
        products[_UF2] = uf2.from_hex(products["firmware.hex"].decode())
    publish.files(image.folder, products)
    return measured


def _linked(image: Image, options: Sequence[str]) -> Image:
    """``image`` measured, built with the stack that is predicted."""
    board, folder, tree = image.board, image.folder, image.folder / _TREE
    settings = [f"-DMODEL_DIR={folder / _GENERATED}", f"-DSTACK_SIZE={image.predicted.stack}"]
    if board.minimal:
        settings += ["-DMINIMAL=ON", f"-DCMAKE_BUILD_TYPE={_LEVEL[image.deployment.optimize]}"]
    settings += options
    chain = board.family.toolchain
    tools.run(["cmake", "--preset", board.name, "-B", str(tree), *settings], chain)
    tools.run(["cmake", "--build", str(tree)], chain)
    return _measured(image, tree)


def _grown(image: Image) -> Image:
    """``image``, as it was measured, to be built with the stack that it may take.

    Raises ToolError where there is no room for that.
    """
    board, stack, usual = image.board, image.stack, image.predicted.stack
    more = -(-stack // _ALIGNED) * _ALIGNED - usual
    takes = f"{image.deployment.name} may need {stack:,} bytes of stack on {board.name}"
    if image.ram + more > board.ram:
        room = board.ram - image.ram + usual
        raise ToolError(f"{takes}, and {room:,} are left for it: take a smaller model")
    console.note(f"{takes}, more than the usual {usual:,}: {usual + more:,} are kept for it")
    needed = replace(image.predicted, ram=image.predicted.ram + more, stack=usual + more)
    return replace(image, predicted=needed)


def _clear(folder: Path) -> None:
    """Take away what a build leaves in ``folder``, and the folder if it was nothing else."""
    if not folder.is_dir():
        return
    for name in (*_PRODUCTS, _UF2):
        (folder / name).unlink(missing_ok=True)
    for name in (_GENERATED, _TREE):
        shutil.rmtree(folder / name, ignore_errors=True)
    if not any(folder.iterdir()):
        folder.rmdir()


def _measured(image: Image, tree: Path) -> Image:
    """``image`` with what the compiler and the linker made of it in ``tree``.

    Raises ToolError when the stack is not known.
    """
    board, family, elf = image.board, image.board.family, str(tree / image.elf.name)
    chain = family.toolchain
    sizes = toolchain.sections(tools.run([chain.program("size"), "-A", elf], chain))
    graph = "\n".join(path.read_text() for path in sorted(tree.rglob("*.ci")))
    if board.target == Target.AVR:
        code = tools.run([chain.program("objdump"), "-d", elf], chain)
        graph = avr_stack.graph(code, family.calls.pushed)
    statics = sum(sizes.get(name, 0) for name in (".noinit", ".data", ".bss"))
    return replace(
        image,
        flash=sum(sizes.get(name, 0) for name in (".text", ".rodata", ".data")),
        ram=statics + sizes.get(".stack", image.predicted.stack),
        stack=deepest(graph, family, minimal=board.minimal),
    )


def deepest(graph: str, family: Family, *, minimal: bool = False) -> int:
    """Bytes of stack of the deepest chain of calls, with an interrupt on top where there is one."""
    calls = family.calls
    thread = toolchain.deepest(graph, calls.entry, HELPER)
    if minimal or not calls.interrupt:
        return thread
    return thread + calls.pushed + toolchain.deepest(graph, calls.interrupt, HELPER)


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


def add_board(parser: argparse.ArgumentParser, what: str, *, required: bool = False) -> None:
    """The option --board, whose help says ``what`` it is."""
    names = boards.names()
    told = f"{what}: {', '.join(names)}"
    parser.add_argument("--board", required=required, choices=names, metavar="BOARD", help=told)


def add_arguments(parser: argparse.ArgumentParser, *, minimal: bool = False) -> None:
    """The options that say what to build, shared with validate, client and flash.

    ``minimal``: one of them is --minimal, for who need not talk with the image.
    """
    parser.set_defaults(minimal=False)
    add_board(parser, "what to build for", required=True)
    if minimal:
        parser.add_argument(
            "--minimal",
            action="store_true",
            help="an image with what the network needs, and nothing else: its inputs' bytes come "
            "over the serial port, its outputs' bytes go back",
        )
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
        help="take the core's fastest kernels (default) or the smallest (default of --minimal)"
        if minimal
        else "take the core's fastest kernels (default) or the smallest",
    )
    parser.add_argument("--out", type=Path, default=OUT, metavar="DIR", help=f"default: {OUT}")


def chosen(options: argparse.Namespace) -> tuple[Board, Deployment]:
    """The board and the model that the options of ``add_arguments`` name."""
    board = boards.find(options.board)
    if options.minimal:
        board = boards.minimal(board)
    optimize = options.optimize or (Optimize.SIZE if options.minimal else Optimize.SPEED)
    return board, choose(board, options.model, options.match, optimize)


def requested(options: argparse.Namespace) -> Image:
    """The image that the options of ``add_arguments`` name, built."""
    return build(*chosen(options), options.out)


def title(image: Image) -> str:
    """What the image is, and for what board."""
    kind = ", minimal" if image.board.minimal else ""
    about = f"(--match {image.deployment.match}{kind})"
    return f"{image.deployment.name} {about} for {image.board.title}"


def as_data(image: Image) -> dict[str, Any]:
    """What ``summary`` says, in bytes, for machines."""
    return {
        "board": image.board.name,
        "model": image.deployment.name,
        "match": image.deployment.match.value,
        "minimal": image.board.minimal,
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
            f"<= {footprint.code(image.deployment.compiled, minimal=image.board.minimal):,}",
            f"{image.flash - image.tables:,}",
            "",
        ),
        ("RAM", f"<= {image.predicted.ram:,}", f"{image.ram:,}", f"{image.board.ram:,}"),
        ("stack, of that", f"<= {image.predicted.stack:,}", f"{image.stack:,}", ""),
    ]
    return console.table(("bytes", "predicted", "built", "on the board"), rows)


def parser() -> argparse.ArgumentParser:
    """The command line of ``python -m firmware.build``."""
    result = console.Parser("python -m firmware.build", description=__doc__)
    add_arguments(result, minimal=True)
    return result


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; gives its exit status."""
    image = requested(console.parse(parser(), argv))
    text = f"{title(image)}\n\n{summary(image)}\n\nwrote {image.folder}"
    console.finish(text, as_data(image))
    return 0


if __name__ == "__main__":
    console.run(main)
