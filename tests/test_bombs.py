"""Small files that stand for gigabytes or hours are refused before anything is copied."""

import contextlib
import io
import resource
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import flatbuffers
import numpy as np
import pytest
import tflite as schema

from convert import tflite
from runtime.errors import DataError, ModelError
from runtime.reading import npy
from tests.conftest import ROOT

MEMORY, SECONDS = 6 << 30, 100  # of a process that must not need them

Builder = flatbuffers.Builder


def repeated(b: Builder, start: Callable[[Builder, int], None], offset: int, count: int) -> int:
    """A list of ``count`` times the same table."""
    start(b, count)
    for _ in range(count):
        b.PrependUOffsetTRelative(offset)
    return int(b.EndVector())


def tensor(b: Builder, shape: list[int], buffer: int) -> int:
    """An INT8 tensor."""
    shape_ = b.CreateNumpyVector(np.array(shape, np.int32))
    schema.TensorStart(b)
    schema.TensorAddShape(b, shape_)
    schema.TensorAddType(b, schema.TensorType.INT8)
    schema.TensorAddBuffer(b, buffer)
    return int(schema.TensorEnd(b))


def operator(b: Builder, numbers: int, options: int) -> int:
    """A RESHAPE with so many inputs, and a shape with so many sides in its options."""
    inputs = b.CreateNumpyVector(np.zeros(numbers, np.int32))
    sides = b.CreateNumpyVector(np.ones(options, np.int32))
    schema.ReshapeOptionsStart(b)
    schema.ReshapeOptionsAddNewShape(b, sides)
    table = schema.ReshapeOptionsEnd(b)
    schema.OperatorStart(b)
    schema.OperatorAddInputs(b, inputs)
    schema.OperatorAddOutputs(b, inputs)
    schema.OperatorAddBuiltinOptionsType(b, schema.BuiltinOptions.ReshapeOptions)
    schema.OperatorAddBuiltinOptions(b, table)
    return int(schema.OperatorEnd(b))


def model(**counts: int) -> bytes:
    """A .tflite whose tables of a kind are all the same one, as often as ``counts`` says.

    "constant" is the bytes of the only buffer, "numbers" the inputs of an operator, "options" the
    numbers in its options.
    """
    usual = {"graphs": 1, "tensors": 2, "operators": 1, "numbers": 1, "options": 2, "constant": 0}
    graphs, tensors, operators, numbers, options, constant = (usual | counts).values()
    b = Builder(1 << 20)
    data = b.CreateNumpyVector(np.zeros(constant, np.int8)) if constant else 0
    schema.BufferStart(b)
    if constant:
        schema.BufferAddData(b, data)
    buffers = repeated(b, schema.ModelStartBuffersVector, int(schema.BufferEnd(b)), 1)
    one = tensor(b, [constant or 1], 0)
    tensor_list = repeated(b, schema.SubGraphStartTensorsVector, one, tensors)
    step = operator(b, numbers, options)
    operator_list = repeated(b, schema.SubGraphStartOperatorsVector, step, operators)
    border = b.CreateNumpyVector(np.zeros(1, np.int32))
    schema.SubGraphStart(b)
    schema.SubGraphAddTensors(b, tensor_list)
    schema.SubGraphAddInputs(b, border)
    schema.SubGraphAddOutputs(b, border)
    schema.SubGraphAddOperators(b, operator_list)
    graph = int(schema.SubGraphEnd(b))
    graph_list = repeated(b, schema.ModelStartSubgraphsVector, graph, graphs)
    schema.OperatorCodeStart(b)
    schema.OperatorCodeAddBuiltinCode(b, schema.BuiltinOperator.RESHAPE)
    schema.OperatorCodeAddDeprecatedBuiltinCode(b, schema.BuiltinOperator.RESHAPE)
    codes = repeated(b, schema.ModelStartOperatorCodesVector, int(schema.OperatorCodeEnd(b)), 1)
    schema.ModelStart(b)
    schema.ModelAddVersion(b, 3)
    schema.ModelAddOperatorCodes(b, codes)
    schema.ModelAddSubgraphs(b, graph_list)
    schema.ModelAddBuffers(b, buffers)
    b.Finish(schema.ModelEnd(b), b"TFL3")
    return bytes(b.Output())


BOMBS = {
    "constants": {"tensors": 20_000, "constant": 100_000},
    "tables": {"graphs": 5_000, "tensors": 5_000},
    "operators": {"graphs": 3_000, "operators": 3_000},
    "indices": {"operators": 10_000, "numbers": 10_000},
    "options": {"operators": 10_000, "options": 10_000},
}


def limited() -> None:
    """Let the process die rather than the machine."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))


@pytest.mark.parametrize("name", BOMBS)
@pytest.mark.parametrize(
    "command",
    [("runtime.benchmark",), ("runtime.evaluate", "--model"), ("convert.compiler", "--estimate")],
    ids=lambda words: words[0],
)
def test_shared_offsets_are_one_line(name: str, command: tuple[str, ...], tmp_path: Path) -> None:
    """In time and memory that are in proportion to the file."""
    path = tmp_path / "bomb.tflite"
    path.write_bytes(model(**BOMBS[name]))
    assert path.stat().st_size < 300_000
    done = subprocess.run(
        [sys.executable, "-m", *command, path],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=limited,
    )
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    if name == "options" and command[0] != "convert.compiler":
        return  # no interpreter and no check of ours reads them; it has other faults
    assert "its parts share bytes" in done.stderr


def test_what_is_not_shared_is_no_bomb() -> None:
    """The same file with each table once; and a file that shares as much as converters do."""
    assert tflite.parse(model()).op_names == ("RESHAPE",)
    assert len(tflite.parse(model(tensors=8, constant=10_000)).tensors) == 8


def header(shape: tuple[int, ...], kind: str = "|i1") -> bytes:
    sink = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        sink, {"descr": kind, "fortran_order": False, "shape": shape}
    )
    return sink.getvalue()


def packed(path: Path, *blocks: bytes) -> Path:
    archive = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED)
    with archive, archive.open("x.npy", "w", force_zip64=True) as stream:
        for block in blocks:
            stream.write(block)
    return path


def test_headers_that_lie_are_refused(tmp_path: Path) -> None:
    """More than is there, less, or below nothing."""
    for shape in ((10**12,), (-5, 3), (2,)):
        plain = tmp_path / "a.npy"
        plain.write_bytes(header(shape) + b"abc")
        for path in (plain, packed(tmp_path / "a.npz", header(shape), b"abc")):
            with pytest.raises(DataError, match=r"an array (says|has)"):
                npy.load(path)
    with pytest.raises(DataError, match=r"pickled objects|objects of Python"):
        npy.load(packed(tmp_path / "o.npz", header((1,), "|O"), b"abc"))


def test_zeros_without_end_are_refused(tmp_path: Path) -> None:
    """A gigabyte in a megabyte, and more than any memory."""
    path = packed(tmp_path / "a.npz", header((64, 1 << 24)), *[bytes(1 << 24)] * 64)
    with pytest.raises(DataError, match=r"unpacks to 1.1 GB, over 256 times its size"):
        npy.load(path)
    np.savez_compressed(tmp_path / "b.npz", x=np.zeros(10_000_000, np.int8))
    assert npy.load(tmp_path / "b.npz")["x"].sum() == 0


def test_random_headers_are_one_line(tmp_path: Path) -> None:
    """Whatever stands in the first bytes."""
    rng = np.random.default_rng(0)
    good = header((3,), "<f4") + struct.pack("<3f", 1, 2, 3)
    for _ in range(300):
        content = bytearray(good)
        for place in rng.integers(0, 80, rng.integers(1, 4)):
            content[place] = rng.integers(0, 256)
        (tmp_path / "a.npy").write_bytes(content)
        with contextlib.suppress(DataError):
            assert npy.load(tmp_path / "a.npy")["x"].size <= 12


def test_a_keras_file_that_unpacks_without_end(tmp_path: Path) -> None:
    """It is refused before Keras sees it."""
    from train import files

    path = tmp_path / "bomb.keras"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("config.json", "{}")
        archive.writestr("metadata.json", "{}")
        with archive.open("model.weights.h5", "w", force_zip64=True) as stream:
            for _ in range(64):
                stream.write(bytes(1 << 24))
    with pytest.raises(ModelError, match=r"unpacks to 1.1 GB"):
        files.read(path)
