"""What a report knows of boards is what the firmware knows of them."""

from pathlib import Path

import pytest

from convert import boards as facts
from convert import footprint, tflite
from convert.compiler.arithmetic.match import Match
from convert.compiler.build import compile_model
from convert.compiler.targets.options import Optimize, Options, Target
from convert.report import bare
from firmware import boards, build
from runtime.classifier import BUNDLED
from runtime.errors import DataError
from tests.compiler.test_avr import flat


def test_boards_are_the_firmwares() -> None:
    """Every one that can be flashed, with the same facts; those for counting alone are left out."""
    told = {one.name: one for one in facts.read()}
    expected = {name: boards.find(name) for name in boards.names()}
    assert set(told) == {name for name, board in expected.items() if board.flash_with}
    for name, one in told.items():
        for what in ("title", "core", "target", "clock", "flash", "ram", "stack"):
            assert getattr(one, what) == getattr(expected[name], what)
        Target(one.target)  # is one of the compiler's


@pytest.mark.parametrize("name", boards.names())
def test_clock_is_the_counters(name: str) -> None:
    """SysTick, and the nRF51's TIMER0, count the core's clock: what QEMU's machines run them at.

    A RISC-V's mcycle counts there the emulator's own nanoseconds, whatever the clock is.
    """
    board = boards.find(name)
    assert 1_000_000 <= board.clock <= 1_000_000_000
    if board.emulator:
        ours = 1_000_000_000 if board.family.name == "riscv" else board.clock
        assert board.emulator.ticks_hz == ours


@pytest.mark.parametrize("model", ["base", "nano"])
@pytest.mark.parametrize("name", ["stm32vldiscovery", "microbit", "netduinoplus2"])
def test_what_fits_is_what_the_firmware_builds(name: str, model: str) -> None:
    """The same C, whole or with smaller kernels, and the same bytes; or neither."""
    board, path = boards.find(name), BUNDLED / model / "model.tflite"
    options = Options(target=Target(board.target), optimize=Optimize.SPEED)
    expected = build.fitted(board, model, options)
    graph = tflite.read(path)
    whole = compile_model(graph, "model", options)
    found = footprint.fitted(graph, whole, board.flash, board.ram, board.stack)
    assert (found is None) == (expected is None)
    if found and expected:
        assert found.unit.options == expected.compiled.unit.options
        assert footprint.need(found) == footprint.need(expected.compiled)


def test_report_keeps_the_boards_own_stack(tmp_path: Path) -> None:
    """A network whose arena reaches into the stack of a Mega fits on none, as for the firmware."""
    path, (mega,) = tmp_path / "flat.tflite", [b for b in facts.read() if b.name == "mega2560"]
    for count, fits in ((6700, True), (6800, False)):
        path.write_bytes(flat(count))
        told = bare.report(path, Match.XNNPACK, [mega])["costs"]["boards"]
        options = Options(target=Target.AVR)
        built = build.fitted(boards.find("mega2560"), str(path), options)
        assert (told[0]["image"] is not None) == (built is not None) == fits


def board(folder: Path, **more: object) -> Path:
    """A folder of one board."""
    told = {"title": "x", "core": "y", "target": "z", "clock": 1, "flash": 2, "ram": 3} | more
    lines = [f"{name} = {value!r}" for name, value in told.items() if value is not None]
    (folder / "mine").mkdir()
    (folder / "mine/board.toml").write_text("\n".join([*lines, "[flash_with]", "pyocd = 'a'"]))
    return folder


@pytest.mark.parametrize("more", [{"clock": None}, {"flash": "big"}, {"ram": 0}, {"title": 3}])
def test_a_file_that_describes_no_board_is_named(tmp_path: Path, more: dict[str, object]) -> None:
    """With what is wrong in it."""
    (name,) = more
    with pytest.raises(DataError, match=rf"mine/board\.toml has no right '{name}'"):
        facts.read(board(tmp_path, **more))


def test_a_board_of_ones_own(tmp_path: Path) -> None:
    """Its folder's name is its name; a folder without boards, or a damaged file, is refused."""
    with pytest.raises(DataError, match=r"has no NAME/board\.toml"):
        facts.read(tmp_path)
    (found,) = facts.read(board(tmp_path))
    assert found == facts.Board("mine", "x", "y", "z", 1, 2, 3, footprint.STACK)
    (tmp_path / "mine/board.toml").write_text("title = ")
    with pytest.raises(DataError, match="cannot be read"):
        facts.read(tmp_path)
