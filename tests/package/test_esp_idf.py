"""A component of ESP-IDF: checked and packed by its component manager, and compiled for RV32."""

import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from tests.package import packaged

# What ESP-IDF's build system does with a project and a component, as far as an example needs it.
PROJECT = """
macro(project name)
  _project(${name} C)
  add_executable(${name} ${CMAKE_SOURCE_DIR}/start.c)
  set(executable ${name})
  add_subdirectory(${COMPONENT} component)
  add_subdirectory(main)
endmacro()
function(idf_component_register)
  cmake_parse_arguments(PARSE_ARGV 0 given "" "" "SRCS;INCLUDE_DIRS;REQUIRES")
  if(given_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "idf_component_register knows no ${given_UNPARSED_ARGUMENTS}")
  endif()
  foreach(source ${given_SRCS})
    target_sources(${executable} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}/${source})
  endforeach()
  foreach(folder ${given_INCLUDE_DIRS})
    target_include_directories(${executable} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}/${folder})
  endforeach()
endfunction()
"""
START = "void app_main(void);\nint main(void)\n{\n    app_main();\n    return 0;\n}\n"


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("esp")
    words = ["--description", 'It says: "yes" # no', "--licence", "MIT OR Apache-2.0"]
    return packaged.make("esp-idf", "nano", out, *words)


def compote(*words: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """The component manager's command line, without a registry."""
    variables = {
        "PYTHONPATH": str(packaged.fetched("esp-idf")),
        "IDF_COMPONENT_REGISTRY_URL": "http://127.0.0.1:9/",
    }
    command = [sys.executable, "-m", "idf_component_manager", *words]
    return subprocess.run(
        list(map(str, command)),
        cwd=cwd,
        env=os.environ | variables,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_manager_packs_it(library: Path, tmp_path: Path) -> None:
    """With what it must hold."""
    words = ["component", "pack", "--name", "nano", "--dest-dir", str(tmp_path)]
    done = compote(*words, cwd=library)
    assert not done.returncode, done.stdout + done.stderr
    with tarfile.open(tmp_path / "nano_1.0.0.tgz") as files:
        names = {name.removeprefix("./") for name in files.getnames()}
    assert {"idf_component.yml", "CMakeLists.txt", "src/nano.c", "LICENSE", "README.md"} <= names


@pytest.mark.parametrize("file", ["idf_component.yml", "examples/nano/main/idf_component.yml"])
def test_the_manager_finds_nothing_wrong(file: str, library: Path) -> None:
    """``compote manifest lint``."""
    done = compote("manifest", "lint", library / file, cwd=library)
    assert not done.returncode, done.stdout + done.stderr


def test_its_check_can_fail(library: Path, tmp_path: Path) -> None:
    """A version that is none is named."""
    packaged.run("cp", "-r", library, tmp_path / "broken")
    manifest = tmp_path / "broken/idf_component.yml"
    manifest.write_text(manifest.read_text().replace('"1.0.0"', '"one"'))
    words = ["component", "pack", "--name", "nano", "--dest-dir", str(tmp_path)]
    done = compote(*words, cwd=tmp_path / "broken")
    assert done.returncode
    assert "Invalid version string" in done.stdout + done.stderr


@pytest.mark.parametrize("architecture", ["rv32imc", "rv32imac"])
def test_it_is_compiled_for_rv32(architecture: str, library: Path, tmp_path: Path) -> None:
    """As for an ESP32-C3 and an ESP32-C6."""
    flags = [f"-march={architecture}", "-mabi=ilp32", "-Os", "-ffreestanding", "-c"]
    for source in (library / "src").glob("*.c"):
        warnings = ["-Wall", "-Wextra", "-Werror"]
        packaged.run("riscv64-unknown-elf-gcc", *flags, *warnings, source, cwd=tmp_path)


def test_the_example_is_configured_and_run(library: Path, tmp_path: Path) -> None:
    """By a stand-in for ESP-IDF's functions, on the computer."""
    project = tmp_path / "project"
    packaged.run("cp", "-r", library / "examples/nano", project)
    (project / "start.c").write_text(START)
    (tmp_path / "idf/tools/cmake").mkdir(parents=True)
    (tmp_path / "idf/tools/cmake/project.cmake").write_text(PROJECT)
    words = ["cmake", "-E", "env", f"IDF_PATH={tmp_path / 'idf'}", "cmake", "-S", str(project)]
    packaged.run(*words, "-B", tmp_path / "build", f"-DCOMPONENT={library}")
    packaged.run("cmake", "--build", tmp_path / "build")
    printed = packaged.run(tmp_path / "build/nano_example")
    assert packaged.lines(printed) == packaged.answers(packaged.NANO)
