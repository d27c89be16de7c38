"""Float and int8 layer by layer: the same images through both networks, matched by operator.

Both networks are ``.tflite`` files that compute with the same operators in the same order, whatever
they were made from. An interpreter shows what a network answers, not what its layers do, and under
XNNPACK the values in between are nowhere to be read. So a ``.tflite`` is cut behind each operator,
and each piece runs like any other model, in whatever kernels.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from convert import tflite
from convert.cutting import cut
from convert.feed import of_type
from convert.parity import FLOATS, NAMED, sqnr_db
from runtime import interpreter
from runtime.errors import ModelError

INT8S = npt.NDArray[np.int8]

MOVING = frozenset((
    "RESHAPE", "SQUEEZE", "EXPAND_DIMS", "TRANSPOSE", "STRIDED_SLICE", "PACK", "SHAPE",
    "PAD", "PADV2", "QUANTIZE", "DEQUANTIZE", "CAST",
))  # fmt: skip
"""Operators that move or rescale values; the others compute."""
_WEIGHTED = frozenset(("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED", "TRANSPOSE_CONV"))
NAMELESS = ("StatefulPartitionedCall", "PartitionedCall", "Identity", "arith.")
"""How names start that converters made up."""
_NAME = 24  # letters of a layer's name that there is room for


@dataclass(frozen=True)
class Weights:
    """The constant factors of a layer in both networks, [out, ...] or depthwise [1, ..., out]."""

    real: FLOATS  # the float network's, batch normalisation folded
    stored: INT8S
    tensor: tflite.Tensor  # of ``stored``: scales by channel along ``axis``

    @property
    def dequantized(self) -> FLOATS:
        """What the int8 network computes with, in units of ``real``."""
        return dequantize(self.stored, self.tensor)

    @property
    def sqnr_db(self) -> float:
        """Power of the float weights over that of the difference, dB; with QAT's retraining."""
        return sqnr_db(self.real, (self.dequantized - self.real).astype(np.float64))


@dataclass(frozen=True)
class Layer:
    """One operator that computes, with what it gave for each image in both networks."""

    index: int  # of the operator in the .tflite, from 0
    name: str  # of the layer: "conv1"
    operator: str  # "CONV_2D"; a ReLU that is fused belongs to it
    output: tflite.Tensor  # of the int8 network: shape, scale, zero point
    real: FLOATS  # the float network's values [count, ...]
    stored: INT8S  # the int8 network's, same shape
    weights: Weights | None  # None: the operator has none

    @property
    def dequantized(self) -> FLOATS:
        """The int8 network's values in units of the float network's, [count, ...]."""
        return dequantize(self.stored, self.output)

    @property
    def sqnr_db(self) -> float:
        """Power of the float values over that of int8's deviation from them, dB.

        The deviation is all that has gathered up to here, not this layer's share alone.
        """
        return sqnr_db(self.real, (self.dequantized - self.real).astype(np.float64))

    @property
    def saturation(self) -> float:
        """Share, 0..1, of values at an end of the int8 range that does not stand for zero."""
        return saturation(self.stored, self.output)


def capture(
    real_graph: tflite.Model, int8: tflite.Model, real: FLOATS, who: tuple[str, str] = NAMED
) -> tuple[Layer, ...]:
    """Run ``real`` [count, *shape] through the float ``real_graph`` and through ``int8``.

    One Layer for each operator that computes and gives int8, in order. Raises ModelError when the
    two do not compute with the same operators, BackendError when the interpreter cannot be had in
    this process.
    """
    given = of_type(real, int8)
    layers = []
    for index, at in _matched(real_graph, int8):
        output = int8.tensors[int8.operators[index].outputs[0]]
        if output.dtype != "INT8":
            continue
        stored = run(cut(int8, index), given, *who)
        values = run(cut(real_graph, at), real, *who)
        name = layer_name(real_graph, real_graph.operators[at])
        if stored.size != values.size:
            raise _differ(f"{name} gives {values.shape[1:]}, {output.name} {stored.shape[1:]}")
        weights = _weights(real_graph, int8, at, index)
        operator = int8.operators[index].name
        same = values.reshape(stored.shape)  # one converter may flatten later than the other
        layers.append(Layer(index, name, operator, output, same, stored, weights))
    return tuple(layers)


def layer_name(model: tflite.Model, operator: tflite.Operator) -> str:
    """What people call the layer of ``operator``, from the names of its tensors; "": nothing."""
    outputs = [model.tensors[n].name for n in operator.outputs[:1]]
    constants = [model.tensors[n] for n in operator.inputs if n >= 0]
    weights = [
        one.name for one in constants if one.is_constant
    ]  # have a name where outputs lost it
    names = [name for name in (*outputs, *weights) if not name.startswith(NAMELESS)]
    return short((names or outputs or [""])[0])


def short(name: str) -> str:
    """What people call a tensor: of "model/conv1/Relu;model/conv1/BiasAdd" it is "conv1"."""
    parts = [part for part in name.split(";", maxsplit=1)[0].split("/") if part]
    chosen = parts[-2] if len(parts) > 1 else parts[0] if parts else ""
    chosen = chosen.removeprefix("quant_")  # as tfmot calls what it wraps
    return chosen if len(chosen) <= _NAME else f"{chosen[: _NAME - 1]}…"


def run(content: bytes, given: npt.NDArray[Any], backend: str, kernels: str) -> npt.NDArray[Any]:
    """The only output [count, ...] of a model for ``given`` [count, *shape], in its own type."""
    return interpreter.load(content, backend, kernels).run(given)


def dequantize(stored: INT8S, tensor: tflite.Tensor) -> FLOATS:
    """The reals, scale * (stored - zero point); by channel where there is a scale for each."""
    shape = [1] * stored.ndim
    if len(tensor.scales) > 1:
        shape[tensor.axis] = -1
    scales = np.array(tensor.scales, np.float32).reshape(shape)
    zeros = np.array(tensor.zero_points, np.float32).reshape(shape)
    return (stored - zeros) * scales


def saturation(stored: INT8S, tensor: tflite.Tensor) -> float:
    """Share, 0..1, of ``stored`` at -128 or 127, unless that code is the zero point itself.

    Zero is where a ReLU clamps by intention; at any other end a value may have been cut off.
    """
    ends = {-128, 127} - set(tensor.zero_points)
    return float(np.mean(np.isin(stored, sorted(ends))))


def _matched(real_graph: tflite.Model, int8: tflite.Model) -> list[tuple[int, int]]:
    """The numbers of the operators that compute the same, in ``int8`` and in ``real_graph``.

    By the layers that tensors are named after, as converters may order branches differently; else
    by their order.
    """
    left, right = (
        [n for n, one in enumerate(model.operators) if one.name not in MOVING]
        for model in (int8, real_graph)
    )
    named = {_key(real_graph, at): at for at in right}
    keys = [_key(int8, index) for index in left]
    if len(set(keys)) == len(left) == len(right) and set(keys) == named.keys():
        return [(index, named[key]) for index, key in zip(left, keys, strict=True)]
    for index, at in zip(left, right, strict=False):
        name, other = int8.operators[index].name, real_graph.operators[at].name
        if name != other:
            raise _differ(f"operator {index} is {name}, the float one there {other}")
    if len(left) != len(right):
        raise _differ(f"int8 computes with {len(left)} operators, float with {len(right)}")
    return list(zip(left, right, strict=True))


def _key(model: tflite.Model, index: int) -> tuple[str, ...]:
    """An operator by its kind and the layers that its output's name tells of."""
    operator = model.operators[index]
    number = operator.outputs[0]
    if number in model.outputs:
        return (operator.name, f"output {model.outputs.index(number)}")
    parts = (segment.split("/") for segment in model.tensors[number].name.split(";"))
    names = {part[-2].removeprefix("quant_") for part in parts if len(part) > 1}
    return (operator.name, *sorted(names - {"BiasAdd"}))


def _weights(real_graph: tflite.Model, int8: tflite.Model, at: int, index: int) -> Weights | None:
    if int8.operators[index].name not in _WEIGHTED:
        return None
    kept, real = (
        model.tensors[model.operators[n].inputs[1]]
        for model, n in ((int8, index), (real_graph, at))
    )
    if kept.dtype != "INT8" or real.dtype != "FLOAT32" or kept.shape != real.shape:
        return None
    if not (kept.is_constant and real.is_constant):
        return None
    stored = np.frombuffer(kept.data, np.int8).reshape(kept.shape)
    return Weights(np.frombuffer(real.data, "<f4").reshape(real.shape), stored, kept)


def _differ(how: str) -> ModelError:
    return ModelError(f"the float and the int8 model are not the same network: {how}")
