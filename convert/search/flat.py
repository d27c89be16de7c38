"""An int8 ``.tflite`` of a network, built without a converter, from its layers and their values.

It has the operators, shapes and kinds of quantization that TensorFlow's converter gives the same
network: int8 throughout, weights symmetric for each channel, biases int32. A file takes
milliseconds, so that thousands can be costed before anything is trained.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from ai_edge_litert import schema_py_generated as schema

from convert.cutting import pack
from train.network import Layer, Side

Floats = npt.NDArray[np.float32]
Span = tuple[float, float]
_CODES = 255
_ACTIVATIONS = {"": "NONE", "relu": "RELU", "relu6": "RELU6"}
_VERSIONS = {
    "CONV_2D": 3,
    "DEPTHWISE_CONV_2D": 3,
    "FULLY_CONNECTED": 4,
    "MAX_POOL_2D": 2,
    "AVERAGE_POOL_2D": 2,
    "MEAN": 2,
    "REDUCE_MAX": 2,
    "RESHAPE": 1,
}
"""Of the operators in int8."""


@dataclass(frozen=True)
class Values:
    """What training leaves: weights, and the ranges of what layers give."""

    weights: Mapping[str, tuple[Floats, Floats]]  # by layer: kernel as Keras has it, and bias
    ranges: Mapping[str, Span]  # of each layer's output, by its name; "": of the input


def build(layers: Sequence[Layer], values: Values) -> bytes:
    """The file of ``layers``, one behind the other."""
    return _Builder(values).build(layers)


def random(layers: Sequence[Layer], seed: int = 0) -> Values:
    """Values as an untrained network has them: what a file costs hardly depends on them."""
    rng = np.random.default_rng(seed)
    weights: dict[str, tuple[Floats, Floats]] = {}
    ranges: dict[str, Span] = {"": (0.0, 1.0)}
    for layer in layers:
        ranges[layer.name] = (0.0, 4.0) if layer.activation else (-4.0, 4.0)
        if layer.op in ("conv", "depthwise", "dense"):
            shape = kernel_shape(layer)
            count = layer.gives[-1]
            deviation = (2 / max(1, int(np.prod(shape)) // count)) ** 0.5
            kernel = rng.normal(0, deviation, shape).astype(np.float32)
            weights[layer.name] = kernel, rng.normal(0, 0.1, count).astype(np.float32)
    return Values(weights, ranges)


def kernel_shape(layer: Layer) -> tuple[int, ...]:
    """The shape of the weights of ``layer``, as Keras has it."""
    if layer.op == "dense":
        return layer.given[0], layer.gives[0]
    last = 1 if layer.op == "depthwise" else layer.gives[-1]
    return (*layer.window, layer.given[-1], last)


class _Builder:
    """Collects tensors and operators."""

    def __init__(self, values: Values) -> None:
        self.values = values
        self.model, self.graph = schema.ModelT(), schema.SubGraphT()
        self.model.version, self.model.subgraphs = 3, [self.graph]
        self.model.buffers, self.model.operatorCodes = [schema.BufferT()], []
        self.graph.tensors, self.graph.operators = [], []
        self.scale = np.float32(1)  # of the tensor that is current
        self.span: Span = (0.0, 1.0)

    def build(self, layers: Sequence[Layer]) -> bytes:
        """The file."""
        shape = layers[0].given
        current = first = self._activation("input", shape, self.values.ranges[""])
        for layer in layers:
            current = getattr(self, f"_{layer.op}")(layer, current)
        self.graph.inputs, self.graph.outputs = [first], [current]
        return pack(self.model)

    def _conv(self, layer: Layer, given: int) -> int:
        kernel = np.moveaxis(self.values.weights[layer.name][0], -1, 0)  # [out, high, wide, in]
        weights, bias = self._weighted(layer, kernel, 0)
        options = _slide(schema.Conv2DOptionsT(), layer)
        return self._operator("CONV_2D", [given, weights, bias], layer, options)

    def _depthwise(self, layer: Layer, given: int) -> int:
        kernel = np.moveaxis(self.values.weights[layer.name][0], -1, 0)  # [1, high, wide, in]
        weights, bias = self._weighted(layer, kernel, 3)
        options = _slide(schema.DepthwiseConv2DOptionsT(), layer)
        options.depthMultiplier = 1
        return self._operator("DEPTHWISE_CONV_2D", [given, weights, bias], layer, options)

    def _dense(self, layer: Layer, given: int) -> int:
        weights, bias = self._weighted(layer, self.values.weights[layer.name][0].T, 0)
        options = schema.FullyConnectedOptionsT()
        options.fusedActivationFunction = _activation(layer)
        return self._operator("FULLY_CONNECTED", [given, weights, bias], layer, options)

    def _max(self, layer: Layer, given: int) -> int:
        return self._operator("MAX_POOL_2D", [given], layer, _pool(layer), keeps=True)

    def _average(self, layer: Layer, given: int) -> int:
        return self._operator("AVERAGE_POOL_2D", [given], layer, _pool(layer), keeps=True)

    def _mean(self, layer: Layer, given: int) -> int:
        options = schema.ReducerOptionsT()
        axes = self._constant("axes", np.array([1, 2], np.int32))
        return self._operator("MEAN", [given, axes], layer, options)

    def _largest(self, layer: Layer, given: int) -> int:
        options = schema.ReducerOptionsT()
        axes = self._constant("axes", np.array([1, 2], np.int32))
        return self._operator("REDUCE_MAX", [given, axes], layer, options, keeps=True)

    def _flatten(self, layer: Layer, given: int) -> int:
        if layer.given[:-1] == (1, 1):
            return given  # the converter takes the reshape of a single pixel away
        options = schema.ReshapeOptionsT()
        options.newShape = [-1, *layer.gives]
        shape = self._constant("shape", np.array([-1, *layer.gives], np.int32))
        return self._operator("RESHAPE", [given, shape], layer, options, keeps=True)

    def _operator(
        self, name: str, inputs: list[int], layer: Layer, options: Any, keeps: bool = False
    ) -> int:
        """Add an operator; gives its output, which with ``keeps`` has the range of its input."""
        span = self.span if keeps else self.values.ranges[layer.name]
        output = self._activation(layer.name, layer.gives, span)
        operator = schema.OperatorT()
        operator.opcodeIndex = self._code(name)
        operator.inputs, operator.outputs = inputs, [output]
        kind = type(options).__name__.removesuffix("T")
        operator.builtinOptionsType = getattr(schema.BuiltinOptions, kind)
        operator.builtinOptions = options
        self.graph.operators.append(operator)
        return output

    def _code(self, name: str) -> int:
        number = getattr(schema.BuiltinOperator, name)
        known = [code.builtinCode for code in self.model.operatorCodes]
        if number not in known:
            code = schema.OperatorCodeT()
            code.builtinCode = code.deprecatedBuiltinCode = number
            code.version = _VERSIONS[name]
            self.model.operatorCodes.append(code)
            known.append(number)
        return known.index(number)

    def _weighted(self, layer: Layer, kernel: Floats, axis: int) -> tuple[int, int]:
        """Constants of int8 weights, and of int32 biases."""
        others = tuple(one for one in range(kernel.ndim) if one != axis)
        most = np.abs(kernel).max(axis=others)
        scales = np.maximum(most, np.float32(1e-9)) / np.float32(127)
        shape = [-1 if one == axis else 1 for one in range(kernel.ndim)]
        codes = np.clip(np.rint(kernel / scales.reshape(shape)), -127, 127).astype(np.int8)
        weights = self._constant(f"{layer.name}/weights", codes)
        self._scaled(weights, scales, 0, axis)
        both = scales * self.scale
        sums = np.rint(self.values.weights[layer.name][1] / both.astype(np.float64))
        limit = np.iinfo(np.int32)
        bias = np.clip(sums, limit.min, limit.max).astype(np.int32)
        place = self._constant(f"{layer.name}/bias", bias)
        self._scaled(place, both, 0, 0)
        return weights, place

    def _activation(self, name: str, shape: tuple[int, ...], span: Span) -> int:
        """The tensor of what is computed; it is current from here on."""
        low, high = min(span[0], 0.0), max(span[1], 0.0)
        self.span = span
        self.scale = np.float32(max(high - low, 1e-6) / _CODES)
        zero = int(np.clip(np.rint(-128 - low / float(self.scale)), -128, 127))
        place = self._tensor(name, (1, *shape), schema.TensorType.INT8)
        self._scaled(place, np.array([self.scale]), zero, 0)
        return place

    def _constant(self, name: str, values: npt.NDArray[Any]) -> int:
        kind = schema.TensorType.INT8 if values.dtype == np.int8 else schema.TensorType.INT32
        place = self._tensor(name, values.shape, kind)
        buffer = schema.BufferT()
        buffer.data = np.frombuffer(values.tobytes(), np.uint8)
        self.graph.tensors[place].buffer = len(self.model.buffers)
        self.model.buffers.append(buffer)
        return place

    def _tensor(self, name: str, shape: tuple[int, ...], kind: int) -> int:
        tensor = schema.TensorT()
        tensor.name, tensor.shape, tensor.type, tensor.buffer = name, list(shape), kind, 0
        self.graph.tensors.append(tensor)
        return len(self.graph.tensors) - 1

    def _scaled(self, place: int, scales: npt.NDArray[Any], zero: int, axis: int) -> None:
        found = schema.QuantizationParametersT()
        found.scale = scales.astype(np.float32)
        found.zeroPoint = np.full(len(scales), zero, np.int64)
        found.quantizedDimension = axis
        self.graph.tensors[place].quantization = found


def _activation(layer: Layer) -> int:
    return int(getattr(schema.ActivationFunctionType, _ACTIVATIONS[layer.activation]))


def _slide(options: Any, layer: Layer) -> Any:
    """How a window is moved."""
    steps: Side = layer.stride
    options.strideH, options.strideW = steps
    options.padding = getattr(schema.Padding, layer.padding.upper())
    options.fusedActivationFunction = _activation(layer)
    return options


def _pool(layer: Layer) -> Any:
    options = _slide(schema.Pool2DOptionsT(), layer)
    options.filterHeight, options.filterWidth = layer.window
    return options
