"""Tensors that an operator keeps between runs: inputs that the file marks as variable."""

import numpy as np

from convert.compiler.ir import State, Tensor
from convert.compiler.operators.common.reader import OperatorReader, activation_tensor


def read(
    reader: OperatorReader, position: int, shape: tuple[int, ...], *dtypes: str
) -> tuple[Tensor, State]:
    """Input ``position``, of one of ``dtypes`` and ``shape``; it starts at its zero point."""
    raw = reader.raw(position)
    number = reader.operator.inputs[position]
    tensor = activation_tensor(reader.model, number, reader.where, *dtypes)
    written = [n for other in reader.model.operators for n in other.outputs]
    if not raw.is_variable or raw.is_constant or number in (*written, *reader.model.inputs):
        raise reader.fail(f"input {position}, {tensor.name!r}, is not a variable tensor of its own")
    if tensor.shape != shape:
        raise reader.fail(f"{tensor.name!r} has shape {tensor.shape}, expected {shape}")
    initial = np.full(shape, tensor.zero_point, tensor.numpy)
    return tensor, State(f"state{number}", tensor.dtype, initial)
