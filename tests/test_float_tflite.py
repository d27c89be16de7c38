"""A float ``.tflite`` from anywhere becomes int8; other kinds are taken or named."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter

from convert import network, tflite
from runtime.errors import ModelError
from tests import zoo
from train.tf import configure, keras, silence, tf

configure(0)


def converted(model: keras.Model, path: Path, **options: Any) -> Path:
    """As everybody converts: no fixed batch, whatever is in the model stays."""
    converter = tf.lite.TFLiteConverter.from_keras_model(model)
    for name, value in options.items():
        if name == "supported_types":
            converter.target_spec.supported_types = value
        else:
            setattr(converter, name, value)
    with silence():
        path.write_bytes(converter.convert())
    return path


def litert(content: bytes, values: np.ndarray) -> np.ndarray:
    """Dequantized answers of an int8 model of one input and one output."""
    judge = Interpreter(model_content=content)
    judge.allocate_tensors()
    given, result = judge.get_input_details()[0], judge.get_output_details()[0]
    assert given["dtype"] == result["dtype"] == np.int8
    scale, zero = given["quantization"]
    answers = []
    for one in values:
        codes = np.clip(np.rint(one[None] / scale) + zero, -128, 127).astype(np.int8)
        judge.set_tensor(given["index"], codes)
        judge.invoke()
        answers.append(judge.get_tensor(result["index"])[0])
    scale, zero = result["quantization"]
    return (np.array(answers, np.float32) - zero) * np.float32(scale)


def test_a_float_file_is_made_plain_and_quantized(tmp_path: Path) -> None:
    """Scaling and softmax are taken off; Keras and LiteRT agree on what is left."""
    of = keras.layers
    stack = [of.Conv2D(4, 3, padding="same"), of.ReLU(), of.Flatten(), of.Dense(5, "softmax")]
    model = keras.Sequential([of.Input((12, 12, 3)), of.Rescaling(1 / 127.5, -1.0), *stack])
    found = network.load(converted(model, tmp_path / "m.tflite"))
    assert found.scaling == ((127.5,), (127.5,))
    assert (found.outputs[0].scores, found.outputs[0].shape) == ("logits", (5,))
    values = np.random.default_rng(0).uniform(0, 255, (32, 12, 12, 3)).astype(np.float32)
    real = (values - np.float32(127.5)) / np.float32(127.5)
    (logits,) = found.predict([real])
    expected = model.predict(values, verbose=0)
    np.testing.assert_allclose(tf.nn.softmax(logits), expected, atol=1e-5)
    assert found.reason.endswith("quantized by ai-edge-quantizer")
    error = litert(found.quantize([real]), real) - logits
    assert 10 * np.log10(np.sum(logits**2) / np.sum(error**2)) > 20


def test_where_one_quantizer_ends_another_goes_on(tmp_path: Path) -> None:
    """LEAKY_RELU, which ai-edge-quantizer leaves in float; ELU, which nobody has in int8."""
    of = keras.layers
    for layer, told in ((of.LeakyReLU(), "leaves LEAKY_RELU"), (of.ELU(), None)):
        model = keras.Sequential([of.Input((6, 6, 2)), of.Conv2D(3, 3), layer, of.Flatten()])
        found = network.load(converted(model, tmp_path / "m.tflite"))
        if told is None:
            with pytest.raises(ModelError, match=r"^ELU would stay in float"):
                _ = found.support
            continue
        assert told in found.reason
        values = np.random.default_rng(0).normal(0, 1, (32, 6, 6, 2)).astype(np.float32)
        got = litert(found.quantize([values]), values)
        np.testing.assert_allclose(got, model.predict(values, verbose=0), atol=0.05)


def test_half_weights_are_widened_and_dynamic_ranges_refused(tmp_path: Path) -> None:
    """What the converter's optimizations make of a float model."""
    model = zoo.randomize(zoo.two_blocks(keras))
    options = {"optimizations": [tf.lite.Optimize.DEFAULT]}
    half = converted(model, tmp_path / "h.tflite", supported_types=[tf.float16], **options)
    assert "DEQUANTIZE" in tflite.read(half).op_names
    found = network.load(half)
    assert "DEQUANTIZE" not in tflite.parse(found.float32()).op_names
    values = np.random.default_rng(0).uniform(0, 255, (4, 12, 12, 3)).astype(np.float32)
    assert found.scaling is None  # the converter has made it part of the first convolution
    (logits,) = found.predict([values])
    expected = model.predict(values, verbose=0)
    np.testing.assert_allclose(tf.nn.softmax(logits), expected, atol=2e-3)
    of = keras.layers
    wide = keras.Sequential([of.Input((64,)), of.Dense(64), of.Dense(64)])
    with pytest.raises(ModelError, match="dynamic-range quantization"):
        network.load(converted(wide, tmp_path / "d.tflite", **options))


def test_an_int8_file_passes_untouched(model_path: Path) -> None:
    """Not a byte changes; there is no float network beside it."""
    found = network.load(model_path)
    assert found.how == "ready"
    assert found.quantize([]) == model_path.read_bytes()
    assert found.predict([np.zeros((1, 28, 28, 1), np.float32)]) is None
    assert found.outputs[0].scores == "values"


def test_a_float_network_with_a_memory_starts_anew_each_time(tmp_path: Path) -> None:
    """An LSTM gives what Keras gives, whatever it saw before."""
    of = keras.layers
    model = keras.Sequential([of.Input((8, 3)), of.LSTM(6), of.Dense(2)])
    names = network.Layers(model, "lstm").float32()
    (tmp_path / "m.tflite").write_bytes(names)
    found = network.load(tmp_path / "m.tflite")
    values = np.random.default_rng(0).normal(0, 1, (6, 8, 3)).astype(np.float32)
    (answers,) = found.predict([values])
    np.testing.assert_allclose(answers, model.predict(values, verbose=0), atol=1e-5)
