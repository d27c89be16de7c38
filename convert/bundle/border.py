"""The same int8 network behind another type of input and output.

LiteRT.js takes no int8 tensors and TensorFlow Lite's Swift classes know no such type, so phones and
browsers need a border: one operator that turns what the caller has into int8, and one that turns
the int8 outputs back. Everything between them stays as it is, which converting the Keras model once
more would only promise.
"""

import copy
from typing import Any

import flatbuffers
from ai_edge_litert import schema_py_generated as schema

from convert import tflite
from runtime.errors import ModelError

IO = ("uint8", "float32", "int8")
"""The types that a bundled model may take and give."""

SHIFT = 128
"""What a uint8 value is above the int8 value of the same meaning."""

_Kind = tuple[int, int]  # a BuiltinOperator and its version
_TYPES = {
    schema.TensorType.FLOAT32: "float32",
    schema.TensorType.INT8: "int8",
    schema.TensorType.UINT8: "uint8",
    schema.TensorType.INT16: "int16",
}
_QUANTIZE, _DEQUANTIZE = schema.BuiltinOperator.QUANTIZE, schema.BuiltinOperator.DEQUANTIZE
_VERSIONS = {"uint8": 1, "int8": 2, "int16": 3}  # of DEQUANTIZE, by what it takes


def with_io(graph: tflite.Model, io: str) -> bytes:
    """``graph``, quantized, of one input, as a ``.tflite`` that takes and gives ``io``.

    uint8 values are the int8 values + 128; float32 values are what quantized ones stand for. Raises
    ModelError for another ``io``, and where the network's own type does not fit into it.
    """
    if io not in IO:
        raise ModelError(f"no model takes {io!r} as its input here: choose {', '.join(IO)}")
    types = {graph.tensors[number].dtype.lower() for number in graph.inputs + graph.outputs}
    if types == {io}:
        return graph.content
    model = schema.ModelT.InitFromPackedBuf(graph.content, 0)
    network = model.subgraphs[0]
    before = [*network.inputs, *network.outputs]
    network.inputs = [_given(model, number, io) for number in network.inputs]
    network.outputs = [_answered(model, number, io) for number in network.outputs]
    now = dict(zip(before, [*network.inputs, *network.outputs], strict=True))
    for signature in model.signatureDefs or ():
        for one in (*(signature.inputs or ()), *(signature.outputs or ())):
            one.tensorIndex = now.get(one.tensorIndex, one.tensorIndex)
    return pack(model)


def _given(model: Any, number: int, io: str) -> int:
    """The tensor that takes ``io`` in the place of the input ``number``."""
    network = model.subgraphs[0]
    if _type(network.tensors[number]) == "float32" != io:
        readers = [one for one in network.operators if number in one.inputs]
        if [_code_of(model, one) for one in readers] != [_QUANTIZE]:
            raise _unfit("input", network.tensors[number], io)
        network.operators.remove(readers[0])
        number = int(readers[0].outputs[0])
    if _type(network.tensors[number]) == io:
        return number
    outside = _outside(network, number, io, "input")
    network.operators.insert(0, _operator(model, (_QUANTIZE, 1), outside, number))
    return outside


def _answered(model: Any, number: int, io: str) -> int:
    """The tensor that gives ``io`` in the place of the output ``number``."""
    network = model.subgraphs[0]
    if _type(network.tensors[number]) == "float32" != io:
        makers = [one for one in network.operators if number in one.outputs]
        read = any(number in one.inputs for one in network.operators)
        if read or [_code_of(model, one) for one in makers] != [_DEQUANTIZE]:
            raise _unfit("output", network.tensors[number], io)
        network.operators.remove(makers[0])
        number = int(makers[0].inputs[0])
    inside = _type(network.tensors[number])
    if inside == io:
        return number
    outside = _outside(network, number, io, "output")
    kind = (_DEQUANTIZE, _VERSIONS[inside]) if io == "float32" else (_QUANTIZE, 1)
    network.operators.append(_operator(model, kind, number, outside))
    return outside


def _type(tensor: Any) -> str:
    return _TYPES.get(tensor.type, f"type {tensor.type}")


def _code_of(model: Any, operator: Any) -> int:
    code = model.operatorCodes[operator.opcodeIndex]
    return max(int(code.builtinCode), int(code.deprecatedBuiltinCode))


def _unfit(place: str, tensor: Any, io: str) -> ModelError:
    name = tensor.name.decode(errors="replace")
    hint = ": --io float32 can" if io != "float32" and _type(tensor) in _TYPES.values() else ""
    return ModelError(f"{io} cannot stand for its {place} {name!r}, {_type(tensor)}{hint}")


def pack(model: Any) -> bytes:
    """The bytes of a model, of the schema's class ``ModelT``."""
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def _outside(network: Any, number: int, io: str, place: str) -> int:
    """Add what stands outside the border for the tensor ``number``; gives its own number."""
    tensor = copy.deepcopy(network.tensors[number])
    inside = _type(tensor)
    if {inside, io} != {"int8", "uint8"} and (io != "float32" or inside not in _VERSIONS):
        raise _unfit(place, tensor, io)
    tensor.name = tensor.name + b"/" + io.encode()
    if io == "float32":
        tensor.type = schema.TensorType.FLOAT32
        tensor.quantization = None
    else:
        tensor.type = next(code for code, name in _TYPES.items() if name == io)
        shift = SHIFT if io == "uint8" else -SHIFT
        tensor.quantization.zeroPoint = [int(tensor.quantization.zeroPoint[0]) + shift]
    network.tensors.append(tensor)
    return len(network.tensors) - 1


def _operator(model: Any, kind: _Kind, source: int, target: int) -> Any:
    operator = schema.OperatorT()
    operator.opcodeIndex = _code(model, kind)
    operator.inputs, operator.outputs = [source], [target]
    return operator


def _code(model: Any, kind: _Kind) -> int:
    """The index of the operator code ``kind``, which is added where the model lacks it."""
    known = [(code.builtinCode, code.version) for code in model.operatorCodes]
    if kind not in known:
        code = schema.OperatorCodeT()
        code.builtinCode, code.version = kind
        code.deprecatedBuiltinCode = kind[0]  # both are below 127, where older readers look
        model.operatorCodes.append(code)
        return len(known)
    return known.index(kind)


def moved(content: bytes, inputs: list[int], outputs: list[int]) -> bytes:
    """The ``.tflite`` with these tensors as its inputs and outputs, without what lies outside."""
    model = schema.ModelT.InitFromPackedBuf(content, 0)
    network = model.subgraphs[0]
    outside = {*inputs, *network.outputs} - {*outputs}
    network.operators = [one for one in network.operators if not outside & {*one.outputs}]
    network.inputs, network.outputs = inputs, outputs
    model.signatureDefs = None  # they name what was outside
    return pack(model)
