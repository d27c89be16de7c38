"""A float network in Keras, in the form that is converted, or one with fake quantization."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from convert import quantize, tflite
from convert.compare.in_tflite import InTflite
from convert.compare.layer import INPUT, WEIGHTED, Layer
from convert.compare.runners import RUNNERS
from runtime.dataset import Array
from runtime.errors import ModelError
from train.graph import walk
from train.tf import keras, tf

_OPERATORS = {
    "Conv2D": "CONV_2D",
    "DepthwiseConv2D": "DEPTHWISE_CONV_2D",
    "Conv2DTranspose": "TRANSPOSE_CONV",
    "Dense": "FULLY_CONNECTED",
    "MaxPooling2D": "MAX_POOL_2D",
    "AveragePooling2D": "AVERAGE_POOL_2D",
    "GlobalAveragePooling2D": "MEAN",
    "GlobalMaxPooling2D": "REDUCE_MAX",
    "Add": "ADD",
    "Subtract": "SUB",
    "Multiply": "MUL",
    "Concatenate": "CONCATENATION",
    "ZeroPadding2D": "PAD",
    "Cropping2D": "STRIDED_SLICE",
    "Permute": "TRANSPOSE",
    "Flatten": "RESHAPE",
    "Reshape": "RESHAPE",
    "ReLU": "RELU",
    "LeakyReLU": "LEAKY_RELU",
    "PReLU": "PRELU",
    "Softmax": "SOFTMAX",
    "sigmoid": "LOGISTIC",
}
"""The operator that each layer, or activation, becomes."""
_CLAMPING = ("RELU", "RELU6")
_FUSING = (*WEIGHTED, "ADD", "SUB", "MUL")
"""Operators that a clamp behind them becomes part of."""
_TOLERANCE = 1e-4
"""What conversion may change of a float output, as a share of the largest one."""


class InKeras:
    """A Keras model as ``train.graph.assemble`` makes it, or with fake quantization.

    See ``Version``. The conversion of a float one may take more operators than there are layers;
    ``converted`` is the version that has those.
    """

    def __init__(self, model: keras.Model, name: str) -> None:
        self.model, self._name = model, name
        count = len(model.inputs)
        self._steps: list[list[Any]] = [[] for _ in range(count)]
        names = list(model.input_names) if count > 1 else ["input"]
        self._rows = [
            Layer(name, INPUT, tuple(tensor.shape[1:]), None, ())
            for name, tensor in zip(names, model.inputs, strict=True)
        ]
        self._find()
        self.layers = tuple(self._rows)

    def _find(self) -> None:
        """Collect the layers, each with what its operator takes in."""
        places = {name: place for place, name in enumerate(self.model.input_names)}
        given = [tf.zeros((1, *tensor.shape[1:])) for tensor in self.model.inputs]
        steps = list(walk(self.model, given))
        readers = _readers([reads for _, reads, _ in steps])
        for layer, reads, value in steps:
            source, kind = places[reads[0]], operator(layer)
            joins = type(layer).__name__ == "QuantizeLayer" or (
                kind in _CLAMPING
                and readers[reads[0]] == 1
                and self._rows[source].operator in _FUSING
            )
            row = Layer(
                layer.name.removeprefix("quant_"),
                kind,
                tuple(value.shape[1:]),
                None,
                tuple(places[name] for name in reads),
            )
            if joins:
                self._steps[source].append(layer)
                places[layer.name] = source
            else:
                places[layer.name] = len(self._rows)
                self._rows.append(row)
                self._steps.append([layer])
        self.outputs = tuple(places[tensor.node.layer.name] for tensor in self.model.outputs)

    def values(self, reals: Sequence[Array]) -> Iterator[Array]:
        """As in Version."""
        known: list[Array] = []
        for index, row in enumerate(self.layers):
            read = [known[place] for place in row.reads] if row.reads else [reals[index]]
            known.append(self.apply(index, read))
            yield known[-1]

    def apply(self, index: int, reals: Sequence[Array]) -> Array:
        """As in Version."""
        values: Any = [keras.backend.constant(real) for real in reals]
        values = values if len(values) > 1 else values[0]
        for layer in self._steps[index]:
            values = layer(values, training=False)
        return np.asarray(values)

    def converted(self) -> InTflite:
        """The float ``.tflite`` that it becomes; raises ModelError if that computes otherwise."""
        rng = np.random.default_rng(0)
        given = [rng.normal(0, 1, (4, *row.shape)) for row in self.layers if row.operator == INPUT]
        reals = [values.astype(np.float32) for values in given]
        known = list(self.values(reals))
        version = InTflite(tflite.parse(quantize.float32(self.model)), RUNNERS["default"])
        found = list(version.values(reals))
        for mine, other in zip(self.outputs, version.outputs, strict=True):
            want, got = known[mine], found[other].reshape(known[mine].shape)
            if not np.abs(want - got).max() <= _TOLERANCE * max(1.0, float(np.abs(want).max())):
                raise ModelError(f"{self._name} changes when it is converted: give its .tflite")
        return version


def _readers(reads: Sequence[Sequence[str]]) -> Mapping[str, int]:
    """How many layers read what each gives."""
    every = [name for names in reads for name in names]
    return {name: every.count(name) for name in every}


def operator(layer: keras.layers.Layer) -> str:
    """The operator that ``layer`` becomes, as far as its class says that."""
    inner = getattr(layer, "layer", layer)  # of a layer with fake quantization
    kind, config = type(inner).__name__, inner.get_config()
    if kind == "Activation":
        name = str(config["activation"])
        return _OPERATORS.get(name, name.upper())
    if kind == "ReLU" and config.get("max_value") == 6:
        return "RELU6"
    if kind == "UpSampling2D":
        nearest = config["interpolation"] == "nearest"
        return "RESIZE_NEAREST_NEIGHBOR" if nearest else "RESIZE_BILINEAR"
    return _OPERATORS.get(kind, kind)


def has_fake_quantization(path: Path) -> bool:
    """Whether an ``.h5`` holds the layers of quantization-aware training."""
    if path.suffix != ".h5" or not h5py.is_hdf5(path):
        return False
    with h5py.File(path) as file:
        config = file.attrs.get("model_config", "")
    text = config.decode(errors="replace") if isinstance(config, bytes) else str(config)
    return "QuantizeLayer" in text or "QuantizeWrapper" in text
