"""Builds ``.tflite`` files operator by operator, with any type, scale, shape and option."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

NAMES = {
    np.dtype(np.int8): "INT8",
    np.dtype(np.uint8): "UINT8",
    np.dtype(np.int16): "INT16",
    np.dtype(np.int32): "INT32",
    np.dtype(np.int64): "INT64",
    np.dtype(np.float32): "FLOAT32",
    np.dtype(np.bool_): "BOOL",
}


@dataclass
class Builder:
    """Collects tensors and operators of a subgraph; ``pack`` gives the file."""

    model: Any = field(default_factory=schema.ModelT)
    graph: Any = field(default_factory=schema.SubGraphT)

    def __post_init__(self) -> None:
        self.model.version = 3
        self.model.buffers = [schema.BufferT()]
        self.model.operatorCodes = []
        self.model.subgraphs = [self.graph]
        _empty(self.graph)

    def subgraph(self) -> "Builder":
        """A builder of a further subgraph of the same model."""
        other = Builder.__new__(Builder)
        other.model, other.graph = self.model, schema.SubGraphT()
        _empty(other.graph)
        self.model.subgraphs.append(other.graph)
        return other

    def tensor(  # noqa: PLR0913, PLR0917 - as many as the schema has for a tensor
        self,
        shape: tuple[int, ...],
        scale: Any = None,
        zero_point: int = 0,
        data: np.ndarray | None = None,
        axis: int = 0,
        dtype: str | None = None,
    ) -> int:
        """Add a tensor and give its number; constant when it has data. Without type or data: INT8.

        ``dtype`` is the schema's name, and only needed where the data do not say it.
        """
        tensor = schema.TensorT()
        tensor.name = f"tensor{len(self.graph.tensors)}"
        tensor.shape = list(shape)
        name = dtype or ("INT8" if data is None else NAMES[data.dtype])
        tensor.type = getattr(schema.TensorType, name)
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

    def shape(self, number: int) -> tuple[int, ...]:
        """The shape of a tensor."""
        return tuple(self.graph.tensors[number].shape)

    def quantization(self, number: int) -> tuple[float, int]:
        """Scale and zero point of a tensor."""
        found = self.graph.tensors[number].quantization
        return float(found.scale[0]), int(found.zeroPoint[0])

    def ints(self, *values: int) -> int:
        """A constant vector of int32."""
        return self.tensor((len(values),), data=np.array(values, np.int32))

    def add(
        self,
        name: str,
        inputs: Sequence[int],
        outputs: int | Sequence[int],
        version: int = 1,
        kind: str | None = None,
        **options: Any,
    ) -> Any:
        """Add an operator, its options by the names of the schema's object API; gives it.

        ``kind`` is the schema's table of options, by default the one that the operator has there.
        """
        number = getattr(schema.BuiltinOperator, name)
        code = schema.OperatorCodeT()
        code.builtinCode, code.deprecatedBuiltinCode = number, min(number, 127)
        code.version = version
        operator = schema.OperatorT()
        operator.opcodeIndex = len(self.model.operatorCodes)
        self.model.operatorCodes.append(code)
        operator.inputs = list(inputs)
        operator.outputs = [outputs] if isinstance(outputs, int) else list(outputs)
        kind = kind or _options_of(name)
        if hasattr(schema, f"{kind}T"):
            operator.builtinOptionsType = getattr(schema.BuiltinOptions, kind)
            operator.builtinOptions = getattr(schema, f"{kind}T")()
            for key, value in options.items():
                assert hasattr(operator.builtinOptions, key), key
                setattr(operator.builtinOptions, key, value)
        else:
            assert not options, f"{name} has no options: {kind}"
        self.graph.operators.append(operator)
        return operator

    def pack(self, inputs: Sequence[int], outputs: int | Sequence[int]) -> bytes:
        """The file."""
        self.graph.inputs = list(inputs)
        self.graph.outputs = [outputs] if isinstance(outputs, int) else list(outputs)
        builder = flatbuffers.Builder(1024)
        builder.Finish(self.model.Pack(builder), b"TFL3")
        return bytes(builder.Output())


def _empty(graph: Any) -> None:
    graph.tensors, graph.operators, graph.inputs, graph.outputs = [], [], [], []


def _options_of(name: str) -> str:
    """The schema's table of options: CONV_2D has Conv2DOptions."""
    if name in _IRREGULAR:
        return _IRREGULAR[name]
    return "".join(word.capitalize() for word in name.split("_")) + "Options"


_IRREGULAR = {
    "CONV_2D": "Conv2DOptions",
    "DEPTHWISE_CONV_2D": "DepthwiseConv2DOptions",
    "MAX_POOL_2D": "Pool2DOptions",
    "AVERAGE_POOL_2D": "Pool2DOptions",
    "MEAN": "ReducerOptions",
    "SUM": "ReducerOptions",
    "REDUCE_MAX": "ReducerOptions",
    "REDUCE_MIN": "ReducerOptions",
    "REDUCE_PROD": "ReducerOptions",
    "MAXIMUM": "MaximumMinimumOptions",
    "MINIMUM": "MaximumMinimumOptions",
    "LEAKY_RELU": "LeakyReluOptions",
    "L2_NORMALIZATION": "L2NormOptions",
    "BATCH_MATMUL": "BatchMatMulOptions",
    "PADV2": "PadV2Options",
    "SPACE_TO_BATCH_ND": "SpaceToBatchNDOptions",
    "BATCH_TO_SPACE_ND": "BatchToSpaceNDOptions",
    "UNIDIRECTIONAL_SEQUENCE_LSTM": "UnidirectionalSequenceLSTMOptions",
    "SVDF": "SVDFOptions",
    "REVERSE_V2": "ReverseV2Options",
}
