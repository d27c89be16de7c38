"""Quantization-aware fine-tuning: teach a float network to live with int8.

tensorflow-model-optimization puts a fake quantization behind each weight and activation. Its
activation ranges start at +-6 and follow the data so slowly that a short fine-tuning would end with
ranges that waste codes, so they are set from observed activations first.
"""

import math
import re
import tempfile
import warnings
from pathlib import Path

import numpy as np
import numpy.typing as npt

from train import store
from train.graph import deployment_graph, walk
from train.loop import Material, Plan, Trainer
from train.tf import keras, silence, tf

CALIBRATION = 1_024
"""Training examples whose activations give the first ranges."""
# Keras numbers the layers of a process: the second network's input has a quantize_layer_1.
_END = re.compile(r"(?:post_activation|output|quantize_layer(?:_\d+)?)_(min|max)$")
_VALUES = 1 << 26  # of one layer's output that are kept at a time, 256 MB


def prepare(model: keras.Model, train: Material, plan: Plan) -> keras.Model:
    """The deployment graph of ``model`` with fake quantization, its ranges set from data."""
    return with_ranges(deployment_graph(model), train, plan)


def with_ranges(graph: keras.Model, material: Material, plan: Plan) -> keras.Model:
    """``graph``, arranged for int8, with fake quantization whose ranges are those of ``material``.

    Raises ModelError, in one line, where tensorflow-model-optimization does not take the graph.
    """
    wrapped = quantized(graph)
    real = material.examples(calibration(len(material), plan.seed, CALIBRATION))
    varied = material.augment(real, tf.constant([plan.seed, -1]))
    real = [tf.concat(pair, axis=0) for pair in zip(real, varied, strict=True)]
    ranges = observe(graph, real)
    for name, values in zip(graph.input_names, real, strict=True):
        ranges[name] = material.bounds or (
            float(tf.reduce_min(values)),
            float(tf.reduce_max(values)),
        )
    for layer in wrapped.layers:
        if type(layer).__name__ == "QuantizeLayer":
            _set_range(layer, *ranges[layer.input._keras_history.layer.name])
        elif layer.name.removeprefix("quant_") in ranges:
            _set_range(layer, *ranges[layer.name.removeprefix("quant_")])
    return wrapped


def quantized(graph: keras.Model) -> keras.Model:
    """``graph`` with fake quantization, its ranges not set; raises ModelError in one line."""
    from train import fake  # noqa: PLC0415 - tensorflow-model-optimization takes seconds to import

    return fake.quantized(graph)


def fine_tune(model: keras.Model, train: Material, plan: Plan) -> Trainer:
    """A trainer for ``prepare(model)``; run its epochs to fine-tune."""
    return Trainer(prepare(model, train, plan), train, plan)


def dump(model: keras.Model) -> bytes:
    """``model``, fake quantization included, as the content of an ``.h5`` file.

    In the newer ``.keras`` format, tensorflow-model-optimization's layers cannot be read back.
    """
    with tempfile.TemporaryDirectory() as folder, silence(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Keras recommends the newer format
        path = Path(folder) / "qat.h5"
        model.save(path, include_optimizer=False)
        return path.read_bytes()


def load(path: Path) -> keras.Model:
    """Read what ``dump`` wrote; raises ModelError for what is not that."""
    from train import fake  # noqa: PLC0415 - tensorflow-model-optimization takes seconds to import

    with fake.scope():
        return store.load(path)


def observe(graph: keras.Model, real: list[tf.Tensor]) -> dict[str, tuple[float, float]]:
    """Smallest and largest output of each layer for ``real``, each input's [count, ...]."""
    count = len(real[0])
    largest = max(math.prod(layer.output_shape[1:]) for layer in graph.layers[1:])
    rows = max(1, min(count, _VALUES // largest))
    ranges: dict[str, tuple[float, float]] = {}
    for start in range(0, count, rows):
        part = [values[start : start + rows] for values in real]
        for layer, _, output in walk(graph, part):
            low, high = ranges.get(layer.name, (math.inf, -math.inf))
            least, most = float(tf.reduce_min(output)), float(tf.reduce_max(output))
            ranges[layer.name] = (min(low, least), max(high, most))
    return ranges


def calibration(total: int, seed: int, count: int) -> npt.NDArray[np.int64]:
    """Which of ``total`` training examples to calibrate on: at most ``count``."""
    return np.random.default_rng(seed).permutation(total)[:count]


def _set_range(wrapper: keras.layers.Layer, low: float, high: float) -> None:
    """Set the range of a layer's output, if it has one. A range must contain zero."""
    for variable in wrapper.non_trainable_variables:
        end = _END.search(variable.name.split(":")[0])
        if end:
            variable.assign(min(low, 0.0) if end[1] == "min" else max(high, 0.0))
