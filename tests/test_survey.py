"""``convert.compiler.survey`` says of every model in a folder what becomes of it."""

import json
from pathlib import Path

import pytest

from convert import carray, tflite
from convert.compiler import check, survey
from tests.compiler import networks
from tests.compiler.builder import Builder
from tests.conftest import Command


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two sound models, one of them in C, one that has an unknown operator, and one damaged."""
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "add.tflite").write_bytes(networks.addition())
    array = carray.generate(tflite.parse(networks.dense()), "dense.tflite", [])
    for name, content in array.files().items():
        (tmp_path / "deep" / "er" / name).write_bytes(content)
    b = Builder()
    x, y = b.tensor((1, 4), 0.05, 0), b.tensor((1, 4), 0.05, 0)
    b.add("ROUND", [x], y)
    (tmp_path / "round.tflite").write_bytes(b.pack([x], y))
    (tmp_path / "damaged.tflite").write_bytes(networks.dense()[:200])
    (tmp_path / "other.c").write_text("int x[] = {1, 2, 3, 4, 5, 6, 7, 8, 9};")
    return tmp_path


def test_a_row_for_each_model(run: Command, folder: Path) -> None:
    """Exact models with their needs, refused ones with the reason, C without a model not at all."""
    out = folder / "tables" / "table.md"
    done = run("convert.compiler.survey", folder, "-n", "6", "--out", out)
    assert done.returncode == 0, done.stderr
    assert out.read_text().strip() == done.stdout.strip()
    rows = {line.split("|")[1].strip(): line for line in done.stdout.splitlines() if "|" in line}
    assert rows["add.tflite"].count("0 of 6") == 3
    assert "ADD, QUANTIZE" in rows["add.tflite"]
    assert rows["deep/er/dense_data.c"].count("0 of 6") == 3
    assert "not supported: ROUND" in rows["round.tflite"]
    assert "damaged" in rows["damaged.tflite"]
    assert "other.c" not in rows
    assert "2 exact, 2 refused" in done.stdout


def test_json_has_the_same(run: Command, folder: Path) -> None:
    """For machines: figures by file."""
    done = run("convert.compiler.survey", folder, "-n", "2", "--json")
    lines = {line["file"]: line for line in json.loads(done.stdout)}
    assert lines["add.tflite"]["differing"] == {"xnnpack": 0, "ref": 0, "tflm": 0}
    assert lines["add.tflite"]["arena"] > 0
    assert lines["round.tflite"]["outcome"] == "refused"


def test_a_defect_does_not_stop_the_table(monkeypatch, folder: Path) -> None:
    """What raises anything at all is a row, and the command fails."""
    honest = check.compile_modes

    def compile_modes(model: tflite.Model, options: object) -> object:
        if "ADD" in model.op_names:
            raise ZeroDivisionError("by 0")
        return honest(model, options)

    monkeypatch.setattr(check, "compile_modes", compile_modes)
    lines = {line.file: line for line in survey.survey(folder, 2)}
    assert lines["add.tflite"].outcome is survey.Outcome.FAILED
    assert lines["add.tflite"].why == "ZeroDivisionError: by 0"
    assert lines["deep/er/dense_data.c"].outcome is survey.Outcome.EXACT
    assert survey.main([str(folder), "-n", "1", "--quiet"]) == 1


def test_no_models_is_an_error(run: Command, tmp_path: Path) -> None:
    """One line for an empty folder, and for none."""
    for words in ((tmp_path,), (tmp_path / "none",)):
        done = run("convert.compiler.survey", *words)
        assert (done.returncode, done.stderr.count("\n")) == (1, 1), done.stderr
