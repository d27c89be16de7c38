"""Parts of a ``.tflite`` as models of their own; needs LiteRT's schema, and no TensorFlow."""

import flatbuffers
from ai_edge_litert import schema_py_generated as schema

from convert import tflite
from runtime import flatbuffer

_WRITING = ("ASSIGN_VARIABLE", "CALL_ONCE")
"""Operators that work on what a network keeps, with no output that leads to them."""


def cut(model: tflite.Model, index: int, place: int = 0) -> bytes:
    """``model`` up to operator ``index`` (from 0), whose output ``place`` becomes the only one.

    A network that keeps variables keeps all its operators, or they would never be written.
    """
    whole = schema.ModelT.InitFromPackedBuf(model.content)
    graph = whole.subgraphs[0]
    graph.outputs = [int(graph.operators[index].outputs[place])]
    if not any(name in _WRITING for name in model.op_names):
        graph.operators = graph.operators[: index + 1]
    whole.signatureDefs = None  # they name the old output
    return pack(whole)


def alone(model: tflite.Model, index: int, place: int = 0) -> bytes:
    """The operator ``index`` (from 0) of ``model`` by itself, fed with what it reads."""
    whole = schema.ModelT.InitFromPackedBuf(model.content)
    graph = whole.subgraphs[0]
    graph.operators = graph.operators[index : index + 1]
    graph.inputs = list(dict.fromkeys(model.reads(index)))
    graph.outputs = [int(graph.operators[0].outputs[place])]
    whole.signatureDefs = None  # they name the old input and output
    return pack(whole)


def pack(whole: schema.ModelT) -> bytes:
    """The file that ``whole`` describes, a model in the schema's object form."""
    builder = flatbuffers.Builder()
    builder.Finish(whole.Pack(builder), file_identifier=flatbuffer.MAGIC)
    return bytes(builder.Output())
