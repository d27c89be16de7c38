"""From a float or a fake-quantized Keras model to a full-int8 ``.tflite``."""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from ai_edge_litert import schema_py_generated as schema

from convert.bundle import border
from train.tf import keras, silence, tf

FLOATS = npt.NDArray[np.float32]
Calibration = Sequence[FLOATS]
"""For each input of a network what it takes, float32 [count, ...]."""
Finish = Callable[[list[tf.Tensor]], list[tf.Tensor]]


def int8(
    model: keras.Model,
    calibration: Calibration | None = None,
    finish: Finish = list,
) -> bytes:
    """Convert to int8 weights, activations, inputs and outputs; batch 1, static shapes.

    ``model`` carries its ranges when it went through quantization-aware training; otherwise they
    are taken from ``calibration``. ``finish`` says what becomes of the outputs in the end.
    """
    converter = _converter(model, finish)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.inference_input_type = converter.inference_output_type = tf.int8
    if calibration is not None:
        observe(converter, calibration)
    return _ordered(convert(converter), _names(model))


def float32(model: keras.Model, finish: Finish = list) -> bytes:
    """The same network without quantization, to compare with."""
    return _ordered(convert(_converter(model, finish)), _names(model))


def observe(converter: tf.lite.TFLiteConverter, calibration: Calibration) -> None:
    """Let ``converter`` take its ranges from ``calibration``, and everything become int8."""

    def examples() -> Iterator[list[FLOATS]]:
        for row in range(len(calibration[0])):
            yield [values[row : row + 1] for values in calibration]

    converter.representative_dataset = examples
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]


def convert(converter: tf.lite.TFLiteConverter) -> bytes:
    """The ``.tflite`` that ``converter`` makes."""
    with silence():
        return bytes(converter.convert())


def identifier(name: str) -> str:
    """``name`` as TensorFlow takes it for an argument of a function."""
    return re.sub(r"\W", "_", name, flags=re.ASCII)


def _converter(model: keras.Model, finish: Finish) -> tf.lite.TFLiteConverter:
    names = _names(model)

    def function(*given: tf.Tensor) -> dict[str, Any]:
        answers = model(list(given) if len(given) > 1 else given[0], training=False)
        return dict(zip(names, finish(tf.nest.flatten(answers)), strict=True))

    specifications = [
        tf.TensorSpec((1, *tensor.shape[1:]), tf.float32, name=identifier(name))
        for name, tensor in zip(model.input_names, model.inputs, strict=True)
    ]
    concrete = tf.function(function).get_concrete_function(*specifications)
    return tf.lite.TFLiteConverter.from_concrete_functions([concrete], model)


def _names(model: keras.Model) -> list[str]:
    """The outputs of ``model``; layers with fake quantization are named after those without."""
    return [identifier(name.removeprefix("quant_")) for name in model.output_names]


def _ordered(content: bytes, names: Sequence[str]) -> bytes:
    """The ``.tflite`` with its outputs in the order of ``names``; the converter has its own."""
    model = schema.ModelT.InitFromPackedBuf(content, 0)
    known = {one.name.decode(): one.tensorIndex for one in model.signatureDefs[0].outputs}
    wanted = [known[name] for name in names]
    if wanted == list(model.subgraphs[0].outputs):
        return content
    model.subgraphs[0].outputs = wanted
    return border.pack(model)
