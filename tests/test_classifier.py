"""runtime.classifier: pictures in, named probabilities out."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from runtime import dataset, interpreter
from runtime.classifier import Classifier, bundled, softmax
from runtime.errors import DataError, ImageError, ModelError
from runtime.tasks.meaning import Classes


def draw_one() -> Image.Image:
    """A slanted stroke, black on white: a 1."""
    picture = Image.new("L", (120, 160), 255)
    ImageDraw.Draw(picture).line((70, 30, 52, 130), fill=0, width=12)
    return picture


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return Classifier()


class FakeRunner:
    """An interpreter whose logits are chosen by the test, in a type chosen by the test."""

    def __init__(self, dtype: str, scale: float, zero_point: int) -> None:
        kind = np.dtype(dtype)
        self.inputs = [interpreter.Tensor("in", (1, 28, 28, 1), kind, scale, zero_point)]
        self.outputs = [interpreter.Tensor("out", (1, 3), kind, scale, zero_point)]
        self.seen: interpreter.Array = np.zeros(0)

    @property
    def input(self) -> interpreter.Tensor:
        """The only input."""
        return self.inputs[0]

    @property
    def output(self) -> interpreter.Tensor:
        """The only output."""
        return self.outputs[0]

    def run_all(self, inputs: list[interpreter.Array], *, fresh: bool) -> list[interpreter.Array]:
        """Logits of 1, 3 and 2 steps, whatever the batch."""
        assert not fresh  # the contract is a guess
        self.seen = inputs[0][:, 0]
        row = np.array([1, 3, 2], self.output.dtype)
        return [np.tile(row, (len(inputs[0]), 1, 1))]


def faked(runner: FakeRunner, monkeypatch: pytest.MonkeyPatch) -> Classifier:
    monkeypatch.setattr(interpreter, "load", lambda *_arguments: runner)
    monkeypatch.setattr("runtime.contract.NAME", "none.json")  # as of a model that has none
    monkeypatch.setattr("runtime.contract.read_labels", lambda *_arguments: ("a", "b", "c"))
    return Classifier()


@pytest.mark.parametrize(
    ("form", "inputs", "logits"),
    [
        (("int8", 1 / 255, -128), [-128, 127], [129 / 255, 131 / 255, 130 / 255]),
        (("uint8", 1 / 255, 0), [0, 255], [1 / 255, 3 / 255, 2 / 255]),
        (("int8", 0.5, 3), [3, 5], [-1.0, 0.0, -0.5]),
        (("float32", 0.0, 0), [0, 1], [1, 3, 2]),
    ],
)
def test_every_type_is_quantized_and_dequantized_by_its_definition(
    form: tuple[str, float, int],
    inputs: list[float],
    logits: list[float],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Paper and ink reach the model as real = scale * (q - zero_point) says, and logits return."""
    runner = FakeRunner(*form)
    model = faked(runner, monkeypatch)
    pixels = np.zeros((2, 28, 28), np.uint8)
    pixels[:, 5, 6] = 255
    scores = model.scores(pixels)
    assert runner.seen.shape == (2, 28, 28, 1)
    assert runner.seen.dtype == form[0]
    assert runner.seen[1, [0, 5], [0, 6], 0].tolist() == inputs
    assert scores.dtype == np.float32
    np.testing.assert_allclose(scores, [logits, logits], rtol=1e-6)
    assert model.raw(pixels).dtype == form[0]


def test_mnist_is_classified_as_labelled(classifier: Classifier, mnist: dataset.Examples) -> None:
    """The bundled model is right on at least 97 of MNIST's first 100 test images."""
    predicted = classifier.scores(mnist.inputs[:100]).argmax(axis=1)
    assert (predicted == mnist.labels[:100]).sum() >= 97


def test_a_prediction_holds_together(classifier: Classifier) -> None:
    """A drawn 1 is a 1; probabilities are the softmax of the scores; the label has the highest.

    Of the scores and one more for no digit, by the contract's temperature.
    """
    prediction = classifier.predict(draw_one())
    (meaning,) = classifier.contract.outputs
    assert isinstance(meaning, Classes)
    assert meaning.none_logit is not None
    powers = np.exp(prediction.scores.astype(np.float64) / meaning.temperature)
    none = np.exp(meaning.none_logit / meaning.temperature)
    assert prediction.label == "1"
    assert prediction.index == 1
    np.testing.assert_allclose(prediction.probabilities, powers / (powers.sum() + none), rtol=1e-5)
    assert prediction.probability == prediction.probabilities.max()
    assert prediction.milliseconds > 0
    assert prediction.top(2)[0] == 1


def test_path_image_and_pixels_give_the_same(classifier: Classifier, tmp_path: Path) -> None:
    """The three forms of a picture are three ways to the same answer."""
    from runtime import image

    draw_one().save(tmp_path / "one.png")
    forms = (tmp_path / "one.png", draw_one(), image.normalize(draw_one()))
    scores = [classifier.predict(form).scores.tolist() for form in forms]
    assert scores[0] == scores[1] == scores[2]


def test_a_blank_file_is_named(classifier: Classifier, tmp_path: Path) -> None:
    """The error for a picture with nothing in it says which file it is."""
    Image.new("L", (50, 50), 255).save(tmp_path / "white.png")
    with pytest.raises(ImageError, match=r"white\.png.*nothing to read"):
        classifier.predict(tmp_path / "white.png")


@pytest.mark.parametrize("pixels", [np.zeros((28, 28)), np.zeros((20, 20), np.uint8)])
def test_pixels_of_another_form_are_refused(
    pixels: interpreter.Array, classifier: Classifier
) -> None:
    """Floats and other sizes are refused instead of being misread."""
    with pytest.raises(DataError, match="uint8"):
        classifier.predict(pixels)


def test_softmax_of_large_logits_does_not_overflow() -> None:
    """A thousand is far above what exp can take; the result is still 1/2, 1/2, 0."""
    result = softmax(np.array([1000, 1000, -1000], np.float32))
    np.testing.assert_allclose(result, [0.5, 0.5, 0])


def copy_of(model_path: Path, folder: Path, labels: str | None) -> Path:
    path = Path(shutil.copy(model_path, folder / "other.tflite"))
    if labels is not None:
        (folder / "labels.txt").write_text(labels, encoding="utf-8")
    return path


def test_labels_are_read_from_beside_the_model(model_path: Path, tmp_path: Path) -> None:
    """Each line of labels.txt names a class, in UTF-8."""
    names = ["núll", "eins", "二", "drei", "4", "5", "6", "7", "8", "9"]
    path = copy_of(model_path, tmp_path, "\n".join(names) + "\n")
    assert Classifier(path).predict(draw_one()).label == "eins"
    assert Classifier(str(path)).labels == tuple(names)


def test_without_labels_classes_are_numbers(model_path: Path, tmp_path: Path) -> None:
    """A model alone has the labels 0 to 9."""
    assert Classifier(copy_of(model_path, tmp_path, None)).labels == tuple("0123456789")


def test_a_wrong_number_of_labels_is_refused(model_path: Path, tmp_path: Path) -> None:
    """Nine labels for ten classes is a ModelError, not a shifted answer."""
    path = copy_of(model_path, tmp_path, "\n".join("012345678"))
    with pytest.raises(ModelError, match=r"9 labels.*10 classes"):
        Classifier(path)


def test_the_default_model_is_bundled() -> None:
    """The model that is used when none is named comes with the package."""
    assert "base" in bundled()


def test_a_missing_model_is_refused_with_the_names_there_are() -> None:
    """The error lists the bundled models."""
    with pytest.raises(ModelError, match=r"nowhere.*base"):
        Classifier("nowhere")


@pytest.mark.parametrize(
    ("given", "made", "kind", "message"),
    [
        ((2, 28, 28, 1), (1, 10), "int8", r"\[2, 28, 28, 1\].*batch of 1"),
        ((1, 28, 28, 1), (1, 7, 7, 10), "int8", "gives values, no classes"),
        ((1, 28, 28, 1), (1, 28, 28, 1), "int8", "gives reconstruction, no classes"),
        ((1, 28, 28, 1), (1, 10), "int32", "int32: int8 or uint8 or int16 or float32"),
    ],
)
def test_another_kind_of_model_is_refused(
    given: tuple[int, ...],
    made: tuple[int, ...],
    kind: str,
    message: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A wrong shape or type is a ModelError with what it has and what is needed."""
    runner = FakeRunner(kind, 0.1, 0)
    runner.inputs[0] = interpreter.Tensor("in", given, np.dtype(kind), 0.1, 0)
    runner.outputs[0] = interpreter.Tensor("out", made, np.dtype(kind), 0.1, 0)
    with pytest.raises(ModelError, match=message):
        faked(runner, monkeypatch)
