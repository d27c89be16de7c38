"""``python -m convert.report FOLDER``: what other commands left gets into the report."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from convert import sweep
from convert.report import __main__ as command
from convert.report import document
from convert.robustness import sweeps
from convert.robustness.sweeps import DIGITS
from runtime import worker
from runtime.dataset import Examples
from runtime.errors import DataError
from tests.report.conftest import NANO
from train import data

ROOT = Path(__file__).parents[2]
SHA256 = hashlib.sha256(NANO.read_bytes()).hexdigest()


def again(folder: Path, *more: str | Path) -> dict[str, Any]:
    """Run the command on ``folder``; its firmware folder is beside, its bench is the project's."""
    words = [folder, "--firmware", folder.parent / "firmware", *more]
    assert command.main([str(word) for word in words]) == 0
    return document.read(folder / "report.json")


def validation(**more: object) -> dict[str, Any]:
    """As firmware.validate leaves it for a board that runs nano."""
    return {
        "device": {"board": "microbit", "match": "xnnpack", "sha256": SHA256},
        "data": {"source": "MNIST", "images": 200},
        "accuracy": 0.985,
        "mismatches": [
            {"match": "xnnpack", "bytes": 0, "images": 0, "why": ""},
            {"match": "ref", "bytes": 32, "images": 23, "why": ""},
        ],
        "inference": {"unit": "instructions", "least": 1, "median": 500_000, "most": 9},
        "memory": {
            "flash": {"predicted": 16_000, "built": 14_332},
            "ram": {"predicted": 3_970, "built": 3_804},
            "stack": {"predicted": 388, "used": 316},
        },
        "problems": [],
    } | more


def leave(folder: Path, name: str, content: object) -> Path:
    """Put ``content`` where firmware.validate puts it for the board and model ``name``."""
    path = folder.parent / "firmware" / name / "validation.json"
    path.parent.mkdir(parents=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def test_sweep_is_what_litert_measures(
    folder: Path,
    no_mnist: None,  # noqa: ARG001
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The first and the last strength of contrast, worked out from the definition."""
    assert [kind.name for kind in sweeps.DIGITS] == [
        "shift",
        "rotation",
        "scale",
        "noise",
        "contrast",
    ]
    ends = [replace(kind, strengths=kind.strengths[:: len(kind.strengths) - 1]) for kind in DIGITS]
    monkeypatch.setattr(sweeps, "DIGITS", (ends[0], ends[-1]))
    assert sweep.main([str(folder / "model.tflite"), "--images", "100"]) == 0
    found = again(folder)["robustness"]
    test: Examples = data.split(data.embedded()).test
    assert found["images"] == 100
    shift, contrast = found["curves"]
    for place, left in enumerate(contrast["strengths"]):
        faint = np.rint(255 * (1 - left) / 2 + left * test.inputs[:100].astype(float))
        for name, path in (("int8", NANO), ("float", folder / "model_float.tflite")):
            # int8 pixel = uint8 pixel - 128, because the scale is 1/255 and the zero point -128
            codes = (faint - 128).astype(np.int8)
            given = codes if name == "int8" else (faint / 255).astype(np.float32)
            scores = worker.run(path, [given[:, None, ..., None]], "litert", "default")[0][:, 0]
            right = np.mean(scores.argmax(axis=1) == test.labels[:100])
            assert contrast[name][place] == pytest.approx(right, abs=0.011)  # one image's rounding
    assert shift["int8"][0] == contrast["int8"][0]  # nothing is changed there
    assert shift["int8"][1] < shift["int8"][0]


def test_boards_and_counts_are_gathered(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Validations of this model become rows, those of others do not; the bench is the project's."""
    leave(folder, "microbit-nano", validation())
    leave(folder, "pico-micro", validation(device={"sha256": "of another model"}))
    found = again(folder)
    (board,) = found["boards"]
    assert (board["board"], board["bytes_differing"], board["flash"]) == ("microbit", 0, 14_332)
    counted = json.loads((ROOT / "bench/results.json").read_text())["rows"]
    expected = {
        (row["target"], row["optimize"]): row["instructions"]
        for row in counted
        if row["model"] == "nano" and row["match"] == "xnnpack"
    }
    rows = found["bench"]["rows"]
    assert {(row["target"], row["optimize"]): row["instructions"] for row in rows} == expected
    told = capsys.readouterr().out
    assert "| robustness curves " in told
    assert "validation" not in told
    page = (folder / "report.html").read_text()
    assert "microbit" in page
    assert "500,000" in page


def test_a_board_with_a_problem_changes_the_verdict(folder: Path) -> None:
    """The first sentence says what is wrong on which board."""
    leave(folder, "microbit-nano", validation(problems=["3 bytes differ from xnnpack"]))
    again(folder)
    page = (folder / "report.html").read_text()
    assert 'class="lead verdict bad"' in page
    assert "On microbit: 3 bytes differ from xnnpack." in page


def test_the_manifest_follows(folder: Path) -> None:
    """Its hashes are those of the files as they are now; nothing else is touched."""
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    leave(folder, "microbit-nano", validation())
    again(folder)
    files = json.loads((folder / "manifest.json").read_text())["files"]
    for name, entry in files.items():
        content = (folder / name).read_bytes()
        assert entry == {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        assert (content == before[name]) == (name not in ("report.json", "report.html"))


def test_made_again_from_the_same_it_is_the_same(folder: Path) -> None:
    """Byte for byte, and without bench and boards it is what the export wrote."""
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    again(folder, "--bench", folder / "nowhere.json")
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("report.json", "{", "is damaged"),
        ("report.json", "[]", "is not a report but a list"),
        ("report.json", "{}", "is no report of this version"),
        ("report.json", None, "cannot read"),
        ("manifest.json", "{", "is damaged"),
        ("robustness.json", '{"sha256": "another"}', "is of another model"),
        ("robustness.json", "{}", "has no 'sha256'"),
        ("robustness.json", json.dumps({"sha256": SHA256}), "robustness"),
    ],
)
def test_what_does_not_fit_is_refused(
    folder: Path, name: str, content: str | None, problem: str
) -> None:
    """By one line with the file or the part, and the report stays as it was."""
    before = (folder / "report.html").read_bytes()
    (folder / name).unlink(missing_ok=True)
    if content is not None:
        (folder / name).write_text(content)
    with pytest.raises(DataError, match=problem) as caught:
        again(folder)
    assert len(str(caught.value)) < 400
    assert (folder / "report.html").read_bytes() == before


@pytest.mark.parametrize("content", ["{", "{}", validation(accuracy="high"), validation(memory={})])
def test_a_damaged_validation_is_refused(folder: Path, content: object) -> None:
    """Instead of becoming a row that means nothing."""
    leave(folder, "microbit-nano", content)
    with pytest.raises(DataError, match=r"firmware|boards\[0\]"):
        again(folder)


def test_errors_are_one_line(run, tmp_path: Path) -> None:
    """And the status is 1."""
    done = run("convert.report", tmp_path / "nowhere")
    assert done.returncode == 1
    assert done.stderr.startswith("error: cannot read")
    assert done.stderr.count("\n") == 1
