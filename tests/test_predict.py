"""python -m runtime.predict: what a user sees."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from runtime import predict
from runtime.errors import ModelError
from runtime.tasks.digits import TASK

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def one(tmp_path: Path) -> Path:
    """A picture of a 1."""
    path = tmp_path / "one.png"
    picture = Image.new("L", (120, 160), 255)
    ImageDraw.Draw(picture).line((70, 30, 52, 130), fill=0, width=12)
    picture.save(path)
    return path


def test_one_row_per_picture_with_label_and_probability(one: Path, run: Run) -> None:
    """A line names model and backend; the row names file, label, probability and time."""
    done = run("runtime.predict", one)
    header, _, _, answer = done.stdout.splitlines()
    assert done.returncode == 0
    assert done.stderr == ""
    assert header.startswith("model base, litert ")
    name, label, share, milliseconds = answer.replace("|", " ").split()
    assert (name, label) == (str(one), "1")
    assert 50 < float(share.rstrip("%")) <= 100
    assert float(milliseconds) > 0


def test_a_broken_picture_does_not_stop_the_others(one: Path, run: Run) -> None:
    """Of ten files one is broken: nine answers, one line of error, status 1."""
    broken = one.with_name("broken.png")
    broken.write_bytes(one.read_bytes()[:100])
    done = run("runtime.predict", *[one] * 4, broken, *[one] * 5)
    assert done.returncode == 1
    assert len(done.stdout.splitlines()) == 3 + 9
    (error,) = done.stderr.splitlines()
    assert error.startswith("error: ")
    assert "broken.png" in error


def test_json_has_the_same_answers(one: Path, run: Run) -> None:
    """One object: what ran, and for each picture the best labels, most probable first."""
    content = json.loads(run("runtime.predict", "--json", "--top", "3", one, one).stdout)
    assert content["backend"] == "litert"
    assert content["model"] == "base"
    assert len(content["pictures"]) == 2
    answer = content["pictures"][0]
    shares = [entry["probability"] for entry in answer["top"]]
    assert answer["label"] == answer["top"][0]["label"] == "1"
    assert shares == sorted(shares, reverse=True)
    assert len(shares) == 3


@pytest.fixture
def several(tmp_path: Path) -> Path:
    """A picture of 2 and 3 over 5 and 4."""
    path = tmp_path / "several.png"
    picture = Image.new("L", (400, 500), 240)
    font = ImageFont.load_default(120)
    for text, place in (("2", (40, 30)), ("3", (150, 50)), ("5", (40, 260)), ("4", (160, 270))):
        ImageDraw.Draw(picture).text(place, text, 20, font)
    picture.save(path)
    return path


def test_several_digits_are_read_row_by_row(several: Path, run: Run) -> None:
    """One row each, numbered; in JSON with the place of each in the picture."""
    lines = run("runtime.predict", several).stdout.splitlines()[3:]
    rows = [line.replace("|", " ").split()[:2] for line in lines]
    assert rows == [[f"{several}[{n}]", digit] for n, digit in enumerate("2354")]
    pictures = json.loads(run("runtime.predict", "--json", several).stdout)["pictures"]
    assert [one["label"] for one in pictures] == list("2354")
    left, top, right, bottom = pictures[3]["box"]
    assert 160 <= left < right <= 260
    assert 270 <= top < bottom <= 400


def test_doubts_are_told_in_words(tmp_path: Path, run: Run) -> None:
    """Two digits that touch: the table is preceded by what is in doubt, and JSON has it."""
    path = tmp_path / "touching.png"
    picture = Image.new("L", (300, 300), 240)
    for text, left in (("4", 40), ("0", 102)):
        ImageDraw.Draw(picture).text((left, 50), text, 20, ImageFont.load_default(120))
    picture.save(path)
    assert f"{path}: it is wide: it may be two digits" in run("runtime.predict", path).stdout
    (answer,) = json.loads(run("runtime.predict", "--json", path).stdout)["pictures"]
    assert any("two digits that touch" in doubt for doubt in answer["doubts"])
    left, top, right, bottom = answer["box"]
    assert 40 <= left < right <= 180
    assert 50 <= top < bottom <= 190


def test_one_sure_digit_has_no_doubts(one: Path, run: Run) -> None:
    """And its box, as what was taken for the digit is to be seen."""
    (answer,) = json.loads(run("runtime.predict", "--json", one).stdout)["pictures"]
    assert set(answer) == {"file", "label", "probability", "milliseconds", "top", "box"}


def test_show_draws_what_the_network_sees(one: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """28 lines of 56 characters follow the picture's name, dark where the digit is."""
    assert predict.main(["--show", str(one)]) == 0
    drawn = capsys.readouterr().out.splitlines()[2:30]
    assert [len(line) for line in drawn] == [56] * 28
    assert drawn[0].strip() == ""
    assert "@" in drawn[14]


def test_draw_goes_from_blank_to_full() -> None:
    """0 is a space, 255 the darkest character, each twice."""
    assert TASK.shown(np.array([[0, 255]], np.uint8)) == "  @@"


def test_a_missing_model_is_one_line(one: Path, run: Run) -> None:
    """The error is one line on standard error, and the status 1."""
    done = run("runtime.predict", "--model", "nowhere.tflite", one)
    assert done.returncode == 1
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    with pytest.raises(ModelError, match=r"nowhere\.tflite"):
        predict.main(["--model", "nowhere.tflite", str(one)])


@pytest.mark.parametrize("arguments", [[], ["--top", "0", "x"], ["--top", "many", "x"], ["--odd"]])
def test_wrong_arguments_are_status_2(arguments: list[str]) -> None:
    """What argparse refuses ends with its usual status."""
    with pytest.raises(SystemExit) as caught:
        predict.main(arguments)
    assert caught.value.code == 2
