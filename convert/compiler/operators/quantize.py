"""QUANTIZE and DEQUANTIZE: the same numbers as another type, or with another scale."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from convert.compiler.arithmetic import fixed_point
from convert.compiler.arithmetic.fixed_point import Ints, multiplier
from convert.compiler.arithmetic.match import Match
from convert.compiler.ir import Array, Node
from convert.compiler.operators.common import lookup
from convert.compiler.operators.common.channels import ONE_FOR_ONE
from convert.compiler.operators.common.definition import Operator
from convert.compiler.operators.common.lowering import LoweringContext
from convert.compiler.operators.common.reader import OperatorReader
from convert.compiler.program import Step, Table

_BLOCK = 16  # elements that LiteRT's vector kernels take at once, and round in their own way
_BYTES = ("INT8", "UINT8")
_FROM = ("FLOAT32", "INT8", "UINT8", "INT16")


@dataclass(frozen=True)
class Quantize(Node):
    """The same numbers as another type, or with another scale."""

    @property
    def ratio(self) -> np.float32:
        """Input scale over output scale, rounded once."""
        return np.float32(self.input.scale / self.output.scale)

    @property
    def types(self) -> tuple[str, str]:
        """Of input and output."""
        return self.input.dtype, self.output.dtype


def read(reader: OperatorReader) -> Node:
    """The checked node of QUANTIZE."""
    (source,), output = reader.inputs(1, *_FROM), reader.output(*_FROM[1:], "INT32")
    reader.expect(output, source.shape)
    if output.dtype == "INT32" and not output.scale:
        raise reader.fail(f"output {output.name!r} has no scale")
    return Quantize(reader.index, reader.operator.name, (source,), (output,))


def read_back(reader: OperatorReader) -> Node:
    """The checked node of DEQUANTIZE."""
    (source,), output = reader.inputs(1, *_FROM[1:]), reader.output("FLOAT32")
    reader.expect(output, source.shape)
    return Quantize(reader.index, reader.operator.name, (source,), (output,))


def _check(node: Quantize, match: Match) -> None:
    """Raise ValueError for types that the runtime does not have."""
    source, output = node.types
    if match is not Match.TFLM:
        if output == "INT32" and source != "INT16":
            raise ValueError(f"LiteRT does not make {output} of {source}")
        return
    if source == "UINT8" == output or (source == "FLOAT32" and output == "UINT8"):
        raise ValueError(f"TensorFlow Lite Micro does not make {output} of {source}")


def rescaled(node: Quantize, match: Match) -> tuple[lookup.Function, lookup.Function]:
    """What becomes of a stored number in whole blocks of 16, and of one behind them."""
    _check(node, match)
    zi, zo = node.input.zero_point, node.output.zero_point
    same = node.input.dtype == node.output.dtype
    if not same and node.input.scale == node.output.scale and abs(zi - zo) == 128:
        return (lambda x: x - zi + zo,) * 2
    if match is Match.XNNPACK and same and 1 / 256 <= node.ratio <= 128:
        factor = int(np.rint(np.float32(256) * node.ratio))
        return (lambda x: ((zo << 8) + 128 + (x - zi) * factor) >> 8,) * 2
    by = multiplier(float(node.input.scale) / float(node.output.scale))

    def twice(x: Ints) -> Ints:
        return fixed_point.apply(x - zi, by) + zo

    def up(x: Ints) -> Ints:
        return fixed_point.apply_up(x - zi, [by.quantized], [by.shift]) + zo

    return (up if match is Match.XNNPACK else twice), twice


def _from_float(node: Quantize, values: Array, match: Match) -> Array:
    """Real numbers to the nearest step; those beyond any step to the last one."""
    output = node.output
    with np.errstate(all="ignore"):
        if match is Match.XNNPACK:
            steps = values * (np.float32(1) / output.scale)
        else:
            steps = values / output.scale
    steps = np.clip(np.nan_to_num(steps, nan=-(1 << 20)), -(1 << 20), 1 << 20)
    even = match is Match.XNNPACK
    whole = np.rint(steps).astype(np.int64) if even else fixed_point.round_away(steps)
    return np.clip(whole + output.zero_point, output.lowest, output.highest)


def compute(node: Quantize, inputs: Sequence[Array], match: Match) -> Sequence[Array]:
    """Rescaled."""
    _check(node, match)
    if node.input.dtype == "FLOAT32":
        return [_from_float(node, inputs[0].astype(np.float32), match)]
    flat = inputs[0].astype(np.int64).ravel()
    whole, rest = rescaled(node, match)
    if set(node.types) <= set(_BYTES):
        split = len(flat) // _BLOCK * _BLOCK
        made = np.concatenate([whole(flat[:split]), rest(flat[split:])])
    else:
        made = rest(flat)
    return [np.clip(made, node.output.lowest, node.output.highest).reshape(node.output.shape)]


def compute_back(node: Quantize, inputs: Sequence[Array], match: Match) -> Sequence[Array]:
    """Real numbers, float32."""
    del match
    steps = inputs[0].astype(np.int64) - node.input.zero_point
    return [steps.astype(np.float32) * node.input.scale]


def lower(node: Quantize, site: LoweringContext) -> Sequence[Step]:
    """A table for bytes, else arithmetic."""
    _check(node, site.match)
    if node.input.dtype == "FLOAT32":
        return [_quantize(node, site)]
    if set(node.types) <= set(_BYTES):
        return _looked_up(node, site)
    by = multiplier(float(node.input.scale) / float(node.output.scale))
    fields = {
        "count": node.output.size,
        "from": _kind(node.input.dtype),
        "to": _kind(node.output.dtype),
        "zero_point_in": node.input.zero_point,
        "multiplier": by.quantized,
        "shift": by.shift,
        "zero_point": node.output.zero_point,
        "low": node.output.lowest,
        "high": node.output.highest,
    }
    return [site.step("rescale", fields, (), as_bytes=True)]


def _looked_up(node: Quantize, site: LoweringContext) -> Sequence[Step]:
    whole, rest = rescaled(node, site.match)
    if whole is rest:
        return lookup.steps(whole, node.input, node.output, site)
    tables = tuple(
        Table(
            f"{site.name}_{name}",
            "int8_t",
            lookup.table(function, node.input, node.output),
            "[input's bits]",
        )
        for name, function in (("blocks", whole), ("rest", rest))
    )
    count = node.output.size
    fields = {
        "blocks": tables[0],
        "rest": tables[1],
        "split": count // _BLOCK * _BLOCK,
        "count": count,
    }
    return [site.step("lookup_blocks", fields, tables, in_place=True, as_bytes=True)]


def _kind(dtype: str) -> int:
    """How kernels/portable/element.h is told the type."""
    return {"INT8": 1, "INT16": 2, "INT32": 4, "UINT8": -1}[dtype]


def _quantize(node: Quantize, site: LoweringContext) -> Step:
    output = node.output
    even = site.match is Match.XNNPACK
    fields = {
        "count": output.size,
        "to": _kind(output.dtype),
        "scale": np.float32(1) / output.scale if even else output.scale,
        "low": output.lowest - output.zero_point,
        "high": output.highest - output.zero_point,
        "zero_point": output.zero_point,
    }
    if output.dtype == "INT32":
        raise ValueError("it makes INT32 of FLOAT32, which is not supported")
    kernel = "quantize_even" if even else "quantize_away"
    return site.step(kernel, fields, (), as_bytes=True)


def lower_back(node: Quantize, site: LoweringContext) -> Sequence[Step]:
    """Arithmetic."""
    fields = {
        "count": node.output.size,
        "from": _kind(node.input.dtype),
        "zero_point": node.input.zero_point,
        "scale": node.input.scale,
    }
    return [site.step("dequantize", fields, (), as_bytes=True)]


def fold_back(reader: OperatorReader) -> Sequence[Array] | None:
    """Constants as real numbers, as some converters keep them."""
    if not reader.is_constant(0) or reader.raw(0).dtype not in _FROM[1:]:
        return None
    node = read_back(reader)
    return compute_back(node, [reader.constant(0)], Match.REF)  # type: ignore[arg-type]


OPERATORS = (
    Operator("QUANTIZE", read, compute, lower, is_conversion=True, channels=ONE_FOR_ONE),
    Operator("DEQUANTIZE", read_back, compute_back, lower_back, fold=fold_back, is_conversion=True),
)
