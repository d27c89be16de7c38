"""An operator of the file while it is read: its tensors and options, each checked as it is used.

Nothing that the file claims is taken on trust: operators compute every shape again and compare it
with the file's, and every constant must have the size of its shape.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from convert import tflite
from convert.compiler import ir
from convert.compiler.arithmetic.activation import BOUNDS
from convert.tflite import Model, Operator
from runtime.errors import ModelError

LARGEST = 1 << 24
"""Elements of a tensor. More would not fit any microcontroller, and sums could exceed int32."""
SHIFTED = "INT16 with a zero point"
"""Says among types that 16-bit numbers may have a zero point, which most operators do not take."""
QUANTIZED = ("INT8", "UINT8", "INT16")
"""Types whose activations need a scale."""


class Reshaped(Exception):  # noqa: N818 - what was found, not a fault
    """The shape of a tensor is not what the file guessed, but ``shape``."""

    def __init__(self, number: int, shape: tuple[int, ...]) -> None:
        super().__init__(number, shape)
        self.number, self.shape = number, shape


@dataclass(frozen=True)
class OperatorReader:
    """An operator while it is read."""

    model: Model
    index: int
    operator: Operator
    options_type: str = ""  # the table that its options must be
    folded: Mapping[int, ir.Array] = field(default_factory=dict)  # constants that were computed
    variables: Mapping[int, ir.State] = field(default_factory=dict)  # by the tensor of the handle

    def fail(self, problem: str) -> ModelError:
        """The error that says ``problem`` of this operator."""
        return ModelError(f"{self.where}: {problem}")

    @property
    def where(self) -> str:
        """Names the operator in messages."""
        return f"operator {self.index} {self.operator.name}"

    def option(self, name: str) -> Any:
        """The option of that name in the file, as the schema spells it: "StrideH"."""
        if not self.operator.options_type:
            raise self.fail("has no options")
        if self.operator.options_type != self.options_type:
            raise self.fail(f"has {self.operator.options_type}, expected {self.options_type}")
        return self.operator.options[name]

    def activation(self) -> str:
        """The fused activation, which must be one that exists for integers."""
        activation = str(self.option("FusedActivationFunction"))
        if activation not in BOUNDS:
            raise self.fail(f"activation {activation} is not supported: {', '.join(BOUNDS)}")
        return activation

    def has(self, position: int) -> bool:
        """Whether input ``position`` is there."""
        inputs = self.operator.inputs
        return position < len(inputs) and inputs[position] >= 0

    def raw(self, position: int) -> tflite.Tensor:
        """The tensor of input ``position`` as the file has it."""
        if not self.has(position):
            raise self.fail(f"input {position} is missing")
        return self.model.tensors[self.operator.inputs[position]]

    def is_constant(self, position: int) -> bool:
        """Whether the value of input ``position`` is known now."""
        if not self.has(position):
            return False
        number = self.operator.inputs[position]
        return number in self.folded or self.model.tensors[number].is_constant

    def constant(self, position: int, *dtypes: str) -> np.ndarray[Any, Any]:
        """The constant at input ``position``, shaped, whose type must be one of ``dtypes``.

        Without ``dtypes`` any type will do.
        """
        tensor = self.raw(position)
        if (dtypes and tensor.dtype not in dtypes) or not self.is_constant(position):
            kind = "constant" if self.is_constant(position) else "variable"
            wanted = " or ".join(dtypes) or "of any type"
            raise self.fail(f"{tensor.name!r} is a {kind} of {tensor.dtype}, not constant {wanted}")
        number = self.operator.inputs[position]
        return self.folded[number] if number in self.folded else self._stored(tensor)

    def _stored(self, tensor: tflite.Tensor) -> np.ndarray[Any, Any]:
        if tensor.dtype not in STORED:
            raise self.fail(f"{tensor.name!r} is a constant of {tensor.dtype}, which is not known")
        values = np.frombuffer(tensor.data, STORED[tensor.dtype].newbyteorder("<"))
        if tensor.dtype == "INT4":
            values = _nibbles(values)[: math.prod(tensor.shape)]
        if values.size != math.prod(tensor.shape):
            raise self.fail(f"{tensor.name!r} has {values.size} values for shape {tensor.shape}")
        return values.reshape(tensor.shape).astype(STORED[tensor.dtype])

    def inputs(self, count: int, *dtypes: str) -> tuple[ir.Tensor, ...]:
        """The first ``count`` inputs, which must be activations or constants of one of ``dtypes``.

        Without ``dtypes``: INT8.
        """
        if len(self.operator.inputs) < count:
            raise self.fail(f"has {len(self.operator.inputs)} inputs, expected {count}")
        return tuple(self.operand(position, *dtypes) for position in range(count))

    def operand(self, position: int, *dtypes: str, plain: bool = False) -> ir.Tensor:
        """Input ``position`` as a value to compute from, activation or constant."""
        raw, number = self.raw(position), self.operator.inputs[position]
        tensor = activation_tensor(self.model, number, self.where, *dtypes, plain=plain)
        if not self.is_constant(position):
            return tensor
        return ir.Tensor(
            tensor.number,
            tensor.name,
            tensor.shape,
            tensor.scale,
            tensor.zero_point,
            tensor.dtype,
            self.constant(position, raw.dtype),
        )

    def result(self, position: int) -> tflite.Tensor:
        """The tensor of output ``position`` as the file has it."""
        outputs = self.operator.outputs
        if position >= len(outputs):
            raise self.fail(f"output {position} is missing")
        return self.model.tensors[outputs[position]]

    def output(self, *dtypes: str) -> ir.Tensor:
        """The only output; without ``dtypes``: INT8."""
        return self.outputs(1, *dtypes)[0]

    def outputs(self, count: int, *dtypes: str, plain: bool = False) -> tuple[ir.Tensor, ...]:
        """The outputs, of which there must be ``count``."""
        numbers = self.operator.outputs
        if len(numbers) != count:
            wanted = "one" if count == 1 else str(count)
            raise self.fail(f"has {len(numbers)} outputs, expected {wanted}")
        return tuple(
            activation_tensor(self.model, n, self.where, *dtypes, plain=plain) for n in numbers
        )

    def expect(self, output: ir.Tensor, shape: Sequence[int]) -> None:
        """Raise ModelError unless ``output`` has this shape.

        A file without a fixed batch has only a guess of it; then Reshaped is raised, for the
        operator to be read again with the shape that was computed.
        """
        if output.shape != tuple(shape):
            if self.model.tensors[output.number].may_be(shape):
                raise Reshaped(output.number, tuple(int(n) for n in shape))
            raise self.fail(
                f"output {output.name!r} has shape {output.shape}, computed {tuple(shape)}"
            )

    def expect_size(self, output: ir.Tensor, size: int) -> bool:
        """Whether ``output`` has so many elements; raises Reshaped where its shape can be found."""
        signature = self.model.tensors[output.number].signature
        rest = math.prod(n for n in signature if n != -1)
        if output.size != size and signature.count(-1) == 1 and rest and size % rest == 0:
            self.expect(output, [size // rest if n == -1 else n for n in signature])
        return output.size == size

    def same_quantization(self, tensors: Sequence[ir.Tensor]) -> None:
        """Raise ModelError unless all have one type, scale and zero point."""
        if len({(t.dtype, float(t.scale), t.zero_point) for t in tensors}) != 1:
            raise self.fail("inputs and output must share scale and zero point")


STORED = ir.DTYPES | {
    "INT64": np.dtype(np.int64),
    "UINT32": np.dtype(np.uint32),
    "INT4": np.dtype(np.int8),
}
"""The types that a constant may have."""


def _nibbles(packed: ir.Array) -> ir.Array:
    """The numbers of 4 bits in ``packed``, two in a byte, the low half first."""
    halves = np.stack([packed << 4, packed], axis=-1).ravel()
    return halves >> 4


def activation_tensor(
    model: Model, number: int, where: str, *dtypes: str, plain: bool = False
) -> ir.Tensor:
    """Tensor ``number`` of ``model``, checked to have one of ``dtypes`` (INT8) and a static shape.

    Integers of 8 and 16 bits must have one valid scale and zero point, or, where ``plain`` allows
    numbers that stand for themselves, none; ``where`` is for messages.
    """
    if not 0 <= number < len(model.tensors):
        raise ModelError(f"{where}: there is no tensor {number}")
    tensor = model.tensors[number]
    name = f"{where}: tensor {tensor.name!r}"
    wanted = dtypes or ("INT8",)
    if tensor.dtype not in wanted:
        raise ModelError(f"{name} is {tensor.dtype}, expected {' or '.join(wanted)}")
    scale, zero_point = np.float32(0), 0
    if tensor.dtype in QUANTIZED and not (plain and not tensor.scales):
        scale, zero_point = _quantization(tensor, name, shifted=SHIFTED in dtypes)
    elif tensor.dtype == "INT32" and [*map(valid_scale, tensor.scales)] == [True]:
        scale, zero_point = np.float32(tensor.scales[0]), sum(tensor.zero_points[:1])
    shape = tensor.shape
    if number in model.inputs and not tensor.has_fixed_shape:
        raise ModelError(f"{name} has shape {list(tensor.signature)}: {tflite.FIXED_SHAPE}")
    if (shape and min(shape) < 1) or math.prod(shape) > LARGEST:
        raise ModelError(f"{name} has shape {list(shape)}, expected positive, {LARGEST} at most")
    return ir.Tensor(number, tensor.name, shape, scale, zero_point, tensor.dtype)


def _quantization(tensor: tflite.Tensor, name: str, *, shifted: bool) -> tuple[np.float32, int]:
    if len(tensor.scales) != 1 or len(tensor.zero_points) != 1:
        raise ModelError(f"{name} has {len(tensor.scales)} scales, expected one: quantize it")
    if not valid_scale(tensor.scales[0]):
        raise ModelError(f"{name} has scale {tensor.scales[0]}, expected a positive number")
    if tensor.axis:  # of which XNNPACK makes something, and other kernels nothing
        raise ModelError(f"{name} has one scale, and that along axis {tensor.axis}: expected 0")
    limits = np.iinfo(ir.DTYPES[tensor.dtype])
    if not limits.min <= tensor.zero_points[0] <= limits.max:
        raise ModelError(
            f"{name} has zero point {tensor.zero_points[0]}, expected {limits.min} to {limits.max}"
        )
    if tensor.dtype == "INT16" and tensor.zero_points[0] and not shifted:
        raise ModelError(f"{name} is INT16 with zero point {tensor.zero_points[0]}, expected 0")
    return np.float32(tensor.scales[0]), tensor.zero_points[0]


def valid_scale(scale: float) -> bool:
    """Whether ``scale`` is a positive, finite, normal float32."""
    return bool(np.finfo(np.float32).tiny <= scale <= np.finfo(np.float32).max)
