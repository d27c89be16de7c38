"""``--check`` compares any model with every runtime, and says clearly what it could not compare."""

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from convert import tflite
from convert.compiler import check, samples
from convert.compiler.arithmetic.match import Match
from convert.compiler.build import Compiled
from convert.compiler.command.check import as_text
from convert.compiler.frontend.read import read
from convert.compiler.operators import registry
from convert.compiler.survey import models
from convert.compiler.targets.options import Options
from runtime import worker
from runtime.errors import DataError, ModelError
from tests.compiler import networks
from tests.conftest import Command

FOLDER = os.environ.get("THIMBLE_MODELS")


def saved(folder: Path, content: bytes, name: str = "net.tflite") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def checked(run: Command, path: Path, *words: str | Path) -> tuple[int, list[dict], str]:
    done = run("convert.compiler", path, "--json", "--check", *words)
    return done.returncode, json.loads(done.stdout or "[]"), done.stderr


def test_several_inputs_and_outputs(run: Command, tmp_path: Path) -> None:
    """Every mode against every runtime, random inputs from a seed: 0 bytes differ from its own."""
    path = saved(tmp_path, networks.addition())
    status, rows, errors = checked(run, path, "40")
    assert status == 0, errors
    own = [row for row in rows if row["mode"] == row["runtime"]]
    assert [(row["inputs"], row["differing"], row["problem"]) for row in own] == [(40, 0, "")] * 3
    assert len(rows) == 9
    table = run("convert.compiler", path, "--check", "3", "--seed", "5")
    assert "inputs that differ" in table.stdout
    assert "why not" not in table.stdout


def test_tensorflow_is_not_imported(run: Command, tmp_path: Path) -> None:
    """The check needs the runtimes, not what trains."""
    (tmp_path / "tensorflow.py").write_text("raise SystemExit('imported')")
    path = f"{tmp_path}:{Path(check.__file__).parents[2]}"
    done = run(
        "convert.compiler",
        saved(tmp_path, networks.dense()),
        "--check",
        "2",
        env={"PYTHONPATH": path},
    )
    assert done.returncode == 0, done.stderr


def test_a_difference_is_found_and_named(monkeypatch, tmp_path: Path) -> None:
    """One element off by one: a byte, an input, and where it stands; the command fails."""
    from convert.compiler import __main__ as command
    from runtime.errors import GateError

    honest = check.run_compiled

    def off(compiled: Compiled, given: list[np.ndarray]) -> check.Answers:
        answers = honest(compiled, given)
        if compiled.unit.match is Match.REF:
            answers.arrays[1][6, 0, 2, 1] ^= 1
        return answers

    monkeypatch.setattr(check, "run_compiled", off)
    model = tflite.parse(networks.addition())
    given = samples.random(read(model), 8, 0)
    rows = check.check(model, check.compile_modes(model, Options()), given)
    (wrong,) = [row for row in rows if row.is_wrong]
    assert (wrong.mode, wrong.differing, wrong.inputs_differing) == (Match.REF, 1, 1)
    assert wrong.first is not None
    assert (wrong.first.input, wrong.first.output, wrong.first.index) == (6, "other", (0, 2, 1))
    assert "'other' [0, 2, 1]" in as_text(rows)
    with pytest.raises(GateError, match="differs"):
        command.main([str(saved(tmp_path, networks.addition())), "--check", "8", "--quiet"])


def test_a_runtime_that_dies_is_a_row(monkeypatch) -> None:
    """Abort, segmentation fault, missing package: one phrase, and the others are compared."""
    code = "import os, sys; sys.stderr.write('Check failed\\n'); sys.stderr.flush(); os.abort()"
    honest = worker.subprocess.run

    def run(command: list[str], **more: object) -> object:
        if command[-2:] == [worker.MICRO, "default"]:
            command = [sys.executable, "-c", code]
        elif command[-1] == "reference":
            command = [sys.executable, "-c", "import os; os.kill(os.getpid(), 11)"]
        return honest(command, **more)

    monkeypatch.setattr(worker.subprocess, "run", run)
    model = tflite.parse(networks.dense())
    given = samples.random(read(model), 2, 0)
    rows = check.check(model, check.compile_modes(model, Options()), given)
    problems = {row.mode: row.problem for row in rows if row.mode is row.runtime}
    assert problems[Match.XNNPACK] == ""
    assert problems[Match.REF].endswith("died of SIGSEGV")
    assert problems[Match.TFLM].endswith("died of SIGABRT (Check failed)")
    assert len([row for row in rows if not row.problem]) == 3  # XNNPACK's with every mode


def test_c_that_does_not_run_is_wrong(monkeypatch, tmp_path: Path) -> None:
    """A mode that compiles and then fails its self-test is a row, and the command fails."""
    from convert.compiler import __main__ as command
    from runtime.errors import BackendError, GateError

    honest = Compiled.files

    def files(self: Compiled) -> dict[str, bytes]:
        found = dict(honest(self))
        if self.unit.match is Match.REF:
            found["model.c"] = found["model.c"].replace(
                b"golden_seed[2] = {1u", b"golden_seed[2] = {7u"
            )
        return found

    monkeypatch.setattr(Compiled, "files", files)
    model = tflite.parse(networks.dense())
    given = samples.random(read(model), 2, 0)
    rows = check.check(model, check.compile_modes(model, Options()), given)
    (broken,) = [row for row in rows if row.problem]
    assert broken.is_wrong
    assert "the C does not run: the model fails its self-test" in broken.problem
    net = saved(tmp_path, networks.dense())
    with pytest.raises(GateError, match="differs"):
        command.main([str(net), "--check", "2", "--quiet"])
    monkeypatch.setenv("CC", "no-such-compiler")
    with pytest.raises(BackendError, match="no-such-compiler"):
        command.main([str(net), "--check", "2", "--quiet"])


def test_a_missing_runtime_is_a_row(run: Command, tmp_path: Path) -> None:
    """Without tflite-micro the other modes are proven all the same."""
    code = (
        "import sys, importlib.util as u; real = u.find_spec\n"
        "u.find_spec = lambda n, *a: None if n == 'tflite_micro' else real(n, *a)\n"
    )
    (tmp_path / "sitecustomize.py").write_text(code)
    path = f"{tmp_path}:{Path(check.__file__).parents[2]}"
    net = saved(tmp_path, networks.dense())
    done = run("convert.compiler", net, "--check", "2", "--json", env={"PYTHONPATH": path})
    assert done.returncode == 0, done.stderr
    rows = json.loads(done.stdout)
    (missing,) = [row for row in rows if row["problem"]]
    assert missing["mode"] == missing["runtime"] == "tflm"
    assert "tflite-micro is not installed" in missing["problem"]


def test_a_mode_that_is_refused_is_a_row(monkeypatch) -> None:
    """What one runtime lacks, the others are compared on."""
    from dataclasses import replace

    operators = dict(registry())
    operators["ADD"] = replace(operators["ADD"], lacking={Match.REF: "lacks it"})
    monkeypatch.setattr("convert.compiler.lower.registry", lambda: operators)
    model = tflite.parse(networks.addition())
    modes = check.compile_modes(model, Options())
    rows = check.check(model, modes, samples.random(read(model), 2, 0))
    (refused,) = [row for row in rows if row.problem]
    assert refused.mode is Match.REF
    assert "lacks it" in refused.problem
    assert all(row.differing == 0 for row in rows if row.is_proof)


def test_what_no_mode_compiles_is_an_error(run: Command, model_path: Path, tmp_path: Path) -> None:
    """One line, as without --check; and so is a number of inputs below 1."""
    from tests.compiler.builder import Builder

    b = Builder()
    x, y = b.tensor((1, 4), 0.05, 0), b.tensor((1, 4), 0.05, 0)
    b.add("ROUND", [x], y)
    done = run("convert.compiler", saved(tmp_path, b.pack([x], y)), "--check", "2")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "ROUND" in done.stderr
    done = run("convert.compiler", model_path, "--check", "0")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)


class TestInputs:
    """Of the user's own file."""

    def two(self, **changed: np.ndarray) -> dict[str, np.ndarray]:
        rng = np.random.default_rng(0)
        left, right = (rng.integers(-128, 128, (6, 3, 4)).astype(np.int8) for _ in range(2))
        return {"left": left, "right": right[:, None], **changed}

    def test_named_arrays_are_taken(self, run: Command, tmp_path: Path) -> None:
        """With and without the batch dimension, in any order, more than are asked for."""
        np.savez(tmp_path / "x.npz", **self.two())
        path = saved(tmp_path, networks.addition())
        status, rows, errors = checked(run, path, "5", "--inputs", tmp_path / "x.npz")
        assert status == 0, errors
        assert {row["inputs"] for row in rows} == {5}
        given = samples.load(tmp_path / "x.npz", read(tflite.read(path)), 5)
        assert [one.shape for one in given] == [(5, 1, 3, 4)] * 2

    def test_one_array_for_one_input_needs_no_name(self, tmp_path: Path) -> None:
        """A .npy, or a .npz with a single array."""
        network = read(tflite.parse(networks.dense()))
        values = np.arange(10, dtype=np.int8).reshape(2, 5)
        np.save(tmp_path / "x.npy", values)
        np.savez(tmp_path / "x.npz", anything=values[:, None])
        for name in ("x.npy", "x.npz"):
            (given,) = samples.load(tmp_path / name, network, 2)
            assert np.array_equal(given[:, 0], values)

    @pytest.mark.parametrize(
        ("changed", "said"),
        [
            ({"left": np.zeros((6, 3, 4), np.float32)}, r"float32.* int8 .*quantize.*0\.05.*\+ 3"),
            ({"left": np.zeros((6, 3, 4), np.uint8)}, r"uint8.* int8 \['n', 1, 3, 4\] or"),
            ({"left": np.zeros((6, 4, 3), np.int8)}, r"shape \[6, 4, 3\]"),
            (
                {"left": np.zeros((3, 3, 4), np.int8)},
                "as many of each input: 'left' 3, 'right' 6",
            ),
            ({"left": np.array(4, np.int8)}, r"shape \[\]"),
        ],
    )
    def test_what_does_not_fit_is_refused(
        self, tmp_path: Path, changed: dict[str, np.ndarray], said: str
    ) -> None:
        """The message has what is expected."""
        np.savez(tmp_path / "x.npz", **self.two(**changed))
        with pytest.raises(DataError, match=said):
            samples.load(tmp_path / "x.npz", read(tflite.parse(networks.addition())), 5)

    def test_files_that_are_none_are_refused(self, tmp_path: Path) -> None:
        """A missing name, a missing file, text, pickles."""
        network = read(tflite.parse(networks.addition()))
        np.savez(tmp_path / "x.npz", left=self.two()["left"])
        with pytest.raises(DataError, match=r"lacks 'right'.* left, right"):
            samples.load(tmp_path / "x.npz", network, 5)
        (tmp_path / "text.npz").write_text("1, 2, 3")
        np.save(tmp_path / "objects.npy", np.array([{}], object), allow_pickle=True)
        for name in ("text.npz", "objects.npy", "none.npz"):
            with pytest.raises(DataError, match=r"\.npz or \.npy"):
                samples.load(tmp_path / name, network, 1)


def test_random_inputs_are_of_every_kind() -> None:
    """Both ends, the zero point and constants occur; the seed decides; other seeds differ."""
    network = read(tflite.parse(networks.addition()))
    left, right = samples.random(network, 50, 3)
    again = samples.random(network, 50, 3)
    other = samples.random(network, 50, 4)
    assert np.array_equal(left, again[0])
    assert not np.array_equal(left, other[0])
    assert not np.array_equal(left, right)
    constant = [row for row in left if len(np.unique(row)) == 1]
    assert {-128, 127, 3} <= {int(row.flat[0]) for row in constant}
    assert any(set(np.unique(row)) == {-128, 127} for row in left)


def test_a_state_is_run_as_one_sequence(run: Command, tmp_path: Path) -> None:
    """Each step is compared, and what was before it counts."""
    path = saved(tmp_path, networks.with_state())
    status, rows, errors = checked(run, path, "30")
    assert status == 0, errors
    assert all(row["differing"] == 0 for row in rows if row["mode"] == row["runtime"])


@pytest.mark.skipif(not FOLDER, reason="needs a folder of models: THIMBLE_MODELS")
def test_every_model_of_the_folder_is_exact() -> None:
    """All compile in each mode whose runtime runs them; 0 bytes differ on 50 inputs, 200 steps."""
    problems = [found for path in models(Path(str(FOLDER))) for found in problems_of(path)]
    assert not problems, "\n".join(problems)


def problems_of(path: Path) -> Iterator[str]:
    """What keeps a model from being compiled and exact in a mode whose runtime runs it."""
    try:
        model = tflite.read(path)
        network = read(model)
    except ModelError as error:
        yield f"{path.name}: {error}"
        return
    given = samples.random(network, 200 if network.states else 50, 0)
    for row in check.check(model, check.compile_modes(model, Options()), given):
        if row.mode is not row.runtime:
            continue
        if row.problem and check.run_runtime(model.content, row.mode, given).problem:
            continue  # the runtime itself does not run it
        if row.is_wrong or row.problem:
            yield f"{path.name} {row.mode}: {row.first or row.problem}"
