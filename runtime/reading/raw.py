"""Inputs of a model as it takes them itself: arrays in its own types, named like its inputs."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from runtime import bounds
from runtime.classifier import as_type
from runtime.dataset import Array
from runtime.errors import DataError
from runtime.interpreter import Tensor
from runtime.reading import npy


def load(path: Path, tensors: Sequence[Tensor], *, reals: bool = False) -> list[Array]:
    """The inputs in a ``.npz`` or ``.npy``: [count, *shape] for each of ``tensors``.

    With ``reals`` floats are quantized where the model takes whole numbers. Raises DataError when
    they are not what the model takes.
    """
    arrays = _matched(npy.load(path), tensors, path)
    pairs = zip(arrays, tensors, strict=True)
    found = [_fitting(array, tensor, path, reals) for array, tensor in pairs]
    if len({len(array) for array in found}) > 1:
        counts = zip(tensors, found, strict=True)
        told = ", ".join(f"{bare(tensor.name)!r} {len(array)}" for tensor, array in counts)
        raise DataError(f"{path} has not as many of each input: {told}")
    return found


def _matched(arrays: Mapping[str, Array], tensors: Sequence[Tensor], path: Path) -> Sequence[Array]:
    """The array of each input: by its name, else in the order of the file."""
    known = {bare(name): array for name, array in arrays.items()}
    names = [bare(tensor.name) for tensor in tensors]
    if set(names) <= set(known):
        return [known[name] for name in names]
    if len(arrays) == len(names):
        return list(arrays.values())
    lacking = next(name for name in names if name not in known)
    raise DataError(
        f"{path} lacks {lacking!r}: the model's inputs are {', '.join(names)}, and the arrays "
        f"({', '.join(arrays)}) must be named so or be as many, in this order"
    )


def bare(name: str) -> str:
    """A tensor's name as people write it."""
    return name.removeprefix("serving_default_").removesuffix(":0")


def _fitting(array: Array, tensor: Tensor, path: Path, reals: bool) -> Array:
    """``array`` as [count, *tensor.shape]."""
    name, shapes = bare(tensor.name), [tensor.shape]
    bounds.require_finite(array, f"{path}: {name!r}")
    if reals and array.dtype.kind == "f" and (tensor.scale or tensor.dtype.kind == "f"):
        bounds.require_small(array, f"{path}: {name!r}")
        array = as_type(array.astype(np.float32), tensor)
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
    return array.reshape(len(array), *tensor.shape)
