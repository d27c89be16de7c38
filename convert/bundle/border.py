"""The same int8 network behind another type of input and output.

LiteRT.js takes no int8 tensors and TensorFlow Lite's Swift classes know no such type, so phones and
browsers need a border: one operator that turns what the caller has into int8, and one that turns
the int8 logits back. Everything between them stays as it is, which converting the Keras model once
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
_INTO: dict[str, _Kind] = {
    "uint8": (schema.BuiltinOperator.QUANTIZE, 1),
    "float32": (schema.BuiltinOperator.QUANTIZE, 1),
}
_OUT_OF: dict[str, _Kind] = {
    "uint8": (schema.BuiltinOperator.QUANTIZE, 1),
    "float32": (schema.BuiltinOperator.DEQUANTIZE, 2),  # 2: takes int8
}


def with_io(graph: tflite.Model, io: str) -> bytes:
    """``graph``, int8 with one input and one output, as a ``.tflite`` that takes and gives ``io``.

    uint8 values are the int8 values + 128; float32 values are what int8 ones stand for. Raises
    ModelError for another ``io``.
    """
    if io not in IO:
        raise ModelError(f"no model takes {io!r} as its input here: choose {', '.join(IO)}")
    if io == "int8":
        return graph.content
    model = schema.ModelT.InitFromPackedBuf(graph.content, 0)
    network = model.subgraphs[0]
    (inside,), (result,) = network.inputs, network.outputs
    given, wanted = _outside(network, inside, io), _outside(network, result, io)
    network.operators.insert(0, _operator(model, _INTO[io], given, inside))
    network.operators.append(_operator(model, _OUT_OF[io], result, wanted))
    network.inputs, network.outputs = [given], [wanted]
    for signature in model.signatureDefs or ():
        signature.inputs[0].tensorIndex = given
        signature.outputs[0].tensorIndex = wanted
    return pack(model)


def pack(model: Any) -> bytes:
    """The bytes of a model, of the schema's class ``ModelT``."""
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def _outside(network: Any, index: int, io: str) -> int:
    """Add what stands outside the border for the int8 tensor ``index``; gives its own index."""
    tensor = copy.deepcopy(network.tensors[index])
    tensor.name = tensor.name + b"/" + io.encode()
    if io == "uint8":
        tensor.type = schema.TensorType.UINT8
        tensor.quantization.zeroPoint = [int(tensor.quantization.zeroPoint[0]) + SHIFT]
    else:
        tensor.type = schema.TensorType.FLOAT32
        tensor.quantization = None
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
