"""What a device is asked, in turn, beside what that is for the runtime: data, a file, or noise."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from convert.compiler import samples
from firmware.deployment import Deployment
from runtime import judge
from runtime.dataset import Examples
from runtime.errors import DataError
from runtime.reading import raw

Array = npt.NDArray[Any]

RANDOM = "random numbers over the whole range, and its ends"
SEED = 0
_STORED_SHARE = 4  # one in so many random inputs goes through the device's own quantization


@dataclass(frozen=True)
class Questions:
    """Inputs in turn; a model that keeps anything takes them as one sequence, or each apart."""

    source: str  # of the inputs, as a person calls it
    given: tuple[Array, ...]  # for each input of the model [count, *shape], in its own type
    stored: Array  # [m, ...], m <= count: the last m inputs in raw form, sent so
    examples: Examples | None = None  # that they were made of, with what is true of them
    apart: bool = False  # whether each stands by itself, and is no part of a sequence

    def __len__(self) -> int:
        return len(self.given[0])

    @property
    def is_random(self) -> bool:
        """Whether there were no data."""
        return self.source == RANDOM


def of_examples(deployed: Deployment, examples: Examples) -> Questions:
    """Examples, sent in raw form; raises DataError for those of another kind."""
    told, comes = deployed.contract, deployed.comes
    if told is None or comes is None:
        raise DataError(f"{deployed.name} takes no examples, only its own inputs: use --inputs")
    judge.require(told.outputs[0], examples)
    given = (comes.given(examples.inputs),)
    return Questions(examples.source, given, examples.inputs, examples, told.apart)


def random(deployed: Deployment, count: int) -> Questions:
    """So many random inputs, the last of them in raw form where there is that."""
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
    tensors = list(map(samples.as_runtime, deployed.compiled.unit.network.inputs))
    found = raw.load(path, tensors, reals=True)
    first = tuple(array[:count] for array in found)
    return Questions(path.name, first, np.zeros((0, 1), np.uint8))
