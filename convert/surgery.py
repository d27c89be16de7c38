"""A float ``.tflite`` made plain: one example at a time, logits, inputs without their scaling."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from ai_edge_litert import schema_py_generated as schema

from convert import tflite
from convert.cutting import pack
from runtime.errors import ModelError
from train.rewrite import Affine, Scaling, Scores, scaling_of

Kind = Literal["float", "ready"]
_QUANTIZED = ("INT8", "UINT8", "INT16")
SIGNATURE = "serving_default"
_AGAIN = "convert it again without optimizations, as a float model, and give that"


@dataclass(frozen=True)
class Plain:
    """A float model of batch 1, its inputs and outputs under the names of its only signature."""

    content: bytes
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    scalings: tuple[Scaling | None, ...]  # taken off each input
    scores: tuple[Scores, ...]  # of each output


def kind(model: tflite.Model, name: str) -> Kind:
    """Whether ``model`` computes in integers or in float; raises ModelError for what mixes both."""
    activations = [
        tensor
        for operator in model.operators
        for tensor in (model.tensors[number] for number in operator.outputs)
        if not tensor.is_constant
    ]
    if any(tensor.dtype in _QUANTIZED and tensor.scales for tensor in activations):
        return "ready"
    for operator in model.operators:
        for tensor in (model.tensors[number] for number in operator.inputs if number >= 0):
            if tensor.is_constant and tensor.dtype in (*_QUANTIZED, "INT4") and tensor.scales:
                raise ModelError(
                    f"{name} has weights in {tensor.dtype} and computes in float (dynamic-range "
                    f"quantization): {_AGAIN}"
                )
    return "float"


def plain(model: tflite.Model, name: str) -> Plain:
    """``model`` with float32 weights and batch 1, without scaling and final softmax."""
    if not model.operators:
        raise ModelError(f"{name} has no operators: export it again")
    whole = schema.ModelT.InitFromPackedBuf(model.content)
    if len(whole.subgraphs) > 1:
        raise ModelError(
            f"{name} has {len(whole.subgraphs)} subgraphs, of loops or states: unroll them, and "
            f"convert it again"
        )
    graph = whole.subgraphs[0]
    _widen(whole, graph)
    _fix_batch(graph, name)
    inputs, outputs = (_named(graph, whole, ports) for ports in ("inputs", "outputs"))
    scalings = tuple(_take_scaling(whole, graph, number) for number in list(graph.inputs))
    scores = tuple(_take_softmax(whole, graph, place) for place in range(len(graph.outputs)))
    _drop_unused(graph)
    whole.signatureDefs = [_signature(graph, inputs, outputs)]
    return Plain(pack(whole), tuple(inputs), tuple(outputs), scalings, scores)


def names(model: tflite.Model) -> tuple[list[str], list[str]]:
    """What the inputs and the outputs of any ``model`` are called: see ``_named``."""
    whole = schema.ModelT.InitFromPackedBuf(model.content)
    graph = whole.subgraphs[0]
    return _named(graph, whole, "inputs"), _named(graph, whole, "outputs")


def _code(whole: Any, operator: Any) -> int:
    code = whole.operatorCodes[operator.opcodeIndex]
    return max(code.builtinCode, code.deprecatedBuiltinCode)


def _constant(whole: Any, graph: Any, number: int, dtype: Any = np.float32) -> Any:
    """The value of tensor ``number``; None: it is computed."""
    tensor = graph.tensors[number]
    data = whole.buffers[tensor.buffer].data
    if data is None or not len(data):
        return None
    shape = () if tensor.shape is None else tuple(tensor.shape)
    return np.frombuffer(bytes(data), dtype).reshape(shape)


def _widen(whole: Any, graph: Any) -> None:
    """Make float16 weights float32 ones."""
    kept = []
    for operator in graph.operators:
        source = graph.tensors[operator.inputs[0]] if len(operator.inputs) else None
        dequantizes = _code(whole, operator) == schema.BuiltinOperator.DEQUANTIZE
        half = source is not None and source.type == schema.TensorType.FLOAT16
        value = _constant(whole, graph, operator.inputs[0], np.float16) if half else None
        if not dequantizes or value is None:
            kept.append(operator)
            continue
        buffer = schema.BufferT()
        buffer.data = np.frombuffer(value.astype(np.float32).tobytes(), np.uint8)
        graph.tensors[operator.outputs[0]].buffer = len(whole.buffers)
        whole.buffers.append(buffer)
    graph.operators = kept


def _fix_batch(graph: Any, name: str) -> None:
    for number in graph.inputs:
        tensor = graph.tensors[number]
        label, shape = tensor.name.decode(), list(tensor.shape)
        known = shape if tensor.shapeSignature is None else list(tensor.shapeSignature)
        if tensor.type != schema.TensorType.FLOAT32:
            raise ModelError(f"{name}: input {label!r} is not float32: convert it again so")
        if -1 in known[1:] or shape[:1] != [1]:
            raise ModelError(f"{name}: input {label!r} has shape {known}: {tflite.FIXED_SHAPE}")
    for tensor in graph.tensors:
        tensor.shapeSignature = None


def _drop_unused(graph: Any) -> None:
    """Leave out the tensors that nothing reads or writes any more: no interpreter fills them."""
    lists = [
        *([operator, "inputs"] for operator in graph.operators),
        *([operator, "outputs"] for operator in graph.operators),
        *([operator, "intermediates"] for operator in graph.operators),
        *([graph, "inputs"], [graph, "outputs"]),
    ]
    numbers = [getattr(owner, name) for owner, name in lists]
    used = sorted({int(n) for given in numbers if given is not None for n in given if n >= 0})
    place = {-1: -1} | {number: index for index, number in enumerate(used)}
    graph.tensors = [graph.tensors[number] for number in used]
    for (owner, name), given in zip(lists, numbers, strict=True):
        if given is not None:
            setattr(owner, name, np.array([place[int(number)] for number in given], np.int32))


def _named(graph: Any, whole: Any, which: str) -> list[str]:
    """Names of the inputs or outputs: the signature's where there is one, else the tensors'."""
    maps = getattr(whole.signatureDefs[0], which) if whole.signatureDefs else []
    known = {entry.tensorIndex: entry.name.decode() for entry in maps or []}
    numbers = getattr(graph, which)
    names = [known.get(number, graph.tensors[number].name.decode()) for number in numbers]
    return (
        names if len(set(names)) == len(names) else [f"{which[:-1]}_{i}" for i in range(len(names))]
    )


def _signature(graph: Any, inputs: Sequence[str], outputs: Sequence[str]) -> Any:
    result = schema.SignatureDefT()
    result.signatureKey, result.subgraphIndex = SIGNATURE, 0
    result.inputs = [_entry(*pair) for pair in zip(inputs, graph.inputs, strict=True)]
    result.outputs = [_entry(*pair) for pair in zip(outputs, graph.outputs, strict=True)]
    return result


def _entry(name: str, number: int) -> Any:
    entry = schema.TensorMapT()
    entry.name, entry.tensorIndex = name, int(number)
    return entry


def _readers(graph: Any, number: int) -> list[Any]:
    return [operator for operator in graph.operators if number in operator.inputs]


def _take_scaling(whole: Any, graph: Any, number: int) -> Scaling | None:
    """Remove the scales that the input ``number`` begins with; gives what they were."""
    total: Affine | None = None
    while True:
        readers = _readers(graph, number)
        affine = _affine(whole, graph, readers[0], number) if len(readers) == 1 else None
        if (
            affine is None
            or not np.all(affine.factor > 0)
            or readers[0].outputs[0] in graph.outputs
        ):
            return None if total is None else scaling_of(total)
        if total is not None:
            shift = total.shift * affine.factor + affine.shift
            affine = Affine(total.factor * affine.factor, shift)
        total = affine
        graph.operators = [operator for operator in graph.operators if operator is not readers[0]]
        for reader in _readers(graph, readers[0].outputs[0]):
            given = [number if n == readers[0].outputs[0] else n for n in reader.inputs]
            reader.inputs = np.array(given, np.int32)


def _affine(whole: Any, graph: Any, operator: Any, number: int) -> Affine | None:
    """What ``operator`` does to tensor ``number`` if that is a scale of its channels."""
    codes, code = schema.BuiltinOperator, _code(whole, operator)
    if code not in (codes.MUL, codes.ADD, codes.SUB, codes.DIV):
        return None
    first, second = operator.inputs
    value = _constant(whole, graph, second if first == number else first)
    backwards = first != number and code in (codes.SUB, codes.DIV)
    channels = graph.tensors[number].shape[-1]
    fused = operator.builtinOptions is not None and operator.builtinOptions.fusedActivationFunction
    if (
        value is None
        or backwards
        or fused
        or value.size not in (1, value.shape[-1:] == (channels,) and channels)
    ):
        return None
    values = np.broadcast_to(value.ravel().astype(np.float64), (channels,))
    one, none = np.ones(channels), np.zeros(channels)
    made: dict[int, tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]] = {
        codes.MUL: (values, none),
        codes.ADD: (one, values),
        codes.SUB: (one, -values),
    }
    return Affine(*made[code]) if code in made else Affine(1 / values, none)


def _take_softmax(whole: Any, graph: Any, place: int) -> Scores:
    """Make output number ``place`` logits if it ends in a softmax; says what it is then."""
    number = graph.outputs[place]
    last = next((o for o in graph.operators if number in o.outputs), None)
    code = None if last is None else _code(whole, last)
    if last is None or code not in (
        schema.BuiltinOperator.SOFTMAX,
        schema.BuiltinOperator.LOGISTIC,
    ):
        return "values"
    if code == schema.BuiltinOperator.LOGISTIC:
        return "independent"
    if not _readers(graph, number):
        graph.operators = [operator for operator in graph.operators if operator is not last]
    outputs = list(graph.outputs)
    outputs[place] = last.inputs[0]
    graph.outputs = np.array(outputs, np.int32)
    return "logits"
