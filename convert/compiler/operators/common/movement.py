"""Operators that only move elements: one NumPy function gives the reference, the folding and the C.

An operator is described by what it makes of the numbers 0, 1, 2, ... of its input's elements. From
that index map the loops of kernels/portable/move.h are derived, or, where the map is no nest of
strides, the lists of kernels/portable/move_listed.h.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from convert.compiler.arithmetic.match import Match
from convert.compiler.ir import DTYPES, Array, Node, Tensor
from convert.compiler.operators.common.definition import Operator
from convert.compiler.operators.common.lowering import LoweringContext
from convert.compiler.operators.common.reader import LARGEST, OperatorReader
from convert.compiler.program import Buffer, Step, Table

Map = npt.NDArray[np.int64]
"""For each element of the output, shaped like it, the number of the input's element."""

_DEPTH = 5  # loops of both kernels


Move = Callable[[OperatorReader, Array], Sequence[Array]]
"""The outputs of an operator for an array of its input's shape; raises ModelError or ValueError."""


@dataclass(frozen=True)
class Movement(Node):
    """An operator that moves elements: a map for each output."""

    maps: tuple[Map, ...] = field(compare=False)


def operator(
    name: str,
    move: Move,
    *,
    options: str = "",
    data: int = 0,
    lacking: Mapping[Match, str] | None = None,
) -> Operator:
    """The registration of an operator that does what ``move`` does to its input ``data``."""

    def moved(reader: OperatorReader, values: Array) -> list[Array]:
        try:
            return [np.asarray(result) for result in move(reader, values)]
        except (ValueError, IndexError, TypeError, OverflowError) as error:
            raise reader.fail(f"its shapes and options do not fit: {error}") from error

    def read(reader: OperatorReader) -> Node:
        source = reader.operand(data, *DTYPES)
        outputs = reader.outputs(len(reader.operator.outputs), source.dtype)
        maps = moved(reader, np.arange(source.size, dtype=np.int64).reshape(source.shape))
        if len(maps) != len(outputs):
            raise reader.fail(f"has {len(outputs)} outputs, computed {len(maps)}")
        for one, output in zip(maps, outputs, strict=True):
            reader.expect(output, one.shape)
        reader.same_quantization((source, *outputs))
        return Movement(reader.index, name, (source,), outputs, tuple(maps))

    def fold(reader: OperatorReader) -> Sequence[Array] | None:
        return moved(reader, reader.constant(data)) if reader.is_constant(data) else None

    return Operator(name, read, _compute, _lower, options, fold, lacking=lacking or {})


def _compute(node: Movement, inputs: Sequence[Array], match: Match) -> Sequence[Array]:
    del match  # all runtimes move alike
    return [inputs[0].ravel()[one] for one in node.maps]


def _lower(node: Movement, site: LoweringContext) -> Sequence[Step]:
    width = node.input.numpy.itemsize
    return [
        step(site.numbered(number), one, node.input, output, width)
        for number, (one, output) in enumerate(zip(node.maps, node.outputs, strict=True))
    ]


def check_size(reader: OperatorReader, shape: Sequence[int]) -> None:
    """Raise ModelError for a shape that is too large to be meant, before it is made."""
    if min(shape, default=1) < 0 or math.prod(int(n) for n in shape) > LARGEST:
        raise reader.fail(f"shape {[int(n) for n in shape]} is too large: {LARGEST} at most")


def index_map(move: Callable[[Array], Array], shape: Sequence[int]) -> Map:
    """What ``move`` does to an array of ``shape``."""
    return np.asarray(move(np.arange(math.prod(shape), dtype=np.int64).reshape(shape)), np.int64)


def step(
    site: LoweringContext, where: Map, source: Tensor | Buffer, output: Tensor | Buffer, width: int
) -> Step:
    """The call that makes ``output`` of ``source``, whose elements are ``width`` bytes.

    ``site.name`` starts the names of lists, so several moves of one operator need sites of their
    own where they are not strided.
    """
    kernel, tables = "move", tuple[Table, ...]()
    strided = _strides(where)
    fields = None if strided is None else _loops(where, strided, width)
    if fields is None:
        kernel, (fields, tables) = "move_listed", _lists(site.name, where, width)
    return site.step(kernel, fields, tables, inputs=(source,), output=output, as_bytes=True)


def _offsets(where: Map) -> list[Map] | None:
    """What each index adds to the element's number, by axis; None where they do not just add up."""
    origin = where[(0,) * where.ndim]
    total, found = np.full(where.shape, origin), []
    for axis, size in enumerate(where.shape):
        line = where[(0,) * axis + (slice(None),) + (0,) * (where.ndim - axis - 1)] - origin
        total = total + line.reshape((size,) + (1,) * (where.ndim - axis - 1))
        found.append(line)
    return found if np.array_equal(total, where) else None


def _strides(where: Map) -> list[tuple[int, int]] | None:
    """(size, stride) of the nest of loops, the innermost last; None: it is no such nest."""
    offsets = _offsets(where)
    if offsets is None:
        return None
    dims: list[tuple[int, int]] = []
    for line in offsets:
        if len(line) == 1:
            continue
        stride = int(line[1])
        if not np.array_equal(line, stride * np.arange(len(line))):
            return None
        if dims and dims[-1][1] == stride * len(line):
            dims[-1] = (dims[-1][0] * len(line), stride)
        else:
            dims.append((len(line), stride))
    return dims


def _loops(where: Map, dims: list[tuple[int, int]], width: int) -> dict[str, object] | None:
    run = width
    if dims and dims[-1][1] == 1:
        run *= dims.pop()[0]
    if len(dims) > _DEPTH:
        return None
    padded = [(1, 0)] * (_DEPTH - len(dims)) + dims
    return {
        "size": tuple(size for size, _ in padded),
        "stride": tuple(stride * width for _, stride in padded),
        "start": int(where.flat[0]) * width,
        "run": run,
    }


def _lists(name: str, where: Map, width: int) -> tuple[dict[str, object], tuple[Table, ...]]:
    """A list of offsets for each axis where they add up, else one for every run."""
    run, rest = _run(where)
    offsets = _offsets(rest)
    lines = [line for line in offsets if len(line) > 1] if offsets else []
    if not offsets or len(lines) > _DEPTH:
        lines = [(rest - rest.flat[0]).ravel()]
    lines = [np.zeros(1, np.int64)] * (_DEPTH - len(lines)) + lines
    values = np.concatenate(lines) * width
    table = Table(f"{name}_offset", "int32_t", values.astype(np.int32), "[offsets of each loop]")
    fields = {
        "size": tuple(len(line) for line in lines),
        "offset": table,
        "start": int(rest.flat[0]) * width,
        "run": run * width,
    }
    return fields, (table,)


def _run(where: Map) -> tuple[int, Map]:
    """Elements that lie together everywhere, and the map of the first of each run."""
    run, rest = 1, where
    while rest.ndim and (rest.shape[-1] == 1 or (np.diff(rest, axis=-1) == run).all()):
        run *= rest.shape[-1]
        rest = rest[..., 0]
    return run, rest
