"""A ``.tflite`` under one runtime, cut behind each operator."""

from collections.abc import Iterator, Sequence

import numpy as np

from convert import cutting, tflite
from convert.compare.layer import INPUT, Grid, Layer, bare, distinct
from convert.compare.runners import Run
from runtime import image
from runtime.dataset import Array
from runtime.errors import ModelError

_QUANTIZED = ("INT8", "UINT8", "INT16")
_WHOLE = ("INT32", "INT64", "BOOL")


class InTflite:
    """A ``.tflite`` under one runtime; see ``Version``."""

    def __init__(self, model: tflite.Model, run: Run) -> None:
        self._model, self._run = model, run
        self._tensors: list[int] = list(model.inputs)  # of each layer
        self._made: list[tuple[int, int]] = [(-1, 0)] * len(model.inputs)  # by operator, place
        for index, operator in enumerate(model.operators):
            for place, number in enumerate(operator.outputs):
                if self._is_layer(number):
                    self._tensors.append(number)
                    self._made.append((index, place))
        names = distinct([self._name(place) for place in range(len(self._tensors))])
        self.layers = tuple(self._layer(place, name) for place, name in enumerate(names))
        self.outputs = tuple(map(self._tensors.index, model.outputs))

    def _is_layer(self, number: int) -> bool:
        """Whether a tensor has values that come of the inputs; shapes are computed beside."""
        tensor = self._model.tensors[number]
        known = tensor.dtype == "FLOAT32" or (tensor.dtype in _QUANTIZED and len(tensor.scales))
        return bool(known) or number in self._model.outputs

    def _name(self, place: int) -> str:
        if self._made[place][0] < 0:
            many = len(self._model.inputs) > 1
            return bare(self._model.tensors[self._tensors[place]].name) if many else "input"
        return plain_name(self._model.tensors[self._tensors[place]].name)

    def _layer(self, place: int, name: str) -> Layer:
        tensor = self._model.tensors[self._tensors[place]]
        index, _ = self._made[place]
        operator = INPUT if index < 0 else self._model.operators[index].name
        read = [] if index < 0 else self._model.reads(index)
        places = tuple(self._tensors.index(one) for one in read if one in self._tensors)
        return Layer(name, operator, _without_batch(tensor.shape), _grid(tensor), places)

    def values(self, reals: Sequence[Array]) -> Iterator[Array]:
        """As in Version."""
        given = [self._given(place, real) for place, real in enumerate(reals)]
        yield from given
        fed = [self._wide(place, values) for place, values in enumerate(given)]
        for place in range(len(given), len(self.layers)):
            content = cutting.cut(self._model, *self._made[place])
            yield self._run(content, fed)[0].reshape(len(fed[0]), *self.layers[place].shape)

    def apply(self, index: int, reals: Sequence[Array]) -> Array | None:
        """As in Version."""
        number, place = self._made[index]
        read = self._model.reads(number)
        if any(one not in self._tensors for one in read):
            return None
        fed: dict[int, Array] = {}
        for one, real in zip(self.layers[index].reads, reals, strict=True):
            fed[one] = self._wide(one, self._stored(one, real))
        content = cutting.alone(self._model, number, place)
        answer = self._run(content, list(fed.values()))[0]
        return answer.reshape(len(answer), *self.layers[index].shape)

    def _given(self, place: int, real: Array) -> Array:
        """An input as the runtime package feeds it, which computes in float32."""
        grid, layer = self.layers[place].grid, self.layers[place]
        shaped = real.reshape(len(real), *layer.shape)
        if grid is None:
            return self._stored(place, shaped)
        return image.quantize(shaped.astype(np.float32), grid.scale, grid.zero_point, grid.dtype)

    def _stored(self, place: int, real: Array) -> Array:
        grid = self.layers[place].grid
        dtype = self._model.tensors[self._tensors[place]].dtype.lower()
        return grid.codes(real) if grid else real.astype(dtype)

    def _wide(self, place: int, values: Array) -> Array:
        """``values`` in the shape that the tensor itself has."""
        return values.reshape(len(values), *self._model.tensors[self._tensors[place]].shape)


def plain_name(name: str) -> str:
    """A layer's own name, from its tensor's: "int8/quant_conv1/Relu;int8/..." is "conv1"."""
    parts = name.split(";", maxsplit=1)[0].split("/")
    return parts[-2 if len(parts) > 1 else 0].removeprefix("quant_")


def _without_batch(shape: tuple[int, ...]) -> tuple[int, ...]:
    return shape[1:] if shape[:1] == (1,) else shape


def _grid(tensor: tflite.Tensor) -> Grid | None:
    if tensor.dtype == "FLOAT32" or (tensor.dtype in _WHOLE and not tensor.scales):
        return None
    if tensor.dtype not in _QUANTIZED or not tensor.scales:
        raise ModelError(
            f"tensor {tensor.name!r} is {tensor.dtype}: compare takes int8, uint8, int16 and float"
        )
    return Grid(tensor.scales[0], tensor.zero_points[0], tensor.dtype.lower())
