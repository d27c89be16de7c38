"""QUANTIZE: real numbers to stored ones, and stored ones to another type or scale."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from convert.compiler.arithmetic import fixed_point
from convert.compiler.arithmetic.fixed_point import Ints
from convert.compiler.arithmetic.match import Match
from convert.compiler.ir import Array, Node
from convert.compiler.operators.common import lookup, numbers
from convert.compiler.operators.common.channels import ONE_FOR_ONE, Constants, Interval, Mask
from convert.compiler.operators.common.definition import Operator
from convert.compiler.operators.common.lowering import LoweringContext
from convert.compiler.operators.common.reader import QUANTIZED, SHIFTED, OperatorReader
from convert.compiler.program import Step, Table, float_bits

_BYTES = ("INT8", "UINT8")
_LITERT = (Match.XNNPACK, Match.REF)
_PAIRS = {
    ("FLOAT32", "INT8"): tuple(Match),
    ("FLOAT32", "INT16"): tuple(Match),
    ("FLOAT32", "UINT8"): _LITERT,
    ("INT8", "INT8"): tuple(Match),
    ("INT8", "UINT8"): tuple(Match),
    ("INT8", "INT16"): tuple(Match),
    ("INT8", "INT32"): (Match.TFLM,),
    ("UINT8", "INT8"): tuple(Match),
    ("UINT8", "UINT8"): _LITERT,
    ("UINT8", "INT16"): _LITERT,
    ("INT16", "INT8"): tuple(Match),
    ("INT16", "INT16"): tuple(Match),
    ("INT16", "INT32"): tuple(Match),
    ("INT32", "INT8"): tuple(Match),
    ("INT32", "INT16"): tuple(Match),
}
"""Types of input and output, and the runtimes that have them."""
_BLOCK = 16  # elements that LiteRT's vector kernel converts at once between types of 8 bits
_EIGHT = 8  # and from real numbers to int16


@dataclass(frozen=True)
class Quantize(Node):
    """The same numbers with another scale, or type."""


def read(reader: OperatorReader) -> Node:
    """The checked node; int32 must have a scale here, as nowhere else."""
    (source,), output = reader.inputs(1, *_TYPES, SHIFTED), reader.output(*_TYPES)
    reader.expect(output, source.shape)
    if (source.dtype, output.dtype) not in _PAIRS:
        raise reader.fail(f"{source.dtype} to {output.dtype} is what no runtime has")
    for tensor in (source, output):
        if tensor.dtype == "INT32" and (not tensor.scale or tensor.zero_point):
            raise reader.fail(f"{tensor.name!r} is INT32, expected one scale and zero point 0")
    return Quantize(reader.index, reader.operator.name, (source,), (output,))


_TYPES = ("FLOAT32", *numbers.TYPES)


def check(node: Quantize, match: Match) -> None:
    """Raise ValueError for types that the runtime lacks."""
    given, wanted = node.input.dtype, node.output.dtype
    having = _PAIRS[given, wanted]
    if match not in having:
        modes = " or ".join(f"--match {one}" for one in having)
        raise ValueError(f"{given} to {wanted} is what the runtime lacks; choose {modes}")


def from_real(node: Quantize, real: Array, match: Match) -> Ints:
    """The nearest steps, not clamped. What is no number is the highest in XNNPACK, else lowest."""
    output = node.output
    values = np.nan_to_num(real.astype(np.float32).ravel())
    with np.errstate(all="ignore"):
        away = fixed_point.round_away(_within(values / output.scale))
        even = np.rint(_within(values * (np.float32(1) / output.scale))).astype(np.int64)
        exact = values.astype(np.float64) / np.float64(output.scale)
    steps = away
    if match is Match.XNNPACK:
        steps = even
        if output.dtype == "INT16":
            whole = len(values) - len(values) % _EIGHT
            rest = fixed_point.round_away(_within(exact[whole:]))
            steps = np.concatenate([even[:whole], rest])
    highest = match is Match.XNNPACK and output.dtype != "INT16"
    none = output.highest if highest else output.lowest
    stored = np.where(np.isnan(real.ravel()), none, steps + output.zero_point)
    return stored.reshape(real.shape)


def _within(steps: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:  # type: ignore[type-arg]
    return np.clip(steps, -(1 << 17), 1 << 17)


def function(node: Quantize, match: Match, *, vector: bool = False) -> lookup.Function:
    """What becomes of a stored number; ``vector``: where LiteRT's vector kernel converts it."""
    source, output = node.input, node.output
    zi, zo = source.zero_point, output.zero_point
    if delegated(node, match):
        factor = int(np.rint(np.float32(256) * (source.scale / output.scale)))
        return lambda x: ((zo << 8) + 128 + (x - zi) * factor) >> 8
    by = fixed_point.multiplier(float(source.scale) / float(output.scale))
    if vector:
        return lambda x: fixed_point.apply_up(x - zi, by.quantized, by.shift) + zo
    return lambda x: fixed_point.apply(x - zi, by) + zo


def delegated(node: Quantize, match: Match) -> bool:
    """Whether XNNPACK itself converts stored numbers."""
    if match is not Match.XNNPACK or node.input.dtype != node.output.dtype:
        return False
    with np.errstate(all="ignore"):
        ratio = node.input.scale / node.output.scale
    return node.input.dtype in _BYTES and bool(1 / 256 <= ratio <= 128)


def in_blocks(node: Quantize, match: Match) -> int:
    """Elements, the first ones, that LiteRT's vector kernel converts."""
    if match is not Match.XNNPACK or delegated(node, match) or not is_bytewise(node):
        return 0
    return node.output.size - node.output.size % _BLOCK


def is_bytewise(node: Quantize) -> bool:
    """Whether input and output have 8 bits."""
    return node.input.dtype in _BYTES and node.output.dtype in _BYTES


def compute(node: Quantize, inputs: Sequence[Array], match: Match) -> Sequence[Array]:
    """Rescaled."""
    output = node.output
    if node.input.dtype == "FLOAT32":
        return [np.clip(from_real(node, inputs[0], match), output.lowest, output.highest)]
    whole, given = in_blocks(node, match), inputs[0].ravel()
    blocks = lookup.outputs(function(node, match, vector=True), output, given[:whole])
    rest = lookup.outputs(function(node, match), output, given[whole:])
    return [np.concatenate([blocks, rest]).reshape(output.shape)]


def fold(reader: OperatorReader) -> Sequence[Array] | None:
    """Real constants that all runtimes round alike."""
    if not reader.is_constant(0) or reader.raw(0).dtype != "FLOAT32":
        return None
    node = read(reader)
    real = reader.constant(0, "FLOAT32")
    found = [compute(node, [real], match)[0] for match in Match]  # type: ignore[arg-type]
    far = np.abs(real) / node.output.scale >= float(1 << 31)
    if far.any() or np.isnan(real).any() or not all(np.array_equal(found[0], v) for v in found):
        return None
    return [found[0].astype(node.output.numpy)]


def lower(node: Quantize, site: LoweringContext) -> Sequence[Step]:
    """A table where both types have 8 bits, else arithmetic."""
    check(node, site.match)
    if node.input.dtype == "FLOAT32":
        return [_from_real(node, site)]
    if is_bytewise(node):
        return _by_table(node, site)
    by = fixed_point.multiplier(float(node.input.scale) / float(node.output.scale))
    fields = {
        "count": node.output.size,
        "from": numbers.TYPES[node.input.dtype],
        "to": numbers.TYPES[node.output.dtype],
        "zero_point": node.input.zero_point,
        "multiplier": by.quantized,
        "shift": by.shift,
        "limits": _limits(node),
    }
    lead = numbers.lead(node.input, node.output)
    in_place = node.input.bytes == node.output.bytes
    return [site.step("rescale", fields, (), as_bytes=True, in_place=in_place, lead=lead)]


def _by_table(node: Quantize, site: LoweringContext) -> Sequence[Step]:
    source, output, whole = node.input, node.output, in_blocks(node, site.match)
    single, vector = function(node, site.match), function(node, site.match, vector=True)
    rest, blocks = (lookup.table(of, source, output) for of in (single, vector))
    if whole == 0 or np.array_equal(rest, blocks):
        return lookup.steps(single, source, output, site)
    if whole == output.size:
        return lookup.steps(vector, source, output, site)
    tables = tuple(
        Table(f"{site.name}_{name}", "int8_t", values, "[input's bits]")
        for name, values in (("table", blocks), ("tail", rest))
    )
    fields = {"table": tables[0], "tail": tables[1], "whole": whole, "count": output.size}
    return [site.step("lookup_blocks", fields, tables, as_bytes=True, in_place=True)]


def _from_real(node: Quantize, site: LoweringContext) -> Step:
    output = node.output
    fields: dict[str, object] = {"count": output.size, "type": numbers.TYPES[output.dtype]}
    if site.match is Match.XNNPACK:
        kernel = "quantize_even"
        fields["factor"] = np.float32(1) / output.scale
        if output.dtype == "INT16":
            kernel = "quantize_eights"
            fields["scale"] = int(float_bits(np.array(output.scale, np.float64)))
    else:
        kernel = "quantize_away"
        fields["scale"] = output.scale
    fields["limits"] = _limits(node)
    lead = numbers.lead(node.input, output)
    return site.step(kernel, fields, (), as_bytes=True, lead=lead)


def _limits(node: Quantize) -> dict[str, int]:
    output = node.output
    return {"zero_point": output.zero_point, "low": output.lowest, "high": output.highest}


def _agree(
    node: Quantize, masks: Sequence[Mask], mask: Mask, constants: Constants
) -> tuple[Sequence[Mask], Mask]:
    """All channels stay where the rounding depends on an element's place among all."""
    if delegated(node, Match.XNNPACK):
        return ONE_FOR_ONE.agree(node, masks, mask, constants)
    return [np.zeros_like(one) for one in masks], np.zeros_like(mask)


def _interval(
    node: Quantize, lows: Sequence[Array], highs: Sequence[Array], match: Match
) -> Interval:
    """Of stored numbers; real ones, and those of 32 bits, can be anything."""
    if node.input.dtype in QUANTIZED:
        return compute(node, lows, match)[0], compute(node, highs, match)[0]
    shape, output = node.output.shape, node.output
    return np.full(shape, output.lowest), np.full(shape, output.highest)


OPERATORS = (
    Operator(
        "QUANTIZE",
        read,
        compute,
        lower,
        fold=fold,
        channels=replace(ONE_FOR_ONE, agree=_agree, interval=_interval),
        is_conversion=True,
    ),
)
