"""A CMake project: found by ``find_package``, fetched by FetchContent, or added as a folder."""

from convert.package import text
from convert.package.cores import CORES, MACHINES
from convert.package.library import Library
from convert.package.targets.kind import Kind

_TAKEN = """all clean depend edit_cache help install list_install_components package
    package_source preinstall rebuild_cache run_tests test all_build zero_check experimental
    nightly continuous"""
"""Targets that CMake or one of its generators makes itself."""


def files(library: Library) -> dict[str, bytes]:
    """CMake's files around the C, and an example that is its test."""
    return {
        **text.sources(library, "src/"),
        **text.main(library, "example/main.c", "main"),
        **text.tree("cmake", library),
        **text.readme(library, "cmake", KIND.proof),
    }


def _taken(name: str) -> str:
    return f"CMake has a target {name} of its own" if name.lower() in _TAKEN.split() else ""


KIND = Kind(
    "cmake",
    "CMake",
    (*CORES, *MACHINES),
    "configured, built by GCC and by clang, installed and found again, by find_package, "
    "FetchContent and add_subdirectory; the example run on the computer and its text compared with "
    "LiteRT's answer, with the kernels for x86-64-v3 too, and in QEMU with those for 64-bit Arm; "
    "compiled for Cortex-M4 and M55 by arm-none-eabi-gcc",
    "CMake's generators for Visual Studio and Xcode, and compilers other than GCC and clang",
    files,
    _taken,
)
