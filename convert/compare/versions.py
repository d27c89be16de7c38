"""Versions of a network under one interface: what each layer gives, and what it makes of an input.

A version is written MODEL or MODEL@HOW:

    mine.keras, qat.h5        the float network, or the one with fake quantization, in Keras
    build/base@float, @qat    the same, of an export's folder; base@float: the pretrained one
    build/base, base, x.tflite         LiteRT's default kernels (an export, a bundled model, a file)
    x.tflite@reference, @tflm, @c, ... other runtimes, and the generated C: see runners.py
    answers.npz               what a device or an app recorded: see Recording
"""

import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from convert import layers, tflite
from convert.compare.runners import RUNNERS, Array, Run
from runtime import classifier, image
from runtime.dataset import Pixels
from runtime.errors import ModelError
from train import qat, store
from train.graph import deployment_graph
from train.tf import keras

INPUT = "INPUT"
"""What stands for an operator in the row of the network's input."""
WEIGHTED = ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED")
"""Operators with weights and a bias."""
_OPERATORS = {
    "Conv2D": "CONV_2D",
    "DepthwiseConv2D": "DEPTHWISE_CONV_2D",
    "Dense": "FULLY_CONNECTED",
    "MaxPooling2D": "MAX_POOL_2D",
    "AveragePooling2D": "AVERAGE_POOL_2D",
    "Softmax": "SOFTMAX",
    "ReLU": "RELU6",
    "Flatten": "RESHAPE",
    "Reshape": "RESHAPE",
}


@dataclass(frozen=True)
class Grid:
    """The reals that int8 can tell apart: real = scale * (code - zero_point)."""

    scale: float
    zero_point: int

    @property
    def limits(self) -> tuple[float, float]:
        """The smallest and the largest of them."""
        return self.scale * (-128 - self.zero_point), self.scale * (127 - self.zero_point)

    def real(self, codes: Array) -> Array:
        """What ``codes`` stand for, float64."""
        return self.scale * (codes.astype(np.float64) - self.zero_point)

    def codes(self, real: Array) -> Array:
        """The nearest codes, int8."""
        steps = np.rint(real / self.scale) + self.zero_point
        return np.clip(steps, -128, 127).astype(np.int8)


@dataclass(frozen=True)
class Layer:
    """One row: the network's input, or what an operator gives."""

    name: str
    operator: str  # "CONV_2D"; INPUT
    shape: tuple[int, ...]  # without the batch
    grid: Grid | None  # None: float
    reads: tuple[int, ...]  # layers whose values go in, as positions in Version.layers

    def real(self, values: Array) -> Array:
        """Its values as reals, float64."""
        return self.grid.real(values) if self.grid else values.astype(np.float64)


class Version(Protocol):
    """A network that can be looked into."""

    layers: tuple[Layer, ...]

    def values(self, images: Pixels) -> Iterator[Array | None]:
        """What each layer gives for ``images`` [count, 28, 28]; None where that is not known."""

    def apply(self, index: int, real: Array) -> Array | None:
        """What layer ``index`` alone makes of ``real`` [count, ...]; None when it cannot be run."""


class InKeras:
    """A float network, in the form that is converted, or one with fake quantization."""

    def __init__(self, model: keras.Model) -> None:
        fake = [layer for layer in model.layers if type(layer).__name__ == "QuantizeLayer"]
        graph = model if fake else deployment_graph(model)
        operators = _operators([layer for layer in graph.layers if layer not in fake])
        self._steps = [fake, *operators]  # the first is that of the input
        rows = [Layer("input", INPUT, graph.input_shape[1:], None, ())]
        for step in operators:
            name, shape = _plain_name(step[0].name), step[-1].output_shape[1:]
            rows.append(Layer(name, _operator(step[0]), shape, None, (len(rows) - 1,)))
        self.layers = tuple(rows)

    def values(self, images: Pixels) -> Iterator[Array]:
        """As in Version."""
        values = image.to_float(images)
        for index in range(len(self.layers)):
            values = self.apply(index, values)
            yield values

    def apply(self, index: int, real: Array) -> Array:
        """As in Version."""
        values = keras.backend.constant(real)
        for layer in self._steps[index]:
            values = layer(values, training=False)
        return np.asarray(values)


def _operators(chain: Sequence[keras.layers.Layer]) -> list[list[keras.layers.Layer]]:
    """``chain`` in groups that are one operator each: a ReLU joins the weighted layer before it."""
    groups: list[list[keras.layers.Layer]] = []
    for layer in chain:
        if groups and _operator(layer) == "RELU" and _operator(groups[-1][0]) in WEIGHTED:
            groups[-1].append(layer)
        else:
            groups.append([layer])
    return groups


def _operator(layer: keras.layers.Layer) -> str:
    inner = getattr(layer, "layer", layer)  # of a layer with fake quantization
    kind = type(inner).__name__
    if kind == "Activation":
        return str(inner.get_config()["activation"]).upper()
    return _OPERATORS.get(kind, kind)


def _plain_name(name: str) -> str:
    """A layer's own name, from its tensor's: "int8/quant_conv1/Relu;int8/..." is "conv1"."""
    parts = name.split(";", maxsplit=1)[0].split("/")
    return parts[-2 if len(parts) > 1 else 0].removeprefix("quant_")


class InTflite:
    """A ``.tflite`` under one runtime, cut behind each operator."""

    def __init__(self, model: tflite.Model, run: Run) -> None:
        self._model, self._run = model, run
        given = model.tensors[model.inputs[0]]
        rows = [Layer("input", INPUT, given.shape[1:], _grid(given), ())]
        places = {model.inputs[0]: 0}
        for index, operator in enumerate(model.operators):
            reads = tuple(places[number] for number in model.reads(index))
            places[operator.outputs[0]] = index + 1
            tensor = model.tensors[operator.outputs[0]]
            name = _plain_name(tensor.name)
            rows.append(Layer(name, operator.name, tensor.shape[1:], _grid(tensor), reads))
        self.layers = tuple(rows)

    def values(self, images: Pixels) -> Iterator[Array]:
        """As in Version."""
        given = self._stored(0, image.to_float(images))
        yield given
        for index in range(len(self._model.operators)):
            yield self._run(layers.cut(self._model, index), given)

    def apply(self, index: int, real: Array) -> Array | None:
        """As in Version."""
        reads = self.layers[index].reads
        if len(reads) != 1:
            return None
        return self._run(layers.alone(self._model, index - 1), self._stored(reads[0], real))

    def _stored(self, index: int, real: Array) -> Array:
        grid = self.layers[index].grid
        return grid.codes(real) if grid else real.astype(np.float32)


def _grid(tensor: tflite.Tensor) -> Grid | None:
    if tensor.dtype == "FLOAT32":
        return None
    if tensor.dtype != "INT8" or not tensor.scales:
        raise ModelError(f"tensor {tensor.name!r} is {tensor.dtype}: compare takes int8 and float")
    return Grid(tensor.scales[0], tensor.zero_points[0])


class Recording:
    """What a device or an app wrote down, as arrays of an ``.npz`` file.

    ``images`` uint8 [count, 28, 28] are the pictures that were shown. Of the layers, by name, there
    are any: "input" as the network got it, "output", and those in between; int8 are codes
    of ``like``, the version that it is compared with, other numbers are reals.
    """

    def __init__(self, path: Path, like: Version) -> None:
        self._arrays = _arrays(path)
        self.images: Pixels = self._arrays.pop("images")
        names = {layer.name: layer for layer in like.layers}
        if "output" in self._arrays:
            self._arrays[like.layers[-1].name] = self._arrays.pop("output")
        for name, values in self._arrays.items():
            if name not in names:
                raise ModelError(f"{path} records {name!r}, the layers are {', '.join(names)}")
            wanted = (len(self.images), *names[name].shape)
            if values.shape != wanted:
                raise ModelError(f"{path}: {name!r} is {values.shape}, the layer gives {wanted}")
            if not np.isfinite(values).all():
                raise ModelError(f"{path}: {name!r} has values that are no numbers")
            if values.dtype == np.int8 and names[name].grid is None:
                raise ModelError(f"{path} has int8 values: compare it with an int8 version")
        self.layers = tuple(self._recorded(layer) for layer in like.layers)

    def _recorded(self, layer: Layer) -> Layer:
        values = self._arrays.get(layer.name)
        stored = values is not None and values.dtype == np.int8
        return Layer(
            layer.name, layer.operator, layer.shape, layer.grid if stored else None, layer.reads
        )

    def values(self, images: Pixels) -> Iterator[Array | None]:
        """As in Version; ``images`` are the recorded ones, or the first of them."""
        count = len(images)
        if not np.array_equal(images, self.images[:count]):
            raise ModelError("the recording is of other images")
        recorded = (self._arrays.get(layer.name) for layer in self.layers)
        yield from (None if values is None else values[:count] for values in recorded)

    def apply(self, index: int, real: Array) -> None:
        """As in Version: a recording cannot be run."""


def _arrays(path: Path) -> dict[str, Array]:
    if not zipfile.is_zipfile(path):
        raise ModelError(f"{path} cannot be read as an .npz: write it with numpy.savez")
    try:
        with np.load(path, allow_pickle=False) as file:
            found = dict(file)
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise ModelError(f"{path} is damaged: {error}") from error
    pictures = found.get("images")
    if pictures is None or pictures.dtype != np.uint8 or pictures.shape[1:] != (28, 28):
        raise ModelError(f"{path} has no images, uint8 [count, 28, 28]: record what was shown")
    return found


def load(text: str, like: Version | None = None) -> Version:
    """The version that ``text`` names; ``like`` is what a recording is compared with.

    Raises ModelError for what is none, BackendError for a runtime that is missing.
    """
    model, _, how = text.partition("@")
    if how in ("float", "qat"):
        return InKeras(_of_export(model, how))
    if Path(model).suffix in (".keras", ".h5", ".npz") and how:
        raise ModelError(f"{text}: only a .tflite takes @{how}")
    if Path(model).suffix in (".keras", ".h5"):
        return InKeras(_keras(Path(model)))
    if Path(model).suffix == ".npz":
        if like is None:
            raise ModelError(f"{text}: a recording comes second, after what it is compared with")
        return Recording(Path(model), like)
    if (how or "default") not in RUNNERS:
        raise ModelError(f"{text}: choose @{', @'.join(('float', 'qat', *RUNNERS))}")
    path = classifier.find(model)
    return InTflite(tflite.read(path), RUNNERS[how or "default"])


def _of_export(model: str, how: str) -> keras.Model:
    if how == "float" and model in classifier.bundled():
        return _keras(store.pretrained(model))
    return _keras(Path(model) / ("float.keras" if how == "float" else "qat.h5"))


def _keras(path: Path) -> keras.Model:
    return qat.load(path) if path.suffix == ".h5" else store.load(path)
