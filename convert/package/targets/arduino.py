"""An Arduino library, in the format of the IDE from 1.5 on."""

from convert.package import text
from convert.package.cores import CORES
from convert.package.library import Library
from convert.package.targets.kind import Kind


def files(library: Library) -> dict[str, bytes]:
    """``library.properties``, the C in ``src/``, and an example sketch."""
    return {
        **text.sources(library, "src/"),
        **text.tree("arduino", library),
        **text.readme(library, "arduino", KIND.proof),
    }


KIND = Kind(
    "arduino",
    "Arduino",
    CORES,
    "the example built by arduino-builder with Debian's Arduino core for Uno and Mega, run in "
    "simavr, and its Serial text compared with LiteRT's answer; compiled for Cortex-M0, M4 and M33 "
    "by arm-none-eabi-g++; library.properties held to the documented specification",
    "a board; the Arduino IDE and arduino-cli, whose lint is not in any registry that the tests "
    "reach; cores of other makers",
    files,
)
