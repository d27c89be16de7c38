"""python -m runtime.evaluate: accuracy and confusion, against counts made by hand."""

import json
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from runtime import dataset, evaluate
from runtime.contract import Contract
from runtime.errors import DataError
from runtime.tasks.digits import TASK
from runtime.tasks.meaning import Classes


def fake(said: list[int], classes: int = 3) -> Any:
    """A classifier that says ``said``, whatever the pictures."""
    scores = np.eye(classes, dtype=np.float32)[said]
    runs = SimpleNamespace(backend="none", version="0", kernels="default")
    return SimpleNamespace(
        reals=lambda images: [scores[: len(images)]],
        contract=Contract(TASK, (Classes(tuple("abc"[:classes])),)),
        task=TASK,
        interpreter=runs,
    )


def digits(labels: list[int]) -> dataset.Examples:
    images = np.zeros((len(labels), 28, 28), np.uint8)
    return dataset.Examples(images, np.array(labels), ("a", "b", "c"), "made up")


def test_accuracy_and_confusion_are_counted() -> None:
    """Rows are the truth, columns what was said; a class without pictures has no share."""
    result = evaluate.evaluate(fake([0, 1, 1, 0, 2]), digits([0, 0, 1, 1, 1]))
    assert result.confusion.tolist() == [[1, 1, 0], [1, 1, 1], [0, 0, 0]]
    assert result.count == 5
    assert result.accuracy == pytest.approx(2 / 5)
    assert result.per_class == [pytest.approx(1 / 2), pytest.approx(1 / 3), None]


def test_the_limit_takes_the_first() -> None:
    """Of five pictures, the first two are right."""
    result = evaluate.evaluate(fake([0, 2, 1, 1, 1]), digits([0, 2, 0, 2, 2]), limit=2)
    assert (result.count, result.accuracy) == (2, 1.0)


def test_other_classes_than_the_models_are_refused() -> None:
    """Data of three classes cannot measure a model of two."""
    with pytest.raises(DataError, match="3 classes, the model 2"):
        evaluate.evaluate(fake([0], classes=2), digits([0]))


def test_text_names_data_model_and_backend_and_shows_every_count() -> None:
    """What was measured on what is said above the table."""
    model = fake([0, 1, 1])
    data = digits([0, 1, 2])
    text = evaluate.as_text("some.tflite", model, data, evaluate.evaluations(model, data))
    head, accuracy, _, *table = text.splitlines()
    assert head == "data made up, model some.tflite, none 0"
    assert "66.67 % (20.77 to 93.85), 2 of 3" in accuracy
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in table]
    assert cells[-1] == ["c", "0", "1", "0", "0.00%"]
    assert len(cells) == 2 + 3


def test_mnist_from_the_command_line(
    mnist: dataset.Examples, capsys: pytest.CaptureFixture[str]
) -> None:
    """The bundled model is right on 95 % or more of MNIST's first 500, and the sums agree."""
    assert evaluate.main(["--limit", "500", "--json"]) == 0
    content = json.loads(capsys.readouterr().out)
    confusion = np.array(content["confusion"])
    assert content["data"] == "MNIST"
    assert content["count"] == confusion.sum() == 500
    assert confusion.sum(axis=1).tolist() == np.bincount(mnist.labels[:500]).tolist()
    assert content["accuracy"] == pytest.approx(np.trace(confusion) / 500)
    assert content["accuracy"] > 0.95


def test_a_folder_of_pictures_is_evaluated(
    class_folder: Path, model_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Bars are ones and rings zeros to the bundled model, once the folder has ten classes."""
    for label in "23456789":
        shutil.copytree(class_folder / "ring", class_folder / label)
    (class_folder / "ring").rename(class_folder / "0")
    (class_folder / "bar").rename(class_folder / "1")
    arguments = ["--data", str(class_folder), "--model", str(model_path), "--json"]
    assert evaluate.main(arguments) == 0
    content = json.loads(capsys.readouterr().out)
    assert content["data"] == f"folder {class_folder.name}"
    assert content["per_class"][:2] == [1.0, 1.0]
    assert content["per_class"][2:] == [0.0] * 8
