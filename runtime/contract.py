"""``contract.json`` beside a model: its task, and what its outputs mean."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runtime import tasks
from runtime.errors import ModelError
from runtime.interpreter import Tensor
from runtime.tasks import meaning
from runtime.tasks.meaning import Classes, Meaning
from runtime.tasks.task import Task

NAME = "contract.json"
LABELS = "labels.txt"
VERSION = 3
"""Rises when what reads a contract has to change: since 3 an answer can be none of the classes."""
READ = (2, VERSION)
"""The versions that are read; in 2 every answer is one of the classes."""


@dataclass(frozen=True)
class Contract:
    """What a model takes and answers, in terms of the world."""

    task: Task
    outputs: tuple[Meaning, ...]
    is_guess: bool = False  # whether nothing but labels and shapes says so
    names: tuple[str, ...] = ()  # of the outputs, where there are several

    @property
    def apart(self) -> bool:
        """Whether each example stands by itself, so that no state goes on to the next.

        A model without a contract that keeps a state may as well be meant for a stream.
        """
        return not self.is_guess

    @property
    def labels(self) -> tuple[str, ...]:
        """The classes of the first output; (): it has none."""
        first = self.outputs[0]
        return first.labels if isinstance(first, Classes) else ()

    @property
    def judged(self) -> str:
        """Which output a single figure is of, in words; "": there is only one."""
        if len(self.outputs) == 1:
            return ""
        name = repr(self.names[0]) if self.names else "the first"
        return f"judged by output {name} of {len(self.outputs)}; runtime.evaluate judges each"

    def describe(self) -> dict[str, Any]:
        """As JSON data."""
        outputs = [one.describe() for one in self.outputs]
        if self.names:
            pairs = zip(self.names, outputs, strict=True)
            outputs = [{"name": name, **one} for name, one in pairs]
        return {"contract": VERSION, "task": self.task.describe(), "outputs": outputs}


def of(model: Path, given: Tensor, answers: Sequence[Tensor]) -> Contract:
    """The contract of a model: the file beside it, else what labels and shapes suggest.

    Raises ModelError for a file that is damaged, or does not fit the model.
    """
    file = model.parent / NAME
    found = read(file) if file.exists() else _guessed(model, given, answers)
    if found.task.shape != given.shape[1:]:
        raise ModelError(
            f"{file} is for an input of {list(found.task.shape)}, {model} takes "
            f"{list(given.shape[1:])}: keep it beside its own model"
        )
    sizes = [_size(tensor) for tensor in answers]
    if [one.values for one in found.outputs] != sizes:
        raise ModelError(
            f"{file} is for outputs of {[one.values for one in found.outputs]} values, {model} "
            f"has {sizes}: keep it beside its own model"
        )
    return found


def read(file: Path) -> Contract:
    """A ``contract.json``; raises ModelError for one that is damaged or of another version."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        _require_version(found["contract"])
        outputs = tuple(meaning.of(one) for one in found["outputs"])
        names = _names(found["outputs"]) if len(outputs) > 1 else ()
        task = tasks.of(found["task"])
    except ModelError as error:
        raise ModelError(f"{file}: {error}") from error
    except (OSError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise ModelError(f"{file} is damaged ({error!r}): export it again") from error
    if not outputs:
        raise ModelError(f"{file} has no outputs: export it again")
    return Contract(task, outputs, names=names)


def _names(outputs: Sequence[dict[str, Any]]) -> tuple[str, ...]:
    """What outputs are called, one without a name by its number; (): none has a name."""
    if not any("name" in one for one in outputs):
        return ()
    names = tuple(str(one.get("name", f"output {n}")) for n, one in enumerate(outputs))
    if len(set(names)) != len(names):
        raise ModelError(f"two outputs are called the same, of {', '.join(names)}: export it again")
    return names


def _require_version(version: object) -> None:
    if version not in READ:
        known = " or ".join(map(str, READ))
        raise ModelError(f"its version is {version}, not {known}: export it again")


def _guessed(model: Path, given: Tensor, answers: Sequence[Tensor]) -> Contract:
    ends: tuple[float, float] | None = None
    if given.scale:
        low = 0 if given.dtype.name == "uint8" else -128
        ends = tuple(given.scale * (code - given.zero_point) for code in (low, low + 255))  # type: ignore[assignment]
    task = tasks.guess(given.shape[1:], ends)
    outputs = [_suggested(model, given, answer, first=answer is answers[0]) for answer in answers]
    names = tuple(answer.name or f"output {n}" for n, answer in enumerate(answers))
    several = len(outputs) > 1 and len(set(names)) == len(names)
    return Contract(task, tuple(outputs), is_guess=True, names=names if several else ())


def _suggested(model: Path, given: Tensor, answer: Tensor, *, first: bool) -> Meaning:
    """Classes are a list; the input's own shape once more is a reconstruction."""
    size = _size(answer)
    is_list = size == answer.shape[-1] > 1
    if first and is_list and (answer.shape != given.shape or (model.parent / LABELS).is_file()):
        return Classes(read_labels(model, size), _scores(answer))
    if answer.shape == given.shape and size > 1:
        return meaning.Reconstruction(size)
    return meaning.Values(tuple(f"y{number}" for number in range(size)))


def _scores(answer: Tensor) -> str:
    """Probabilities where the scale is that of every int8 SOFTMAX, 1/256 from the lowest code."""
    lowest = answer.zero_point == (0 if answer.dtype.name == "uint8" else -128)
    return "probabilities" if answer.scale == 1 / 256 and lowest else "logits"


def _size(tensor: Tensor) -> int:
    size = 1
    for side in tensor.shape:
        size *= side
    return size


def read_labels(path: Path, classes: int) -> tuple[str, ...]:
    """The lines of labels.txt beside the model, else the numbers from 0; one per class."""
    file = path.parent / LABELS
    if not file.is_file():
        return tuple(str(index) for index in range(classes))
    return labels_in(file, classes)


def labels_in(file: Path, classes: int) -> tuple[str, ...]:
    """The lines of ``file``; raises ModelError unless they name each of ``classes``, and once."""
    try:
        labels = tuple(file.read_text(encoding="utf-8-sig").splitlines())
    except (OSError, UnicodeDecodeError) as error:
        raise ModelError(f"{file} cannot be read as UTF-8: save it as that") from error
    if len(labels) != classes:
        raise ModelError(f"{file} has {len(labels)} labels, the model {classes} classes")
    if not all(label.strip() for label in labels):
        raise ModelError(f"{file} has a blank line: give each class a name")
    if twice := sorted({label for label in labels if labels.count(label) > 1}):
        raise ModelError(f"{file} has {twice[0]!r} twice: give each class a name of its own")
    return labels
