"""The network as the compiler sees it: typed nodes, checked, in the order of execution.

Nothing here knows of C. Activations are int8; real = scale * (stored - zero_point).
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Int8s = npt.NDArray[np.int8]
Int32s = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Tensor:
    """An activation, per-tensor quantized."""

    number: int  # in the .tflite
    name: str
    shape: tuple[int, ...]  # with the batch of 1 in front
    scale: np.float32
    zero_point: int

    @property
    def size(self) -> int:
        """Bytes, which are elements."""
        return math.prod(self.shape)


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
    inputs: tuple[Tensor, ...]  # activations only
    output: Tensor

    @property
    def input(self) -> Tensor:
        """The only, or first, input."""
        return self.inputs[0]


@dataclass(frozen=True)
class Linear(Node):
    """What convolutions and dense layers share."""

    weights: Int8s
    bias: Int32s  # [out channels]
    scales: Floats  # of the weights, [out channels]
    activation: str  # "NONE", "RELU", "RELU6", "RELU_N1_TO_1"


@dataclass(frozen=True)
class Conv(Linear):
    """CONV_2D: weights [out_ch, height, width, in_ch]."""

    window: Window


@dataclass(frozen=True)
class Depthwise(Linear):
    """DEPTHWISE_CONV_2D: weights [1, height, width, out_ch]; out_ch = in_ch * multiplier."""

    window: Window


@dataclass(frozen=True)
class Dense(Linear):
    """FULLY_CONNECTED: weights [out, in]."""

    per_channel: bool


@dataclass(frozen=True)
class Pool(Node):
    """MAX_POOL_2D or AVERAGE_POOL_2D; what lies outside the image does not count."""

    window: Window
    activation: str


@dataclass(frozen=True)
class Mean(Node):
    """MEAN over ``axes`` of the input."""

    axes: tuple[int, ...]


@dataclass(frozen=True)
class Add(Node):
    """ADD of two tensors of the same shape."""

    activation: str


@dataclass(frozen=True)
class Pad(Node):
    """PAD with the zero point; ``before`` and ``after`` have an entry per dimension."""

    before: tuple[int, ...]
    after: tuple[int, ...]


@dataclass(frozen=True)
class Reshape(Node):
    """RESHAPE: the same bytes under another shape."""


@dataclass(frozen=True)
class Softmax(Node):
    """SOFTMAX over the last dimension."""

    beta: np.float32


@dataclass(frozen=True)
class Pointwise(Node):
    """QUANTIZE, RELU or RELU6: each output byte is a function of one input byte."""


@dataclass(frozen=True)
class Concatenation(Node):
    """CONCATENATION along ``axis``, counted from the front."""

    axis: int


@dataclass(frozen=True)
class Graph:
    """A network with one input and one output."""

    nodes: tuple[Node, ...]
    input: Tensor
    output: Tensor
    sha256: str  # of the .tflite
