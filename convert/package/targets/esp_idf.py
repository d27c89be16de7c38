"""A component of Espressif's IoT Development Framework."""

from convert.compiler.targets.options import Target
from convert.package import text
from convert.package.cores import CORES
from convert.package.library import Library
from convert.package.targets.kind import Kind


def files(library: Library) -> dict[str, bytes]:
    """``idf_component.yml``, the C in ``src/``, and an example project."""
    return {
        **text.sources(library, "src/"),
        **text.tree("esp-idf", library),
        **text.main(library, f"examples/{library.name}/main/main.c", "app_main"),
        **text.readme(library, "esp-idf", KIND.proof),
    }


def _cores() -> tuple[Target, ...]:
    return tuple(one for one in CORES if not one.startswith(("cortex", "avr")))


KIND = Kind(
    "esp-idf",
    "ESP-IDF",
    _cores(),
    "packed by Espressif's `compote component pack`, which validates idf_component.yml; CMake "
    "configured against a stand-in for ESP-IDF's functions, with which the example was built and "
    "run on the computer; the C compiled for RV32IMC by riscv64-unknown-elf-gcc",
    "`idf.py build`, because ESP-IDF and its compilers are not in any registry that the tests "
    "reach; a board; Xtensa",
    files,
)
