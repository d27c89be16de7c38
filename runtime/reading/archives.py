"""NumPy's files: ``.npz`` with inputs and labels under their usual names, ``.npy`` with inputs."""

import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from runtime.dataset import Array, Examples, Truth
from runtime.errors import DataError
from runtime.reading import npy
from runtime.reading.source import ALL, NAMED_PARTS, Parts, Source, unique
from runtime.tasks.task import Task

INPUTS = ("x", "inputs", "input", "images", "data", "features", "windows")
ANSWERS = ("y", "labels", "label", "targets", "target", "classes")
NAMES = ("names", "class_names", "label_names")
"""What the arrays are usually called; ``x_train`` or ``test_images`` are parts of a split.

The answers of a network with several outputs are called by the outputs' names, ``size`` or
``y_size``, or by their numbers, ``y0`` and ``y1``; class names then ``names_what``.
"""

MOST_CLASSES = 10_000
"""Of a small network; a larger number is no class, or not one of those from 0 on."""

Roles = dict[str, Array]
"""The arrays of a part: "inputs", and answers and names by ``_answers`` and ``_names``."""


def inputs(path: Path) -> Array:
    """The inputs in a file that may have answers too; of a split, those of its test part."""
    found = _roles(npy.load(path), Source(path))
    part = next(part for part in ("test", ALL, "validation", "train") if part in found)
    return _some(found[part]["inputs"], path)


def read(task: Task, source: Source) -> Parts:
    """The examples in a file with their answers; raises DataError for what does not fit."""
    arrays = npy.load(source.path)
    found = _roles(arrays, source)
    for roles in found.values():
        _some(roles["inputs"], source.path)
    known = [_of_output(arrays, found, source, n) for n in range(max(1, len(source.outputs)))]
    result: dict[str, Examples] = {}
    for part, roles in found.items():
        kept = task.adopt(roles["inputs"], str(source.path))
        truths = [
            _truth(answers.get(part), classes, len(kept), source.path) for answers, classes in known
        ]
        first, *others = truths
        told, more = f"file {source.path.name}", tuple(others)
        result[part] = Examples(kept, first.labels, first.names, told, first.targets, others=more)
    return result


def _of_output(
    arrays: Mapping[str, Array], found: Mapping[str, Roles], source: Source, output: int
) -> tuple[dict[str, Array], tuple[str, ...]]:
    """The answers for one output of a network in each part, and their classes."""
    role = _answers(output)
    answers = {part: roles[role] for part, roles in found.items() if role in roles}
    own = [f"{name}_{source.outputs[output]}" for name in NAMES] if source.outputs else []
    listed = (*own, *(NAMES if output == 0 else ()))
    names = next((arrays[name] for name in listed if name in arrays), None)
    return answers, _classes(answers, None if names is None else names.astype(str).tolist(), source)


def _some(inputs: Array, path: Path) -> Array:
    """``inputs``; raises DataError where there is none."""
    if not inputs.size:
        raise DataError(f"{path} has no example: its inputs are {list(inputs.shape)}")
    return inputs


def _truth(answers: Array | None, classes: tuple[str, ...], count: int, path: Path) -> Truth:
    """What the ``answers`` of a part, for ``count`` inputs, say; None: nothing."""
    none = np.zeros(count, np.int64)
    if answers is None:
        return Truth(none)
    if len(answers) != count:
        raise DataError(f"{path} has {count} inputs and {len(answers)} answers")
    if classes:
        known = {name: number for number, name in enumerate(classes)}
        labels = [known[name] for name in _texts(answers, classes)]
        return Truth(np.array(labels, np.int64), classes)
    with np.errstate(over="ignore"):
        targets = answers.reshape(len(answers), -1).astype(np.float32)
    if not np.isfinite(targets).all():
        row = int(np.argwhere(~np.isfinite(targets))[0][0])
        raise DataError(f"{path}: answer {row} is not a finite number")
    return Truth(none, (), targets)


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
    if names is None and most >= MOST_CLASSES:
        raise DataError(
            f"{source.path} has the class {most}: number classes from 0 on, {MOST_CLASSES:,} at "
            "most, or give targets as floats"
        )
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


def _answers(output: int) -> str:
    """The role of the array with the answers for that output."""
    return f"answers {output}"


def _roles(arrays: Mapping[str, Array], source: Source) -> dict[str, Roles]:
    """Inputs and answers of each part."""
    found: dict[str, Roles] = {}
    first = _first_number(arrays, source)
    for name, array in arrays.items():
        part, role = _role(name, source, first)
        if role:
            found.setdefault(part, {})[role] = array
    if len(arrays) == 1 and not found:
        found = {ALL: {"inputs": next(iter(arrays.values()))}}
    whole = {part: roles for part, roles in found.items() if "inputs" in roles}
    if not whole:
        has = f"the arrays {', '.join(arrays)}" if arrays else "no arrays"
        raise DataError(f"{source.path} has {has}: call the inputs x, the answers y")
    bad = next((one for roles in whole.values() for one in roles.values() if not one.ndim), None)
    if bad is not None:
        raise DataError(f"{source.path} has a single number where a list of examples is needed")
    return whole


def _role(name: str, source: Source, first: int) -> tuple[str, str]:
    """The part and the role of an array of that name; "": it has none.

    ``first`` is the number that stands for the first output.
    """
    if source.label and name == source.label:
        return ALL, _answers(0)
    part, rest = _apart(name)
    if rest in INPUTS:
        return part, "inputs"
    for number, output in enumerate(source.outputs):
        _, called = _apart(output)
        if rest in (called, *(f"{one}_{called}" for one in ANSWERS)):
            return part, _answers(number)
    numbered = _number(rest)
    if source.outputs and numbered is not None:
        return part, _answers(numbered - first)
    return part, _answers(0) if rest in ANSWERS else ""


def _apart(name: str) -> tuple[str, str]:
    """The part that an array's name tells, and the rest of the name."""
    words = name.casefold().replace("-", "_").split("_")
    part = next((NAMED_PARTS[word] for word in words if word in NAMED_PARTS), ALL)
    return part, "_".join(word for word in words if word not in NAMED_PARTS)


def _number(rest: str) -> int | None:
    """The number of an array that is called like ``y1`` or ``labels_1``; None: it is not."""
    matched = re.fullmatch(r"(\D*?)_?(\d+)", rest)
    return int(matched[2]) if matched and matched[1] in ANSWERS else None


def _first_number(arrays: Mapping[str, Array], source: Source) -> int:
    """0 or 1, from which numbered answers count; raises DataError where they do not fit."""
    numbers = {_number(_apart(name)[1]) for name in arrays} - {None}
    count = len(source.outputs)
    if not count or not numbers:
        return 0
    first = 0 if 0 in numbers else 1
    if not numbers <= set(range(first, first + count)):
        raise DataError(
            f"{source.path} has answers numbered {', '.join(map(str, sorted(numbers)))}, the "  # type: ignore[type-var]
            f"network {count} outputs: call them y_NAME, of {', '.join(source.outputs)}"
        )
    return first
