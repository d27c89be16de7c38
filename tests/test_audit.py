"""Only int8 models pass the audit; TensorFlow's converter makes those that must not."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest

from convert import audit, quantize, tflite
from convert.compiler.frontend import read as frontend
from runtime.errors import ModelError
from train.tf import configure, keras, silence, tf

configure(0)
layers = keras.layers
Tweak = Callable[[tf.lite.TFLiteConverter], None]


@pytest.fixture(scope="module")
def network() -> keras.Model:
    model = keras.Sequential(
        [layers.InputLayer((28, 28, 1)), layers.Conv2D(2, 5, activation="relu")]
    )
    model.add(layers.Flatten())
    # Small layers stay float in dynamic-range quantization, so the dense one must be large enough.
    model.add(layers.Dense(10))
    return model


def images() -> Iterator[list[np.ndarray]]:
    rng = np.random.default_rng(2)
    yield from ([rng.random((1, 28, 28, 1), np.float32)] for _ in range(8))


def converted(network: keras.Model, tweak: Tweak, batch: int | None = 1) -> tflite.Model:
    function = tf.function(network).get_concrete_function(
        tf.TensorSpec((batch, 28, 28, 1), tf.float32)
    )
    converter = tf.lite.TFLiteConverter.from_concrete_functions([function], network)
    tweak(converter)
    with silence():
        return tflite.parse(bytes(converter.convert()))


def dynamic_range(converter: tf.lite.TFLiteConverter) -> None:
    converter.optimizations = [tf.lite.Optimize.DEFAULT]


def calibrated(converter: tf.lite.TFLiteConverter) -> None:
    dynamic_range(converter)
    converter.representative_dataset = images


def uint8_ends(converter: tf.lite.TFLiteConverter) -> None:
    calibrated(converter)
    converter.inference_input_type = converter.inference_output_type = tf.uint8


def int8_ends(converter: tf.lite.TFLiteConverter) -> None:
    calibrated(converter)
    converter.inference_input_type = converter.inference_output_type = tf.int8


def int16_activations(converter: tf.lite.TFLiteConverter) -> None:
    calibrated(converter)
    converter.target_spec.supported_ops = [
        tf.lite.OpsSet.EXPERIMENTAL_TFLITE_BUILTINS_ACTIVATIONS_INT16_WEIGHTS_INT8
    ]


def test_full_int8_passes(network: keras.Model) -> None:
    """What the exporter makes is accepted."""
    calibration = np.random.default_rng(0).random((8, 28, 28, 1), np.float32)
    audit.check(tflite.parse(quantize.int8(network, [calibration])))


@pytest.mark.parametrize(
    ("tweak", "named"),
    [
        (lambda _: None, r"0 CONV_2D .*FLOAT32"),
        (dynamic_range, r"0 CONV_2D .*FLOAT32"),
        (calibrated, r"0 QUANTIZE .*FLOAT32"),
        (uint8_ends, r"0 QUANTIZE .*UINT8"),
        (int16_activations, r"FLOAT32|INT16"),
    ],
    ids=["float", "dynamic range", "float ends", "uint8 ends", "int16"],
)
def test_anything_else_is_refused_by_name(network: keras.Model, tweak: Tweak, named: str) -> None:
    """The message has the operator's number and name, and the type that is wrong."""
    with pytest.raises(ModelError, match=named):
        audit.check(converted(network, tweak))


def test_a_batch_that_may_change_is_one(network: keras.Model) -> None:
    """The file's shapes have 1 there, and that is what runs; compiler and audit agree."""
    model = converted(network, int8_ends, batch=None)
    assert model.tensors[model.inputs[0]].signature[0] == -1
    audit.check(model)
    frontend.read(model)


def test_a_side_that_may_change_is_refused(network: keras.Model) -> None:
    """Fixed shapes are what makes memory known before flashing; the message has the cure."""
    model = converted(network, int8_ends)
    tensors = list(model.tensors)
    given = tensors[model.inputs[0]]
    tensors[model.inputs[0]] = replace(given, signature=(1, -1, 28, 1))
    changed = replace(model, tensors=tuple(tensors))
    for check in (audit.check, frontend.read):
        with pytest.raises(ModelError, match=r"\[1, -1, 28, 1\].*batch_size=1"):
            check(changed)


def test_a_batch_of_two_is_refused(network: keras.Model) -> None:
    """One image at a time is what firmware runs."""
    with pytest.raises(ModelError, match="batch 2"):
        audit.check(converted(network, int8_ends, batch=2))
