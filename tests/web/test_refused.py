"""The app takes networks for digits; any other is refused in one line that says what it is for."""

import json
from pathlib import Path

import pytest

from convert.web.__main__ import main
from runtime.contract import Contract
from runtime.errors import ModelError
from runtime.tasks.digits import TASK
from runtime.tasks.meaning import Classes
from tests.bundle import makers
from tests.conftest import ROOT


def refused(model: Path, out: Path) -> str:
    """The message; nothing is written."""
    with pytest.raises(ModelError) as caught:
        main(["--model", str(model), "--out", str(out)])
    assert not out.exists()
    return str(caught.value)


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("colour", r"is for pictures [32, 24, 3]"),
        ("windows", r"is for arrays [16, 3]"),
        ("two", r"has 1 inputs and 2 outputs"),
    ],
)
def test_a_network_of_another_task(name: str, what: str, tmp_path: Path) -> None:
    """With its contract beside it."""
    case, path = makers.made(name), tmp_path / "model.tflite"
    path.write_bytes(case.graph.content)
    (tmp_path / "contract.json").write_text(json.dumps(case.contract.describe()))
    expected = f"{path} {what}: the app reads digits alone, by one output of logits; bundle.zip"
    assert refused(path, tmp_path / "web").startswith(expected)


def test_digits_by_probabilities(tmp_path: Path) -> None:
    """The page takes a softmax of what the network gives, so that must be logits."""
    path = tmp_path / "model.tflite"
    path.write_bytes((ROOT / "runtime/models/nano/model.tflite").read_bytes())
    known = Contract(TASK, (Classes(tuple("0123456789"), "probabilities"),))
    (tmp_path / "contract.json").write_text(json.dumps(known.describe()))
    assert "gives probabilities: the app reads digits alone" in refused(path, tmp_path / "web")
