"""Inputs of a model as it takes them itself: arrays in its own types, named like its inputs."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from runtime.classifier import as_type
from runtime.dataset import Array
from runtime.errors import DataError
from runtime.interpreter import Tensor
from runtime.reading import archives


def load(path: Path, tensors: Sequence[Tensor], *, reals: bool = False) -> list[Array]:
    """The inputs in a ``.npz`` or ``.npy``: [count, *shape] for each of ``tensors``.

    With ``reals`` floats are quantized where the model takes whole numbers. Raises DataError when
    they are not what the model takes.
    """
    arrays = archives.load(path)
    if len(tensors) == 1 and len(arrays) == 1:
        return [_fitting(next(iter(arrays.values())), tensors[0], path, reals)]
    known = {bare(name): array for name, array in arrays.items()}
    found = []
    for tensor in tensors:
        if bare(tensor.name) not in known:
            raise DataError(
                f"{path} lacks {bare(tensor.name)!r}: the model's inputs are "
                f"{', '.join(bare(one.name) for one in tensors)}, and the arrays must be named so"
            )
        found.append(_fitting(known[bare(tensor.name)], tensor, path, reals))
    return found


def bare(name: str) -> str:
    """A tensor's name as people write it."""
    return name.removeprefix("serving_default_").removesuffix(":0")


def _fitting(array: Array, tensor: Tensor, path: Path, reals: bool) -> Array:
    """``array`` as [count, *tensor.shape]."""
    if reals and array.dtype.kind == "f" and (tensor.scale or tensor.dtype.kind == "f"):
        array = as_type(array.astype(np.float32), tensor) if np.isfinite(array).all() else array
    name, shapes = bare(tensor.name), [tensor.shape]
    if tensor.shape[:1] == (1,):
        shapes.append(tensor.shape[1:])
    wanted = f"{tensor.dtype} {' or '.join(str(['n', *shape]) for shape in shapes)}"
    if array.dtype != tensor.dtype:
        cure = ""
        if array.dtype.kind == "f" and tensor.scale:
            cure = f"; quantize them: round(real / {tensor.scale:.9g}) + {tensor.zero_point}"
        raise DataError(f"{path}: {name!r} is {array.dtype}, the model takes {wanted}{cure}")
    if array.shape[1:] not in shapes or not array.ndim:
        raise DataError(f"{path}: {name!r} has shape {list(array.shape)}, the model takes {wanted}")
    if not len(array):
        raise DataError(f"{path}: {name!r} has no input: one at least is needed")
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise DataError(f"{path}: {name!r} has values that are no finite numbers")
    return array.reshape(len(array), *tensor.shape)
