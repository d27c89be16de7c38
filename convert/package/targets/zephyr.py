"""A Zephyr module with Kconfig, CMake and a sample."""

import textwrap

from convert.package import cores, text
from convert.package.cores import CORES
from convert.package.library import Library
from convert.package.targets.kind import Kind

_AVR = "avr"  # Zephyr has none

_TAKEN = """adc arch arm arm64 assert audio board bt bluetooth boards can clock_control cmsis_dsp
    cmsis_nn console counter cpp dac debug dma eeprom entropy fs flash fpu gpio hwinfo i2c i2s
    init kernel led log main mbedtls mcuboot mm modem multithreading net networking nvs pinctrl pm
    poweroff printk ptp pwm regulator reset retention riscv rtc rtio sensor serial settings shell
    smf smp soc spi test thread timer tracing usb userspace video watchdog wdt wifi x86 xtensa
    zbus zephyr ztest"""
"""Symbols of Zephyr's Kconfig, CONFIG_SPI and the like, and folders of its own."""


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


def _taken(name: str) -> str:
    found = name.lower() in _TAKEN.split()
    return f"Zephyr has a CONFIG_{name.upper()} of its own" if found else ""


KIND = Kind(
    "zephyr",
    "Zephyr",
    tuple(one for one in CORES if one != _AVR),
    "Kconfig parsed by kconfiglib, Zephyr's own; CMake configured against a stand-in for Zephyr's "
    "functions, with which the sample was built and run on the computer and its text compared with "
    "LiteRT's answer, by the paths that module.yml has",
    "Zephyr itself, west and twister, which are not in any registry that the tests reach; a board",
    files,
    _taken,
)
