"""Networks of every kind: read from their files, rewritten, quantized, and still the same."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from convert import layers as captured_layers
from convert import network, tflite
from convert.compiler.arithmetic.match import Match
from convert.compiler.targets.options import Options
from convert.network import Network
from runtime.errors import ModelError
from tests import zoo
from tests.compiler import harness
from tests.compiler.runtimes import RUN
from train.augment import LEVELS
from train.loop import Material, Plan
from train.tf import configure, keras, tf

configure(0)
import keras as keras3  # noqa: E402 - train.tf chooses Keras 2 for TensorFlow first

LIBRARIES = {2: keras, 3: keras3}
BUILT = {name: build for name, build in zoo.NETWORKS.items() if name != "activations"}
"""What int8 can compute; of the others one activation has no int8."""


def saved(name: str, version: int, folder: Path, suffix: str = ".keras") -> tuple[Any, Path]:
    """A network of the zoo with random weights, and the file that its Keras wrote."""
    model = zoo.randomize(zoo.NETWORKS[name](LIBRARIES[version]))
    path = folder / f"{name}{suffix}"
    model.save(path)
    return model, path


def truth(model: Any, values: Sequence[np.ndarray]) -> list[np.ndarray]:
    """What the framework that made ``model`` predicts."""
    answers = model.predict(list(values) if len(values) > 1 else values[0], verbose=0)
    return [np.asarray(answer) for answer in tf.nest.flatten(answers)]


def scaled(found: Network, values: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Values as the network takes them once its scaling is read off."""
    return [
        (x - np.float32(port.scaling.mean)) / np.float32(port.scaling.deviation)
        if port.scaling
        else x
        for x, port in zip(values, found.inputs, strict=True)
    ]


def check_same(model: Any, found: Network) -> None:
    """The float reference, with its softmax again where that was taken off, is the model."""
    values = zoo.inputs(model, 8)
    answers = found.predict(scaled(found, values)) or []
    expected = truth(model, values)
    assert len(answers) == len(expected)
    for answer, want, output in zip(answers, expected, found.outputs, strict=True):
        assert answer.shape == want.shape == (8, *output.shape)
        got = tf.nn.softmax(answer).numpy() if output.scores == "logits" else answer
        assert np.abs(got - want).max() < 1e-5 * max(1, np.abs(want).max())


@pytest.mark.parametrize("version", [2, 3])
@pytest.mark.parametrize("name", zoo.NETWORKS)
def test_what_is_read_and_rewritten_is_the_same_function(
    name: str, version: int, tmp_path: Path
) -> None:
    """Keras itself, of the version that wrote the file, predicts the same."""
    model, path = saved(name, version, tmp_path)
    found = network.load(path)
    assert found.origin == f"{name}.keras, Keras {version}"
    check_same(model, found)


@pytest.mark.parametrize(("version", "suffix"), [(2, ".h5"), (3, ".h5"), (2, "")])
@pytest.mark.filterwarnings("ignore")  # Keras recommends its own format
def test_older_files_and_folders_are_read(version: int, suffix: str, tmp_path: Path) -> None:
    """HDF5 of both versions, and a SavedModel that has layers."""
    model, path = saved("ds_cnn", version, tmp_path, suffix)
    found = network.load(path)
    assert isinstance(found, network.Layers)
    check_same(model, found)


def kinds(model: keras.Model) -> list[str]:
    return [type(layer).__name__ for layer in model.layers[1:]]


def test_nothing_is_left_of_normalisations_that_can_be_folded() -> None:
    """Before and behind convolutions; what has to stay is a convolution of 1x1."""
    found = {name: network.Layers(zoo.randomize(BUILT[name](keras)), name) for name in BUILT}
    assert not any("BatchNormalization" in kinds(one.model) for one in found.values())
    expected = {"ds_cnn": 2, "resnet": 1, "late_norms": 2, "autoencoder": 0}
    for name, count in expected.items():
        assert kinds(found[name].model).count("DepthwiseConv2D") == count, name
    assert kinds(found["two_blocks"].model).count("Conv2D") == 1  # the first is not counted


def test_a_scaling_is_read_off_and_told() -> None:
    """Rescaling, Normalization, a batch normalisation: for all inputs or for each channel."""
    of = keras.layers
    norm = of.Normalization()
    norm.adapt(np.random.default_rng(0).normal(5, [1, 2, 3], (500, 4, 3)).astype(np.float32))
    stacks = [[of.Rescaling(1 / 255)], [of.Rescaling(2.0, 4.0)], [norm], [of.Rescaling(0.5), norm]]
    found = []
    for stack in stacks:
        model = keras.Sequential([of.Input((4, 3)), *stack, of.Conv1D(2, 3, padding="same")])
        one = network.Layers(model, "scaled")
        check_same(model, one)
        found.append(one.scaling)
    assert found[:2] == [((0.0,), (255.0,)), ((-2.0,), (0.5,))]
    np.testing.assert_allclose(found[2].deviation, [1, 2, 3], rtol=0.1)
    np.testing.assert_allclose(found[3].mean, 2 * np.array(found[2].mean), rtol=1e-6)


def test_the_c_of_every_network_gives_the_bytes_of_litert(tmp_path: Path) -> None:
    """Quantized after training, compiled, run under the sanitizers: no byte differs."""
    contents, inputs = [], []
    for name, build in BUILT.items():
        found = network.Layers(zoo.randomize(build(keras)), name)
        rng = np.random.default_rng(2)
        real = [rng.normal(0, 1.5, (16, *port.shape)).astype(np.float32) for port in found.inputs]
        contents.append(found.quantize(real))
        graph = tflite.parse(contents[-1])
        shapes = [graph.tensors[number].shape for number in graph.inputs]
        assert [shape[1:] for shape in shapes] == [port.shape for port in found.inputs]
        inputs.append([rng.integers(-128, 128, (8, *shape)).astype(np.int8) for shape in shapes])
    compiled = harness.compile_all(contents, Options(Match.XNNPACK))
    program = harness.build(tmp_path, compiled, 8, harness.SANITIZED)
    answers = harness.run([program], compiled, inputs)
    for content, given, found_, name in zip(contents, inputs, answers, BUILT, strict=True):
        for one, want in zip(found_, RUN[Match.XNNPACK](content, given), strict=True):
            np.testing.assert_array_equal(one, want, name)


def material(found: Network, count: int = 64) -> Material:
    """Random inputs with what the float network makes of them."""
    rng = np.random.default_rng(4)
    real = [rng.uniform(-1, 1, (count, *port.shape)).astype(np.float32) for port in found.inputs]
    goals = [
        answer.argmax(axis=-1) if output.scores == "logits" else answer
        for answer, output in zip(found.predict(real) or [], found.outputs, strict=True)
    ]
    return Material(tuple(real), tuple(goals), found.losses(goals))


@pytest.mark.parametrize(
    ("name", "operators"),
    [
        ("ds_cnn", "CONV_2D DEPTHWISE_CONV_2D CONV_2D DEPTHWISE_CONV_2D CONV_2D MEAN "
         "FULLY_CONNECTED"),
        ("resnet", "CONV_2D CONV_2D CONV_2D CONV_2D ADD DEPTHWISE_CONV_2D CONV_2D ADD "
         "AVERAGE_POOL_2D RESHAPE FULLY_CONNECTED"),
        ("accelerometer", "RESHAPE CONV_2D MAX_POOL_2D DEPTHWISE_CONV_2D CONV_2D PAD PAD CONV_2D "
         "AVERAGE_POOL_2D MEAN FULLY_CONNECTED"),
    ],
)  # fmt: skip
def test_fine_tuning_leaves_no_operator_to_spare(name: str, operators: str) -> None:
    """Branches, averages and Conv1D too; every layer is within reach of the float network's."""
    configure(0)
    found = network.Layers(zoo.randomize(zoo.NETWORKS[name](keras)), name)
    assert (found.how, found.reason) == (
        "qat",
        "tensorflow-model-optimization takes every layer",
    )
    learnt = material(found)
    tuning = found.fine_tune(learnt, Plan(1, 1e-5, LEVELS["none"], batch=16))
    (row,) = tuning.epochs(learnt)
    assert np.isfinite(row.loss)
    graph = tflite.parse(tuning.quantize())
    assert sorted(graph.op_names) == sorted(operators.split())
    real = learnt.stored[0]
    float_graph = tflite.parse(found.float32())
    inside = captured_layers.capture(float_graph, graph, real)
    assert len(inside) == len([n for n in graph.op_names if n not in captured_layers.MOVING])
    assert min(layer.sqnr_db for layer in inside) > 18


def test_a_sigmoid_stays_and_is_trained_as_logits() -> None:
    """The int8 network ends in LOGISTIC on its fixed grid, near the probabilities of Keras."""
    of = keras.layers
    configure(0)
    model = keras.Sequential(
        [of.Input((6,)), of.Dense(8, activation="relu"), of.Dense(3, activation="sigmoid")]
    )
    found = network.Layers(model, "tags")
    assert (found.how, found.outputs[0].scores) == ("qat", "independent")
    learnt = material(found)
    assert learnt.losses == ("independent",)
    tuning = found.fine_tune(learnt, Plan(1, 1e-5, LEVELS["none"], batch=16))
    assert len(list(tuning.epochs(learnt))) == 1
    content = tuning.quantize()
    graph = tflite.parse(content)
    output = graph.tensors[graph.outputs[0]]
    assert graph.op_names[-1] == "LOGISTIC"
    assert (output.scales, output.zero_points) == ((1 / 256,), (-128,))
    given = graph.tensors[graph.inputs[0]]
    codes = np.rint(learnt.stored[0] / given.scales[0]) + given.zero_points[0]
    codes = np.clip(codes, -128, 127).astype(np.int8)[:, None]
    (answers,) = RUN[Match.XNNPACK](content, [codes])
    expected = truth(model, learnt.stored)[0]
    np.testing.assert_allclose((answers[:, 0] + 128.0) / 256, expected, atol=0.03)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("gru", "tensorflow-model-optimization does not take layer 'gru', a GRU"),
        ("branches", "fine-tuning would leave"),
    ],
)
def test_what_cannot_be_fine_tuned_is_said_beforehand(name: str, reason: str) -> None:
    """The network is quantized after training instead; asking for more is refused in one line."""
    configure(0)
    found = network.Layers(zoo.randomize(zoo.NETWORKS[name](keras)), name)
    assert found.how == "ptq"
    assert found.reason.startswith(reason)
    with pytest.raises(ModelError, match="cannot be fine-tuned"):
        found.fine_tune(material(found), Plan(1, 1e-5, LEVELS["none"]))


def test_an_operator_without_int8_is_named_before_anything_is_trained() -> None:
    """ELU would stay in float: the layer is named, whichever way it was written."""
    of = keras.layers
    named = of.Dense(2, activation="selu", name="late")
    stacks: dict[str, list[Any]] = {
        "'early' has the activation elu": [of.Dense(2, activation="elu", name="early")],
        "'slow' has the activation elu": [of.Dense(2), of.ELU(0.5, name="slow")],
        "'word' has the activation elu": [of.Dense(2), of.Activation("elu", name="word")],
        "'late' has the activation selu": [of.Dense(3, activation="relu"), named],
    }
    for said, stack in stacks.items():
        found = network.Layers(keras.Sequential([of.Input((4,)), *stack]), "mine")
        with pytest.raises(ModelError, match=rf"^mine: layer {said}.* use ReLU or LeakyReLU"):
            _ = found.support
    with pytest.raises(ModelError, match="has the activation elu"):
        _ = network.Layers(zoo.activations(keras), "activations").support


@pytest.mark.parametrize("version", [2, 3])
def test_layers_that_no_way_leads_to_int8_for_are_named_with_another(
    version: int, tmp_path: Path
) -> None:
    """A float .tflite of them is refused as well, so that is no way out."""
    of = LIBRARIES[version].layers
    for layer, cure in (
        (of.LayerNormalization(name="odd"), "BatchNormalization"),
        (of.GroupNormalization(2, name="odd"), "BatchNormalization"),
        (of.Bidirectional(of.LSTM(2), name="odd"), "one direction"),
    ):
        model = LIBRARIES[version].Sequential([of.Input((5, 4)), layer, of.Flatten(), of.Dense(2)])
        model.save(tmp_path / "odd.keras")
        with pytest.raises(
            ModelError, match=rf"layer 'odd' is a \w+, which cannot.*{cure}"
        ) as told:
            network.load(tmp_path / "odd.keras")
        assert "SavedModel" not in str(told.value)


def test_which_way_is_said_with_its_reason() -> None:
    """Multiply and LeakyReLU are fine-tuned; what Concatenate or the library prevents is not."""
    of = keras.layers

    def joined(layer: Any) -> Any:
        x = of.Input((8, 4))
        left = of.Conv1D(6, 3, padding="same", activation="relu")(x)
        right = of.Conv1D(6, 3, padding="same", activation="sigmoid")(x)
        return keras.Model(x, of.Dense(3)(of.Flatten()(layer([left, right]))))

    def stacked(layer: Any) -> Any:
        stack = [of.Input((8, 4)), of.Conv1D(6, 3), layer, of.Flatten(), of.Dense(3)]
        return keras.Sequential(stack)

    configure(0)
    for model, how, reason in (
        (joined(of.Multiply()), "qat", "takes every layer"),
        (stacked(of.LeakyReLU()), "qat", "takes every layer"),
        (joined(of.Concatenate()), "ptq", "QUANTIZE operators more, as .* branches that meet"),
        (stacked(of.Activation("softplus")), "ptq", "does not take the activation softplus$"),
        (stacked(of.PReLU(name="p")), "ptq", "does not take layer 'p', a PReLU"),
    ):
        found = network.Layers(model, "mine")
        assert found.how == how
        assert re.search(reason, found.reason), found.reason
