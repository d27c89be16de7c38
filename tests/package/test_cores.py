"""Which core's C a library takes, by what compilers say of themselves."""

from pathlib import Path

import pytest

from tests.package import packaged

ARM, RISCV = "arm-none-eabi-gcc", "riscv64-unknown-elf-gcc"
COMPILERS = {
    "cortex-m0": (ARM, "-mcpu=cortex-m0", "CORTEX_M0"),
    "cortex-m0plus": (ARM, "-mcpu=cortex-m0plus", "CORTEX_M0"),
    "cortex-m23": (ARM, "-mcpu=cortex-m23", "CORTEX_M0"),
    "cortex-m3": (ARM, "-mcpu=cortex-m3", "CORTEX_M3"),
    "cortex-m4": (ARM, "-mcpu=cortex-m4", "CORTEX_M4"),
    "cortex-m7, which nothing tells from an M4": (ARM, "-mcpu=cortex-m7", "CORTEX_M4"),
    "cortex-m7 by name": (ARM, "-mcpu=cortex-m7 -DNANO_CORE_CORTEX_M7", "CORTEX_M7"),
    "cortex-m33": (ARM, "-mcpu=cortex-m33", "CORTEX_M33"),
    "cortex-m33 without DSP": (ARM, "-mcpu=cortex-m33+nodsp", "CORTEX_M3"),
    "cortex-m55": (ARM, "-mcpu=cortex-m55 -mfloat-abi=hard", "CORTEX_M55"),
    "big-endian": (ARM, "-mcpu=cortex-m3 -mbig-endian", "GENERIC"),
    "rv32imac": (RISCV, "-march=rv32imac -mabi=ilp32 -ffreestanding", "RISCV32"),
    "rv32i": (RISCV, "-march=rv32i -mabi=ilp32 -ffreestanding", "GENERIC"),
    "rv64imac": (RISCV, "-march=rv64imac -mabi=lp64 -ffreestanding", "GENERIC"),
    "uno": ("avr-gcc", "-mmcu=atmega328p", "AVR"),
    "phone, 32 bits": ("arm-linux-gnueabihf-gcc", "", "GENERIC"),
    "phone": ("aarch64-linux-gnu-gcc", "", "AARCH64"),
    "phone, big-endian": ("aarch64-linux-gnu-gcc", "-mbig-endian -ffreestanding", "GENERIC"),
    "phone without NEON": ("aarch64-linux-gnu-gcc", "-mgeneral-regs-only", "GENERIC"),
    "any PC": ("gcc", "-march=x86-64", "GENERIC"),
    "PC of 2013": ("gcc", "-march=haswell", "X86_64_V3"),
    "x86-64-v3": ("clang", "-march=x86-64-v3", "X86_64_V3"),
}


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return packaged.make("cmake", "nano", tmp_path_factory.mktemp("cores"))


@pytest.mark.parametrize(("compiler", "flags", "expected"), COMPILERS.values(), ids=COMPILERS)
def test_a_compiler_gets_the_c_of_its_core(
    compiler: str, flags: str, expected: str, library: Path, tmp_path: Path
) -> None:
    """One core, and the one that the compiler builds for."""
    source = tmp_path / "which.c"
    source.write_text('#include "nano.h"\n')
    thumb = ["-mthumb"] if compiler == ARM else []
    words = [compiler, *flags.split(), *thumb, "-I", library / "src", "-dM", "-E", source]
    names = [line.split()[1] for line in packaged.run(*words).splitlines()]
    chosen = {name for name in names if name.startswith("NANO_CORE_")}
    assert chosen - {"NANO_CORE_HEADER", "NANO_CORE_SOURCE", "NANO_CORE_H"} == {
        f"NANO_CORE_{expected}"
    }
