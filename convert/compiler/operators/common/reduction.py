"""Operators that reduce some dimensions to one number: the loops of kernels/portable/reduce.h."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from convert.compiler.ir import Array, Node, Tensor
from convert.compiler.operators.common.binary import WHOLE
from convert.compiler.operators.common.reader import OperatorReader

_DEPTH = 3  # loops of the kernels over what is kept, and over what is reduced
_MOST = ((1 << 31) - 1) // 255  # elements whose sum fits int32, zero point and all


@dataclass(frozen=True)
class Reduction(Node):
    """A reduction over ``axes`` of the input, counted from the front."""

    axes: tuple[int, ...]
    delegated: bool  # LiteRT gives XNNPACK only what has its axes in the file

    @property
    def count(self) -> int:
        """Elements that become one."""
        return self.input.size // self.output.size


def axes(reader: OperatorReader, shape: Sequence[int]) -> tuple[int, ...]:
    """The axes, counted from the front, in input 1 of an operator that reduces ``shape``."""
    rank = len(shape)
    listed = [int(axis) for axis in reader.constant(1, "INT32").ravel()]
    if not listed or not all(-rank <= axis < rank for axis in listed):
        raise reader.fail(f"axes {listed} do not fit shape {tuple(shape)}")
    return tuple(sorted({axis % rank for axis in listed}))


def read(reader: OperatorReader) -> Reduction:
    """The checked node."""
    (source,), output = reader.inputs(1), reader.output()
    over, keeps = axes(reader, source.shape), reader.option("KeepDims")
    kept = [1 if axis in over else n for axis, n in enumerate(source.shape)]
    if not keeps:
        kept = [n for axis, n in enumerate(source.shape) if axis not in over]
    reader.expect(output, kept)
    if source.size // output.size > _MOST:
        raise reader.fail(f"its sums can exceed 32 bits: more than {_MOST} elements become one")
    stored = reader.raw(1).is_constant
    return Reduction(reader.index, reader.operator.name, (source,), (output,), over, stored)


def fields(node: Reduction) -> dict[str, object]:
    """The fields of C's struct reduce. Raises ValueError where the nest is too deep."""
    kept, reduced = _loops(node.input, node.axes)
    if max(len(kept), len(reduced)) > _DEPTH:
        raise ValueError(f"axes {node.axes} of shape {node.input.shape} are too many loops")
    result: dict[str, object] = {"outputs": node.output.size}
    for dims, size, stride in ((kept, "kept", "kept_stride"), (reduced, "size", "stride")):
        padded = [(1, 0)] * (_DEPTH - len(dims)) + dims
        result[size] = tuple(n for n, _ in padded)
        result[stride] = tuple(step for _, step in padded)
    return result


def _loops(source: Tensor, over: Sequence[int]) -> tuple[list[tuple[int, int]], ...]:
    """(size, stride) of what is kept and of what is reduced; neighbors of a kind are one."""
    found: tuple[list[tuple[int, int]], ...] = ([], [])
    stride, last = 1, None
    for axis, size in reversed(list(enumerate(source.shape))):
        if size == 1:
            continue
        kind = int(axis in over)
        if kind == last:
            found[kind][0] = (found[kind][0][0] * size, found[kind][0][1])
        else:
            found[kind].insert(0, (size, stride))
        stride, last = stride * size, kind
    return found


Fold = Callable[[OperatorReader], Sequence[Array] | None]


def folding(function: Callable[..., Array]) -> Fold:
    """The ``fold`` of an operator that is ``function`` on whole numbers along axes."""

    def fold(reader: OperatorReader) -> Sequence[Array] | None:
        if not reader.is_constant(0) or reader.raw(0).dtype not in WHOLE:
            return None
        values = reader.constant(0, reader.raw(0).dtype)
        if reader.result(0).dtype != reader.raw(0).dtype:
            raise reader.fail(f"its output is {reader.result(0).dtype}")
        if not values.size:
            raise reader.fail("its input is empty")
        over, keeps = axes(reader, values.shape), bool(reader.option("KeepDims"))
        with np.errstate(all="ignore"):  # they wrap, as in the runtimes
            result = function(values, axis=over, keepdims=keeps)
        return [np.asarray(result, values.dtype)]

    return fold
