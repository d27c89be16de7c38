"""Inputs and outputs without the operators that only turn them to int8 and back.

A network that was made for floats, or for uint8, begins with one operator that quantizes each input
and ends with one that brings each output back. A caller who has int8 needs neither.
"""

from dataclasses import replace

from convert.compiler.ir import Graph, Node, Tensor
from convert.compiler.operators import registry
from runtime.errors import ModelError

_FROM = ("FLOAT32", "UINT8", "INT16")
"""The types that are left out; int32 and bool are not numbers on a scale."""


def as_int8(network: Graph) -> Graph:
    """``network`` with int8 where a conversion made it, or was given it.

    Raises ModelError for an input or output that anything else stands behind.
    """
    for place in range(len(network.inputs)):
        network = _input(network, place)
    for place in range(len(network.outputs)):
        network = _output(network, place)
    for kind, tensors in (("input", network.inputs), ("output", network.outputs)):
        for tensor in tensors:
            if tensor.dtype in _FROM:
                raise ModelError(
                    f"--io int8: {kind} {tensor.name!r} is {tensor.dtype}, and not one QUANTIZE or "
                    "DEQUANTIZE alone stands between it and int8: leave --io away"
                )
    return network


def _input(network: Graph, place: int) -> Graph:
    given = network.inputs[place]
    readers = [node for node in network.nodes if given in node.inputs]
    if given.dtype not in _FROM or given in network.outputs or len(readers) != 1:
        return network
    (reader,) = readers
    if not _converts(reader) or reader.output.dtype != "INT8" or reader.output in network.outputs:
        return network
    inputs = _replaced(network.inputs, place, reader.output)
    return replace(network, inputs=inputs, nodes=_without(network, reader))


def _output(network: Graph, place: int) -> Graph:
    wanted = network.outputs[place]
    writer = next(node for node in network.nodes if wanted in node.outputs)
    is_read = any(wanted in node.inputs for node in network.nodes)
    if wanted.dtype not in _FROM or is_read or not _converts(writer):
        return network
    inner = writer.input
    if inner.dtype != "INT8" or inner in (*network.inputs, *network.outputs):
        return network
    outputs = _replaced(network.outputs, place, inner)
    return replace(network, outputs=outputs, nodes=_without(network, writer))


def _converts(node: Node) -> bool:
    return registry()[node.op].is_conversion


def _replaced(tensors: tuple[Tensor, ...], place: int, other: Tensor) -> tuple[Tensor, ...]:
    return (*tensors[:place], other, *tensors[place + 1 :])


def _without(network: Graph, left_out: Node) -> tuple[Node, ...]:
    return tuple(node for node in network.nodes if node is not left_out)
