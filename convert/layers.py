"""Float and int8 layer by layer: the same images through both networks, matched by operator.

An interpreter shows what a network answers, not what its layers do, and under XNNPACK the values in
between are nowhere to be read. So the ``.tflite`` is cut behind each operator, and each piece runs
like any other model, in whatever kernels.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import flatbuffers
import numpy as np
import numpy.typing as npt
from ai_edge_litert import schema_py_generated as schema

from convert import tflite
from convert.parity import FLOATS, NAMED, sqnr_db
from runtime import flatbuffer, image, interpreter
from runtime.dataset import Pixels
from runtime.errors import ModelError
from train.graph import deployment_graph, walk
from train.tf import keras

INT8S = npt.NDArray[np.int8]

OPERATORS = {
    "CONV_2D": "Conv2D",
    "DEPTHWISE_CONV_2D": "DepthwiseConv2D",
    "FULLY_CONNECTED": "Dense",
    "MAX_POOL_2D": "MaxPooling2D",
    "AVERAGE_POOL_2D": "AveragePooling2D",
    "TRANSPOSE_CONV": "Conv2DTranspose",
}
"""The Keras class that an operator is named after, where activations are fused into it."""
_REARRANGING = frozenset(
    ("RESHAPE", "QUANTIZE", "DEQUANTIZE", "PAD", "STRIDED_SLICE", "TRANSPOSE", "SPLIT", "UNPACK")
)
"""Operators that only move values or change their scale."""
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
    same network, BackendError when the interpreter cannot be had in this process.
    """
    real = [image.to_float(images)]
    found = observe(deployment_graph(model), int8, real, backend, kernels)
    if found.unmatched:
        raise ModelError(
            "the float and the int8 model are not the same network: no layer of the float one "
            f"gives what {found.unmatched[0]} gives"
        )
    return found.layers


@dataclass(frozen=True)
class Observed:
    """The operators that were found in both networks, and those that were not."""

    layers: tuple[Layer, ...]
    unmatched: tuple[str, ...]  # "operator 3 MUL", whose tensor no layer of the float network names


def observe(
    model: keras.Model,
    int8: tflite.Model,
    real: Sequence[FLOATS],
    backend: str = NAMED[0],
    kernels: str = NAMED[1],
) -> Observed:
    """Run real inputs, float32 [count, ...] each, through ``model`` and through ``int8``.

    ``model`` is a graph arranged for int8. Its layers are found by the names that the converter
    gives to tensors, so that branches need no order. Raises as ``capture`` does.
    """
    known = list(walk(model, [np.asarray(values) for values in real]))
    order = {layer.name: place for place, (layer, _, _) in enumerate(known)}
    stored = inside(int8, real, backend, kernels)
    names = {
        index: sorted(_named(int8, index, model) & order.keys(), key=order.__getitem__)
        for index in stored
        if int8.operators[index].name not in _REARRANGING
    }
    # Of several operators that make up one layer, the last one gives what the layer gives.
    last = {found[-1]: index for index, found in names.items() if found}
    layers, unmatched = [], []
    for index, found in names.items():
        whole = np.asarray(known[order[found[-1]]][2]) if found else np.empty(0)
        if not found or last[found[-1]] != index or whole.size != stored[index].size:
            unmatched.append(f"operator {index} {int8.operators[index].name}")
            continue
        parts = [known[order[name]][0] for name in found]
        layers.append(_layer(int8, index, parts, whole, stored[index]))
    unmatched += [f"layer {name}" for name in model.output_names if name not in last]
    return Observed(tuple(layers), tuple(unmatched))


def _layer(
    int8: tflite.Model,
    index: int,
    parts: Sequence[keras.layers.Layer],
    real: FLOATS,
    stored: INT8S,
) -> Layer:
    """What operator ``index`` gives, which computes the layers ``parts``, in their order."""
    operator = int8.operators[index]
    own = [layer for layer in parts if _kind(layer) == OPERATORS.get(operator.name)]
    return Layer(
        index,
        (own or parts[-1:])[0].name,
        operator.name,
        int8.tensors[operator.outputs[0]],
        real.reshape(stored.shape),  # the converter may flatten later than Keras
        stored,
        _weights(own[0], int8, index) if own else None,
    )


def _named(int8: tflite.Model, index: int, model: keras.Model) -> set[str]:
    """Names of the layers that operator ``index`` computes, as far as its tensor tells."""
    number = int8.operators[index].outputs[0]
    if number in int8.outputs:
        return {model.output_names[int8.outputs.index(number)]}
    parts = (segment.split("/") for segment in int8.tensors[number].name.split(";"))
    return {part[1].removeprefix("quant_") for part in parts if len(part) > 1}


def inside(
    model: tflite.Model, real: Sequence[FLOATS], backend: str, kernels: str
) -> dict[int, INT8S]:
    """What each operator of an int8 model gives, by its number, for real inputs [count, ...]."""
    whole = schema.ModelT.InitFromPackedBuf(model.content)
    shown = [
        index
        for index, operator in enumerate(model.operators)
        if model.tensors[operator.outputs[0]].dtype == "INT8"
    ]
    whole.subgraphs[0].outputs = [int(model.operators[index].outputs[0]) for index in shown]
    whole.signatureDefs = None  # they name the old outputs
    inputs = [model.tensors[number] for number in model.inputs]
    codes = [
        image.quantize(values, tensor.scales[0], tensor.zero_points[0], np.int8)[:, None]
        for values, tensor in zip(real, inputs, strict=True)
    ]
    results = independent(pack(whole), codes, backend, kernels)
    return {index: result[:, 0] for index, result in zip(shown, results, strict=True)}


def independent(
    content: bytes, inputs: Sequence[FLOATS | INT8S], backend: str, kernels: str
) -> list[Any]:
    """For each output its values [count, ...], where no example sees what an earlier one left."""
    if not keeps_state(tflite.parse(content)):
        return interpreter.run_all(content, inputs, backend, kernels)
    rows = [
        interpreter.run_all(content, [values[row : row + 1] for values in inputs], backend, kernels)
        for row in range(len(inputs[0]))
    ]
    return [np.concatenate(column) for column in zip(*rows, strict=True)]


def keeps_state(model: tflite.Model) -> bool:
    """Whether one run of ``model`` may see what an earlier one left."""
    variables = any(tensor.is_variable for tensor in model.tensors)
    return variables or any(name.endswith("_VARIABLE") for name in model.op_names)


def cut(model: tflite.Model, index: int) -> bytes:
    """``model`` up to operator ``index`` (from 0), whose first output becomes the only one."""
    whole = schema.ModelT.InitFromPackedBuf(model.content)
    graph = whole.subgraphs[0]
    graph.operators = graph.operators[: index + 1]
    graph.outputs = [int(graph.operators[index].outputs[0])]
    whole.signatureDefs = None  # they name the old output
    return pack(whole)


def alone(model: tflite.Model, index: int) -> bytes:
    """The operator ``index`` (from 0) of ``model`` by itself, fed with what it reads."""
    whole = schema.ModelT.InitFromPackedBuf(model.content)
    graph = whole.subgraphs[0]
    graph.operators = graph.operators[index : index + 1]
    graph.inputs = list(model.reads(index))
    graph.outputs = [int(graph.operators[0].outputs[0])]
    whole.signatureDefs = None  # they name the old input and output
    return pack(whole)


def pack(whole: schema.ModelT) -> bytes:
    """The file that ``whole`` describes, a model in the schema's object form."""
    builder = flatbuffers.Builder()
    builder.Finish(whole.Pack(builder), file_identifier=flatbuffer.MAGIC)
    return bytes(builder.Output())


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
