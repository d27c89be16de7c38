"""contract.json beside a model: what is read of it, and what is refused."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from runtime import contract
from runtime.contract import Contract
from runtime.errors import ModelError
from runtime.interpreter import Tensor
from runtime.tasks.digits import Digits
from runtime.tasks.meaning import Classes, Reconstruction, Values
from runtime.tasks.photo import Photo
from tests.tiny import MADE

INT8 = np.dtype(np.int8)


def tensor(*shape: int, scale: float = 0.1, zero: int = 0) -> Tensor:
    return Tensor("t", (1, *shape), INT8, scale, zero)


@pytest.mark.parametrize("name", MADE)
def test_a_contract_is_read_as_it_was_written(name: str, tmp_path: Path) -> None:
    """By JSON of Python's own."""
    _, task, meaning = MADE[name]
    written = Contract(task, (meaning,))
    (tmp_path / contract.NAME).write_text(json.dumps(written.describe()), encoding="utf-8")
    assert contract.read(tmp_path / contract.NAME) == written
    found = contract.of(tmp_path / "m.tflite", tensor(*task.shape), [tensor(meaning.values)])
    assert found == written


def photo() -> dict[str, Any]:
    _, task, meaning = MADE["photo"]
    return Contract(task, (meaning,)).describe()


def spoiled(change: Callable[[dict[str, Any]], object]) -> str:
    content = photo()
    change(content)
    return json.dumps(content)


DAMAGED: dict[str, tuple[str, str]] = {
    "no JSON": ("{", "is damaged"),
    "a list": ("[]", "is damaged"),
    "no task": (spoiled(lambda c: c.pop("task")), "is damaged.*task"),
    "task is a text": (spoiled(lambda c: c.update(task="image")), "export it again"),
    "no outputs": (spoiled(lambda c: c.update(outputs=[])), "has no outputs"),
    "outputs are texts": (spoiled(lambda c: c.update(outputs=["a"])), "is damaged"),
    "another version": (spoiled(lambda c: c.update(contract=9)), "version is 9, not 2 or 3"),
    "labels twice": (
        spoiled(lambda c: c["outputs"][0].update(labels=["a", "a", "b"])),
        "stands there twice",
    ),
    "deviation 0": (
        spoiled(lambda c: c["task"]["scaling"].update(deviation=[0.0])),
        "no deviation 0",
    ),
    "two means": (
        spoiled(lambda c: c["task"]["scaling"].update(mean=[1, 2], deviation=[1, 2])),
        "2 means",
    ),
    "unknown task": (spoiled(lambda c: c["task"].update(kind="smell")), "'smell'"),
    "unknown fit": (spoiled(lambda c: c["task"].update(fit="squeeze")), "squeeze"),
    "unknown scores": (spoiled(lambda c: c["outputs"][0].update(scores="odds")), "'odds'"),
    "threshold NaN": (
        spoiled(
            lambda c: c.update(
                outputs=[{"kind": "reconstruction", "size": 3, "threshold": float("nan")}]
            )
        ),
        "threshold nan",
    ),
}


@pytest.mark.parametrize("damage", DAMAGED)
def test_a_damaged_contract_is_one_line_with_its_path(damage: str, tmp_path: Path) -> None:
    """No exception of another kind, whatever stands there."""
    content, said = DAMAGED[damage]
    file = tmp_path / contract.NAME
    file.write_text(content, encoding="utf-8")
    with pytest.raises(ModelError, match=said) as caught:
        contract.of(tmp_path / "m.tflite", tensor(16, 16, 3), [tensor(3)])
    assert str(file) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_contract_of_another_model_is_refused(tmp_path: Path) -> None:
    """By the input's shape, and by the outputs' sizes."""
    (tmp_path / contract.NAME).write_text(json.dumps(photo()), encoding="utf-8")
    with pytest.raises(ModelError, match=r"\[16, 16, 3\].*\[8, 8, 3\].*own model"):
        contract.of(tmp_path / "m.tflite", tensor(8, 8, 3), [tensor(3)])
    with pytest.raises(ModelError, match=r"\[3\] values.*has \[4\]"):
        contract.of(tmp_path / "m.tflite", tensor(16, 16, 3), [tensor(4)])


def test_a_folder_of_that_name_is_not_passed_over(tmp_path: Path) -> None:
    """A contract that cannot be read is never replaced by a guess."""
    (tmp_path / contract.NAME).mkdir()
    with pytest.raises(ModelError, match="is damaged"):
        contract.of(tmp_path / "m.tflite", tensor(16, 16, 3), [tensor(3)])


def test_without_one_shapes_suggest(tmp_path: Path) -> None:
    """Classes by a list, a reconstruction by the input's shape, values by anything else."""
    model = tmp_path / "m.tflite"
    digits = contract.of(model, tensor(28, 28, 1), [tensor(10)])
    assert isinstance(digits.task, Digits)
    assert digits.labels == tuple("0123456789")
    pictures = contract.of(
        model, tensor(32, 32, 3, scale=2 / 255, zero=-1), [tensor(2, scale=1 / 256, zero=-128)]
    )
    assert isinstance(pictures.task, Photo)
    assert str(pictures.task.scaling) == "-1..1"
    assert pictures.outputs == (Classes(("0", "1"), "probabilities"),)
    assert contract.of(model, tensor(20), [tensor(20)]).outputs == (Reconstruction(20),)
    assert contract.of(model, tensor(20), [tensor(1)]).outputs == (Values(("y0",)),)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a\nb\na\n", "has 'a' twice"),
        ("a\nb\n", "2 labels, the model 3 classes"),
        ("", "0 labels"),
        ("a\n\nb\n", "blank line"),
    ],
)
def test_labels_that_do_not_fit_are_refused(text: str, said: str, tmp_path: Path) -> None:
    """With the path of labels.txt."""
    (tmp_path / contract.LABELS).write_text(text, encoding="utf-8")
    with pytest.raises(ModelError, match=said) as caught:
        contract.of(tmp_path / "m.tflite", tensor(9), [tensor(3)])
    assert str(tmp_path / contract.LABELS) in str(caught.value)
