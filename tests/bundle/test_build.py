"""The archive: whole, the same for the same input, and not made of a model that differs."""

import re
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from convert import tflite
from convert.bundle import border
from runtime import classifier
from runtime.dataset import Examples
from runtime.errors import GateError
from tests.bundle.conftest import Bundle, packed

FILES = {
    "README.md",
    "android.md",
    "contract.json",
    "ios.md",
    "labels.txt",
    "model.tflite",
    "vectors.json",
    "web.md",
}


def test_everything_is_in_the_archive(bundle: Bundle) -> None:
    """What its README lists, and a picture for each vector."""
    names = set(zipfile.ZipFile(BytesIO(bundle.content)).namelist())
    assert {name for name in names if "/" not in name} == FILES
    assert all(name.endswith((".png", ".java", ".swift")) for name in names - FILES)
    readme = (bundle.folder / "README.md").read_text()
    assert all(f"`{name}`" in readme for name in FILES - {"README.md"})


def test_the_same_input_gives_the_same_bytes(bundle: Bundle, int8: Path, digits: Examples) -> None:
    """Made again, at another time."""
    again = packed(tflite.read(int8), bundle.io, digits)
    assert again == bundle.content
    for file in (BytesIO(bundle.content), bundle.folder / "model.tflite"):
        for entry in zipfile.ZipFile(file).infolist():
            assert entry.date_time == (1980, 1, 1, 0, 0, 0)


def test_a_model_that_differs_is_not_bundled(
    int8: Path, digits: Examples, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Were the border wrong, the outputs would tell: here by putting another network behind it."""
    other, honest = tflite.read(classifier.find("nano")), border.with_io
    monkeypatch.setattr(border, "with_io", lambda _graph, io: honest(other, io))
    with pytest.raises(GateError, match=r"outputs of the bundled model differ.*nothing was"):
        packed(tflite.read(int8), "uint8", digits)


@pytest.mark.parametrize("note", ["android.md", "ios.md", "web.md"])
def test_notes_say_what_was_run_and_what_was_not(note: str, bundle: Bundle) -> None:
    """Each has code, and is honest about it."""
    text = (bundle.folder / note).read_text()
    assert re.search(r"```(kotlin|swift|js)\n", text)
    assert "**Run:**" in text
    assert "**Not run:**" in text
