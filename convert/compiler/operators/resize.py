"""RESIZE_NEAREST_NEIGHBOR, which is a movement, and RESIZE_BILINEAR."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from convert.compiler.arithmetic.match import Match
from convert.compiler.ir import Array, Node
from convert.compiler.operators.common import movement
from convert.compiler.operators.common.definition import Operator
from convert.compiler.operators.common.limits import Limits
from convert.compiler.operators.common.lowering import LoweringContext
from convert.compiler.operators.common.movement import Move
from convert.compiler.operators.common.reader import OperatorReader
from convert.compiler.program import Step, Table

_FLOAT = np.float32


@dataclass(frozen=True)
class Bilinear(Node):
    """``align``: the corners' centers stay in place; ``half``: pixels have their centers at .5."""

    align: bool
    half: bool
    is_fixed: bool  # the size is part of the file, not computed


def _options(reader: OperatorReader) -> tuple[bool, bool]:
    align, half = bool(reader.option("AlignCorners")), bool(reader.option("HalfPixelCenters"))
    if align and half:
        raise reader.fail("both align_corners and half_pixel_centers is not defined")
    return align, half


def _size(reader: OperatorReader, shape: tuple[int, ...]) -> tuple[int, int]:
    """The sides of the output."""
    size = movement.numbers(reader, 1, "INT32")
    if len(shape) != 4 or len(size) != 2 or min(size) < 1:
        raise reader.fail(f"size {list(size)} does not fit shape {shape}")
    movement.check_size(reader, (shape[0], *size, shape[3]))
    return size[0], size[1]


def _is_fixed(reader: OperatorReader) -> bool:
    """Whether the size is part of the file, and not computed from shapes."""
    return reader.raw(1).is_constant


def nearest(reader: OperatorReader, shape: tuple[int, ...]) -> Move:
    """Each pixel from the nearest one."""
    size, (align, half) = _size(reader, shape), _options(reader)
    rows, columns = (
        _nearest(n, to, align=align, half=half) for n, to in zip(shape[1:3], size, strict=True)
    )
    return lambda x: [x[:, rows][:, :, columns]]


def _nearest(source: int, output: int, *, align: bool, half: bool) -> Array:
    """The pixel that each of ``output`` pixels is made of, as the runtimes compute in float32."""
    at = np.arange(output).astype(_FLOAT) + _FLOAT(0.5 if half else 0)
    if align and output > 1:
        places = at * (_FLOAT(source - 1) / _FLOAT(output - 1))
    else:
        places = at * (_FLOAT(source) / _FLOAT(output))
    whole = np.floor(places.astype(np.float64) + (0.5 if align else 0))
    return np.clip(whole.astype(np.int64), 0, source - 1)


def read(reader: OperatorReader) -> Node:
    """The checked node."""
    source, output = reader.operand(0), reader.output()
    size, (align, half) = _size(reader, source.shape), _options(reader)
    reader.expect(output, (source.shape[0], *size, source.shape[3]))
    reader.same_quantization((source, output))
    name = reader.operator.name
    return Bilinear(reader.index, name, (source,), (output,), align, half, _is_fixed(reader))


def taps(node: Bilinear, axis: int, match: Match) -> Array:
    """For each row or column of the output the two that it is between, and the second's weight."""
    source, output = node.input.shape[axis], node.output.shape[axis]
    if match is Match.XNNPACK and node.is_fixed:
        return _taps_in_float(node, source, output)
    aligned = node.align and output > 1
    above, below = (source - 1, output - 1) if aligned else (source, output)
    scale = (1024 * above + below // 2) // below
    at = np.arange(output, dtype=np.int64) * scale
    if node.half:
        at += _truncated(scale, 2) - 512
    low = np.maximum(_truncated(at, 1024), 0)
    high = np.minimum(_truncated(at + 1023, 1024), source - 1)
    return np.stack([low, high, at - 1024 * low], axis=-1)


def _truncated(values: Array | int, by: int) -> Array:
    """A quotient, towards 0."""
    whole = np.asarray(values, np.int64)
    return np.sign(whole) * (np.abs(whole) // by)


def _taps_in_float(node: Bilinear, source: int, output: int) -> Array:
    aligned = node.align and output > 1
    scale = _FLOAT(source - aligned) / _FLOAT(output - aligned)
    at = (np.arange(output).astype(_FLOAT) * scale).astype(_FLOAT)
    if node.half:
        at += _FLOAT(_FLOAT(0.5) * scale) - _FLOAT(0.5)
    at = np.clip(at, _FLOAT(0), _FLOAT(source - 1))
    low = np.trunc(at).astype(np.int64)
    weight = np.rint(2048 * (at - low.astype(_FLOAT))).astype(np.int64)
    return np.stack([low, np.minimum(low + 1, source - 1), weight], axis=-1)


def compute(node: Bilinear, inputs: Sequence[Array], match: Match) -> Sequence[Array]:
    """Between four pixels, by weights of whole numbers."""
    rows, columns = taps(node, 1, match), taps(node, 2, match)
    x, wide = inputs[0].astype(np.int64), columns[:, 2, None]
    one = 2048 if _is_float(node, match) else 1024
    lines = x[:, :, columns[:, 0]] * (one - wide) + x[:, :, columns[:, 1]] * wide
    high = rows[:, 2, None, None]
    sums = lines[:, rows[:, 0]] * (one - high) + lines[:, rows[:, 1]] * high
    if one == 2048:
        return [(sums + (1 << 21)) >> 22]
    return [_truncated(sums + np.where(sums > 0, 1 << 19, -(1 << 19)), 1 << 20)]


def _is_float(node: Bilinear, match: Match) -> bool:
    return match is Match.XNNPACK and node.is_fixed


def lower(node: Bilinear, site: LoweringContext) -> Sequence[Step]:
    """One call for each image."""
    if site.match is Match.TFLM and not node.is_fixed:
        raise ValueError("TensorFlow Lite Micro takes only sizes that the file has")
    batch, _, width, channels = node.input.shape
    if any(taps(node, n, site.match)[:, 0].max() >= node.input.shape[n] for n in (1, 2)):
        raise ValueError("its output is so large that the runtime reads outside its input")
    tables = [
        Table(
            f"{site.name}_{name}",
            "int32_t",
            (taps(node, axis, site.match) * factors).astype(np.int32),
            f"[{name}, first bytes of both, weight of the second]",
        )
        for name, axis, factors in (
            ("row", 1, (width * channels, width * channels, 1)),
            ("column", 2, (channels, channels, 1)),
        )
    ]
    fields = {
        "height": node.output.shape[1],
        "width": node.output.shape[2],
        "channels": channels,
        "row": tables[0],
        "column": tables[1],
    }
    kernel = "resize_halves_up" if _is_float(node, site.match) else "resize_halves_away"
    return [site.step(kernel, fields, tuple(tables), batch=batch)]


OPERATORS = (
    movement.operator(
        "RESIZE_NEAREST_NEIGHBOR",
        nearest,
        Limits(micro=("INT8", "INT16", "FLOAT32")),
        micro=_is_fixed,
        options="ResizeNearestNeighborOptions",
    ),
    Operator("RESIZE_BILINEAR", read, compute, lower, options="ResizeBilinearOptions"),
)
