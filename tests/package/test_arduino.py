"""A library for Arduino: built as the IDE does, run in an emulator, and compiled for Cortex-M."""

import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.package import packaged

DEBIAN = Path("/usr/share/arduino/hardware"), Path("/usr/share/arduino-builder")
BOARDS = {"uno": ("uno", "atmega328p"), "mega": ("mega:cpu=atmega2560", "atmega2560")}
ARM = {
    "cortex-m0": "-mcpu=cortex-m0",
    "cortex-m4": "-mcpu=cortex-m4",
    "cortex-m33": "-mcpu=cortex-m33",
}
CATEGORIES = {
    "Display",
    "Communication",
    "Signal Input/Output",
    "Sensors",
    "Device Control",
    "Timing",
    "Data Storage",
    "Data Processing",
    "Other",
}
# Arduino's own core for AVR relies on a newer GCC's <float.h> than Debian's.
FLOAT_H = "compiler.cpp.extra_flags=-DDECIMAL_DIG=__DECIMAL_DIG__"
SECONDS = 60  # of emulation, at most

ARDUINO_H = """
#include <stdint.h>
class __FlashStringHelper;
#define F(text) reinterpret_cast<const __FlashStringHelper *>(text)
struct Port {
    void begin(unsigned long baud);
    operator bool();
    template <class T> void print(T what);
    template <class T> void println(T what);
    void println(double what, int places);
};
extern Port Serial;
void setup();
void loop();
"""


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("arduino")
    return packaged.make("arduino", "nano", out, "--author", "Ann O'Nym & Co.")


def build(board: str, library: Path, work: Path) -> Path:
    """The example's ELF file, made by arduino-builder from a folder of libraries."""
    name = next((library / "examples").iterdir()).name
    shutil.copytree(library, work / "libraries" / name)
    fqbn, _ = BOARDS[board]
    (work / "build").mkdir()
    packaged.run(
        *("arduino-builder", "-compile", "-hardware", DEBIAN[1], "-hardware", DEBIAN[0]),
        *("-tools", DEBIAN[1], "-libraries", work / "libraries", "-fqbn", f"arduino:avr:{fqbn}"),
        *("-build-path", work / "build", "-prefs", "compiler.path=/usr/bin/", "-prefs", FLOAT_H),
        *("-quiet", "-ide-version", "10819", work / f"libraries/{name}/examples/{name}/{name}.ino"),
    )
    return next((work / "build").glob("*.elf"))


def serial(elf: Path, mcu: str) -> Iterator[str]:
    """The lines that a sketch writes, as simavr shows them."""
    words = ["simavr", "-m", mcu, "-f", "16000000", str(elf)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as emulator:
        watchdog = threading.Timer(SECONDS, emulator.kill)
        watchdog.start()
        assert emulator.stdout is not None
        try:
            for line in emulator.stdout:
                # A carriage return and a newline are shown as dots, between the codes of a colour.
                text = re.sub(rb"\x1b\[\d*m", b"", line).decode().rstrip("\n")
                if text.endswith(".."):
                    yield text[:-2]
        finally:
            watchdog.cancel()
            emulator.kill()


@pytest.mark.parametrize(
    ("board", "model", "more"),
    [
        ("uno", "nano", []),
        ("uno", "micro", ["--max-ram", "1512"]),
        ("mega", "micro", []),
    ],
)
def test_the_sketch_answers_as_litert(
    board: str, model: str, more: list[str], tmp_path: Path
) -> None:
    """Floats in, label out: on an emulated Uno and Mega, over Serial."""
    elf = build(board, packaged.make("arduino", model, tmp_path / "made", *more), tmp_path)
    expected = packaged.answers(packaged.ROOT / f"runtime/models/{model}/model.tflite")
    found = []
    for line in serial(elf, BOARDS[board][1]):
        found.append(line)
        if len(found) == len(expected):
            break
    assert packaged.lines("\n".join(found)) == expected


def test_it_fits_an_uno(library: Path, tmp_path: Path) -> None:
    """All that is not the stack leaves 512 bytes of 2 KB for it; tables lie in flash."""
    elf = build("uno", library, tmp_path)
    sizes = packaged.run("avr-size", "-A", elf)
    data = {row.split()[0]: int(row.split()[1]) for row in sizes.splitlines() if row[:1] == "."}
    assert data[".data"] + data[".bss"] <= 2048 - 512
    assert data[".text"] + data[".data"] <= 32256


@pytest.mark.parametrize("core", ARM)
def test_it_is_compiled_for_cortex_m(core: str, library: Path, tmp_path: Path) -> None:
    """Sketch and library as C++ and C, where Arduino.h is of another maker."""
    (tmp_path / "Arduino.h").write_text(ARDUINO_H)
    sketch = (library / "examples/nano/nano.ino").read_text()
    (tmp_path / "nano.ino.cpp").write_text(f"#include <Arduino.h>\n{sketch}")
    flags = [ARM[core], "-mthumb", "-O2", "-Wall", "-Wextra", "-Werror", "-c"]
    places = ["-I", tmp_path, "-I", library / "src"]
    packaged.run("arm-none-eabi-g++", *flags, *places, "nano.ino.cpp", cwd=tmp_path)
    for source in sorted((library / "src").rglob("*.c")):
        packaged.run("arm-none-eabi-gcc", *flags, *places, source, cwd=tmp_path)
    needed = packaged.run("arm-none-eabi-nm", "-u", "nano.ino.o", cwd=tmp_path)
    given = packaged.run("arm-none-eabi-nm", "nano.o", cwd=tmp_path)
    for name in re.findall(r"U (nano_(?!label)\w+)", needed):
        assert re.search(rf"T {name}$", given, re.MULTILINE)


def test_properties_are_as_specified(library: Path) -> None:
    """Arduino's library specification, revision 2.2: names, characters, categories, lengths."""
    text = (library / "library.properties").read_text(encoding="utf-8")
    found = dict(line.split("=", 1) for line in text.splitlines())
    assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9 _.-]{0,62}", found["name"])
    assert re.fullmatch(r"\d+\.\d+\.\d+", found["version"])
    assert found["category"] in CATEGORIES
    assert found["author"] == found["maintainer"] == "Ann O'Nym & Co."
    assert found["url"].startswith("https://")
    assert found["architectures"] == "*"
    assert (library / "src" / found["includes"]).is_file()
    assert found["sentence"]
    assert found["paragraph"]
    assert not any(found["maintainer"].lower().startswith(word) for word in ("arduino",))


def test_only_one_core_is_compiled(library: Path) -> None:
    """Arduino compiles every C file below src/: the cores' own are none."""
    compiled = (".c", ".cpp", ".S")
    found = {path.name for path in (library / "src").rglob("*") if path.suffix in compiled}
    assert found == {"nano.c", "nano_labels.c"}
