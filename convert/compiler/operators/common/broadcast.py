"""How the elements of two operands meet: the loops of kernels/portable/broadcast.h."""

from collections.abc import Sequence

import numpy as np

from convert.compiler.ir import Tensor
from convert.compiler.operators.common.reader import OperatorReader

_DEPTH = 5  # loops of the kernels


def check(reader: OperatorReader, operands: Sequence[Tensor], output: Tensor) -> None:
    """Raise ModelError unless the operands broadcast to the output's shape."""
    shapes = [tensor.shape for tensor in operands]
    try:
        shape = np.broadcast_shapes(*shapes)
    except ValueError as error:
        raise reader.fail(f"shapes {shapes} do not broadcast") from error
    reader.expect(output, shape)


def fields(a: Tensor, b: Tensor, output: Tensor) -> dict[str, tuple[int, ...]]:
    """The fields of C's struct broadcast. Raises ValueError where the nest is too deep."""
    dims: list[tuple[int, int, int]] = []  # size, strides of a and b; the innermost last
    rank = len(output.shape)
    strides = [_strides(tensor.shape, rank) for tensor in (a, b)]
    for size, in_a, in_b in zip(output.shape, *strides, strict=True):
        if size == 1:
            continue
        if dims and dims[-1][1:] == (in_a * size, in_b * size):
            dims[-1] = (dims[-1][0] * size, in_a, in_b)
        else:
            dims.append((size, in_a, in_b))
    if len(dims) > _DEPTH:
        raise ValueError(f"shapes {a.shape} and {b.shape} broadcast in more than {_DEPTH} steps")
    padded = [(1, 0, 0)] * (_DEPTH - len(dims)) + dims
    return {
        "size": tuple(size for size, _, _ in padded),
        "a": tuple(stride for _, stride, _ in padded),
        "b": tuple(stride for _, _, stride in padded),
    }


def _strides(shape: Sequence[int], rank: int) -> list[int]:
    """Elements from one index to the next along each of ``rank`` axes; 0 where it is repeated."""
    full = (1,) * (rank - len(shape)) + tuple(shape)
    result, stride = [], 1
    for size in reversed(full):
        result.append(0 if size == 1 else stride)
        stride *= size
    return result[::-1]
