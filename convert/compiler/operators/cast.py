"""CAST: the same numbers as another type, whatever scale they have."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from convert.compiler.arithmetic.match import Match
from convert.compiler.ir import DTYPES, Array, Node
from convert.compiler.operators.common import numbers
from convert.compiler.operators.common.definition import Operator
from convert.compiler.operators.common.lowering import LoweringContext
from convert.compiler.operators.common.reader import OperatorReader
from convert.compiler.program import Step

_FOLDED = DTYPES | {"INT64": np.dtype(np.int64)}


def read(reader: OperatorReader) -> Node:
    """The checked node."""
    source = reader.operand(0, *DTYPES, plain=True)
    (output,) = reader.outputs(1, *DTYPES, plain=True)
    reader.expect(output, source.shape)
    if source.dtype == output.dtype:
        raise reader.fail(f"{source.dtype} to {output.dtype} is no cast: leave it out")
    return Node(reader.index, reader.operator.name, (source,), (output,))


def cast(values: Array, dtype: np.dtype[Any], nan: int) -> Array:
    """Whole numbers lose their upper bits, real ones are cut off and clamped."""
    if dtype.kind not in "iu" or values.dtype.kind != "f":
        return values.astype(dtype)
    limits = np.iinfo(dtype)
    real = values.astype(np.float64)
    low, high = real < limits.min, real >= float(limits.max)
    inside = np.trunc(np.where(low | high | np.isnan(real), 0, real)).astype(dtype)
    found = np.where(low, limits.min, np.where(high, limits.max, inside))
    return np.where(np.isnan(real), nan, found).astype(dtype)


def nan(dtype: np.dtype[Any], match: Match) -> int:
    """What becomes of no number."""
    return int(np.iinfo(dtype).max) if match is not Match.TFLM and dtype.kind in "iu" else 0


def compute(node: Node, inputs: Sequence[Array], match: Match) -> Sequence[Array]:
    """Cast."""
    dtype = node.output.numpy
    return [cast(inputs[0].astype(node.input.numpy), dtype, nan(dtype, match))]


def fold(reader: OperatorReader) -> Sequence[Array] | None:
    """Of a constant; one with what is no number waits for the runtime to be known."""
    if not reader.is_constant(0) or reader.result(0).dtype not in _FOLDED:
        return None
    values = reader.constant(0)
    if values.dtype.kind == "f" and np.isnan(values).any():
        return None
    return [cast(values, _FOLDED[reader.result(0).dtype], 0)]


def lower(node: Node, site: LoweringContext) -> Sequence[Step]:
    """A loop."""
    source, output = node.input, node.output
    if site.match is Match.TFLM and "UINT8" in (source.dtype, output.dtype):
        raise ValueError("the runtime has no UINT8; choose --match xnnpack or --match ref")
    lead = numbers.lead(source, output)
    fields: dict[str, object] = {"count": output.size}
    if output.dtype == "FLOAT32":
        kind = numbers.TYPES[source.dtype]
        fields |= {"type": kind, "zero_point": 0, "scale": np.float32(1)}
        return [site.step("dequantize", fields, (), as_bytes=True, lead=lead)]
    kind = numbers.TYPES[output.dtype]
    if source.dtype == "FLOAT32":
        limits = np.iinfo(output.numpy if output.dtype != "BOOL" else np.uint8)
        fields |= {"type": kind, "low": limits.min, "high": limits.max}
        fields["nan"] = nan(output.numpy, site.match)
        return [site.step("cast_real", fields, (), as_bytes=True, lead=lead)]
    fields |= {"from": numbers.TYPES[source.dtype], "to": kind}
    return [site.step("cast_integer", fields, (), as_bytes=True, lead=lead)]


OPERATORS = (
    Operator(
        "CAST", read, compute, lower, fold=fold, lacking_types={Match.TFLM: ("INT64", "UINT8")}
    ),
)
