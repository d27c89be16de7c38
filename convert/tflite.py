"""What a ``.tflite`` file says about itself: tensors, operators, quantization.

Field meanings are those of the TensorFlow Lite flatbuffer schema, version 3.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np
import tflite as schema

from runtime import flatbuffer
from runtime.errors import ModelError

_ACTIVATION = ("FusedActivationFunction",)
_STRIDES = ("Padding", "StrideH", "StrideW", *_ACTIVATION)
_DILATION = ("DilationHFactor", "DilationWFactor")
_OPTIONS: Mapping[str, tuple[Any, tuple[str, ...]]] = {
    "CONV_2D": (schema.Conv2DOptions, (*_STRIDES, *_DILATION)),
    "DEPTHWISE_CONV_2D": (schema.DepthwiseConv2DOptions, (*_STRIDES, *_DILATION)),
    "FULLY_CONNECTED": (schema.FullyConnectedOptions, (*_ACTIVATION, "WeightsFormat")),
    "MAX_POOL_2D": (schema.Pool2DOptions, (*_STRIDES, "FilterHeight", "FilterWidth")),
    "AVERAGE_POOL_2D": (schema.Pool2DOptions, (*_STRIDES, "FilterHeight", "FilterWidth")),
    "ADD": (schema.AddOptions, _ACTIVATION),
    "SOFTMAX": (schema.SoftmaxOptions, ("Beta",)),
    "CONCATENATION": (schema.ConcatenationOptions, ("Axis", *_ACTIVATION)),
}
_ENUMERATIONS = {
    "FusedActivationFunction": schema.ActivationFunctionType,
    "Padding": schema.Padding,
}


@dataclass(frozen=True)
class Tensor:
    """One tensor: real = scale * (stored - zero_point), per channel along ``axis``."""

    name: str
    dtype: str  # as the schema spells it: "INT8", "FLOAT32"
    shape: tuple[int, ...]
    signature: tuple[int, ...]  # like shape, with -1 for a dimension that may change
    scales: tuple[float, ...]  # empty when not quantized, one when per-tensor
    zero_points: tuple[int, ...]
    axis: int
    data: bytes  # of a constant; empty for an activation

    @property
    def is_constant(self) -> bool:
        """Whether the value is part of the file."""
        return bool(self.data)


@dataclass(frozen=True)
class Operator:
    """One operator; inputs and outputs are tensor numbers, -1 for an input left out."""

    name: str  # "CONV_2D"
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    options: Mapping[str, Any]  # those of _OPTIONS, by the schema's names; enumerations spelled out


@dataclass(frozen=True)
class Model:
    """A model with one subgraph."""

    content: bytes
    tensors: tuple[Tensor, ...]
    operators: tuple[Operator, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]

    @cached_property
    def op_names(self) -> tuple[str, ...]:
        """Names of the operators, in the order of execution."""
        return tuple(operator.name for operator in self.operators)

    def reads(self, index: int) -> tuple[int, ...]:
        """The tensors that operator ``index`` reads and that are not part of the file."""
        given = (number for number in self.operators[index].inputs if number >= 0)
        return tuple(number for number in given if not self.tensors[number].is_constant)


def read(path: Path) -> Model:
    """Read and check a file; raises ModelError."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ModelError(f"cannot read the model {path}: {error.strerror}") from error
    return parse(content, str(path))


def parse(content: bytes, name: str = "model") -> Model:
    """Read a model from its bytes; ``name`` is for messages only. Raises ModelError."""
    flatbuffer.check(content, name)
    try:
        return _model(content, name)
    except (struct.error, IndexError, TypeError, ValueError, AttributeError) as error:
        # What is left to find after the check; the reader stumbles in any of these ways.
        raise ModelError(f"{name} is damaged ({error}): export or copy it again") from error


def _model(content: bytes, name: str) -> Model:
    root = schema.Model.GetRootAs(content)
    if root.SubgraphsLength() != 1:
        raise ModelError(f"{name} has {root.SubgraphsLength()} subgraphs, expected one")
    graph = root.Subgraphs(0)
    return Model(
        content,
        tuple(_tensor(root, graph.Tensors(i)) for i in range(graph.TensorsLength())),
        tuple(_operator(root, graph.Operators(i)) for i in range(graph.OperatorsLength())),
        _ints(graph.InputsAsNumpy()),
        _ints(graph.OutputsAsNumpy()),
    )


def _operator(root: Any, operator: Any) -> Operator:
    code = root.OperatorCodes(operator.OpcodeIndex())
    # Files older than schema 3a have only the deprecated 8-bit code.
    number = max(code.BuiltinCode(), code.DeprecatedBuiltinCode())
    name = _names(schema.BuiltinOperator).get(number, f"operator code {number}")
    if name == "CUSTOM":
        name += " " + (code.CustomCode() or b"?").decode(errors="replace")
    inputs, outputs = _ints(operator.InputsAsNumpy()), _ints(operator.OutputsAsNumpy())
    return Operator(name, inputs, outputs, _options(name, operator.BuiltinOptions()))


def _options(name: str, table: Any) -> dict[str, Any]:
    """The options of an operator; the schema's defaults where the file has none."""
    kind, fields = _OPTIONS.get(name, (None, ()))
    if kind is None or table is None:
        return {}
    options = kind()
    options.Init(table.Bytes, table.Pos)
    values = {field: getattr(options, field)() for field in fields}
    for field, enumeration in _ENUMERATIONS.items():
        if field in values:
            values[field] = _names(enumeration).get(values[field], f"number {values[field]}")
    return values


def _tensor(root: Any, tensor: Any) -> Tensor:
    quantization = tensor.Quantization()
    signature = tensor.ShapeSignatureAsNumpy() if tensor.ShapeSignatureLength() else None
    shape = _ints(tensor.ShapeAsNumpy())
    data = root.Buffers(tensor.Buffer())
    return Tensor(
        name=(tensor.Name() or b"").decode(errors="replace"),
        dtype=_names(schema.TensorType).get(tensor.Type(), f"type {tensor.Type()}"),
        shape=shape,
        signature=shape if signature is None else _ints(signature),
        scales=_floats(quantization.ScaleAsNumpy()) if quantization else (),
        zero_points=_ints(quantization.ZeroPointAsNumpy()) if quantization else (),
        axis=quantization.QuantizedDimension() if quantization else 0,
        data=data.DataAsNumpy().tobytes() if data.DataLength() else b"",
    )


# An absent vector reads as the number 0, or as an empty array.
def _ints(values: Any) -> tuple[int, ...]:
    return tuple(int(value) for value in values) if np.ndim(values) else ()


def _floats(values: Any) -> tuple[float, ...]:
    return tuple(float(value) for value in values) if np.ndim(values) else ()


@cache
def _names(enumeration: type) -> Mapping[int, str]:
    return {number: name for name, number in vars(enumeration).items() if isinstance(number, int)}
