"""A PlatformIO library, for any platform and framework."""

from convert.package import text
from convert.package.cores import CORES
from convert.package.library import Library
from convert.package.targets import arduino
from convert.package.targets.kind import Kind


def files(library: Library) -> dict[str, bytes]:
    """``library.json``, the C in ``src/``, and an example project."""
    return {
        **text.sources(library, "src/"),
        **text.tree("platformio", library),
        **text.main(library, f"examples/{library.name}/src/main.c", "main"),
        **text.readme(library, "platformio", KIND.proof),
    }


KIND = Kind(
    "platformio",
    "PlatformIO",
    CORES,
    "packed by PlatformIO's `pio pkg pack`, which validates library.json, unpacked again, and the "
    "example compiled from the archive's src/ and run on the computer",
    "`pio run`, which downloads its platforms and compilers from PlatformIO's own registry",
    files,
    arduino.taken,  # its framework, and others have theirs in folders
)
