"""SLICE and STRIDED_SLICE."""

from collections.abc import Sequence
from dataclasses import dataclass

from convert.compiler.operators.common import movement
from convert.compiler.operators.common.limits import Limits, without
from convert.compiler.operators.common.movement import Move
from convert.compiler.operators.common.reader import OperatorReader


def plain(reader: OperatorReader, shape: tuple[int, ...]) -> Move:
    """From ``begin`` on ``size`` elements of each dimension; a size of -1 is all that is left."""
    begin = movement.numbers(reader, 1, "INT32", "INT64")
    size = movement.numbers(reader, 2, "INT32", "INT64")
    if len(begin) != len(shape) or len(size) != len(shape):
        raise reader.fail(f"begin {list(begin)} or size {list(size)} does not fit shape {shape}")
    end = [n if s == -1 else b + s for b, s, n in zip(begin, size, shape, strict=True)]
    for b, e, n in zip(begin, end, shape, strict=True):
        if not 0 <= b <= e <= n:
            raise reader.fail(f"begin {list(begin)}, size {list(size)} leave shape {shape}")
    where = tuple(slice(b, e) for b, e in zip(begin, end, strict=True))
    return lambda x: [x[where]]


@dataclass(frozen=True)
class _Spec:
    """What STRIDED_SLICE says of each of its entries, which are dimensions, or stand for some."""

    reader: OperatorReader
    begin: tuple[int, ...]
    end: tuple[int, ...]
    stride: tuple[int, ...]

    def masked(self, mask: str, entry: int) -> bool:
        return bool(self.reader.option(mask) >> entry & 1)

    def index(self, entry: int, size: int) -> slice | int:
        """What an entry picks of a dimension."""
        begin = None if self.masked("BeginMask", entry) else self.begin[entry]
        end = None if self.masked("EndMask", entry) else self.end[entry]
        if not self.masked("ShrinkAxisMask", entry):
            return slice(begin, end, self.stride[entry])
        if begin is None or not -size <= begin < size or self.stride[entry] != 1:
            raise self.reader.fail(f"index {begin} does not fit a dimension of {size}")
        return begin % size


def strided(reader: OperatorReader, shape: tuple[int, ...]) -> Move:
    """As TensorFlow slices: with strides, and masks for what is left out of the specification."""
    spec = _Spec(reader, *(movement.numbers(reader, n, "INT32") for n in (1, 2, 3)))
    count = len(spec.begin)
    if len(spec.end) != count or len(spec.stride) != count or 0 in spec.stride:
        raise reader.fail("begin, end and strides do not fit each other")
    if reader.option("Offset"):
        raise reader.fail("an end counted from the beginning is not supported")
    where = tuple(_entries(spec, shape))
    return lambda x: [x[where]]


def _entries(spec: _Spec, shape: tuple[int, ...]) -> Sequence[slice | int | None]:
    """NumPy's index: slices, numbers for dimensions that go, None for new ones."""
    count = len(spec.begin)
    ellipses = [n for n in range(count) if spec.masked("EllipsisMask", n)]
    new = [n for n in range(count) if n not in ellipses and spec.masked("NewAxisMask", n)]
    used = count - len(ellipses) - len(new)
    if len(ellipses) > 1 or used > len(shape):
        raise spec.reader.fail(f"{count} entries do not fit shape {shape}")
    found: list[slice | int | None] = []
    left = list(shape)
    for entry in range(count):
        if entry in ellipses:
            skipped = len(shape) - used
            if not skipped:  # the runtimes take one all the same
                raise spec.reader.fail("an ellipsis that stands for nothing is not supported")
            found += [slice(None)] * skipped
            left = left[skipped:]
        elif entry in new:
            found.append(None)
        else:
            found.append(spec.index(entry, left.pop(0)))
    return found


def _in_micro(reader: OperatorReader) -> bool:
    return not (reader.option("EllipsisMask") or reader.option("NewAxisMask"))


_STRIDED = Limits(micro=without("UINT8"), micro_rank=4)

OPERATORS = (
    movement.operator("SLICE", plain, Limits(micro=without("UINT8"), micro_rank=5)),
    movement.operator(
        "STRIDED_SLICE", strided, _STRIDED, micro=_in_micro, options="StridedSliceOptions"
    ),
)
