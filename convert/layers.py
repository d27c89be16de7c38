"""Float and int8 layer by layer: the same images through both networks, matched by operator.

An interpreter shows what a network answers, not what its layers do, and under XNNPACK the values in
between are nowhere to be read. So the ``.tflite`` is cut behind each operator, and each piece runs
like any other model, in whatever kernels.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from convert import tflite
from convert.cutting import cut
from convert.parity import FLOATS, NAMED, sqnr_db
from runtime import image, interpreter
from runtime.dataset import Pixels
from runtime.errors import ModelError
from train.graph import deployment_graph
from train.tf import keras

INT8S = npt.NDArray[np.int8]

OPERATORS = {
    "CONV_2D": "Conv2D",
    "DEPTHWISE_CONV_2D": "DepthwiseConv2D",
    "FULLY_CONNECTED": "Dense",
    "MAX_POOL_2D": "MaxPooling2D",
    "AVERAGE_POOL_2D": "AveragePooling2D",
    "SOFTMAX": "Softmax",
    "RELU": "ReLU",
    "RELU6": "ReLU",
}
"""The Keras class behind each operator that computes; the others move or rescale values."""
_FUSED = ("ReLU", "Activation")
_MOVING = ("Flatten", "Reshape")
_TO_TFLITE = {"Conv2D": (3, 0, 1, 2), "DepthwiseConv2D": (0, 1, 2, 3), "Dense": (1, 0)}
"""Axes of a Keras kernel in the order of the ``.tflite``: [out, height, width, in] or [out, in]."""


@dataclass(frozen=True)
class Weights:
    """The constant factors of a layer in both networks, [out, ...] or depthwise [1, ..., out]."""

    real: FLOATS  # the float network's, batch normalisation folded
    stored: INT8S
    tensor: tflite.Tensor  # of ``stored``: scales by channel along ``axis``

    @property
    def dequantized(self) -> FLOATS:
        """What the int8 network computes with, in units of ``real``."""
        return dequantize(self.stored, self.tensor)

    @property
    def sqnr_db(self) -> float:
        """Power of the float weights over that of the difference, dB; with QAT's retraining."""
        return sqnr_db(self.real, (self.dequantized - self.real).astype(np.float64))


@dataclass(frozen=True)
class Layer:
    """One operator that computes, with what it gave for each image in both networks."""

    index: int  # of the operator in the .tflite, from 0
    name: str  # of the Keras layer: "conv1"
    operator: str  # "CONV_2D"; a ReLU that is fused belongs to it
    output: tflite.Tensor  # of the int8 network: shape, scale, zero point
    real: FLOATS  # the float network's values [count, ...]
    stored: INT8S  # the int8 network's, same shape
    weights: Weights | None  # None: the operator has none

    @property
    def dequantized(self) -> FLOATS:
        """The int8 network's values in units of the float network's, [count, ...]."""
        return dequantize(self.stored, self.output)

    @property
    def sqnr_db(self) -> float:
        """Power of the float values over that of int8's deviation from them, dB.

        The deviation is all that has gathered up to here, not this layer's share alone.
        """
        return sqnr_db(self.real, (self.dequantized - self.real).astype(np.float64))

    @property
    def saturation(self) -> float:
        """Share, 0..1, of values at an end of the int8 range that does not stand for zero."""
        return saturation(self.stored, self.output)


def capture(
    model: keras.Model,
    int8: tflite.Model,
    images: Pixels,
    backend: str = NAMED[0],
    kernels: str = NAMED[1],
) -> tuple[Layer, ...]:
    """Run ``images`` uint8 [count, 28, 28] through the float ``model`` and through ``int8``.

    One Layer for each operator that computes, in order. Raises ModelError when the two are not the
    same chain of layers, BackendError when the interpreter cannot be had in this process.
    """
    layers = []
    for index, layer, real in _matched(deployment_graph(model), int8, images):
        output = int8.tensors[int8.operators[index].outputs[0]]
        stored = run(cut(int8, index), images, backend, kernels)
        if stored.size != real.size:
            raise _differ(f"{layer.name} gives {real.shape[1:]}, {output.name} {stored.shape[1:]}")
        real_values = real.reshape(stored.shape)  # the converter may flatten later than Keras
        operator = int8.operators[index].name
        weights = _weights(layer, int8, index)
        layers.append(Layer(index, layer.name, operator, output, real_values, stored, weights))
    return tuple(layers)


def run(content: bytes, images: Pixels, backend: str, kernels: str) -> INT8S:
    """The outputs, int8 [count, ...], of an int8 model for ``images`` uint8 [count, 28, 28]."""
    loaded = interpreter.load(content, backend, kernels)
    given = loaded.input
    values = image.quantize(image.to_float(images), given.scale, given.zero_point, np.int8)
    return loaded.run(values)


def dequantize(stored: INT8S, tensor: tflite.Tensor) -> FLOATS:
    """The reals, scale * (stored - zero point); by channel where there is a scale for each."""
    shape = [1] * stored.ndim
    if len(tensor.scales) > 1:
        shape[tensor.axis] = -1
    scales = np.array(tensor.scales, np.float32).reshape(shape)
    zeros = np.array(tensor.zero_points, np.float32).reshape(shape)
    return (stored - zeros) * scales


def saturation(stored: INT8S, tensor: tflite.Tensor) -> float:
    """Share, 0..1, of ``stored`` at -128 or 127, unless that code is the zero point itself.

    Zero is where a ReLU clamps by intention; at any other end a value may have been cut off.
    """
    ends = {-128, 127} - set(tensor.zero_points)
    return float(np.mean(np.isin(stored, sorted(ends))))


def _matched(
    graph: keras.Sequential, int8: tflite.Model, images: Pixels
) -> Iterator[tuple[int, keras.layers.Layer, FLOATS]]:
    """Each computing operator's number, with its Keras layer and that layer's float values."""
    values = image.to_float(images)
    layers = list(graph.layers)
    for index, operator in enumerate(int8.operators):
        if operator.name not in OPERATORS:
            continue
        while layers and _kind(layers[0]) in _MOVING:
            values = layers.pop(0)(values)
        if not layers or _kind(layers[0]) != OPERATORS[operator.name]:
            found = layers[0].name if layers else "nothing"
            raise _differ(f"operator {index} is {operator.name}, the float layer there {found}")
        layer = layers.pop(0)
        values = layer(values)
        while layers and _is_fused(layers[0], int8.operators[index + 1 :]):
            values = layers.pop(0)(values)
        yield index, layer, np.asarray(values)
    if [layer for layer in layers if _kind(layer) not in _MOVING]:
        raise _differ(f"the float network goes on with {layers[0].name}")


def _is_fused(layer: keras.layers.Layer, following: Sequence[tflite.Operator]) -> bool:
    """Whether ``layer`` is an activation that no operator of its own follows for."""
    own = following and OPERATORS.get(following[0].name) == _kind(layer)
    return _kind(layer) in _FUSED and not own


def _weights(layer: keras.layers.Layer, int8: tflite.Model, index: int) -> Weights | None:
    order = _TO_TFLITE.get(_kind(layer))
    if order is None:
        return None
    tensor = int8.tensors[int8.operators[index].inputs[1]]
    stored = np.frombuffer(tensor.data, np.int8).reshape(tensor.shape)
    real = layer.get_weights()[0].transpose(order)
    return Weights(real.reshape(stored.shape), stored, tensor)


def _kind(layer: keras.layers.Layer) -> str:
    """The class of ``layer``; an Activation is what it applies, where that has its own class."""
    kind = type(layer).__name__
    applied = layer.get_config()["activation"] if kind == "Activation" else ""
    return {"relu": "ReLU", "softmax": "Softmax"}.get(applied, kind)


def _differ(how: str) -> ModelError:
    return ModelError(f"the float and the int8 model are not the same network: {how}")
