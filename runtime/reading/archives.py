"""NumPy's files: ``.npz`` with inputs and labels under their usual names, ``.npy`` with inputs."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from runtime.dataset import Array, Examples
from runtime.errors import DataError
from runtime.reading import npy
from runtime.reading.source import ALL, NAMED_PARTS, Parts, Source, unique
from runtime.tasks.task import Task

INPUTS = ("x", "inputs", "input", "images", "data", "features", "windows")
ANSWERS = ("y", "labels", "label", "targets", "target", "classes")
NAMES = ("names", "class_names", "label_names")
"""What the arrays are usually called; ``x_train`` or ``test_images`` are parts of a split."""


def inputs(path: Path) -> Array:
    """The inputs in a file that may have answers too; of a split, those of its test part."""
    found = _roles(npy.load(path), path, "")
    part = next(part for part in ("test", ALL, "validation", "train") if part in found)
    return _some(found[part]["inputs"], path)


def read(task: Task, source: Source) -> Parts:
    """The examples in a file with their answers; raises DataError for what does not fit."""
    arrays = npy.load(source.path)
    found = _roles(arrays, source.path, source.label)
    for roles in found.values():
        _some(roles["inputs"], source.path)
    names = next((arrays[name] for name in NAMES if name in arrays), None)
    answers = {part: roles["answers"] for part, roles in found.items() if "answers" in roles}
    classes = _classes(answers, None if names is None else names.astype(str).tolist(), source)
    return {
        part: _part(task, source, roles["inputs"], answers.get(part), classes)
        for part, roles in found.items()
    }


def _some(inputs: Array, path: Path) -> Array:
    """``inputs``; raises DataError where there is none."""
    if not inputs.size:
        raise DataError(f"{path} has no example: its inputs are {list(inputs.shape)}")
    return inputs


def _part(
    task: Task, source: Source, inputs: Array, answers: Array | None, classes: tuple[str, ...]
) -> Examples:
    where = str(source.path)
    kept = task.adopt(inputs, where)
    none = np.zeros(len(kept), np.int64)
    told = f"file {source.path.name}"
    if answers is None:
        return Examples(kept, none, (), told)
    if len(answers) != len(kept):
        raise DataError(f"{where} has {len(kept)} inputs and {len(answers)} answers")
    if classes:
        known = {name: number for number, name in enumerate(classes)}
        labels = [known[name] for name in _texts(answers, classes)]
        return Examples(kept, np.array(labels, np.int64), classes, told)
    with np.errstate(over="ignore"):
        targets = answers.reshape(len(answers), -1).astype(np.float32)
    if not np.isfinite(targets).all():
        row = int(np.argwhere(~np.isfinite(targets))[0][0])
        raise DataError(f"{where}: answer {row} is not a finite number")
    return Examples(kept, none, (), told, targets)


def _classes(
    answers: Mapping[str, Array], names: list[str] | None, source: Source
) -> tuple[str, ...]:
    """The classes that the answers are of; none where they are numbers by themselves."""
    if not answers:
        return ()
    kinds = {array.dtype.kind for array in answers.values()}
    if "f" in kinds and not any(_is_one_hot(array) for array in answers.values()):
        return ()
    if kinds <= {"U", "S"}:
        every = {str(name) for array in answers.values() for name in array.astype(str).ravel()}
        return unique(names or sorted(every), source.path)
    most = max(int(_numbers(array, source).max(initial=0)) for array in answers.values())
    if names is not None and most >= len(names):
        raise DataError(f"{source.path} has the class {most} and names for {len(names)} only")
    return unique(names or [str(number) for number in range(most + 1)], source.path)


def _is_one_hot(array: Array) -> bool:
    flat = array.reshape(len(array), -1)
    return bool(flat.shape[1] > 1 and np.isin(flat, (0, 1)).all() and (flat.sum(axis=1) == 1).all())


def _numbers(array: Array, source: Source) -> Array:
    flat = array.reshape(len(array), -1)
    if _is_one_hot(array):
        return np.asarray(flat.argmax(axis=1))
    if flat.shape[1] != 1 or flat.dtype.kind not in "iub" or (flat < 0).any():
        raise DataError(
            f"{source.path} has labels {array.dtype} {list(array.shape)}: give class numbers from "
            "0, names, or float values for a regression"
        )
    return flat[:, 0]


def _texts(answers: Array, classes: tuple[str, ...]) -> list[str]:
    if answers.dtype.kind in "US":
        return [str(name) for name in answers.astype(str).ravel()]
    flat = answers.reshape(len(answers), -1)
    numbers = flat.argmax(axis=1) if _is_one_hot(answers) else flat[:, 0]
    return [classes[int(number)] for number in numbers]


def _roles(arrays: Mapping[str, Array], path: Path, label: str) -> dict[str, dict[str, Array]]:
    """Inputs and answers of each part."""
    found: dict[str, dict[str, Array]] = {}
    for name, array in arrays.items():
        part, role = _role(name, label)
        if role:
            found.setdefault(part, {})[role] = array
    if len(arrays) == 1 and not found:
        found = {ALL: {"inputs": next(iter(arrays.values()))}}
    whole = {part: roles for part, roles in found.items() if "inputs" in roles}
    if not whole:
        has = f"the arrays {', '.join(arrays)}" if arrays else "no arrays"
        raise DataError(f"{path} has {has}: call the inputs x, the answers y")
    bad = next((one for roles in whole.values() for one in roles.values() if not one.ndim), None)
    if bad is not None:
        raise DataError(f"{path} has a single number where a list of examples is needed")
    return whole


def _role(name: str, label: str) -> tuple[str, str]:
    """The part and the role of an array of that name; "": it has none."""
    if label and name == label:
        return ALL, "answers"
    words = name.casefold().replace("-", "_").split("_")
    part = next((NAMED_PARTS[word] for word in words if word in NAMED_PARTS), ALL)
    rest = "_".join(word for word in words if word not in NAMED_PARTS)
    if rest in INPUTS:
        return part, "inputs"
    return part, "answers" if rest in ANSWERS else ""
