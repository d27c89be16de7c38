"""RESIZE_NEAREST_NEIGHBOR and RESIZE_BILINEAR."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from convert.compiler.arithmetic.match import Match
from convert.compiler.ir import Array, Node
from convert.compiler.operators.common import geometry, movement
from convert.compiler.operators.common.definition import Operator
from convert.compiler.operators.common.lowering import LoweringContext, image
from convert.compiler.operators.common.reader import OperatorReader
from convert.compiler.program import Step, Table

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Resize(Node):
    """How the pixels of the output lie over those of the input."""

    corners: bool  # the corners' centres stay
    centers: bool  # pixels count from their centres


@dataclass(frozen=True)
class Nearest(Resize):
    """With the nearest pixel for each."""

    where: movement.Map = field(compare=False)


def read(reader: OperatorReader) -> Node:
    """The checked node."""
    (source,), output = reader.inputs(1), reader.output()
    sides = [int(n) for n in reader.constant(1, "INT32").ravel()]
    _, _, channels = geometry.sides(reader, source)
    if len(sides) != 2 or min(sides) < 1:
        raise reader.fail(f"size {sides} makes no sense")
    reader.expect(output, (source.shape[0], *sides, channels))
    reader.same_quantization((source, output))
    corners, centers = reader.option("AlignCorners"), reader.option("HalfPixelCenters")
    if corners and centers:
        raise reader.fail("its corners and its centres cannot both be kept")
    name = reader.operator.name
    if name == "RESIZE_BILINEAR":
        return Resize(reader.index, name, (source,), (output,), corners, centers)
    rows, columns = (
        _nearest(source.shape[axis], output.shape[axis], corners, centers) for axis in (1, 2)
    )
    places = np.arange(source.size).reshape(source.shape)
    where = places[:, rows[:, None], columns]
    return Nearest(reader.index, name, (source,), (output,), corners, centers, where)


def _nearest(size: int, count: int, corners: bool, centers: bool) -> Ints:
    """For each of ``count`` pixels of a side, the nearest of ``size``."""
    one, places = np.float32(1), np.arange(count, dtype=np.float32)
    if corners and count > 1:
        scaled = places * (np.float32(size - 1) / np.float32(count - 1))
        found = np.floor(scaled + np.float32(0.5))
    else:
        scale = np.float32(size) / np.float32(count)
        found = np.floor((places + (np.float32(0.5) if centers else 0 * one)) * scale)
    return np.minimum(found.astype(np.int64), size - 1)


@dataclass(frozen=True)
class _Line:
    """For each pixel of a side, the two pixels of the input that it lies between."""

    lower: Ints
    upper: Ints
    lower_weight: Ints
    upper_weight: Ints


def _line(node: Resize, axis: int, match: Match) -> _Line:
    size, count = node.input.shape[axis], node.output.shape[axis]
    if match is Match.XNNPACK:
        return _line_float(node, size, count)
    scale = (1024 * size + count // 2) // count
    if node.corners and count > 1:
        scale = (1024 * (size - 1) + (count - 1) // 2) // (count - 1)
    place = np.arange(count, dtype=np.int64) * scale
    if node.centers:
        place = place + int(scale / 2) - 512
    lower = np.maximum(np.trunc(place / 1024).astype(np.int64), 0)
    upper = np.minimum(np.trunc((place + 1023) / 1024).astype(np.int64), size - 1)
    weight = place - 1024 * lower
    return _Line(lower, upper, 1024 - weight, weight)


def _line_float(node: Resize, size: int, count: int) -> _Line:
    scale = np.float32(size) / np.float32(count)
    if node.corners and count > 1:
        scale = np.float32(size - 1) / np.float32(count - 1)
    place = np.arange(count, dtype=np.float32) * scale
    if node.centers:
        half = np.float32(np.float32(0.5) * scale) - np.float32(0.5)
        place = (place + half).astype(np.float32)
    place = np.clip(place, np.float32(0), np.float32(size - 1))
    lower = np.trunc(place).astype(np.int64)
    weight = np.rint(np.float32(2048) * (place - lower.astype(np.float32))).astype(np.int64)
    return _Line(lower, np.minimum(lower + 1, size - 1), 2048 - weight, weight)


def compute(node: Resize, inputs: Sequence[Array], match: Match) -> Sequence[Array]:
    """The weighted mean of four pixels."""
    rows, columns = _line(node, 1, match), _line(node, 2, match)
    values = inputs[0].astype(np.int64)

    def across(y: Ints) -> Ints:
        picked = values[:, y]
        left: Ints = picked[:, :, columns.lower] * columns.lower_weight[:, None]
        right: Ints = picked[:, :, columns.upper] * columns.upper_weight[:, None]
        return left + right

    top, bottom = across(rows.lower), across(rows.upper)
    shaped = (slice(None), None, None)
    total = top * rows.lower_weight[shaped] + bottom * rows.upper_weight[shaped]
    if match is Match.XNNPACK:
        return [(total + (1 << 21)) >> 22]
    rounded = total + np.where(total > 0, 1 << 19, -(1 << 19))
    return [np.where(rounded >= 0, rounded >> 20, -(-rounded >> 20))]


def compute_nearest(node: Nearest, inputs: Sequence[Array], match: Match) -> Sequence[Array]:
    """Pixels moved."""
    del match
    return [inputs[0].ravel()[node.where]]


def lower(node: Resize, site: LoweringContext) -> Sequence[Step]:
    """Lists of pixels and weights, and the sums."""
    if max(node.input.shape[1:3]) > 1 << 15:
        raise ValueError(f"a side of {node.input.shape} is longer than 32,768")
    tables: list[Table] = []
    fields: dict[str, object] = {"in": image(node.input), "out": image(node.output)}
    for name, axis in (("rows", 1), ("columns", 2)):
        line = _line(node, axis, site.match)
        values = np.stack([line.lower, line.upper, line.lower_weight, line.upper_weight], 1)
        tables.append(
            Table(
                f"{site.name}_{name}",
                "int16_t",
                values.astype(np.int16),
                "[pixel, (lower, upper, their weights)]",
            )
        )
        fields[name] = tables[-1]
    floored = site.match is Match.XNNPACK
    fields |= {"shift": 22 if floored else 20, "floored": int(floored)}
    batch = node.input.shape[0]
    return [site.step("resize_bilinear", fields, tuple(tables), batch=batch)]


def lower_nearest(node: Nearest, site: LoweringContext) -> Sequence[Step]:
    """A move."""
    return [movement.step(site, node.where, node.input, node.output, 1)]


OPERATORS = (
    Operator("RESIZE_BILINEAR", read, compute, lower, options="ResizeBilinearOptions"),
    Operator(
        "RESIZE_NEAREST_NEIGHBOR",
        read,
        compute_nearest,
        lower_nearest,
        options="ResizeNearestNeighborOptions",
    ),
)
