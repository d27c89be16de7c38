"""An operator of the file while it is read: its tensors and options, each checked as it is used."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from convert import tflite
from convert.compiler import graph as ir
from convert.tflite import Model, Operator
from runtime.errors import ModelError

ACTIVATIONS = ("NONE", "RELU", "RELU6", "RELU_N1_TO_1")
LARGEST = 1 << 24
"""Elements of a tensor. More would not fit any microcontroller, and sums could exceed int32."""


@dataclass(frozen=True)
class Context:
    """An operator while it is read."""

    model: Model
    index: int
    operator: Operator

    def fail(self, problem: str) -> ModelError:
        """The error that says ``problem`` of this operator."""
        return ModelError(f"operator {self.index} {self.operator.name}: {problem}")

    def option(self, name: str) -> Any:
        """The option of that name in the file."""
        if name not in self.operator.options:
            raise self.fail("has no options")
        return self.operator.options[name]

    def activation(self) -> str:
        """The fused activation, which must be one that exists for int8."""
        activation = str(self.option("FusedActivationFunction"))
        if activation not in ACTIVATIONS:
            raise self.fail(f"activation {activation} is not supported: {', '.join(ACTIVATIONS)}")
        return activation

    def raw(self, position: int) -> tflite.Tensor:
        """The tensor of input ``position`` as the file has it."""
        inputs = self.operator.inputs
        if position >= len(inputs) or inputs[position] < 0:
            raise self.fail(f"input {position} is missing")
        return self.model.tensors[inputs[position]]

    def constant(self, position: int, dtype: str) -> np.ndarray[Any, Any]:
        """The constant at input ``position``, of type ``dtype``, shaped."""
        tensor = self.raw(position)
        if tensor.dtype != dtype or not tensor.is_constant:
            kind = "constant" if tensor.is_constant else "variable"
            raise self.fail(f"{tensor.name!r} is a {kind} of {tensor.dtype}, not constant {dtype}")
        values = np.frombuffer(tensor.data, np.dtype(dtype.lower()).newbyteorder("<"))
        if values.size != math.prod(tensor.shape):
            raise self.fail(f"{tensor.name!r} has {values.size} values for shape {tensor.shape}")
        return values.reshape(tensor.shape).astype(dtype.lower())

    def activations(self, count: int) -> tuple[ir.Tensor, ...]:
        """The first ``count`` inputs, which must be activations."""
        if len(self.operator.inputs) < count:
            raise self.fail(f"has {len(self.operator.inputs)} inputs, expected {count}")
        return tuple(self.activation_tensor(n) for n in self.operator.inputs[:count])

    def output(self) -> ir.Tensor:
        """The only output."""
        if len(self.operator.outputs) != 1:
            raise self.fail(f"has {len(self.operator.outputs)} outputs, expected one")
        return self.activation_tensor(self.operator.outputs[0])

    def activation_tensor(self, number: int) -> ir.Tensor:
        """Tensor ``number`` as an int8 activation with one valid scale and zero point."""
        return activation_tensor(self.model, number, f"operator {self.index} {self.operator.name}")

    def expect(self, output: ir.Tensor, shape: tuple[int, ...]) -> None:
        """Raise ModelError unless ``output`` has this shape."""
        if output.shape != shape:
            raise self.fail(f"output {output.name!r} has shape {output.shape}, computed {shape}")


def activation_tensor(model: Model, number: int, where: str) -> ir.Tensor:
    """Tensor ``number`` of ``model``, checked to be an int8 activation; ``where`` for messages."""
    if not 0 <= number < len(model.tensors):
        raise ModelError(f"{where}: there is no tensor {number}")
    tensor = model.tensors[number]
    name = f"{where}: tensor {tensor.name!r}"
    if tensor.is_constant or tensor.dtype != "INT8":
        kind = "a constant" if tensor.is_constant else "an activation"
        raise ModelError(f"{name} is {kind} of {tensor.dtype}, expected an activation of INT8")
    if len(tensor.scales) != 1 or len(tensor.zero_points) != 1:
        raise ModelError(f"{name} has {len(tensor.scales)} scales, expected one: quantize it")
    if not valid_scale(tensor.scales[0]):
        raise ModelError(f"{name} has scale {tensor.scales[0]}, expected a positive number")
    if not -128 <= tensor.zero_points[0] <= 127:
        raise ModelError(f"{name} has zero point {tensor.zero_points[0]}, expected -128 to 127")
    shape = tensor.shape
    if -1 in tensor.signature or not shape or min(shape) < 1 or math.prod(shape) > LARGEST:
        raise ModelError(f"{name} has shape {list(tensor.signature)}, expected static, positive")
    if shape[0] != 1:
        raise ModelError(f"{name} has batch {shape[0]}, expected 1")
    return ir.Tensor(
        number, tensor.name, shape, np.float32(tensor.scales[0]), tensor.zero_points[0]
    )


def valid_scale(scale: float) -> bool:
    """Whether ``scale`` is a positive, finite, normal float32."""
    return bool(np.finfo(np.float32).tiny <= scale <= np.finfo(np.float32).max)
