"""What a ``.tflite`` file says about itself: tensors, operators, quantization.

The file may also be C source that holds it as an array.

Field meanings are those of the TensorFlow Lite flatbuffer schema, version 3.
"""

import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np
import tflite as schema
from flatbuffers import number_types

from convert import csource
from runtime import flatbuffer
from runtime.errors import ModelError

_VERSION = 3  # of the schema: the only one that LiteRT takes
_STUMBLES = (struct.error, IndexError, TypeError, ValueError, AttributeError)
_ENUMERATIONS = {
    "FusedActivationFunction": schema.ActivationFunctionType,
    "Padding": schema.Padding,
}

FIXED_SHAPE = (
    "convert it with a fixed shape: for Keras, build the model with Input(batch_size=1, shape=...) "
    "or give the converter a concrete function of tf.TensorSpec([1, ...])"
)
"""What to do about a dimension that is not known."""


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
    is_variable: bool = False  # whether an operator keeps its state in it

    @property
    def is_constant(self) -> bool:
        """Whether the value is part of the file."""
        return bool(self.data)

    def may_be(self, shape: Sequence[int]) -> bool:
        """Whether ``shape`` differs only where the file does not know."""
        pairs = zip(self.signature, shape, strict=False)
        return len(self.signature) == len(shape) and all(n in (-1, side) for n, side in pairs)

    @property
    def has_fixed_shape(self) -> bool:
        """Whether every dimension is known; a leading one that may change is 1 where it was 1."""
        known = self.signature
        if known[:1] == (-1,) and self.shape[:1] == (1,):
            known = known[1:]
        return -1 not in known


@dataclass(frozen=True)
class Operator:
    """One operator; inputs and outputs are tensor numbers, -1 for an input left out."""

    name: str  # "CONV_2D"
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    options_type: str  # the schema's table that the options are: "Conv2DOptions"; "": none
    options: Mapping[str, Any]  # by the schema's names, "StrideH"; enumerations spelled out
    intermediates: tuple[int, ...] = ()  # tensors that only describe what it computes on the way


@dataclass(frozen=True)
class Subgraph:
    """Operators in the order of execution, and their tensors."""

    tensors: tuple[Tensor, ...]
    operators: tuple[Operator, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]


@dataclass(frozen=True)
class Model(Subgraph):
    """A model: its first subgraph, which is the one that is run, and the further ones."""

    content: bytes
    subgraphs: tuple[Subgraph, ...] = ()  # the further ones: number 1, 2, ...

    @cached_property
    def op_names(self) -> tuple[str, ...]:
        """Names of the operators, in the order of execution."""
        return tuple(operator.name for operator in self.operators)

    def reads(self, index: int) -> tuple[int, ...]:
        """The tensors that operator ``index`` reads and that are not part of the file."""
        given = (number for number in self.operators[index].inputs if number >= 0)
        return tuple(number for number in given if not self.tensors[number].is_constant)


def read(path: Path) -> Model:
    """Read and check a file, a ``.tflite`` or C source with one in an array; raises ModelError."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ModelError(
            f"cannot read the model {path}: {error.strerror}; give the path of a .tflite"
        ) from error
    if csource.is_text(content) or path.suffix in csource.SUFFIXES:
        content = csource.model(content, str(path))
    return parse(content, str(path))


def parse(content: bytes, name: str = "model") -> Model:
    """Read a model from its bytes; ``name`` is for messages only. Raises ModelError."""
    flatbuffer.check(content, name)
    try:
        return _model(content, name)
    except (*_STUMBLES, flatbuffer.DamageError) as error:
        # What is left to find after the check; the reader stumbles in any of these ways.
        raise ModelError(f"{name} is damaged ({error}): export or copy it again") from error


def _model(content: bytes, name: str) -> Model:
    root = schema.Model.GetRootAs(content)
    if root.Version() != _VERSION:
        raise ModelError(f"{name} has schema version {root.Version()}, expected {_VERSION}")
    first, *others = (
        _subgraph(content, root, root.Subgraphs(i)) for i in range(root.SubgraphsLength())
    )
    return Model(
        first.tensors, first.operators, first.inputs, first.outputs, content, tuple(others)
    )


def _subgraph(content: bytes, root: Any, graph: Any) -> Subgraph:
    return Subgraph(
        tuple(_tensor(content, root, graph.Tensors(i)) for i in range(graph.TensorsLength())),
        _operators(content, root, graph),
        _ints(graph.InputsAsNumpy()),
        _ints(graph.OutputsAsNumpy()),
    )


def _operators(content: bytes, root: Any, graph: Any) -> tuple[Operator, ...]:
    """The operators; lists in their options, unknown to the check, have a budget here."""
    budget, found = flatbuffer.Budget(len(content)), []
    for number in range(graph.OperatorsLength()):
        operator = _operator(root, graph.Operators(number))
        lists = (value for value in operator.options.values() if isinstance(value, tuple))
        budget.spend(sum(4 * len(values) for values in lists))
        found.append(operator)
    return tuple(found)


def _operator(root: Any, operator: Any) -> Operator:
    code = root.OperatorCodes(operator.OpcodeIndex())
    # Files older than schema 3a have only the deprecated 8-bit code, some exporters only the new.
    number = max(_builtin(code), code.DeprecatedBuiltinCode())
    name = _names(schema.BuiltinOperator).get(number, f"operator code {number}")
    if name == "CUSTOM":
        name += " " + (code.CustomCode() or b"?").decode(errors="replace")
    inputs, outputs = _ints(operator.InputsAsNumpy()), _ints(operator.OutputsAsNumpy())
    kind = _names(schema.BuiltinOptions).get(operator.BuiltinOptionsType(), "")
    between = _ints(operator.IntermediatesAsNumpy())
    table = operator.BuiltinOptions()
    if table is None or not hasattr(schema, kind):
        return Operator(name, inputs, outputs, "", {}, between)
    return Operator(name, inputs, outputs, kind, _options(kind, table), between)


def _builtin(code: Any) -> int:
    """The code as it stands in the file; the accessor takes the deprecated one for small ones."""
    slot = code._tab.Offset(10)
    return int(code._tab.Get(number_types.Int32Flags, slot + code._tab.Pos)) if slot else 0


def _options(kind: str, table: Any) -> dict[str, Any]:
    """All options of a table; the schema's defaults where the file has none."""
    options = getattr(schema, kind)()
    options.Init(table.Bytes, table.Pos)
    values = {field: read(options) for field, read in _fields(kind)}
    for field, enumeration in _ENUMERATIONS.items():
        if field in values:
            values[field] = _names(enumeration).get(values[field], f"number {values[field]}")
    return values


@cache
def _fields(kind: str) -> tuple[tuple[str, Callable[[Any], Any]], ...]:
    """The fields of a table of options, by the names of the schema's accessors, and how to read."""
    found: list[tuple[str, Callable[[Any], Any]]] = []
    for name, method in vars(getattr(schema, kind)).items():
        if name.endswith("AsNumpy"):
            found.append((name.removesuffix("AsNumpy"), _vector(method)))
        elif name[0].isupper() and not name.endswith(("Length", "IsNone")):
            code = getattr(method, "__code__", None)
            if code is not None and code.co_argcount == 1:
                found.append((name, method))
    return tuple(found)


def _tensor(content: bytes, root: Any, tensor: Any) -> Tensor:
    quantization = tensor.Quantization()
    signature = tensor.ShapeSignatureAsNumpy() if tensor.ShapeSignatureLength() else None
    shape = _ints(tensor.ShapeAsNumpy())
    return Tensor(
        name=(tensor.Name() or b"").decode(errors="replace"),
        dtype=_names(schema.TensorType).get(tensor.Type(), f"type {tensor.Type()}"),
        shape=shape,
        signature=shape if signature is None else _ints(signature),
        scales=_floats(quantization.ScaleAsNumpy()) if quantization else (),
        zero_points=_ints(quantization.ZeroPointAsNumpy()) if quantization else (),
        axis=quantization.QuantizedDimension() if quantization else 0,
        data=_data(content, root.Buffers(tensor.Buffer())),
        is_variable=bool(tensor.IsVariable()),
    )


def _data(content: bytes, buffer: Any) -> bytes:
    """What a buffer holds; in large files it lies behind the flatbuffer."""
    if buffer.DataLength():
        return bytes(buffer.DataAsNumpy().tobytes())
    start = buffer.Offset()
    return content[start : start + buffer.Size()] if start > 1 else b""


# An absent vector reads as the number 0, or as an empty array.
def _ints(values: Any) -> tuple[int, ...]:
    return tuple(int(value) for value in values) if np.ndim(values) else ()


def _floats(values: Any) -> tuple[float, ...]:
    return tuple(float(value) for value in values) if np.ndim(values) else ()


def _vector(method: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The accessor of a vector, as a tuple."""
    return lambda table: _ints(method(table))


@cache
def _names(enumeration: type) -> Mapping[int, str]:
    return {number: name for name, number in vars(enumeration).items() if isinstance(number, int)}
