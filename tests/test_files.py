"""What a sound ``.tflite`` is: the audit, carray, the compiler and the check agree."""

from collections.abc import Callable

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from convert import audit, carray, tflite
from convert.bundle.border import pack
from convert.compiler.build import compile_model
from runtime import flatbuffer, interpreter
from runtime.errors import ModelError
from tests.compiler import networks
from tests.compiler.builder import Builder

Change = Callable[[schema.ModelT], None]


def changed(change: Change, content: bytes) -> bytes:
    model = schema.ModelT.InitFromPackedBuf(content)
    change(model)
    return pack(model)


def unused_tensors(model: schema.ModelT) -> None:
    for dtype in (schema.TensorType.FLOAT32, schema.TensorType.STRING, schema.TensorType.RESOURCE):
        tensor = schema.TensorT()
        tensor.name, tensor.shape, tensor.type, tensor.buffer = b"unused", [0, 3], dtype, 0
        model.subgraphs[0].tensors.append(tensor)


def metadata(model: schema.ModelT) -> None:
    buffer = schema.BufferT()
    buffer.data = np.frombuffer(b"1.14.0\0\0", np.uint8)
    model.buffers.append(buffer)
    entry = schema.MetadataT()
    entry.name, entry.buffer = b"min_runtime_version", len(model.buffers) - 1
    model.metadata = [entry]


def signature(model: schema.ModelT) -> None:
    entry = schema.SignatureDefT()
    entry.signatureKey, entry.subgraphIndex = b"serving_default", 0
    entry.inputs, entry.outputs = [], []
    for numbers, maps in (
        (model.subgraphs[0].inputs, entry.inputs),
        (model.subgraphs[0].outputs, entry.outputs),
    ):
        one = schema.TensorMapT()
        one.name, one.tensorIndex = b"x", int(numbers[0])
        maps.append(one)
    model.signatureDefs = [entry]


def reversed_buffers(model: schema.ModelT) -> None:
    last = len(model.buffers) - 1
    model.buffers = model.buffers[::-1]
    for tensor in model.subgraphs[0].tensors:
        tensor.buffer = last - tensor.buffer


def old_codes(model: schema.ModelT) -> None:
    for code in model.operatorCodes:
        code.deprecatedBuiltinCode, code.builtinCode = code.builtinCode, 0


def flexible_batch(model: schema.ModelT) -> None:
    for tensor in model.subgraphs[0].tensors:
        if model.buffers[tensor.buffer].data is None:
            tensor.shapeSignature = [-1, *tensor.shape[1:]]


def second_subgraph(model: schema.ModelT) -> None:
    other = schema.SubGraphT()
    other.tensors, other.operators, other.inputs, other.outputs = [], [], [], []
    model.subgraphs.append(other)


CHANGES = (
    unused_tensors,
    metadata,
    signature,
    reversed_buffers,
    old_codes,
    flexible_batch,
    second_subgraph,
)


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_sound_files_are_taken_by_all(change: Change) -> None:
    """What converters of several ages write, and what people add."""
    content = changed(change, networks.dense())
    interpreter.load(content)
    flatbuffer.check(content)
    model = tflite.parse(content)
    audit.check(model)
    assert carray.generate(model, "net.tflite", []).header
    text = compile_model(model, "net").files()["net.c"]
    plain = compile_model(tflite.parse(networks.dense()), "net").files()["net.c"]
    assert text.split(b"\n")[5:] == plain.split(b"\n")[5:]


def test_carray_takes_any_sound_file() -> None:
    """Floats, resources, several subgraphs: what the compiler refuses may still be an array."""
    b = Builder()
    x, y = (b.tensor((2, 4), dtype="FLOAT32") for _ in range(2))
    b.add("ROUND", [x], y)
    b.tensor((), dtype="RESOURCE")
    b.subgraph()
    model = tflite.parse(b.pack([x], y))
    assert "_INPUT_COUNT 8u" in carray.generate(model, "net.tflite", []).header
    with pytest.raises(ModelError, match="FLOAT32"):
        audit.check(model)
    with pytest.raises(ModelError, match="ROUND"):
        compile_model(model, "net")


def test_a_buffer_behind_the_flatbuffer_is_read() -> None:
    """Large files keep their constants there; one that would lie outside is damage."""
    content, model = networks.dense(), schema.ModelT.InitFromPackedBuf(networks.dense())
    place = model.subgraphs[0].tensors[2].buffer
    data = bytes(model.buffers[place].data)
    for size in (len(data), len(data) + 1):
        model.buffers[place].data = None
        model.buffers[place].offset, model.buffers[place].size = 1 << 20, size
        length = len(pack(model))
        model.buffers[place].offset = length
        moved = pack(model) + data
        assert len(moved) == length + len(data)
        if size == len(data):
            assert tflite.parse(moved).tensors[2].data == tflite.parse(content).tensors[2].data
        else:
            with pytest.raises(ModelError, match="lies outside"):
                tflite.parse(moved)
