"""From where each element of an output comes to the call that moves it there.

An index map is what a movement makes of the numbers 0, 1, 2, ... of its input's elements. From it
the loops of kernels/portable/move.h are derived, or, where the map is no nest of strides, the lists
of kernels/portable/move_listed.h.
"""

import numpy as np
import numpy.typing as npt

from convert.compiler.ir import Tensor
from convert.compiler.operators.common.lowering import LoweringContext
from convert.compiler.program import Buffer, Step, Table

Map = npt.NDArray[np.int64]
"""For each element of the output, shaped like it, the number of the input's element."""

_DEPTH = 5  # loops of both kernels


def step(
    site: LoweringContext, where: Map, source: Tensor | Buffer, output: Tensor | Buffer, width: int
) -> Step:
    """The call that makes ``output`` of ``source``, whose elements are ``width`` bytes.

    A list of offsets is named after the output, so no output can have two such calls.
    """
    kernel, tables = "move", tuple[Table, ...]()
    strided = _strides(where)
    fields = None if strided is None else _loops(where, strided, width)
    if fields is None:
        name = f"t{output.number}" if isinstance(output, Tensor) else output.name
        kernel, (fields, tables) = "move_listed", _lists(name, where, width)
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
        factors = _factors(line)
        if factors is None:
            return None
        for size, stride in factors:
            if dims and dims[-1][1] == stride * size:
                dims[-1] = (dims[-1][0] * size, stride)
            else:
                dims.append((size, stride))
    return dims


def _factors(line: Map) -> list[tuple[int, int]] | None:
    """(size, stride) of the nest of loops that runs through ``line``, as blocks do; None: none."""
    if len(line) == 1:
        return []
    stride = int(line[1] - line[0])
    size = _steady(line, stride)
    blocks = line[: len(line) // size * size].reshape(-1, size)
    if len(line) % size or not (blocks - blocks[:, :1] == stride * np.arange(size)).all():
        return None
    outer = _factors(blocks[:, 0])
    return None if outer is None else [*outer, (size, stride)]


def _steady(line: Map, stride: int) -> int:
    """Elements from the first on that are ``stride`` apart."""
    other = np.flatnonzero(np.diff(line) != stride)
    return int(other[0]) + 1 if len(other) else len(line)


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
