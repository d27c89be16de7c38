"""The network as the compiler sees it: typed nodes, checked, in the order of execution.

Nothing here knows of C, nor of any operator: each operator's module adds what its nodes hold.
Where a tensor is quantized, real = scale * (stored - zero_point).
"""

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Int8s = npt.NDArray[np.int8]
Int32s = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float32]

DTYPES: dict[str, np.dtype[Any]] = {
    "INT8": np.dtype(np.int8),
    "UINT8": np.dtype(np.uint8),
    "INT16": np.dtype(np.int16),
    "INT32": np.dtype(np.int32),
    "FLOAT32": np.dtype(np.float32),
    "BOOL": np.dtype(np.bool_),
}
"""The types that a value may have at run time, as the schema spells them."""


@dataclass(frozen=True)
class Tensor:
    """A value: an activation, or a constant that an operator takes like one."""

    number: int  # in the .tflite
    name: str
    shape: tuple[int, ...]
    scale: np.float32  # 0: not quantized
    zero_point: int
    dtype: str = "INT8"  # one of DTYPES
    data: Array | None = field(default=None, compare=False)  # [*shape], of a constant

    @property
    def size(self) -> int:
        """Elements."""
        return math.prod(self.shape)

    @property
    def numpy(self) -> np.dtype[Any]:
        """The type of an element."""
        return DTYPES[self.dtype]

    @property
    def bytes(self) -> int:
        """Bytes that it takes."""
        return self.size * self.numpy.itemsize

    @property
    def lowest(self) -> int:
        """The smallest number that an element of an integer type holds."""
        return int(np.iinfo(self.numpy).min)

    @property
    def highest(self) -> int:
        """The largest number that an element of an integer type holds."""
        return int(np.iinfo(self.numpy).max)


@dataclass(frozen=True)
class State:
    """What the network keeps from one run to the next."""

    name: str  # C identifier
    dtype: str  # one of DTYPES
    initial: Array = field(compare=False)  # [...], what it holds before the first run
    is_given: bool = True  # whether the file says what it begins with, and not the runtime

    @property
    def bytes(self) -> int:
        """Bytes that it takes."""
        return self.initial.nbytes


@dataclass(frozen=True)
class Window:
    """A sliding window; pairs are (vertical, horizontal), in pixels."""

    size: tuple[int, int]
    stride: tuple[int, int]
    dilation: tuple[int, int]
    before: tuple[int, int]  # padding above and to the left


@dataclass(frozen=True)
class Node:
    """An operator of the file."""

    index: int  # in the order of the file
    op: str  # "CONV_2D"
    inputs: tuple[Tensor, ...]  # what it computes from; weights and the like are fields of its own
    outputs: tuple[Tensor, ...]

    @property
    def input(self) -> Tensor:
        """The only, or first, input."""
        return self.inputs[0]

    @property
    def output(self) -> Tensor:
        """The only, or first, output."""
        return self.outputs[0]

    @property
    def states(self) -> tuple[State, ...]:
        """What it reads and writes besides, and finds again at the next run."""
        return ()


@dataclass(frozen=True)
class Folded:
    """An operator of the file that was computed while it was read."""

    index: int  # in the order of the file
    op: str
    types: tuple[str, ...]  # of its inputs and outputs, as the schema spells them


@dataclass(frozen=True)
class Graph:
    """A network."""

    nodes: tuple[Node, ...]
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    sha256: str  # of the .tflite
    folded: tuple[Folded, ...] = ()  # operators whose outputs are constant
    reshaped: tuple[str, ...] = ()  # operators and tensors whose shape the file guessed wrongly

    @property
    def input(self) -> Tensor:
        """The only, or first, input."""
        return self.inputs[0]

    @property
    def output(self) -> Tensor:
        """The only, or first, output."""
        return self.outputs[0]

    @property
    def states(self) -> tuple[State, ...]:
        """All that is kept from one run to the next, each once."""
        return tuple(dict.fromkeys(state for node in self.nodes for state in node.states))
