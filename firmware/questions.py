"""What a device is asked, in turn, beside what that is for the runtime: data, a file, or noise."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from convert.compiler import samples
from convert.compiler.ir import Graph, Tensor
from firmware.deployment import Deployment
from runtime import image, judge
from runtime.dataset import Examples
from runtime.errors import DataError

Array = npt.NDArray[Any]

RANDOM = "random numbers over the whole range, and its ends"
SEED = 0
_STORED_SHARE = 4  # one in so many random inputs goes through the device's own quantization


@dataclass(frozen=True)
class Questions:
    """Inputs in turn; a model that keeps anything takes them as one sequence."""

    source: str  # of the inputs, as a person calls it
    given: tuple[Array, ...]  # for each input of the model [count, *shape], in its own type
    stored: Array  # [m, ...], m <= count: the last m inputs as the world has them, sent so
    examples: Examples | None = None  # that they were made of, with what is true of them

    def __len__(self) -> int:
        return len(self.given[0])

    @property
    def is_random(self) -> bool:
        """Whether there were no data."""
        return self.source == RANDOM


def of_examples(deployed: Deployment, examples: Examples) -> Questions:
    """Examples, sent as the world has them; raises DataError for those of another kind."""
    told, comes = deployed.contract, deployed.comes
    if told is None or comes is None:
        raise DataError(f"{deployed.name} takes no examples, only its own inputs: use --inputs")
    judge.require(told.outputs[0], examples)
    given = (comes.given(examples.inputs),)
    return Questions(examples.source, given, examples.inputs, examples)


def random(deployed: Deployment, count: int) -> Questions:
    """So many random inputs, the last of them as the world would have them where there is that."""
    network, comes = deployed.compiled.unit.network, deployed.comes
    worldly = count // _STORED_SHARE if comes else 0
    given = samples.random(network, count - worldly, SEED)
    if comes is None or not worldly:
        return Questions(RANDOM, tuple(given), np.zeros((0, 1), np.uint8))
    stored = comes.random(worldly, np.random.default_rng(SEED))
    return Questions(RANDOM, (np.concatenate([given[0], comes.given(stored)]),), stored)


def load(deployed: Deployment, path: Path, count: int | None) -> Questions:
    """The first ``count`` inputs in a ``.npz`` or ``.npy``, in the model's types or as reals.

    Raises DataError when they are not what the model takes.
    """
    network = deployed.compiled.unit.network
    arrays = _matched(samples.read(path), network, path)
    pairs = zip(arrays, network.inputs, strict=True)
    given = [_fitting(array, tensor, path) for array, tensor in pairs]
    lengths = {len(array) for array in given}
    if len(lengths) > 1:
        told = ", ".join(
            f"{name(t)!r} {len(a)}" for a, t in zip(given, network.inputs, strict=True)
        )
        raise DataError(f"{path} has not as many of each input: {told}")
    if not lengths.pop():
        raise DataError(f"{path} has no inputs: give at least one")
    first = tuple(array[:count] for array in given)
    return Questions(path.name, first, np.zeros((0, 1), np.uint8))


def _matched(arrays: Mapping[str, Array], network: Graph, path: Path) -> Sequence[Array]:
    """The array of each input: by its name, else in the order of the file."""
    known = {samples.bare(key): array for key, array in arrays.items()}
    names = [name(tensor) for tensor in network.inputs]
    if set(names) <= set(known):
        return [known[one] for one in names]
    if len(arrays) == len(names):
        return list(arrays.values())
    raise DataError(
        f"{path} has {len(arrays)} arrays ({', '.join(arrays)}), the model's inputs are "
        f"{', '.join(names)}: give one of each, named so or in this order"
    )


def name(tensor: Tensor) -> str:
    """What people call an input."""
    return samples.bare(tensor.name)


def _fitting(array: Array, tensor: Tensor, path: Path) -> Array:
    """``array`` as [count, *tensor.shape], quantized where it is real and the tensor is not."""
    size = int(np.prod(array.shape[1:]))
    wanted = f"{tensor.numpy} {['n', *tensor.shape[1:]]}"
    if not array.ndim or size != tensor.size:
        raise DataError(
            f"{path}: {name(tensor)!r} has shape {list(array.shape)}, the model takes {wanted}"
        )
    shaped = array.reshape(len(array), *tensor.shape)
    if array.dtype == tensor.numpy:
        return shaped
    if array.dtype.kind != "f" or not (tensor.scale or tensor.dtype == "FLOAT32"):
        raise DataError(f"{path}: {name(tensor)!r} is {array.dtype}, the model takes {wanted}")
    if not np.isfinite(array).all():
        place = [int(axis) for axis in np.argwhere(~np.isfinite(array))[0]]
        raise DataError(f"{path}: {name(tensor)!r} has {array[tuple(place)]} at {place}")
    real = shaped.astype(np.float32)
    if tensor.dtype == "FLOAT32":
        return real
    return image.quantize(real, float(tensor.scale), tensor.zero_point, tensor.numpy)
