"""A Zephyr module with Kconfig, CMake and a sample."""

import textwrap

from convert.package import cores, text
from convert.package.cores import CORES
from convert.package.library import Library
from convert.package.targets.kind import Kind

_AVR = "avr"  # Zephyr has none


def files(library: Library) -> dict[str, bytes]:
    """``zephyr/``, the C in ``src/``, and a sample."""
    name = library.name
    places = {
        "kconfig": _choice(library),
        "help": textwrap.fill(library.about.description, 70).replace("\n", "\n\t  "),
        "zephyr_labels": f" ../src/{name}_labels.c" if library.labels else "",
    }
    return {
        **text.sources(library, "src/"),
        **text.tree("zephyr", library, more=places),
        **text.main(library, f"samples/{name}/src/main.c", "main"),
        **text.readme(library, "zephyr", KIND.proof),
    }


def _choice(library: Library) -> str:
    """An entry of the choice for each core."""
    return "\n\n".join(
        f'config {cores.macro(library.name, one.target, "KERNELS")}\n\tbool "{one.target}"'
        for one in library.listed
    )


KIND = Kind(
    "zephyr",
    "Zephyr",
    tuple(one for one in CORES if one != _AVR),
    "Kconfig parsed by kconfiglib, Zephyr's own; CMake configured against a stand-in for Zephyr's "
    "functions, with which the sample was built and run on the computer and its text compared with "
    "LiteRT's answer, by the paths that module.yml has",
    "Zephyr itself, west and twister, which are not in any registry that the tests reach; a board",
    files,
)
