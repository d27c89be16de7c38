"""The graph that is quantized computes what the trained network computes."""

import numpy as np
import pytest

from runtime.errors import ModelError
from train.graph import deployment_graph
from train.model import build
from train.presets import PRESETS
from train.tf import configure, keras

configure(0)
layers = keras.layers


@pytest.fixture
def images() -> np.ndarray:
    return np.random.default_rng(5).random((32, 28, 28, 1), np.float32)


def randomize(model: keras.Model) -> None:
    """Give every weight, and every statistic of a batch normalisation, a value that matters."""
    rng = np.random.default_rng(11)
    for variable in model.variables:
        positive = "variance" in variable.name
        values = rng.normal(0.1, 0.4, variable.shape)
        variable.assign(np.abs(values) + 0.3 if positive else values)


@pytest.mark.parametrize("name", ["base", "small"])
def test_relu_and_max_pool_commute_exactly(name: str, images: np.ndarray) -> None:
    """Without batch normalisation both graphs give the same floats, bit for bit."""
    configure(0)
    model = build(PRESETS[name].network)
    randomize(model)
    graph = deployment_graph(model)
    kinds = [type(layer).__name__ for layer in graph.layers]
    assert kinds[:4] == ["Conv2D", "MaxPooling2D", "Conv2D", "MaxPooling2D"]
    assert all(layer.activation is keras.activations.relu for layer in graph.layers[:4:2])
    assert np.array_equal(model(images).numpy(), graph(images).numpy())


@pytest.mark.parametrize("name", ["micro", "nano"])
def test_folding_batch_normalisation_changes_rounding_alone(name: str, images: np.ndarray) -> None:
    """Outputs agree to a few float32 steps, although the statistics are far from 0 and 1."""
    configure(0)
    model = build(PRESETS[name].network)
    randomize(model)
    graph = deployment_graph(model)
    assert "BatchNormalization" not in [type(layer).__name__ for layer in graph.layers]
    expected = model(images).numpy()
    assert np.abs(graph(images).numpy() - expected).max() < 1e-5 * np.abs(expected).max()


def test_a_final_softmax_and_dropout_disappear(images: np.ndarray) -> None:
    """What is left gives the logits, whose softmax the model computed."""
    tail = [layers.Flatten(), layers.Dropout(0.5), layers.Dense(10, activation="softmax")]
    model = keras.Sequential([layers.InputLayer((28, 28, 1)), *tail])
    graph = deployment_graph(model)
    assert [type(layer).__name__ for layer in graph.layers] == ["Flatten", "Dense"]
    again = keras.activations.softmax(graph(images)).numpy()
    np.testing.assert_allclose(again, model(images).numpy(), rtol=1e-5)


def test_leaky_and_clipped_relu_stay_what_they_are(images: np.ndarray) -> None:
    """Only a plain ReLU may be fused; any other would change the function."""
    model = keras.Sequential(
        [
            layers.InputLayer((28, 28, 1)),
            layers.Conv2D(3, 3),
            layers.MaxPooling2D(),
            layers.ReLU(max_value=0.1, negative_slope=0.2),
            layers.Flatten(),
            layers.Dense(4),
        ]
    )
    assert np.array_equal(deployment_graph(model)(images).numpy(), model(images).numpy())


def chain(*more: keras.layers.Layer) -> keras.Model:
    return keras.Sequential([layers.InputLayer((28, 28, 1)), *more])


@pytest.mark.parametrize(
    ("layer", "named"),
    [
        (layers.LayerNormalization(name="late"), "late"),
        (layers.Conv2D(2, 3, activation=lambda x: x, name="mine"), "mine"),
    ],
    ids=["unknown", "activation"],
)
def test_what_cannot_be_deployed_is_refused_by_name(layer: keras.layers.Layer, named: str) -> None:
    """The message names the layer."""
    with pytest.raises(ModelError, match=named):
        deployment_graph(chain(layer))
