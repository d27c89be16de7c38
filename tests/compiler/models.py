"""Builds ``.tflite`` files operator by operator, with any scale, zero point, shape and option."""

from dataclasses import dataclass, field
from typing import Any

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

TYPES = {np.int8: schema.TensorType.INT8, np.int32: schema.TensorType.INT32}


@dataclass
class Builder:
    """Collects tensors and operators; ``pack`` gives the file."""

    model: Any = field(default_factory=schema.ModelT)
    graph: Any = field(default_factory=schema.SubGraphT)

    def __post_init__(self) -> None:
        self.model.version = 3
        self.model.buffers = [schema.BufferT()]
        self.model.operatorCodes = []
        self.graph.tensors, self.graph.operators = [], []
        self.graph.inputs, self.graph.outputs = [], []

    def tensor(
        self,
        shape: tuple[int, ...],
        scale: Any = None,
        zero_point: int = 0,
        data: np.ndarray | None = None,
        axis: int = 0,
    ) -> int:
        """Add a tensor and give its number; constant when it has data."""
        tensor = schema.TensorT()
        tensor.name = f"tensor{len(self.graph.tensors)}"
        tensor.shape = list(shape)
        tensor.type = schema.TensorType.INT8 if data is None else TYPES[data.dtype.type]
        tensor.buffer = 0
        if data is not None:
            buffer = schema.BufferT()
            buffer.data = np.frombuffer(data.tobytes(), np.uint8)
            tensor.buffer = len(self.model.buffers)
            self.model.buffers.append(buffer)
        if scale is not None:
            scales = np.atleast_1d(np.asarray(scale, np.float32))
            tensor.quantization = schema.QuantizationParametersT()
            tensor.quantization.scale = scales
            tensor.quantization.zeroPoint = np.full(len(scales), zero_point, np.int64)
            tensor.quantization.quantizedDimension = axis
        self.graph.tensors.append(tensor)
        return len(self.graph.tensors) - 1

    def add(self, name: str, inputs: list[int], output: int, **options: Any) -> None:
        """Add an operator, its options by the names of the schema's object API."""
        number = getattr(schema.BuiltinOperator, name)
        code = schema.OperatorCodeT()
        code.builtinCode, code.deprecatedBuiltinCode, code.version = number, min(number, 127), 1
        operator = schema.OperatorT()
        operator.opcodeIndex = len(self.model.operatorCodes)
        self.model.operatorCodes.append(code)
        operator.inputs, operator.outputs = inputs, [output]
        kind = _OPTIONS.get(name)
        if kind:
            operator.builtinOptionsType = getattr(schema.BuiltinOptions, kind)
            operator.builtinOptions = getattr(schema, f"{kind}T")()
            for key, value in options.items():
                assert hasattr(operator.builtinOptions, key), key
                setattr(operator.builtinOptions, key, value)
        self.graph.operators.append(operator)

    def pack(self, inputs: list[int], output: int) -> bytes:
        """The file."""
        self.graph.inputs, self.graph.outputs = inputs, [output]
        self.model.subgraphs = [self.graph]
        builder = flatbuffers.Builder(1024)
        builder.Finish(self.model.Pack(builder), b"TFL3")
        return bytes(builder.Output())


_OPTIONS = {
    "CONV_2D": "Conv2DOptions",
    "DEPTHWISE_CONV_2D": "DepthwiseConv2DOptions",
    "FULLY_CONNECTED": "FullyConnectedOptions",
    "MAX_POOL_2D": "Pool2DOptions",
    "AVERAGE_POOL_2D": "Pool2DOptions",
    "MEAN": "ReducerOptions",
    "ADD": "AddOptions",
    "PAD": "PadOptions",
    "RESHAPE": "ReshapeOptions",
    "SOFTMAX": "SoftmaxOptions",
    "QUANTIZE": "QuantizeOptions",
    "CONCATENATION": "ConcatenationOptions",
}
ACTIVATIONS = (0, 1, 2, 3)  # NONE, RELU, RELU_N1_TO_1, RELU6


class Random:
    """Random models of one operator each, from a seed: shapes, strides, scales, extremes."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)

    def pick(self, *choices: Any) -> Any:
        return choices[self.rng.integers(len(choices))]

    def scale(self) -> float:
        if self.rng.random() < 0.3:
            return float(2.0 ** self.rng.integers(-9, -1))
        return float(np.float32(np.exp(self.rng.uniform(np.log(1e-3), np.log(0.5)))))

    def zero(self) -> int:
        return int(self.pick(-128, 127, 0, self.rng.integers(-128, 128)))

    def model(self, op: str) -> bytes:
        """A random model of ``op`` alone."""
        return getattr(self, op.lower())(Builder(), op)

    def _image(self, b: Builder, *, least: int = 1) -> tuple[int, tuple[int, ...], float]:
        sides = self.rng.integers(least, 12, 2)
        channels = self.pick(1, 3, 4, 5, int(self.rng.integers(1, 20)))
        shape, scale = (1, int(sides[0]), int(sides[1]), int(channels)), self.scale()
        return b.tensor(shape, scale, self.zero()), shape, scale

    def _window(
        self, shape: tuple[int, ...], *, dilated: bool
    ) -> tuple[list[int], dict, list[int]]:
        """Kernel size, options, and the output's height and width."""
        padding = int(self.rng.integers(2))
        size, out, options = [], [], {"padding": padding}
        for axis, letter in ((1, "H"), (2, "W")):
            stride = int(self.rng.integers(1, 4))
            dilation = int(self.pick(1, 1, 2, 3)) if dilated else 1
            most = shape[axis] if padding else 6
            k = int(self.rng.integers(1, min(5, most) + 1))
            if padding and (k - 1) * dilation + 1 > shape[axis]:
                dilation = 1
            reach = (k - 1) * dilation + 1
            n = shape[axis]
            out.append((n - reach) // stride + 1 if padding else -(-n // stride))
            size.append(k)
            options[f"stride{letter}"] = stride
            if dilated:
                options[f"dilation{letter}Factor"] = dilation
        return size, options, out

    def _weights(self, b: Builder, shape: tuple[int, ...], channels: int, axis: int, si: float):  # type: ignore[no-untyped-def]
        """Weights and bias tensors, and a scale that the output may have."""
        extreme = self.rng.random() < 0.2
        data = self.rng.integers(-127, 128, shape)
        if extreme:
            data = np.where(self.rng.random(shape) < 0.5, -127, 127)
        per_channel = self.rng.random() < 0.7
        scales = [self.scale() / 20 for _ in range(channels if per_channel else 1)]
        ties = self.rng.random() < 0.25
        if ties:  # a factor that is a power of two puts many sums halfway between two outputs
            scales = [2.0 ** float(self.rng.integers(-12, -6))] * len(scales)
        weights = b.tensor(shape, scales, 0, data.astype(np.int8), axis)
        limit = int(self.pick(10, 1000, 100_000))
        bias = b.tensor(
            (channels,),
            [si * s for s in scales],
            0,
            self.rng.integers(-limit, limit, channels).astype(np.int32),
        )
        taps = int(np.prod(shape)) / channels
        so = si * float(np.median(scales)) * 73 * 73 * np.sqrt(taps) / 127 * self.pick(0.3, 1, 3)
        so = max(so, si * max(scales) / 200)
        if ties:
            product = np.float32(si) * np.float32(scales[0])
            so = float(product * np.float32(2.0 ** np.ceil(np.log2(so / product))))
        return weights, bias, float(np.float32(so))

    def conv_2d(self, b: Builder, op: str) -> bytes:
        x, shape, si = self._image(b)
        size, options, out = self._window(shape, dilated=True)
        channels = int(self.rng.integers(1, 20))
        w, bias, so = self._weights(b, (channels, *size, shape[3]), channels, 0, si)
        y = b.tensor((1, *out, channels), so, self.zero())
        b.add(op, [x, w, bias], y, fusedActivationFunction=self.pick(*ACTIVATIONS), **options)
        return b.pack([x], y)

    def conv_pool(self, *, channels: int, taps: int, pooled: bool = True) -> bytes:
        """A convolution of ``taps`` x ``taps`` with a 2x2 max-pooling behind it, up to 40 wide."""
        b, padding, si = Builder(), int(self.rng.integers(2)), self.scale()
        least = taps if padding else 1
        height, width = int(self.rng.integers(least, 12)), int(self.rng.integers(least, 41))
        x = b.tensor((1, height, width, channels), si, self.zero())
        filters = int(self.rng.integers(1, 9))
        w, bias, so = self._weights(b, (filters, taps, taps, channels), filters, 0, si)
        out = [n - taps + 1 if padding else n for n in (height, width)]
        zero = self.zero()
        y = b.tensor((1, *out, filters), so, zero)
        act = self.pick(*ACTIVATIONS)
        strides = {"strideH": 1, "strideW": 1, "dilationHFactor": 1, "dilationWFactor": 1}
        b.add("CONV_2D", [x, w, bias], y, padding=padding, fusedActivationFunction=act, **strides)
        if not pooled or min(out) < 2:
            return b.pack([x], y)
        half = int(self.rng.integers(2))  # VALID leaves an odd last row and column out
        z = b.tensor((1, *(n // 2 if half else -(-n // 2) for n in out), filters), so, zero)
        b.add("MAX_POOL_2D", [y], z, padding=half, filterHeight=2, filterWidth=2, strideH=2,
              strideW=2, fusedActivationFunction=0)  # fmt: skip
        return b.pack([x], z)

    def depthwise_conv_2d(self, b: Builder, op: str) -> bytes:
        x, shape, si = self._image(b)
        size, options, out = self._window(shape, dilated=True)
        multiplier = int(self.pick(1, 1, 2, 3))
        channels = shape[3] * multiplier
        w, bias, so = self._weights(b, (1, *size, channels), channels, 3, si)
        y = b.tensor((1, *out, channels), so, self.zero())
        act = self.pick(*ACTIVATIONS)
        options["depthMultiplier"] = multiplier
        b.add(op, [x, w, bias], y, fusedActivationFunction=act, **options)
        return b.pack([x], y)

    def depthwise(self, *, channels: int) -> bytes:
        """A depthwise convolution with a channel for a channel, without dilation."""
        b, si = Builder(), self.scale()
        shape = (1, int(self.rng.integers(5, 12)), int(self.rng.integers(5, 12)), channels)
        x = b.tensor(shape, si, self.zero())
        size, options, out = self._window(shape, dilated=False)
        w, bias, so = self._weights(b, (1, *size, channels), channels, 3, si)
        y = b.tensor((1, *out, channels), so, self.zero())
        options |= {"depthMultiplier": 1, "dilationHFactor": 1, "dilationWFactor": 1}
        act = self.pick(*ACTIVATIONS)
        b.add("DEPTHWISE_CONV_2D", [x, w, bias], y, fusedActivationFunction=act, **options)
        return b.pack([x], y)

    def fully_connected(self, b: Builder, op: str) -> bytes:
        n, m = int(self.rng.integers(1, 200)), int(self.rng.integers(1, 30))
        si = self.scale()
        x = b.tensor((1, n), si, self.zero())
        w, bias, so = self._weights(b, (m, n), m, 0, si)
        y = b.tensor((1, m), so, self.zero())
        b.add(op, [x, w, bias], y, fusedActivationFunction=self.pick(*ACTIVATIONS))
        return b.pack([x], y)

    def max_pool_2d(self, b: Builder, op: str) -> bytes:
        x, shape, scale = self._image(b)
        size, options, out = self._window(shape, dilated=False)
        tensor = b.graph.tensors[x].quantization
        y = b.tensor((1, *out, shape[3]), scale, int(tensor.zeroPoint[0]))
        options |= {"filterHeight": size[0], "filterWidth": size[1]}
        b.add(op, [x], y, fusedActivationFunction=self.pick(*ACTIVATIONS), **options)
        return b.pack([x], y)

    average_pool_2d = max_pool_2d

    def mean(self, b: Builder, op: str) -> bytes:
        x, shape, si = self._image(b)
        axes = self.pick((1, 2), (1, 2), (1,), (2,), (3,), (1, 2, 3))
        keep = bool(self.rng.integers(2))
        out = [1 if i in axes else n for i, n in enumerate(shape)]
        if not keep:
            out = [n for i, n in enumerate(shape) if i not in axes]
        a = b.tensor((len(axes),), data=np.array(axes, np.int32))
        y = b.tensor(tuple(out), si * self.pick(1.0, 0.7, 0.31, 1.9), self.zero())
        b.add(op, [x, a], y, keepDims=keep)
        return b.pack([x], y)

    def pad(self, b: Builder, op: str) -> bytes:
        x, shape, scale = self._image(b)
        amounts = np.zeros((4, 2), np.int32)
        amounts[1:] = self.rng.integers(0, 4, (3, 2))
        out = tuple(int(n + a.sum()) for n, a in zip(shape, amounts, strict=True))
        p = b.tensor((4, 2), data=amounts)
        y = b.tensor(out, scale, int(b.graph.tensors[x].quantization.zeroPoint[0]))
        b.add(op, [x, p], y)
        return b.pack([x], y)

    def reshape(self, b: Builder, op: str) -> bytes:
        x, shape, scale = self._image(b)
        out = (1, int(np.prod(shape)))
        s = b.tensor((2,), data=np.array(out, np.int32))
        y = b.tensor(out, scale, int(b.graph.tensors[x].quantization.zeroPoint[0]))
        b.add(op, [x, s], y, newShape=list(out))
        return b.pack([x], y)

    def softmax(self, b: Builder, op: str) -> bytes:
        x = b.tensor((1, int(self.rng.integers(2, 40))), self.scale(), self.zero())
        y = b.tensor(tuple(b.graph.tensors[x].shape), 1 / 256, -128)
        b.add(op, [x], y, beta=float(self.pick(1.0, 1.0, 0.5, 2.0)))
        return b.pack([x], y)

    def quantize(self, b: Builder, op: str) -> bytes:
        x, shape, si = self._image(b)
        y = b.tensor(shape, si * float(np.exp(self.rng.uniform(-3, 3))), self.zero())
        b.add(op, [x], y)
        return b.pack([x], y)

    relu = relu6 = quantize

    def add(self, b: Builder, op: str) -> bytes:
        """Add f(x) to x, because a model has one input: f is a max-pooling of 1x1."""
        return self._two(b, op)

    concatenation = add

    def _two(self, b: Builder, op: str) -> bytes:
        x, shape, si = self._image(b)
        zero = int(b.graph.tensors[x].quantization.zeroPoint[0])
        if op == "ADD":
            other = b.tensor(shape, si * float(np.exp(self.rng.uniform(-2, 2))), self.zero())
            b.add("QUANTIZE", [x], other)
            so = si * float(np.exp(self.rng.uniform(-2, 2)))
            y = b.tensor(shape, so, self.zero())
            b.add(op, [x, other], y, fusedActivationFunction=self.pick(*ACTIVATIONS))
            return b.pack([x], y)
        other = b.tensor(shape, si, zero)
        b.add("MAX_POOL_2D", [x], other, filterHeight=1, filterWidth=1, strideH=1, strideW=1,
              padding=0, fusedActivationFunction=0)  # fmt: skip
        axis = int(self.rng.integers(1, 4))
        out = tuple(n * 2 if i == axis else n for i, n in enumerate(shape))
        y = b.tensor(out, si, zero)
        b.add(op, [x, other], y, axis=int(self.pick(axis, axis - 4)), fusedActivationFunction=0)
        return b.pack([x], y)


OPS = (
    "CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED", "MAX_POOL_2D", "AVERAGE_POOL_2D", "MEAN",
    "ADD", "PAD", "RESHAPE", "SOFTMAX", "QUANTIZE", "RELU", "RELU6", "CONCATENATION",
)  # fmt: skip
