"""A component of Espressif's IoT Development Framework."""

from convert.compiler.targets.options import Target
from convert.package import text
from convert.package.cores import CORES
from convert.package.library import Library
from convert.package.targets.kind import Kind

_TAKEN = """main app_trace app_update bootloader bootloader_support bt cmock console cxx driver
    efuse espcoredump esptool_py fatfs freertos hal heap http_parser idf_test ieee802154 json
    linux log lwip mbedtls mqtt newlib nvs_flash nvs_sec_provider openthread partition_table
    perfmon protobuf_c protocomm pthread riscv rt sdmmc soc spi_flash spiffs tcp_transport
    tcpip_adapter touch_element ulp unity usb vfs wear_levelling wifi_provisioning wpa_supplicant
    xtensa"""
"""Components that ESP-IDF has, and ``main``, which every project has; more begin with ``esp_``."""


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


def _taken(name: str) -> str:
    if name.lower() in _TAKEN.split() or name.lower().startswith("esp_"):
        return f"ESP-IDF has a component {name}, or may have: main, esp_... and others are its own"
    return ""


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
    _taken,
)
