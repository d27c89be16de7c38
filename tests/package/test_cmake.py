"""A library for CMake: used in each of the three ways, on the computer and for Cortex-M."""

from pathlib import Path

import pytest

from runtime import machine
from tests.package import packaged

ARM = {
    "cortex-m4": "-mcpu=cortex-m4 -mthumb -O2",
    "cortex-m55": "-mcpu=cortex-m55 -mthumb -mfloat-abi=hard -O2",
}
USES = {
    "find_package": "find_package(nano 1.2 REQUIRED)",
    "FetchContent": (
        "include(FetchContent)\nFetchContent_Declare(nano SOURCE_DIR {library})\n"
        "FetchContent_MakeAvailable(nano)"
    ),
    "add_subdirectory": "add_subdirectory({library} nano)",
}
PROJECT = """
cmake_minimum_required(VERSION 3.16)
project(user C)
{use}
add_executable(app {library}/example/main.c)
target_link_libraries(app PRIVATE nano::nano)
"""


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return packaged.make("cmake", "nano", tmp_path_factory.mktemp("cmake"), "--version", "1.2.3")


@pytest.fixture(scope="module", params=["gcc", "clang"])
def built(request: pytest.FixtureRequest, library: Path) -> Path:
    """The library built by itself, as a user does it first."""
    build = library.parent / request.param
    packaged.run("cmake", "-S", library, "-B", build, f"-DCMAKE_C_COMPILER={request.param}")
    packaged.run("cmake", "--build", build)
    return build


def test_its_own_test_passes(built: Path) -> None:
    """CTest runs the example and compares what it prints with what the package says."""
    assert "100% tests passed" in packaged.run("ctest", "--test-dir", built)


@pytest.mark.parametrize(
    ("words", "emulator"),
    [
        (["gcc", "-march=x86-64-v3"], []),
        (["aarch64-linux-gnu-gcc", "-static"], ["qemu-aarch64-static", "-cpu", "cortex-a53"]),
        (
            ["aarch64-linux-gnu-gcc", "-static", "-march=armv8.2-a+dotprod"],
            ["qemu-aarch64-static", "-cpu", "cortex-a76"],
        ),
    ],
    ids=["x86-64-v3", "aarch64", "aarch64 with SDOT"],
)
def test_kernels_of_phones_and_computers(
    words: list[str], emulator: list[str], library: Path, tmp_path: Path
) -> None:
    """The example prints the same with the kernels that the compiler's options choose."""
    if not emulator and machine.target() != machine.X86_64_V3:
        pytest.skip("runs what is compiled for x86-64-v3")
    sources = [*(library / "src").glob("*.c"), library / "example/main.c"]
    program = tmp_path / "example"
    packaged.run(*words, "-O2", "-I", library / "src", *sources, "-o", program)
    assert packaged.run(*emulator, program) == (library / "example/expected.txt").read_text()


def test_a_core_is_named(library: Path, tmp_path: Path) -> None:
    """By the cache variable, which brings the compiler's option along."""
    if machine.target() != machine.X86_64_V3:
        pytest.skip("runs what is compiled for x86-64-v3")
    packaged.run("cmake", "-S", library, "-B", tmp_path, "-DNANO_CORE=x86-64-v3")
    packaged.run("cmake", "--build", tmp_path)
    assert "100% tests passed" in packaged.run("ctest", "--test-dir", tmp_path)
    assert "ymm" in packaged.run("objdump", "-d", tmp_path / "libnano.a")


def test_a_wrong_answer_fails_its_own_test(library: Path, built: Path) -> None:
    """The comparison is one that can fail."""
    expected = library / "example/expected.txt"
    right = expected.read_text()
    expected.write_text(right.replace("label: 2", "label: 3"))
    try:
        with pytest.raises(AssertionError, match="0% tests passed"):
            packaged.run("ctest", "--test-dir", built)
    finally:
        expected.write_text(right)


@pytest.mark.parametrize("use", USES)
def test_a_project_uses_it(use: str, library: Path, built: Path, tmp_path: Path) -> None:
    """Found, fetched or added, the example prints what LiteRT answers."""
    prefix = tmp_path / "prefix"
    packaged.run("cmake", "--install", built, "--prefix", prefix)
    (tmp_path / "project").mkdir()
    text = PROJECT.format(use=USES[use].format(library=library), library=library)
    (tmp_path / "project/CMakeLists.txt").write_text(text)
    build = tmp_path / "build"
    where = [f"-DCMAKE_PREFIX_PATH={prefix}"] if use == "find_package" else []
    packaged.run("cmake", "-S", tmp_path / "project", "-B", build, *where)
    packaged.run("cmake", "--build", build)
    assert packaged.lines(packaged.run(build / "app")) == packaged.answers(packaged.NANO)


@pytest.mark.parametrize("named", [False, True], ids=["auto", "named"])
@pytest.mark.parametrize("core", ARM)
def test_it_is_built_for_a_core(core: str, named: bool, library: Path, tmp_path: Path) -> None:
    """The compiler's macros, or the option, choose the kernels of that core and no others."""
    packaged.run(
        "cmake",
        *("-S", library, "-B", tmp_path, "-DCMAKE_SYSTEM_NAME=Generic"),
        "-DCMAKE_C_COMPILER=arm-none-eabi-gcc",
        "-DCMAKE_TRY_COMPILE_TARGET_TYPE=STATIC_LIBRARY",
        f"-DCMAKE_C_FLAGS={ARM[core]} -save-temps=obj -Wall -Wextra -Werror",
        *([f"-DNANO_CORE={core}"] if named else []),
    )
    packaged.run("cmake", "--build", tmp_path)
    preprocessed = next(tmp_path.rglob("nano.c.i")).read_text()
    assert f'cores/{core}/nano.inc"' in preprocessed
    assert preprocessed.count('nano.inc" 1') == 1


def test_an_unknown_core_is_refused(library: Path, tmp_path: Path) -> None:
    """A core that the library does not have is named, with those that it has."""
    with pytest.raises(AssertionError, match="NANO_CORE is z80: choose auto"):
        packaged.run("cmake", "-S", library, "-B", tmp_path, "-DNANO_CORE=z80")
