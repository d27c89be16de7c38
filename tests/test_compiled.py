"""The runtime runs compiled C as it runs a .tflite."""

import re
from pathlib import Path

import numpy as np
import pytest

from convert import tflite
from convert.compiler.build import compile_model
from runtime.classifier import Classifier
from runtime.errors import BackendError, ModelError


@pytest.fixture
def compiled(model_path: Path, tmp_path: Path) -> Path:
    """A folder with the bundled model, its labels and its C; the path of the .tflite."""
    for name, content in compile_model(tflite.read(model_path), "model").files().items():
        (tmp_path / name).write_bytes(content)
    for name in ("model.tflite", "labels.txt"):
        (tmp_path / name).write_bytes(model_path.with_name(name).read_bytes())
    return tmp_path / "model.tflite"


def test_backend_c_gives_the_interpreter_s_bytes(compiled: Path) -> None:
    """By the option and by the path of the .c, outputs equal LiteRT's, and labels are found."""
    images = np.random.default_rng(8).integers(0, 256, (50, 28, 28), np.uint8)
    expected = Classifier(compiled, "litert").raw(images)
    for model in (Classifier(compiled, "c"), Classifier(compiled.with_suffix(".c"))):
        assert np.array_equal(model.raw(images), expected)
        assert model.interpreter.backend == "c"
        assert model.labels == Classifier(compiled, "litert").labels


def test_scores_are_in_the_same_unit(compiled: Path) -> None:
    """Scale and zero point are read from the header to the last bit."""
    images = np.random.default_rng(8).integers(0, 256, (5, 28, 28), np.uint8)
    left, right = (Classifier(compiled, backend).scores(images) for backend in ("c", "litert"))
    assert np.array_equal(left, right)


def test_a_changed_weight_is_refused(compiled: Path) -> None:
    """The self-test runs before the first picture."""
    source = compiled.with_suffix(".c")
    text = source.read_text()
    changed = re.sub(r"(/\* out_ch 3 \*/\s+)-?\d+", r"\g<1>99", text, count=1)
    assert changed != text
    source.write_text(changed)
    with pytest.raises(ModelError, match="self-test"):
        Classifier(source)


def test_what_is_missing_is_named(compiled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No C compiler, no header, no C: each is one clear error."""
    monkeypatch.setenv("CC", "no-such-compiler")
    with pytest.raises(BackendError, match="no-such-compiler"):
        Classifier(compiled, "c")
    monkeypatch.delenv("CC")
    compiled.with_suffix(".c").write_text("int x = ;")
    with pytest.raises(BackendError, match=r"model\.c"):
        Classifier(compiled, "c")
    compiled.with_suffix(".h").unlink()
    with pytest.raises(ModelError, match=r"convert\.compiler"):
        Classifier(compiled, "c")


def test_predict_from_the_command_line(run, compiled: Path, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    """``--backend c`` reads a drawn digit and says so."""
    from PIL import Image, ImageDraw

    picture = Image.new("L", (60, 80), 255)
    ImageDraw.Draw(picture).line((30, 10, 30, 70), fill=0, width=8)
    picture.save(tmp_path / "one.png")
    done = run("runtime.predict", "--model", compiled, "--backend", "c", tmp_path / "one.png")
    assert done.returncode == 0, done.stderr
    assert "c thimble" in done.stdout
