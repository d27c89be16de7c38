"""A Zephyr module: Kconfig parsed as Zephyr parses it, CMake configured against a stand-in."""

import importlib.util
from pathlib import Path
from typing import Any

import pytest

from tests.package import packaged

# What Zephyr's build system does with an application and a module, as far as a sample needs it.
ZEPHYR = """
project(Zephyr-Kernel LANGUAGES C)
file(STRINGS ${DOTCONFIG} lines REGEX "^CONFIG_.*=y$")
foreach(line ${lines})
  string(REGEX REPLACE "=y$" "" option ${line})
  set(${option} y)
endforeach()
add_library(zephyr_interface INTERFACE)
function(zephyr_include_directories)
  target_include_directories(zephyr_interface INTERFACE ${ARGN})
endfunction()
function(zephyr_compile_definitions)
  target_compile_definitions(zephyr_interface INTERFACE ${ARGN})
endfunction()
macro(zephyr_library)
  set(ZEPHYR_CURRENT_LIBRARY module)
  add_library(module STATIC)
  target_link_libraries(module PUBLIC zephyr_interface)
endmacro()
function(zephyr_library_sources)
  target_sources(${ZEPHYR_CURRENT_LIBRARY} PRIVATE ${ARGN})
endfunction()
foreach(folder ${ZEPHYR_EXTRA_MODULES})
  file(STRINGS ${folder}/zephyr/module.yml place REGEX "^  cmake: ")
  string(REPLACE "  cmake: " "" place ${place})
  add_subdirectory(${folder}/${place} modules)
endforeach()
add_executable(app)
target_link_libraries(app PRIVATE module)
"""
TOP = 'mainmenu "Zephyr"\n\nsource "{module}"\n'


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return packaged.make("zephyr", "nano", tmp_path_factory.mktemp("zephyr"))


def configured(library: Path, work: Path, *lines: str) -> Any:
    """The sample's configuration with further lines, by kconfiglib; ``.config`` in ``work``."""
    place = packaged.fetched("kconfiglib") / "kconfiglib.py"
    spec = importlib.util.spec_from_file_location("kconfiglib", place)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    (work / "Kconfig").write_text(TOP.format(module=library / "zephyr/Kconfig"))
    given = (library / "samples/nano/prj.conf").read_text() + "\n".join(lines)
    (work / "prj.conf").write_text(given)
    found = module.Kconfig(str(work / "Kconfig"), warn_to_stderr=False)
    found.load_config(str(work / "prj.conf"))
    assert not found.warnings
    found.write_config(str(work / ".config"))
    return found


def build(library: Path, work: Path) -> Path:
    """The sample for this computer."""
    (work / "zephyr").mkdir()
    (work / "zephyr/ZephyrConfig.cmake").write_text(ZEPHYR)
    sample = library / "samples/nano"
    words = [f"-DZephyr_DIR={work / 'zephyr'}", f"-DDOTCONFIG={work / '.config'}"]
    packaged.run("cmake", "-S", sample, "-B", work / "build", *words)
    packaged.run("cmake", "--build", work / "build")
    return work / "build/app"


def test_the_sample_answers_as_litert(library: Path, tmp_path: Path) -> None:
    """As its prj.conf has it."""
    configured(library, tmp_path)
    printed = packaged.run(build(library, tmp_path))
    assert packaged.lines(printed) == packaged.answers(packaged.NANO)


def test_kconfig_names_a_core(library: Path, tmp_path: Path) -> None:
    """A core that is chosen is defined for the module and for the application alike."""
    found = configured(library, tmp_path, "CONFIG_NANO_KERNELS_GENERIC=y")
    assert found.syms["NANO_KERNELS_GENERIC"].str_value == "y"
    assert found.syms["NANO_KERNELS_AUTO"].str_value == "n"
    build(library, tmp_path)
    commands = (tmp_path / "build/CMakeFiles/app.dir/flags.make").read_text()
    assert "-DNANO_CORE_GENERIC" in commands
    module = next((tmp_path / "build").rglob("module.dir/flags.make")).read_text()
    assert "-DNANO_CORE_GENERIC" in module


def test_kconfig_offers_each_core(library: Path, tmp_path: Path) -> None:
    """Those in the folder, and nothing where the module is left out."""
    found = configured(library, tmp_path)
    offered = {name for name in found.syms if name.startswith("NANO_KERNELS_")}
    assert {f"NANO_KERNELS_{name}" for name in ("AUTO", "GENERIC", "CORTEX_M4")} <= offered
    assert found.syms["NANO"].nodes[0].help
    (tmp_path / "off.conf").write_text("# CONFIG_NANO is not set\n")
    found.load_config(str(tmp_path / "off.conf"))
    assert found.syms["NANO_KERNELS_AUTO"].visibility == 0
