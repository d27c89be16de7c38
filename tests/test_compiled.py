"""The runtime runs compiled C as it runs a .tflite."""

import re
from pathlib import Path

import numpy as np
import pytest

from convert import tflite
from convert.compiler import samples
from convert.compiler.build import compile_model
from convert.compiler.frontend.read import read
from runtime import interpreter
from runtime.classifier import Classifier
from runtime.compiled import CompiledModel
from runtime.errors import BackendError, ModelError
from tests.compiler import networks


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


def built(content: bytes, folder: Path, name: str = "Net_2") -> CompiledModel:
    for file, text in compile_model(tflite.parse(content), name).files().items():
        (folder / file).write_bytes(text)
    return CompiledModel(folder / f"{name}.c")


def test_several_inputs_and_outputs(tmp_path: Path) -> None:
    """In the file's order, each with its type, shape and scale; LiteRT's bytes."""
    content = networks.addition()
    model = built(content, tmp_path)
    assert [(t.name, t.shape, t.dtype) for t in (*model.inputs, *model.outputs)] == [
        ("input_left", (1, 3, 4), np.int8),
        ("input_right", (1, 3, 4), np.int8),
        ("output_total", (1, 3, 4), np.int8),
        ("output_other", (1, 3, 4), np.int8),
    ]
    assert [t.zero_point for t in (*model.inputs, *model.outputs)] == [3, -7, 1, -2]
    assert np.float32(model.inputs[1].scale) == np.float32(0.1)
    given = samples.random(read(tflite.parse(content)), 20, 1)
    expected = interpreter.run_all(content, given, "litert", "default")
    for left, right in zip(model.run_all(given), expected, strict=True):
        assert np.array_equal(left, right)
    with pytest.raises(ModelError, match="2 inputs and 2 outputs"):
        model.run(given[0][:, 0])
    for wrong in (given[0].astype(np.int16), given[0][:, 0]):
        with pytest.raises(ModelError, match=r"int8 \['n', 1, 3, 4\]"):
            model.run_all([wrong, given[1]])


def test_comments_of_the_header_mean_nothing(tmp_path: Path) -> None:
    """Only its macros and declarations are read."""
    content = networks.dense()
    expected = built(content, tmp_path).inputs
    header = tmp_path / "Net_2.h"
    lies = '/*\n#define NET_2_INPUT_TYPE "float32"\n#define NET_2_INPUT_SHAPE {7}\n*/\n'
    header.write_text(lies + re.sub(r"/\* .*int8 .*\*/", "/* */", header.read_text()))
    assert CompiledModel(tmp_path / "Net_2.c").inputs == expected


def test_a_state_goes_on_until_it_is_reset(tmp_path: Path) -> None:
    """From one run to the next and from call to call, as in the runtime."""
    content = networks.with_state()
    model = built(content, tmp_path)
    given = samples.random(read(tflite.parse(content)), 20, 1)
    (expected,) = interpreter.run_all(content, given, "litert", "default")
    for _ in range(2):
        answers = [model.run_all([given[0][part]])[0] for part in (slice(7), slice(7, None))]
        assert np.array_equal(np.concatenate(answers), expected)
        model.reset()


def test_predict_from_the_command_line(run, compiled: Path, tmp_path: Path) -> None:
    """``--backend c`` reads a drawn digit and says so."""
    from PIL import Image, ImageDraw

    picture = Image.new("L", (60, 80), 255)
    ImageDraw.Draw(picture).line((30, 10, 30, 70), fill=0, width=8)
    picture.save(tmp_path / "one.png")
    done = run("runtime.predict", "--model", compiled, "--backend", "c", tmp_path / "one.png")
    assert done.returncode == 0, done.stderr
    assert "c thimble" in done.stdout
