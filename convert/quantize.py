"""From a float or a fake-quantized Keras model to a full-int8 ``.tflite``."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
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
        observe(converter, dict(zip(_inputs(model), calibration, strict=True)))
    return _ordered(convert(converter), model)


def float32(model: keras.Model, finish: Finish = list) -> bytes:
    """The same network without quantization, to compare with."""
    return _ordered(convert(_converter(model, finish)), model)


def observe(converter: tf.lite.TFLiteConverter, calibration: Mapping[str, FLOATS]) -> None:
    """Let ``converter`` take its ranges from ``calibration``, and everything become int8.

    By the inputs' names: the converter has an order of its own.
    """

    def examples() -> Iterator[dict[str, FLOATS]]:
        for row in range(min(map(len, calibration.values()))):
            yield {name: values[row : row + 1] for name, values in calibration.items()}

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
        tf.TensorSpec((1, *tensor.shape[1:]), tf.float32, name=name)
        for name, tensor in zip(_inputs(model), model.inputs, strict=True)
    ]
    concrete = tf.function(function).get_concrete_function(*specifications)
    return tf.lite.TFLiteConverter.from_concrete_functions([concrete], model)


def _names(model: keras.Model) -> list[str]:
    """The outputs of ``model``; layers with fake quantization are named after those without."""
    return [identifier(name.removeprefix("quant_")) for name in model.output_names]


def _inputs(model: keras.Model) -> list[str]:
    """The inputs of ``model``, as arguments of its function."""
    return [identifier(name) for name in model.input_names]


def _ordered(content: bytes, model: keras.Model) -> bytes:
    """The ``.tflite`` with inputs and outputs in the order of ``model``, not of the converter."""
    flat = schema.ModelT.InitFromPackedBuf(content, 0)
    graph, signature = flat.subgraphs[0], flat.signatureDefs[0]
    inputs = _places(signature.inputs, _inputs(model))
    outputs = _places(signature.outputs, _names(model))
    if inputs == list(graph.inputs) and outputs == list(graph.outputs):
        return content
    graph.inputs, graph.outputs = inputs, outputs
    return border.pack(flat)


def _places(known: Sequence[schema.TensorMapT], names: Sequence[str]) -> list[int]:
    """The tensors of those names in a signature."""
    by_name = {one.name.decode(): one.tensorIndex for one in known}
    return [by_name[name] for name in names]
