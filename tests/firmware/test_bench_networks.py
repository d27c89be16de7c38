"""The benchmark of any network: counted without firmware, compared with LiteRT."""

import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from convert import tflite
from convert.compiler import check, toolchain
from convert.compiler.arithmetic.match import Match
from convert.compiler.build import compile_model
from convert.compiler.targets.options import Optimize, Options, Target
from firmware import count
from firmware.bench import __main__ as bench
from firmware.bench import networks, page, peers
from firmware.count import CORES
from runtime.errors import DataError, GateError, ModelError, ToolError
from tests.compiler.builder import Builder
from tests.conftest import ROOT

NANO = ROOT / "runtime/models/nano/model.tflite"
NOTHING = np.zeros((1, 1, 28, 28, 1), np.int8)
ONE = ("--target", "cortex-m4", "--optimize", "speed")


def chain(length: int) -> bytes:
    """A network of so many operators that cannot become one."""
    builder = Builder()
    first = last = builder.tensor((1, 6), 0.1, 3)
    for _ in range(length):
        following = builder.tensor((1, 6), 0.1, 3)
        builder.add("LEAKY_RELU", [last], following, alpha=0.5)
        last = following
    return builder.pack([first], last)


def test_model_is_counted_and_compared(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The counts are near those of the firmware, every operator is told, and two runs agree."""
    assert bench.main(["--model", str(NANO), *ONE, "--out", str(tmp_path / "a")]) == 0
    told = capsys.readouterr().out
    assert bench.main(["--model", str(NANO), *ONE, "--out", str(tmp_path / "b")]) == 0
    files = [tmp_path / folder / "results.json" for folder in "ab"]
    assert files[0].read_bytes() == files[1].read_bytes()
    (data,) = json.loads(files[0].read_text())["networks"]
    published = json.loads((ROOT / "bench/results.json").read_text())["rows"]
    wanted = {"target": "cortex-m4", "model": "nano", "optimize": "speed", "match": "xnnpack"}
    (firmware,) = (row for row in published if wanted.items() <= row.items())
    assert (data["network"], data["differing"], data["inputs"]) == ("model.tflite", 0, 5)
    assert data["macs"] == firmware["macs"]
    assert data["instructions"] == pytest.approx(firmware["instructions"], rel=0.05)
    assert data["cycles"] == pytest.approx(firmware["cycles"], rel=0.05)
    assert sum(one["instructions"] for one in data["layers"]) == pytest.approx(
        data["instructions"], rel=0.01
    )
    assert all(one["operator"] in told and one["kernel"] in told for one in data["layers"])
    row = networks.Row.of(data)
    assert json.loads(json.dumps(row.as_data())) == data
    assert page.network_table([row]) in (tmp_path / "a/README.md").read_text()


@pytest.mark.parametrize("target", [Target.CORTEX_M0, Target.CORTEX_M33, Target.CORTEX_M55])
def test_many_operators(target: Target) -> None:
    """More than the firmware's profile holds, each with its count."""
    question = networks.ask("chain", tflite.parse(chain(40)), Match.XNNPACK, 3)
    row = networks.measure(question, target, Optimize.SPEED)
    assert (len(row.layers), row.differing, row.inputs) == (40, 0, 3)
    assert min(layer.instructions for layer in row.layers) > 6
    assert row.cycles is None


def test_inputs_of_a_file(tmp_path: Path) -> None:
    """As many as it has; what does not fit, and what there is not, is one clear line."""
    good = np.random.default_rng(0).integers(-128, 128, (3, 28, 28, 1)).astype(np.int8)
    np.savez(tmp_path / "good.npz", good)
    words = ["--model", str(NANO), *ONE, "--quiet"]
    assert bench.main([*words, "--inputs", str(tmp_path / "good.npz")]) == 0
    np.savez(tmp_path / "bad.npz", good[:, :5])
    with pytest.raises(DataError, match="has shape"):
        bench.main([*words, "--inputs", str(tmp_path / "bad.npz")])
    with pytest.raises(DataError, match=r"cannot read .*nowhere\.npz: No such file"):
        bench.main([*words, "--inputs", str(tmp_path / "nowhere.npz")])
    with pytest.raises(DataError, match=r"one \.tflite"):
        bench.main(["--model", "nano", "--inputs", str(tmp_path / "good.npz")])


def test_wrong_model_is_one_line(run: Any, tmp_path: Path) -> None:
    """There is none, or it is none."""
    with pytest.raises(DataError, match="there is no model nowhere"):
        bench.main(["--model", "nowhere"])
    (tmp_path / "x.tflite").write_bytes(b"no model at all")
    with pytest.raises(ModelError):
        bench.main(["--model", str(tmp_path / "x.tflite")])
    done = run("firmware.bench", "--model", tmp_path / "x.tflite")
    assert done.returncode == 1
    assert done.stderr.startswith("error: ")
    assert done.stderr.count("\n") == 1


def test_differing_bytes_are_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The table is printed, nothing is written."""
    honest = check.run_runtime

    def off(*given: Any) -> check.Answers:
        answers = honest(*given)
        wrong = [array.copy() for array in answers.arrays]
        wrong[0].flat[3] ^= 1
        return dataclasses.replace(answers, arrays=wrong)

    monkeypatch.setattr(check, "run_runtime", off)
    with pytest.raises(GateError, match=r"1 bytes differ.*cortex-m4"):
        bench.main(["--model", str(NANO), *ONE, "--out", str(tmp_path / "out")])
    assert "1 <--" in capsys.readouterr().out
    assert not (tmp_path / "out").exists()


def test_model_that_is_too_large_for_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Told with the sizes, before anything is compiled."""
    small = dataclasses.replace(CORES[Target.CORTEX_M4], flash_size=1000)
    monkeypatch.setitem(CORES, Target.CORTEX_M4, small)
    with pytest.raises(ToolError, match=r"tables are [\d,]+ bytes for cortex-m4"):
        bench.main(["--model", str(NANO), *ONE])


def test_counter_goes_round(tmp_path: Path) -> None:
    """An operator that takes more than SysTick's 24 bits hold takes as many times one run's."""
    compiled = compile_model(tflite.read(NANO), "model", Options(target=Target.CORTEX_M4))
    program = count.build(compiled, tmp_path)
    (once,) = program.run([NOTHING])
    source = tmp_path / "main.c"
    wait = "for (volatile uint32_t left = 20000000; left > 0; left--) continue;"
    source.write_text(
        source.read_text().replace("        ticks_start();", f"        ticks_start();\n{wait}")
    )
    core = CORES[Target.CORTEX_M4]
    words = [*count.command(Target.CORTEX_M4), "-std=c99", *core.including, "-I", "."]
    files = ["main.c", "model.o", "-o", "program", "-lgcc"]
    toolchain.run([*words, *core.linking, *files], tmp_path)
    (waited,) = program.run([NOTHING])
    assert 5 * 20e6 < waited.steps[0] - once.steps[0] < 8 * 20e6
    assert waited.steps[1:] == pytest.approx(once.steps[1:], abs=10)


def test_peers_are_of_the_networks_that_are_built() -> None:
    """By their names; a file of such a name may be anything."""
    from convert import networks as built

    assert set(peers.NETWORKS) == set(built.NETWORKS)
    assert peers.of("ds_cnn", "cortex-m4") == peers.Peer(7_700_000, 22_800)
    assert peers.of("ds_cnn.tflite", "cortex-m4") is None
    assert peers.of("ds_cnn", "cortex-m33") is None
