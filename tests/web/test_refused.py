"""What the page cannot show is refused in one line that says what it is and what to do."""

import json
from pathlib import Path

import pytest
from PIL import Image

from convert.web import look
from convert.web.__main__ import main
from runtime.errors import DataError, ModelError, ThimbleError
from tests.bundle import makers
from tests.compiler import networks
from tests.conftest import ROOT

NANO = ROOT / "runtime/models/nano/model.tflite"


def refused(out: Path, *arguments: str) -> ThimbleError:
    """The error; nothing is written."""
    with pytest.raises(ThimbleError) as caught:
        main([*arguments, "--out", str(out)])
    assert not out.exists()
    assert "\n" not in str(caught.value)
    return caught.value


def test_several_inputs(tmp_path: Path) -> None:
    """No task says how the world becomes them."""
    path = tmp_path / "sum.tflite"
    path.write_bytes(networks.addition())
    error = refused(tmp_path / "web", "--model", str(path))
    assert isinstance(error, ModelError)
    assert f"{path} has 2 inputs: the app shows networks of one" in str(error)
    assert "thimble package --for npm" in str(error)


def test_a_contract_of_another_model(tmp_path: Path) -> None:
    """It would feed the network wrongly."""
    path = tmp_path / "model.tflite"
    path.write_bytes(NANO.read_bytes())
    known = makers.made("colour").contract
    (tmp_path / "contract.json").write_text(json.dumps(known.describe()))
    assert "keep it beside its own model" in str(refused(tmp_path / "web", "--model", str(path)))


def test_two_of_one_name(tmp_path: Path) -> None:
    """They could not be told apart."""
    error = refused(tmp_path / "web", "--model", "nano", "--model", str(NANO.parent))
    assert "two models have the same name (nano, nano)" in str(error)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("{", "is no JSON"),
        ("[1]", "must be {"),
        ('{"de": {"tagline": "Ziffern"}}', "the languages that the app speaks are en, fr"),
        ('{"en": {"tagLine": "Digits"}}', "no 'tagLine' ('en'): take a key of text-en.js"),
        ('{"fr": {"tagline": 3}}', "'tagline' in 'fr' must be a text"),
        ('{"fr": {"labels": "chat"}}', "'labels' in 'fr' must be an object of texts by label"),
    ],
)
def test_words_that_are_none(content: str, says: str, tmp_path: Path) -> None:
    """The file is named, and what it should be."""
    path = tmp_path / "words.json"
    path.write_text(content)
    error = refused(tmp_path / "web", "--model", "nano", "--words", str(path))
    assert isinstance(error, DataError)
    assert str(path) in str(error)
    assert says in str(error)


def test_an_icon_that_is_none(tmp_path: Path) -> None:
    """It must be a picture."""
    path = tmp_path / "icon.png"
    path.write_text("no")
    assert "is not a picture" in str(
        refused(tmp_path / "web", "--model", "nano", "--icon", str(path))
    )


def test_a_colour_that_is_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An argument of the wrong form."""
    with pytest.raises(SystemExit) as caught:
        main(["--color", "green", "--out", str(tmp_path / "web")])
    assert caught.value.code == 2
    assert "'green' is no colour: give one as #a8451b" in capsys.readouterr().err


@pytest.mark.parametrize(
    "color", ["#ffff00", "#000000", "#ffffff", "#0a7f5a", "#7f7fff", "#808080"]
)
def test_any_colour_can_be_read(color: str) -> None:
    """By day and by night, and what stands on it, with WCAG's contrast of 4.5."""
    for paper in ("#faf7f2", "#ffffff", "#16181c", "#1f2228"):
        assert look.contrast(look.readable(color, paper), paper) >= 4.5
    assert look.contrast("#ffffff", "#000000") == pytest.approx(21)  # by WCAG's own definition


def test_an_icon_of_ones_own(tmp_path: Path) -> None:
    """Any picture becomes both sizes, whole, on the app's paper."""
    path = tmp_path / "icon.png"
    Image.new("RGBA", (300, 100), (255, 0, 0, 255)).save(path)
    out = tmp_path / "web"
    assert main(["--model", "nano", "--icon", str(path), "--out", str(out)]) == 0
    with Image.open(out / "icon-192.png") as icon:
        assert icon.size == (192, 192)
        assert icon.convert("RGB").getpixel((96, 96)) == (255, 0, 0)
        assert icon.convert("RGB").getpixel((2, 2)) == (250, 247, 242)
