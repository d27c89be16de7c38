"""Firmware images for tests, each built once per process."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from convert.compiler.arithmetic.match import Match
from convert.compiler.targets.options import Optimize
from firmware import boards, build
from firmware.build import Image

_AVR = boards.of_target("avr")
EMULATED = tuple(name for name in boards.names() if boards.find(name).emulator and name not in _AVR)
"""The boards in QEMU; those with an AVR are in simavr, and have tests of their own."""
_folder = TemporaryDirectory(prefix="thimble-images-")


@cache
def image(
    board: str,
    model: str = "nano",
    match: Match = Match.XNNPACK,
    options: Sequence[str] = (),
    optimize: Optimize = Optimize.SPEED,
) -> Image:
    """The image of a bundled model for a board; ``options`` go to CMake."""
    out = Path(_folder.name) / ("-".join(options).replace("/", "_") or "plain")
    wanted = boards.find(board)
    return build.build(wanted, build.choose(wanted, model, match, optimize), out, options)


def breakable(board: str) -> Image:
    """The image with the request that breaks it."""
    return image(board, options=("-DFAULT_INJECTION=ON",))
