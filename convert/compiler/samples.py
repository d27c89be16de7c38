"""What a check feeds a model with: arrays, data of its task, or random numbers of every kind."""

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from convert.compiler import golden
from convert.compiler.ir import Array, Graph, Tensor
from runtime import contract, interpreter, reading, tasks
from runtime.classifier import as_type
from runtime.errors import DataError, ModelError
from runtime.options import STANDARD, Wanted
from runtime.reading import raw
from runtime.tasks import digits, scaling
from runtime.tasks.digits import Digits
from runtime.tasks.task import Task

FAR = 1000
"""Steps of a real input's scale that are far beyond what any int8 range holds."""


def load(path: Path, network: Graph, count: int) -> list[Array]:
    """The first ``count`` inputs in a ``.npz`` or ``.npy``, [count, *shape] for each tensor.

    Raises DataError when they are not what the model takes.
    """
    tensors = list(map(as_runtime, network.inputs))
    found = raw.load(path, tensors)
    for array, tensor in zip(found, tensors, strict=True):
        if len(array) < count:
            name = raw.bare(tensor.name)
            raise DataError(f"{path}: {name!r} has {len(array)} inputs, --check asks for {count}")
    return [array[:count] for array in found]


def as_runtime(tensor: Tensor) -> interpreter.Tensor:
    """The same tensor as an interpreter tells of it."""
    scale = float(tensor.scale)
    return interpreter.Tensor(tensor.name, tensor.shape, tensor.numpy, scale, tensor.zero_point)


def examples(network: Graph, model: Path, wanted: Wanted, count: int) -> list[Array] | None:
    """The first ``count`` examples of the data, or None where there are none for this network.

    ``model`` is the file beside which a contract may lie. Raises DataError when data are asked for
    that do not fit.
    """
    if len(network.inputs) != 1:
        if wanted.given:
            raise DataError(
                f"--data is for networks of one input, this one has {len(network.inputs)}: use "
                "--inputs"
            )
        return None
    task = _task(network, model, wanted)
    source = wanted.source
    if source is None or not (wanted.given or isinstance(task, Digits)):
        return None
    found = reading.judged_on(task, source.path, source).inputs[:count]
    if len(found) < count:
        raise DataError(f"{source.path} has {len(found)} examples, --check asks for {count}")
    tensor = network.input
    values = as_type(task.real(found), as_runtime(tensor))
    return [values.reshape(count, *tensor.shape)]


def _task(network: Graph, model: Path, wanted: Wanted) -> Task:
    """By the contract beside the model, else by what is said, else by the input's shape."""
    tensor = network.input
    shape = tensor.shape[1:] if tensor.shape[:1] == (1,) else tensor.shape
    guessed = _guess(tensor, shape)
    file = model.parent / contract.NAME
    if file.is_file() and not wanted.kind:
        task = contract.read(file).task
        if task.shape != shape:
            raise ModelError(
                f"{file} is for an input of {list(task.shape)}, {model} takes {list(shape)}: keep "
                "it beside its own model"
            )
    elif not wanted.given or (not wanted.kind and isinstance(guessed, Digits)):
        task = guessed
    else:
        task = wanted.task(shape)
        task = task.scaled(guessed.scaling) if task.kind == guessed.kind else task
    if wanted.scaling == STANDARD:
        raise DataError("--scaling standard is measured in training: give its means/deviations")
    return task.scaled(scaling.parse(wanted.scaling)) if wanted.scaling else task


def _guess(tensor: Tensor, shape: tuple[int, ...]) -> Task:
    """What an input of that shape may be for; digits may come as a row of pixels."""
    sides = tuple(side for side in shape if side > 1)
    if sides in (digits.TASK.stored_shape, (math.prod(digits.TASK.stored_shape),)):
        return digits.TASK
    return tasks.guess(shape, _ends(tensor))


def _ends(tensor: Tensor) -> tuple[float, float] | None:
    """The least and the largest real value that a quantized input can have."""
    if not tensor.scale:
        return None
    steps = (tensor.lowest - tensor.zero_point, tensor.highest - tensor.zero_point)
    return float(tensor.scale) * steps[0], float(tensor.scale) * steps[1]


def random(network: Graph, count: int, seed: int) -> list[Array]:
    """For each input [count, *shape]: spread evenly, around zero, constant, and at the extremes."""
    rng = np.random.default_rng(seed)
    return [_drawn(network, tensor, count, rng) for tensor in network.inputs]


def _drawn(network: Graph, tensor: Tensor, count: int, rng: np.random.Generator) -> Array:
    if tensor.dtype in ("INT32", "BOOL"):  # indices, as likely as not: 0 and 1 always exist
        return rng.integers(0, 2, (count, *tensor.shape)).astype(tensor.numpy)
    rows: list[Array] = []
    if tensor.dtype == "FLOAT32":
        step = golden.float_step(network, tensor)
        rows = [_reals(number, tensor.shape, rng) * step for number in range(count)]
        return np.stack(rows).astype(np.float32)
    rows = [_integers(number, tensor, rng) for number in range(count)]
    return np.stack(rows).astype(tensor.numpy)


def _integers(number: int, tensor: Tensor, rng: np.random.Generator) -> Array:
    """The ``number``-th input of stored numbers."""
    low, high, shape = tensor.lowest, tensor.highest, tensor.shape
    kinds: Sequence[Array] = (
        rng.integers(low, high + 1, shape),
        np.rint(tensor.zero_point + rng.normal(0, (high - low) / 32, shape)),
        np.full(shape, rng.integers(low, high + 1)),
        rng.choice([low, high], shape),
        np.full(shape, (low, high, tensor.zero_point)[number // 5 % 3]),
    )
    return np.clip(kinds[number % len(kinds)], low, high)


def _reals(number: int, shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    """The ``number``-th input of real numbers, in steps of the scale that they are brought to."""
    kinds: Sequence[Array] = (
        rng.uniform(-300, 300, shape),
        rng.normal(0, 8, shape),
        rng.integers(-400, 401, shape) / 2,  # halfway between steps, every other one
        np.full(shape, rng.uniform(-200, 200)),
        rng.choice([-FAR, FAR], shape),
        np.full(shape, (0, -FAR, FAR)[number // 6 % 3]),
    )
    return np.asarray(kinds[number % len(kinds)], np.float32)
