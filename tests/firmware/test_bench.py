"""The benchmark's figures: the marks are met, and a fresh count gives them again."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from convert.compiler.arithmetic.match import Match
from convert.compiler.targets.options import Optimize
from firmware import boards, cycles
from firmware.bench import networks, page, peers, presets
from tests.conftest import ROOT
from tests.firmware.images import image

MARKS = {
    ("cortex-m4", "speed"): 1_750_000,
    ("cortex-m7", "speed"): 1_750_000,
    ("cortex-m33", "speed"): 1_750_000,
    ("cortex-m4", "size"): 3_200_000,
    ("cortex-m7", "size"): 3_200_000,
    ("cortex-m33", "size"): 3_200_000,
    ("cortex-m55", "speed"): 800_000,
    ("cortex-m0", "speed"): 8_000_000,
    ("riscv32", "speed"): 5_000_000,
}
"""Instructions of an inference of base, at most."""
IMAGES = np.random.default_rng(8).integers(0, 256, (3, 28, 28)).astype(np.uint8)


def published(**wanted: str) -> dict[str, Any]:
    """The row of bench/results.json with these values."""
    rows = json.loads((ROOT / "bench/results.json").read_text())["rows"]
    (row,) = (row for row in rows if all(row[key] == value for key, value in wanted.items()))
    return dict(row)


@pytest.mark.parametrize(("core", "optimize"), MARKS)
def test_marks_are_met(core: str, optimize: str) -> None:
    """In the published figures, and TensorFlow Lite Micro with CMSIS-NN is behind."""
    row = published(target=core, model="base", optimize=optimize, match="xnnpack")
    assert row["instructions"] <= MARKS[core, optimize]
    assert row["instructions"] < peers.TFLM.get(core, 1 << 40)
    assert row["differing"] == 0
    assert row["stack_used"] <= row["stack"]


def test_page_shows_the_published_counts() -> None:
    """bench/README.md is what its command makes of bench/results.json."""
    found = json.loads((ROOT / "bench/results.json").read_text())
    rows = [presets.Row(**{**row, "per_layer": tuple(row["per_layer"])}) for row in found["rows"]]
    counted = [networks.Row.of(row) for row in found.get("networks", ())]
    text = (ROOT / "bench/README.md").read_text()
    assert text == page.document(rows, counted, found["versions"])
    for row in (*found["rows"], *found.get("networks", ())):
        assert f"{row['instructions']:,}" in text
        assert not row["differing"]


@pytest.mark.parametrize("board", presets.BOARDS)
def test_fresh_count_is_the_published_one(board: str) -> None:
    """Counted again on noise, base takes what is published for digits, within two per cent."""
    wanted = boards.find(board)
    row = presets.measure(wanted, ("base", Match.XNNPACK, Optimize.SPEED), IMAGES)
    told = published(target=wanted.target, model="base", optimize="speed", match="xnnpack")
    assert abs(row.instructions - told["instructions"]) < told["instructions"] / 50
    assert (row.tables, row.arena, row.macs) == (told["tables"], told["arena"], told["macs"])
    assert 0.95 < sum(row.per_layer) / row.instructions < 1.05


def test_code_is_within_the_marks() -> None:
    """The engine alone on a Cortex-M4: 6 KB for size, 16 KB for speed."""
    from convert.compiler import toolchain

    flags = "-mcpu=cortex-m4 -mthumb -mfpu=fpv4-sp-d16 -mfloat-abi=hard -O2"
    for optimize, most in ((Optimize.SIZE, 6 * 1024), (Optimize.SPEED, 16 * 1024)):
        built = image("netduinoplus2", "base", optimize=optimize)
        cost = toolchain.measure(built.deployment.compiled, f"arm-none-eabi-gcc {flags}")
        assert cost.code <= most
        assert cost.ram == 0


LISTING = """
00000000 <loop>:
       0:\tldr\tr0, [r1]
       2:\tldr\tr2, [r1, #4]
       4:\tldmia\tr1!, {r3, r4, r5-r7}
       6:\tsubs\tr0, #1
       8:\tbne.n\t0 <loop>
       a:\tstr\tr0, [r1]
       c:\tudiv\tr0, r0, r2
       e:\tbx\tlr
"""


def test_cycles_are_those_of_the_manual() -> None:
    """By hand, from the Cortex-M4's manual: ten rounds of a loop, nine branches taken."""
    counts = dict.fromkeys((0, 2, 4, 6, 8), 10.0) | {0xA: 1.0, 0xC: 1.0, 0xE: 1.0}
    rounds = 10 * (2 + 1 + (1 + 5) + 1 + 1) + 9 * 2
    assert cycles.cycles(LISTING, counts) == rounds + 1 + 7 + (1 + 2)


def test_cycles_are_more_than_instructions() -> None:
    """An estimate for the real thing lies between one and two cycles for an instruction."""
    built = image("mps2-an386", "nano")
    told = published(target="cortex-m4", model="nano", optimize="speed", match="xnnpack")
    assert 1 < cycles.estimate(built) / told["instructions"] < 2


def test_command_writes_results(run: Any, tmp_path: Path) -> None:
    """One core and model: a row for each --match and way to optimize, and a table."""
    from tests.firmware.test_commands import pictures

    options = ("--target", "cortex-m0", "--model", "nano", "--images", "2", "--out", tmp_path)
    done = run("firmware.bench", *options, "--data", pictures(tmp_path / "data"))
    assert done.returncode == 0, done.stderr
    rows = json.loads((tmp_path / "results.json").read_text())["rows"]
    assert {(row["match"], row["optimize"]) for row in rows} == {
        (match.value, optimize.value) for match in Match for optimize in Optimize
    }
    assert f"{rows[0]['instructions']:,}" in done.stdout
