"""What a check feeds a model with: the user's arrays, digits, or random numbers of every kind."""

import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from convert.compiler import golden
from convert.compiler.ir import Array, Graph, Tensor
from runtime import image, reading
from runtime.errors import DataError
from runtime.tasks import digits as digits_task

SIDE = 28
FAR = 1000
"""Steps of a real input's scale that are far beyond what any int8 range holds."""


def load(path: Path, network: Graph, count: int) -> list[Array]:
    """The first ``count`` inputs in a ``.npz`` or ``.npy``, [count, *shape] for each tensor.

    Raises DataError when they are not what the model takes.
    """
    arrays = read(path)
    tensors = network.inputs
    if len(tensors) == 1 and len(arrays) == 1:
        return [_fitting(next(iter(arrays.values())), tensors[0], path, count)]
    known = {bare(name): array for name, array in arrays.items()}
    found = []
    for tensor in tensors:
        if bare(tensor.name) not in known:
            raise DataError(
                f"{path} lacks {bare(tensor.name)!r}: the model's inputs are "
                f"{', '.join(bare(one.name) for one in tensors)}, and the arrays must be named so"
            )
        found.append(_fitting(known[bare(tensor.name)], tensor, path, count))
    return found


def read(path: Path) -> Mapping[str, Array]:
    """The arrays of a ``.npz`` by their names, or that of a ``.npy``; raises DataError."""
    try:
        content = np.load(path, allow_pickle=False)
        if isinstance(content, np.ndarray):
            return {"": content}
        with content:
            return {name: content[name] for name in content.files}
    except OSError as error:
        said = error.strerror or error
        raise DataError(f"cannot read {path}: {said}: give a .npz or .npy of numbers") from error
    except (ValueError, EOFError, zipfile.BadZipFile) as error:
        reason = " ".join(str(error).split())[:120]
        raise DataError(f"{path} is not a .npz or .npy of numbers: {reason}") from error


def bare(name: str) -> str:
    """A tensor's name as people write it."""
    return name.removeprefix("serving_default_").removesuffix(":0")


def _fitting(array: Array, tensor: Tensor, path: Path, count: int) -> Array:
    """``array`` as [count, *tensor.shape]."""
    name, shapes = bare(tensor.name), [tensor.shape]
    if tensor.shape[:1] == (1,):
        shapes.append(tensor.shape[1:])
    wanted = f"{tensor.numpy} {' or '.join(str(['n', *shape]) for shape in shapes)}"
    if array.dtype != tensor.numpy:
        cure = ""
        if array.dtype.kind == "f" and tensor.scale:
            cure = f"; quantize them: round(real / {tensor.scale:.9g}) + {tensor.zero_point}"
        raise DataError(f"{path}: {name!r} is {array.dtype}, the model takes {wanted}{cure}")
    if array.shape[1:] not in shapes or not array.ndim:
        raise DataError(f"{path}: {name!r} has shape {list(array.shape)}, the model takes {wanted}")
    if len(array) < count:
        raise DataError(f"{path}: {name!r} has {len(array)} inputs, --check asks for {count}")
    return array[:count].reshape(count, *tensor.shape)


def digits(network: Graph, data: Path | None, count: int) -> list[Array] | None:
    """The first ``count`` of MNIST's test images, or None where the model or MNIST is not so.

    ``data`` is MNIST's folder, or one with a folder of pictures for each class. Raises DataError
    when it is given and does not fit the model.
    """
    fits = [(t.dtype, t.size, len(t.shape)) for t in network.inputs] in (
        [("INT8", SIDE * SIDE, 4)],
        [("INT8", SIDE * SIDE, 2)],
    ) and {SIDE, SIDE * SIDE} & set(network.input.shape)
    if not fits or (data is None and reading.find(None) is None):
        if data is not None:
            raise DataError("--data has pictures of 28x28, this model takes others: use --inputs")
        return None
    tensor = network.input
    pictures = reading.judged_on(digits_task.TASK, data).inputs[:count]
    values = image.quantize(
        image.to_float(pictures), float(tensor.scale), tensor.zero_point, np.int8
    )
    return [values.reshape(len(pictures), *tensor.shape).astype(np.int8)]


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
