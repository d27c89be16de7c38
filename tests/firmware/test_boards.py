"""Every board's image is what the board needs, and costs what was predicted."""

import re
import struct
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from intelhex import IntelHex

from convert.compiler import toolchain
from convert.compiler.arithmetic.match import Match
from convert.compiler.targets.options import Optimize, Options
from firmware import boards, build, deployment, tools
from firmware.boards import BOARDS
from firmware.build import Image
from runtime import classifier
from runtime.errors import ToolError
from tests.firmware.images import image

AVR = boards.of_target("avr")
"""Linked by avr-libc's script and with its start-up code; test_avr_boards.py has them."""


def symbols(built: Image) -> dict[str, int]:
    """Addresses by name in the image."""
    words = [built.board.family.toolchain.program("nm"), str(built.elf)]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    rows = (line.split() for line in done.stdout.splitlines())
    return {row[-1]: int(row[0], 16) for row in rows if len(row) == 3}


MAGIC = {"esp32c3": 8}
"""Bytes in front of the first instruction."""


def of_family(name: str) -> list[str]:
    """The boards whose cores are of a family."""
    return [board for board in boards.names() if boards.find(board).family.name == name]


@pytest.mark.parametrize("name", [name for name in boards.names() if name not in AVR])
def test_image_suits_the_board(name: str) -> None:
    """Memories are those of board.toml, and it all fits."""
    built, board = image(name), boards.find(name)
    found = symbols(built)
    assert (found["__flash_size"], found["__ram_size"]) == (board.flash, board.ram)
    memory = IntelHex(str(built.folder / "firmware.hex"))
    ram = range(found["__ram_start"], found["__ram_start"] + board.ram + 1)
    flash = range(found["__flash_start"], found["__flash_start"] + board.flash)
    assert memory.minaddr() == found["__flash_start"]
    assert memory.maxaddr() in flash
    assert memory.tobinstr() == (built.folder / "firmware.bin").read_bytes()
    assert found["__stack_bottom"] == found["__ram_start"]
    assert found["__stack_top"] % 16 == 0
    assert found["__bss_end"] in ram


@pytest.mark.parametrize("name", of_family("cortex-m"))
def test_vectors_of_a_cortex_m_point_into_its_memories(name: str) -> None:
    """The stack's end in RAM, aligned, and handlers in flash, with Thumb's bit."""
    built, board = image(name), boards.find(name)
    found = symbols(built)
    memory = IntelHex(str(built.folder / "firmware.hex"))
    start = found["vectors"]
    vectors = struct.unpack("<16I", memory.tobinstr(start=start, size=64))
    flash = range(found["__flash_start"], found["__flash_start"] + board.flash)
    assert vectors[0] == found["__stack_top"]
    assert vectors[1] == found["reset_handler"] | 1
    assert all(vector % 2 == 1 and vector - 1 in flash for vector in vectors[1:])
    assert start in (found["__flash_start"], found["__flash_start"] + 256)


@pytest.mark.parametrize("name", of_family("riscv"))
def test_riscv_begins_where_its_flash_does(name: str) -> None:
    """There a reset goes to; a trap's address leaves the bits free that say what kind it is."""
    found = symbols(image(name))
    assert found["reset"] == found["__flash_start"] + MAGIC.get(name, 0)
    assert found["trap"] % 64 == 0
    assert found["fault_stack"] % 16 == 0


@pytest.mark.parametrize("name", boards.names())
def test_cost_is_within_what_was_predicted(name: str) -> None:
    """Flash, RAM and stack are no more than said before the build, and RAM is not much less."""
    built = image(name)
    assert built.flash <= built.predicted.flash <= built.board.flash
    assert built.predicted.ram - 256 <= built.ram <= built.predicted.ram <= built.board.ram
    assert built.stack <= built.board.stack
    assert built.flash == len((built.folder / "firmware.bin").read_bytes())


@pytest.mark.parametrize("name", ["hifive1", "microbit", "esp32c3"])
def test_a_stack_that_is_too_small_grows_where_there_is_ram(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """To what the deepest calls take, and a line says so; without RAM for it nothing is built."""
    board, deployed = boards.find(name), image(name).deployment
    usual = replace(board, stack=256)
    built = build.build(usual, deployed, tmp_path)
    found = symbols(built)
    assert 256 < built.stack <= found["__stack_top"] - found["__stack_bottom"] < built.stack + 16
    assert built.ram <= built.predicted.ram
    assert f"of stack on {name}, more than the usual 256: " in capsys.readouterr().out
    tight = replace(usual, ram=boards.need(usual, deployed.compiled).ram)
    with pytest.raises(ToolError, match=f"may need {built.stack} bytes of stack on {name}, and"):
        build.build(tight, deployed, tmp_path)
    assert not built.folder.exists()


@pytest.mark.parametrize("model", classifier.bundled())
def test_on_a_cortex_m4_all_but_the_tables_takes_less_than_8_kb(model: str) -> None:
    """Start-up, protocol, self-test and engine, for every bundled model."""
    for match in Match:
        small = ("-DCMAKE_BUILD_TYPE=MinSizeRel",)
        built = image("netduinoplus2", model, match, small, Optimize.SIZE)
        doubles = 2048 if match is Match.REF else 0  # software for double precision
        assert built.flash - built.tables <= 8 * 1024 + doubles


@pytest.mark.parametrize("name", boards.names())
def test_nothing_of_a_c_library_is_in_it(name: str) -> None:
    """No heap, no stdio, no string functions: only our own functions and the compiler's helpers."""
    for symbol in symbols(image(name)):
        assert symbol not in {"malloc", "free", "printf", "memcpy", "memset", "memmove", "_sbrk"}


def test_fault_handler_has_room() -> None:
    """The fault handler's own stack is as deep as its deepest chain of calls, on every core."""
    for name in set(boards.names()) - set(AVR):
        tree = image(name).folder / "cmake"
        graph = "\n".join(path.read_text() for path in sorted(tree.rglob("*.ci")))
        room = 256 if boards.find(name).family.name == "cortex-m" else 224  # less the registers
        assert toolchain.deepest(graph, "fault_report", build.HELPER) <= room


def test_stm32vldiscovery_refuses_base_before_it_builds(tmp_path: Path) -> None:
    """Too big is refused with the numbers and with what fits, and nothing is written."""
    board = boards.find("stm32vldiscovery")
    deployed = deployment.load("base", Options())
    with pytest.raises(ToolError, match=r"255,680 bytes.*131,072; these fit: small, micro, nano"):
        build.build(board, deployed, tmp_path)
    assert not list(tmp_path.iterdir())


def test_default_model_is_the_largest_that_fits() -> None:
    """Base where there is flash for it, small where there are 128 KB."""
    chosen = {name: build.choose(boards.find(name), None).name for name in boards.names()}
    assert chosen.pop("stm32vldiscovery") == chosen.pop("longan-nano") == "small"
    assert chosen.pop("uno") == "nano"
    assert chosen.pop("mega2560") == "small"
    assert set(chosen.values()) == {"base"}


def test_pico_has_a_second_stage_that_the_rom_accepts() -> None:
    """256 bytes with the checksum of the RP2040 Datasheet, 2.8.1.3.1, before the vector table."""
    content = (image("pico").folder / "firmware.bin").read_bytes()
    crc = 0xFFFFFFFF
    for byte in content[:252]:
        crc ^= byte << 24
        for _ in range(8):
            crc = (crc << 1 ^ (0x04C11DB7 if crc >> 31 else 0)) & 0xFFFFFFFF
    assert struct.unpack("<I", content[252:256]) == (crc,)
    assert symbols(image("pico"))["vectors"] == 0x10000100


def test_esp32c3_is_what_its_rom_boots_directly() -> None:
    """Two magic words first; constants lie where the ROM maps flash for data."""
    built = image("esp32c3")
    assert (
        struct.unpack("<2I", (built.folder / "firmware.bin").read_bytes()[:8]) == (0xAEDB041D,) * 2
    )
    words = [built.board.family.toolchain.program("objdump"), "-h", str(built.elf)]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    rows = {row[1]: row for row in map(str.split, done.stdout.splitlines()) if len(row) == 7}
    at, stored = (int(rows[".rodata"][column], 16) for column in (3, 4))
    assert at - 0x3C00_0000 == stored - 0x4200_0000 > 0


def test_uf2_holds_the_image() -> None:
    """Blocks as Microsoft's description has them, in order, for the RP2040, with every byte."""
    folder = image("pico").folder
    content = (folder / "firmware.uf2").read_bytes()
    blocks = [content[start : start + 512] for start in range(0, len(content), 512)]
    told = [struct.unpack("<8I", block[:32]) for block in blocks]
    assert {row[:3] for row in told} == {(0x0A324655, 0x9E5D5157, 0x2000)}
    assert [row[3] for row in told] == [0x10000000 + 256 * n for n in range(len(blocks))]
    assert [row[5] for row in told] == list(range(len(blocks)))
    assert {(row[4], row[6], row[7]) for row in told} == {(256, len(blocks), 0xE48BFF56)}
    assert {block[-4:] for block in blocks} == {struct.pack("<I", 0x0AB16F30)}
    payload = b"".join(block[32:288] for block in blocks)
    image_bytes = (folder / "firmware.bin").read_bytes()
    assert payload.startswith(image_bytes)
    assert set(payload[len(image_bytes) :]) <= {0xFF}


def test_same_input_gives_the_same_image(tmp_path: Path) -> None:
    """Built twice in different folders, the image is the same to the byte."""
    board, deployed = boards.find("microbit"), deployment.load("nano", Options())
    for name in ("one", "two"):
        build.build(board, deployed, tmp_path / name)
    one, two = (next((tmp_path / name).glob("*/firmware.bin")) for name in ("one", "two"))
    assert one.read_bytes() == two.read_bytes()


def test_cmake_presets_are_the_boards() -> None:
    """CMake alone offers what Python offers."""
    text = (tools.SOURCE / "CMakePresets.json").read_text()
    assert set(re.findall(r'"configurePreset": "([^"]+)"', text)) == set(boards.names())
    assert {path.name for path in BOARDS.iterdir()} == set(boards.names())


@pytest.mark.parametrize("tool", ["cmake", "ninja", "arm-none-eabi-gcc"])
def test_missing_tool_is_named(tool: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a tool, one line says which, and how to get it."""
    tools = tmp_path / "bin"
    tools.mkdir()
    for folder in ("/usr/bin", "/bin"):
        for path in Path(folder).iterdir():
            if not path.name.startswith(tool) and not (tools / path.name).exists():
                (tools / path.name).symlink_to(path)
    monkeypatch.setenv("PATH", str(tools))
    with pytest.raises(ToolError, match=rf"{tool} cannot be run; on Debian: sudo apt-get install"):
        build.build(boards.find("microbit"), deployment.load("nano", Options()), tmp_path / "out")
