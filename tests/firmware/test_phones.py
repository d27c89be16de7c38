"""Networks on a phone's cores, in QEMU's user mode: LiteRT's bytes, and counts that are right."""

import json
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from convert import tflite
from convert.compiler.arithmetic.match import Match
from convert.compiler.build import compile_model
from convert.compiler.targets.options import Options, Target
from firmware import count_phone
from firmware.bench import networks, phones
from runtime import worker
from runtime.errors import GateError
from tests.package import given

Run = Callable[..., subprocess.CompletedProcess[str]]
LOOP = """
#define STEPS 2
#include "ticks.h"
int main(void)
{
    ticks_start();
    __asm__ volatile("mov x0, #1000\\n1:\\tsubs x0, x0, #1\\n\\tb.ne 1b" ::: "x0", "cc");
    count_after(0);
    __asm__ volatile("mov x0, #5000\\n1:\\tsubs x0, x0, #1\\n\\tb.ne 1b" ::: "x0", "cc");
    count_after(1);
    ticks_stop();
    return 0;
}
"""


def test_what_is_counted_is_what_runs(tmp_path: Path) -> None:
    """Two loops of two instructions each turn: 8,000 more in the second, to the instruction."""
    (tmp_path / "main.c").write_text(LOOP)
    program = ["aarch64-linux-gnu-gcc", *count_phone.OPTIONS, "-I", count_phone.PHONE, "main.c"]
    subprocess.run([*program, "-o", "program"], cwd=tmp_path, check=True)
    compiled = compile_model(tflite.parse(given.ODD["class"]), "model")
    found = count_phone.Program(compiled, tmp_path, "cortex-a53")
    plugin = f"{count_phone.plugin(tmp_path)},out=marks,mark={found.mark():x}"
    words = ["qemu-aarch64", "-plugin", plugin, "./program"]
    subprocess.run(words, cwd=tmp_path, check=True)
    first, second = np.diff(np.fromfile(tmp_path / "marks", "<u8"))
    assert second - first == 2 * (5000 - 1000)
    assert 2000 < first < 2020


@pytest.mark.parametrize("cpu", count_phone.CPUS)
@pytest.mark.parametrize("name", given.ODD)
def test_the_bytes_of_litert(name: str, cpu: str, tmp_path: Path) -> None:
    """Several inputs and outputs, other types at the borders, a state; each counted run too."""
    case = given.odd(name, tmp_path)
    options = Options(target=Target.AARCH64)
    compiled = compile_model(tflite.read(case.model), "model", options)
    program = count_phone.build(compiled, tmp_path, cpu)
    assert phones.differing(program.answers(case.inputs), case.outputs) == 0
    counted = program.run([one[:3] for one in case.inputs])
    expected = worker.run(case.model, [one[:3] for one in case.inputs], "litert", "default")
    assert phones.differing([one.outputs for one in counted], expected) == 0
    assert all(len(one.steps) == len(compiled.unit.program.steps) for one in counted)


def test_kernels_take_fewer_instructions(run: Run) -> None:
    """Of nano those for Arm, and with dot products fewer still; the same bytes everywhere."""
    done = run("firmware.bench.phones", "--model", "nano", "--count", "20", "--json")
    rows = json.loads(done.stdout)
    taken = {(one["cpu"], one["kernels"]): one["instructions"] for one in rows}
    assert {one["differing"] for one in rows} == {0}
    assert {one["inputs"] for one in rows} == {20}
    assert taken["cortex-a53", "aarch64"] < taken["cortex-a53", "plain C"] / 2
    assert taken["cortex-a76", "aarch64"] < taken["cortex-a53", "aarch64"]
    for one in rows:
        parts = sum(layer["instructions"] for layer in one["layers"])
        assert parts == pytest.approx(one["instructions"], rel=0.01)  # medians, part by part


def test_a_byte_that_differs_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command ends with what is wrong, and where."""
    ask = networks.ask

    def wrong(name: str, model: tflite.Model, match: Match, inputs: int) -> networks.Question:
        found = ask(name, model, match, inputs)
        changed = found.expected[0].copy()
        changed.flat[0] += 1
        return replace(found, expected=[changed])

    monkeypatch.setattr(networks, "ask", wrong)
    with pytest.raises(GateError, match=r"1 bytes differ .*: nano, plain C, on a cortex-a53"):
        phones.main(["--model", "nano", "--count", "2", "--cpu", "cortex-a53"])
