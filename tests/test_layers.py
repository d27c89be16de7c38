"""Float and int8 layer by layer, judged by the interpreters themselves and by Keras."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from convert import layers, quantize, tflite
from convert.layers import Layer
from runtime import image, worker
from runtime.errors import ModelError
from train import data, store
from train.graph import deployment_graph
from train.tf import configure, keras

configure(0)
COMPUTING = ["CONV_2D", "MAX_POOL_2D", "CONV_2D", "MAX_POOL_2D", "FULLY_CONNECTED"]


@pytest.fixture(scope="module")
def images() -> np.ndarray:
    return data.embedded().inputs[:20]


@pytest.fixture(scope="module")
def model() -> keras.Model:
    return store.load(store.pretrained("small"))


@pytest.fixture(scope="module")
def int8(model_path: Path) -> tflite.Model:
    return tflite.read(model_path.parents[1] / "small/model.tflite")


def float_of(model: keras.Model) -> tflite.Model:
    """The float file of a Keras model."""
    return tflite.parse(quantize.float32(deployment_graph(model)))


@pytest.fixture(scope="module")
def captured(model: keras.Model, int8: tflite.Model, images) -> tuple[Layer, ...]:
    return layers.capture(float_of(model), int8, image.to_float(images), ("litert", "reference"))


def test_int8_values_are_those_inside_the_whole_model(
    captured: tuple[Layer, ...], int8: tflite.Model, images
) -> None:
    """LiteRT's reference interpreter, keeping all tensors of the uncut model, has the same."""
    from ai_edge_litert.interpreter import Interpreter, OpResolverType

    judge = Interpreter(
        model_content=int8.content,
        experimental_preserve_all_tensors=True,
        experimental_op_resolver_type=OpResolverType.BUILTIN_REF,
    )
    judge.allocate_tensors()
    (given,) = judge.get_input_details()
    for row, pixels in enumerate(images):
        # int8 pixel = uint8 pixel - 128, because the scale is 1/255 and the zero point -128
        judge.set_tensor(given["index"], (pixels[None, ..., None] ^ 128).view(np.int8))
        judge.invoke()
        for layer in captured:
            tensor = int8.operators[layer.index].outputs[0]
            np.testing.assert_array_equal(layer.stored[row], judge.get_tensor(tensor)[0])


def test_default_kernels_end_in_the_answers_of_the_whole_model(
    model: keras.Model, int8: tflite.Model, images, model_path: Path
) -> None:
    """Cut behind its last operator, the model answers as it does uncut, under XNNPACK."""
    last = layers.capture(float_of(model), int8, image.to_float(images))[-1]
    path = model_path.parents[1] / "small/model.tflite"
    np.testing.assert_array_equal(last.stored, worker.answers(path, images, "litert", "default"))


def test_float_values_are_those_of_keras(
    captured: tuple[Layer, ...], model: keras.Model, images
) -> None:
    """The blocks end where the float model's ReLU layers do, and the network in its logits."""
    outputs = {layer.name: layer.output for layer in model.layers}
    places = {"pool1": "relu1", "pool2": "relu2", "hidden": "hidden", "logits": "logits"}
    judge = keras.Model(model.input, [outputs[name] for name in places.values()])
    found = {layer.name: layer.real for layer in captured}
    for name, expected in zip(places, judge(image.to_float(images)), strict=True):
        # batch normalisation is folded here, which rounds differently
        np.testing.assert_allclose(found[name], expected, atol=1e-4)


def test_statistics_are_their_definitions(captured: tuple[Layer, ...]) -> None:
    """SQNR in dB and saturation, worked out again in float64 from the raw codes."""
    assert [layer.operator for layer in captured] == [*COMPUTING, "FULLY_CONNECTED"]
    for layer in captured:
        (scale,), (zero,) = layer.output.scales, layer.output.zero_points
        error = scale * (layer.stored.astype(np.float64) - zero) - layer.real
        sqnr = 10 * np.log10(np.sum(layer.real.astype(np.float64) ** 2) / np.sum(error**2))
        assert layer.sqnr_db == pytest.approx(sqnr, abs=1e-3)
        at_end = (layer.stored == 127) | ((layer.stored == -128) & (zero != -128))
        assert layer.saturation == pytest.approx(at_end.mean())
        assert sqnr > 15


def test_weights_are_compared_channel_by_channel(captured: tuple[Layer, ...]) -> None:
    """Each scale belongs to its output channel: int8 weights are within reach of the float ones."""
    weights = [layer.weights for layer in captured if layer.weights]
    assert len(weights) == 4
    for kept in weights:
        scales = np.array(kept.tensor.scales).reshape(-1, *[1] * (kept.stored.ndim - 1))
        np.testing.assert_allclose(kept.dequantized, scales * kept.stored, rtol=1e-6)
        assert kept.sqnr_db > 20


def chain(*stack: keras.layers.Layer) -> keras.Sequential:
    return keras.Sequential([keras.layers.InputLayer((28, 28, 1)), *stack, keras.layers.Dense(10)])


@pytest.mark.parametrize(
    ("stack", "operators"),
    [
        (lambda k: (k.Conv2D(3, 3), k.Activation("relu"), k.AveragePooling2D(4), k.Flatten()),
         ["CONV_2D", "AVERAGE_POOL_2D", "FULLY_CONNECTED"]),
        (lambda k: (k.DepthwiseConv2D(3, depth_multiplier=2), k.ReLU(), k.Flatten()),
         ["DEPTHWISE_CONV_2D", "FULLY_CONNECTED"]),
        (lambda k: (k.Conv2D(3, 3), k.MaxPooling2D(4), k.ReLU(6.0), k.Flatten()),
         ["CONV_2D", "MAX_POOL_2D", "FULLY_CONNECTED"]),
        (lambda k: (k.Conv2D(3, 3, activation="relu"), k.Flatten(), k.Activation("relu")),
         ["CONV_2D", "RELU", "FULLY_CONNECTED"]),
        (lambda k: (k.Reshape((784,)), k.Dropout(0.1), k.Dense(4, activation="relu")),
         ["FULLY_CONNECTED", "FULLY_CONNECTED"]),
    ],
    ids=["average", "depthwise", "relu6 behind a pool", "relu behind flatten", "dense"],
)  # fmt: skip
def test_whatever_can_be_exported_is_matched(
    stack: Callable[..., object], operators: list[str], images
) -> None:
    """However the converter fuses activations and moves reshapes, int8 stays close to float."""
    model = chain(*stack(keras.layers))
    int8 = tflite.parse(quantize.int8(deployment_graph(model), [image.to_float(images)]))
    captured = layers.capture(float_of(model), int8, image.to_float(images))
    assert [layer.operator for layer in captured] == operators
    assert all(layer.sqnr_db > 25 for layer in captured)
    assert all(layer.weights.sqnr_db > 40 for layer in captured if layer.weights)


def test_branches_are_matched(images) -> None:
    """A residual network, which is no chain: its sum and all else, in the order of execution."""
    given = keras.Input((28, 28, 1))
    first = keras.layers.Conv2D(4, 3, padding="same", activation="relu", name="first")(given)
    second = keras.layers.Conv2D(4, 3, padding="same", name="second")(first)
    summed = keras.layers.Add(name="sum")([first, second])
    pooled = keras.layers.GlobalAveragePooling2D(name="mean")(keras.layers.ReLU()(summed))
    model = keras.Model(given, keras.layers.Dense(3, name="scores")(pooled))
    real = image.to_float(images)
    int8 = tflite.parse(quantize.int8(model, [real]))
    captured = layers.capture(tflite.parse(quantize.float32(model)), int8, real)
    kinds = ["CONV_2D", "CONV_2D", "ADD", "MEAN", "FULLY_CONNECTED"]
    assert [layer.operator for layer in captured] == kinds
    expected = keras.Model(given, summed)(real)
    np.testing.assert_allclose(captured[2].real, np.maximum(expected, 0), atol=1e-4)
    assert all(layer.sqnr_db > 20 for layer in captured)


def test_another_network_is_refused(int8: tflite.Model, model: keras.Model, images) -> None:
    """The message names the operators that do not go together, or how many there are."""
    other = keras.Sequential(
        [keras.layers.InputLayer((28, 28, 1)), keras.layers.Flatten(), keras.layers.Dense(10)]
    )
    real = image.to_float(images)
    with pytest.raises(ModelError, match="operator 0 is CONV_2D, the float one there FULLY_CONN"):
        layers.capture(float_of(other), int8, real)
    shorter = replace(int8, operators=int8.operators[:-1])
    with pytest.raises(ModelError, match="int8 computes with 5 operators, float with 6"):
        layers.capture(float_of(model), shorter, real)
