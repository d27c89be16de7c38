"""The int8 network behind another type of input and output stays the network that it was."""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from convert import tflite
from convert.bundle import border
from runtime import classifier, worker
from runtime.dataset import Examples
from runtime.errors import ModelError
from train import presets
from train.tf import keras, silence, tf

OTHERS = ("uint8", "float32")
LAST = {"uint8": "QUANTIZE", "float32": "DEQUANTIZE"}
RUNTIMES = [
    ("litert", "default"),
    ("litert", "reference"),
    ("tflite-runtime", "default"),
    ("tflite-runtime", "reference"),
]


def behind(io: str, source: Path, folder: Path) -> Path:
    path = folder / f"{io}.tflite"
    path.write_bytes(border.with_io(tflite.read(source), io))
    return path


def as_int8(values: npt.NDArray[Any], model: Path) -> npt.NDArray[np.int64]:
    """The int8 values that uint8 ones stand for, or that float32 ones are exactly."""
    output = tflite.read(model).tensors[tflite.read(model).outputs[0]]
    if values.dtype == np.uint8:
        return values.astype(np.int64) - 128
    every = np.arange(-128, 128)
    real = np.float32(output.scales[0]) * (every - output.zero_points[0]).astype(np.float32)
    found = np.searchsorted(real, values)
    assert (real[found] == values).all(), "a float32 output is no multiple of the scale"
    return every[found]


@pytest.mark.parametrize("preset", presets.PRESETS)
@pytest.mark.parametrize("io", OTHERS)
def test_what_was_there_is_untouched(io: str, preset: str) -> None:
    """Every weight, scale, shape and operator is the int8 model's; one operator is on each side."""
    inner = tflite.read(classifier.find(preset))
    outer = tflite.parse(border.with_io(inner, io))
    assert outer.tensors[: len(inner.tensors)] == inner.tensors
    assert outer.operators[1:-1] == inner.operators
    assert outer.op_names == ("QUANTIZE", *inner.op_names, LAST[io])
    given, answer = outer.tensors[outer.inputs[0]], outer.tensors[outer.outputs[0]]
    assert given.dtype == answer.dtype == io.upper()
    assert given.shape == given.signature == (1, 28, 28, 1)


def test_int8_is_the_same_file(int8: Path) -> None:
    """Nothing is written anew that needs no border."""
    assert border.with_io(tflite.read(int8), "int8") == int8.read_bytes()


@pytest.mark.parametrize("who", RUNTIMES, ids=" ".join)
@pytest.mark.parametrize("io", OTHERS)
def test_outputs_are_the_int8_model_s(
    io: str, who: tuple[str, str], int8: Path, digits: Examples, tmp_path: Path
) -> None:
    """In every runtime: uint8 outputs are int8 + 128, float32 ones what int8 stands for."""
    images = digits.inputs[:200]
    found = worker.answers(behind(io, int8, tmp_path), images, *who)
    assert found.dtype == io
    assert (as_int8(found, int8) == worker.answers(int8, images, *who)).all()


@pytest.mark.parametrize("kernels", ["default", "reference"])
@pytest.mark.parametrize("io", OTHERS)
def test_outputs_are_the_int8_model_s_on_mnist(
    io: str, kernels: str, model_path: Path, mnist: Examples, tmp_path: Path
) -> None:
    """``base`` on test images of MNIST: 0 differences."""
    images = mnist.inputs[: 10_000 if kernels == "default" else 500]
    found = worker.answers(behind(io, model_path, tmp_path), images, "litert", kernels)
    expected = worker.answers(model_path, images, "litert", kernels)
    assert (as_int8(found, model_path) == expected).all()


@pytest.mark.parametrize("io", OTHERS)
def test_every_pixel_crosses_the_border(io: str, int8: Path, tmp_path: Path) -> None:
    """Each of the 256 values alone, which pictures may lack, becomes value - 128."""
    images = np.repeat(np.arange(256, dtype=np.uint8), 784).reshape(256, 28, 28)
    found = worker.answers(behind(io, int8, tmp_path), images, "litert", "default")
    assert (as_int8(found, int8) == worker.answers(int8, images, "litert", "default")).all()


@pytest.mark.parametrize("io", OTHERS)
def test_it_is_what_tensorflow_s_converter_writes(
    io: str, digits: Examples, tmp_path: Path
) -> None:
    """The converter's own uint8 or float32 model has the same operators, border and outputs."""
    layers = keras.layers
    keras.utils.set_random_seed(3)
    model = keras.Sequential(
        [layers.InputLayer((28, 28, 1), 1), layers.Conv2D(3, 5), layers.Flatten(), layers.Dense(10)]
    )
    (tmp_path / "int8.tflite").write_bytes(converted(model, "int8", digits))
    ours = behind(io, tmp_path / "int8.tflite", tmp_path)
    theirs = tmp_path / "theirs.tflite"
    theirs.write_bytes(converted(model, io, digits))
    left, right = tflite.read(ours), tflite.read(theirs)
    assert left.op_names == right.op_names
    assert versions(left) == versions(right)
    for mine, given in ((left.inputs, right.inputs), (left.outputs, right.outputs)):
        a, b = left.tensors[mine[0]], right.tensors[given[0]]
        assert (a.dtype, a.shape, a.scales, a.zero_points) == (
            (b.dtype, b.shape, b.scales, b.zero_points)
        )
    one, other = (worker.answers(p, digits.inputs, "litert", "default") for p in (ours, theirs))
    assert (one == other).all()


def converted(model: keras.Model, io: str, digits: Examples) -> bytes:
    """``model`` by TensorFlow's converter, with input and output of type ``io``."""
    converter = tf.lite.TFLiteConverter.from_keras_model(model)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.representative_dataset = lambda: (
        [image[None, ..., None].astype(np.float32) / 255] for image in digits.inputs[:50]
    )
    converter.inference_input_type = converter.inference_output_type = tf.dtypes.as_dtype(io)
    with silence():
        return bytes(converter.convert())


def versions(model: tflite.Model) -> dict[int, int]:
    """The version of each operator, by its number in the schema."""
    from ai_edge_litert import schema_py_generated as schema

    codes = schema.ModelT.InitFromPackedBuf(model.content, 0).operatorCodes
    return {code.builtinCode: code.version for code in codes}


def test_an_unknown_type_is_refused(int8: Path) -> None:
    """The message names it and the choice."""
    with pytest.raises(ModelError, match=r"'int16'.*uint8, float32, int8"):
        border.with_io(tflite.read(int8), "int16")
