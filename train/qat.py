"""Quantization-aware fine-tuning: teach a float network to live with int8.

tensorflow-model-optimization puts a fake quantization behind each weight and activation. Its
activation ranges start at +-6 and follow the data so slowly that a short fine-tuning would end with
ranges that waste codes, so they are set from observed activations first.
"""

import tempfile
import warnings
from pathlib import Path

import numpy as np
import numpy.typing as npt

from runtime.dataset import Examples
from runtime.tasks.task import Task
from train import store
from train.feed import augmented
from train.graph import deployment_graph
from train.loop import Plan, Trainer
from train.tf import keras, silence, tf

CALIBRATION = 1_024
"""Training images whose activations give the first ranges."""


def prepare(model: keras.Model, task: Task, train: Examples, plan: Plan) -> keras.Model:
    """The deployment graph of ``model`` with fake quantization, its ranges set from data."""
    import tensorflow_model_optimization as tfmot  # noqa: PLC0415 - train.tf must come first

    graph = deployment_graph(model)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        quantized = tfmot.quantization.keras.quantize_model(graph)
    _set_range(quantized.layers[0], *input_range(task, train))
    for name, (low, high) in observe(graph, task, train, plan).items():
        _set_range(quantized.get_layer(f"quant_{name}"), low, high)
    return quantized


def input_range(task: Task, train: Examples) -> tuple[float, float]:
    """The range of the input: of pixels what they can be, of other values what they are."""
    if (span := task.span()) is not None:
        return span
    real = task.real(train.inputs)
    return float(real.min()), float(real.max())


def fine_tune(model: keras.Model, task: Task, train: Examples, plan: Plan) -> Trainer:
    """A trainer for ``prepare(model)``; run its epochs to fine-tune."""
    return Trainer(prepare(model, task, train, plan), task, train, plan)


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
    import tensorflow_model_optimization as tfmot  # noqa: PLC0415 - train.tf must come first

    with tfmot.quantization.keras.quantize_scope():
        return store.load(path)


def observe(
    graph: keras.Model, task: Task, train: Examples, plan: Plan
) -> dict[str, tuple[float, float]]:
    """Smallest and largest output of each layer on calibration examples, half of them augmented."""
    chosen = train.inputs[calibration(train, plan, CALIBRATION)]
    changed = augmented(task, tf.constant(chosen), tf.constant([plan.seed, -1]), plan.level)
    images = tf.concat([tf.constant(task.real(chosen)), changed], axis=0)
    ranges = {}
    for layer in graph.layers:
        images = layer(images)
        ranges[layer.name] = (float(tf.reduce_min(images)), float(tf.reduce_max(images)))
    return ranges


def calibration(train: Examples, plan: Plan, count: int) -> npt.NDArray[np.int64]:
    """Which training images to calibrate on: at most ``count``, chosen by the plan's seed."""
    return np.random.default_rng(plan.seed).permutation(len(train))[:count]


def _set_range(wrapper: keras.layers.Layer, low: float, high: float) -> None:
    """Set the range of a layer's output, if it has one. A range must contain zero."""
    for variable in wrapper.non_trainable_variables:
        name = variable.name.split(":")[0]
        if name.endswith(("post_activation_min", "output_min", "quantize_layer_min")):
            variable.assign(min(low, 0.0))
        elif name.endswith(("post_activation_max", "output_max", "quantize_layer_max")):
            variable.assign(max(high, 0.0))
