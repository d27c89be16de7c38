"""A CMake project: found by ``find_package``, fetched by FetchContent, or added as a folder."""

from convert.package import text
from convert.package.cores import CORES
from convert.package.library import Library
from convert.package.targets.kind import Kind
from runtime.errors import DataError

_TAKEN = {"all", "clean", "edit_cache", "help", "install", "package", "rebuild_cache", "test"}
"""Targets that CMake makes itself."""


def files(library: Library) -> dict[str, bytes]:
    """CMake's files around the C, and an example that is its test; DataError for a bad name."""
    if library.name.lower() in _TAKEN:
        raise DataError(
            f"CMake has a target {library.name} of its own: choose another name with --name"
        )
    return {
        **text.sources(library, "src/"),
        **text.main(library, "example/main.c", "main"),
        **text.tree("cmake", library),
        **text.readme(library, "cmake", KIND.proof),
    }


KIND = Kind(
    "cmake",
    "CMake",
    CORES,
    "configured, built by GCC and by clang, installed and found again, by find_package, "
    "FetchContent and add_subdirectory; the example run on the computer and its text compared with "
    "LiteRT's answer; compiled for Cortex-M4 and M55 by arm-none-eabi-gcc",
    "CMake's generators for Visual Studio and Xcode, and compilers other than GCC and clang",
    files,
)
