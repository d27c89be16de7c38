"""What a device or an app wrote down, as arrays of an ``.npz`` file."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from convert.compare.layer import Layer, Version, inputs
from runtime.dataset import Array
from runtime.errors import ModelError
from runtime.reading import npy
from runtime.tasks.task import Task

SHOWN = ("inputs", "images")
"""What the array is called that says what was shown."""


class Recording:
    """Arrays of what was shown, and of any layers; see ``Version``.

    ``inputs`` [count, ...] are the examples that were shown, as the task keeps them (``images`` are
    the same), or in the type and shape of the network's input. Of the layers, by name, there are
    any: "input" as the network got it, "output", and those in between. Whole numbers are codes of
    ``like``, the version that it is compared with, other numbers are reals. A network of several
    inputs or outputs has each of them by its name, or by its number: "input", "input1", ... There
    may be a batch of 1 behind the count.
    """

    def __init__(self, path: Path, like: Version, task: Task | None) -> None:
        names = {layer.name: layer for layer in like.layers}
        ports = {"input": inputs(like), "output": [like.layers[place] for place in like.outputs]}
        called = {
            f"{kind}{number or ''}": layer.name
            for kind, layers in ports.items()
            for number, layer in enumerate(layers)
        }
        self._arrays = {
            called.get(name, name) if name not in names else name: values
            for name, values in npy.load(path).items()
        }
        for name in self._arrays.keys() & names.keys():
            self._arrays[name] = _single(self._arrays[name], names[name])
        self.reals = self._shown(path, like, task)
        for name, values in self._arrays.items():
            if name not in names:
                raise ModelError(f"{path} records {name!r}, the layers are {', '.join(names)}")
            _check(path, values, names[name], len(self.reals[0]))
        self.layers = tuple(self._recorded(layer) for layer in like.layers)
        self.outputs = like.outputs

    def _shown(self, path: Path, like: Version, task: Task | None) -> tuple[Array, ...]:
        """The real values of each input."""
        known = next((self._arrays.pop(name) for name in SHOWN if name in self._arrays), None)
        given = inputs(like)
        if known is not None and len(given) == 1:
            return (_as_reals(path, known, given[0], task),)
        lacking = [layer.name for layer in given if layer.name not in self._arrays]
        if lacking:
            wanted = _wanted(given[0], task) if len(given) == 1 else f"{lacking[0]!r}"
            raise ModelError(f"{path} has no inputs, {wanted}: record what was shown")
        for layer in given:
            _check(path, self._arrays[layer.name], layer, len(self._arrays[given[0].name]))
        return tuple(_real(layer, self._arrays[layer.name]) for layer in given)

    def _recorded(self, layer: Layer) -> Layer:
        values = self._arrays.get(layer.name)
        stored = values is not None and values.dtype.kind in "iu"
        return replace(layer, grid=layer.grid if stored else None)

    def values(self, reals: Sequence[Array]) -> Iterator[Array | None]:
        """As in Version; ``reals`` are the recorded ones, or the first of them."""
        count = len(reals[0])
        for given, known in zip(reals, self.reals, strict=True):
            if not np.array_equal(given, known[:count]):
                raise ModelError("the recording is of other inputs")
        recorded = (self._arrays.get(layer.name) for layer in self.layers)
        yield from (None if values is None else values[:count] for values in recorded)

    def apply(self, index: int, reals: Sequence[Array]) -> None:
        """As in Version: a recording cannot be run."""


def _as_reals(path: Path, shown: Array, layer: Layer, task: Task | None) -> Array:
    if task is not None and shown.dtype == task.stored and shown.shape[1:] == task.stored_shape:
        found: Array = task.real(shown)
    elif layer.grid and shown.dtype == layer.grid.dtype and shown.shape[1:] == layer.shape:
        found = layer.grid.real(shown).astype(np.float32)
    elif layer.grid is None and shown.dtype == np.float32 and shown.shape[1:] == layer.shape:
        found = shown
    else:
        raise ModelError(
            f"{path} has no inputs, {_wanted(layer, task)}, but {shown.dtype} "
            f"{['count', *shown.shape[1:]]}: record what was shown"
        )
    if not len(found) or not np.isfinite(found).all():
        raise ModelError(f"{path}: 'inputs' has no values, or some that are no numbers")
    return found


def _wanted(layer: Layer, task: Task | None) -> str:
    own = f"{layer.grid.dtype if layer.grid else 'float32'} {['count', *layer.shape]}"
    kept = "" if task is None else f"{task.stored} {['count', *task.stored_shape]} or "
    return kept + own


def _single(values: Array, layer: Layer) -> Array:
    """``values`` of ``layer`` without a batch of 1."""
    batched = values.ndim == len(layer.shape) + 2 and values.shape[1] == 1
    return values[:, 0] if batched else values


def _real(layer: Layer, values: Array) -> Array:
    return layer.real(values) if values.dtype.kind in "iu" else values


def _check(path: Path, values: Array, layer: Layer, count: int) -> None:
    """Raise ModelError unless ``values`` can be what ``layer`` gave."""
    wanted = (count, *layer.shape)
    if values.shape != wanted:
        raise ModelError(f"{path}: {layer.name!r} is {values.shape}, the layer gives {wanted}")
    if values.dtype.kind not in "iuf" or not np.isfinite(values).all():
        raise ModelError(f"{path}: {layer.name!r} has values that are no numbers")
    if values.dtype.kind in "iu" and layer.grid is None:
        raise ModelError(f"{path} has {values.dtype} values: compare it with an int8 version")
    if values.dtype.kind in "iu" and layer.grid and values.dtype != layer.grid.dtype:
        raise ModelError(f"{path}: {layer.name!r} is {values.dtype}, not {layer.grid.dtype}")
