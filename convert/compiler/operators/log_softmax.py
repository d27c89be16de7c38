"""LOG_SOFTMAX over the last dimension."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from convert.compiler.arithmetic import fixed_point, gemmlowp
from convert.compiler.arithmetic.fixed_point import Ints, Multiplier
from convert.compiler.arithmetic.match import Match
from convert.compiler.ir import Array, Node
from convert.compiler.operators.common.definition import Operator
from convert.compiler.operators.common.lowering import LoweringContext
from convert.compiler.operators.common.reader import OperatorReader
from convert.compiler.program import Step, Table

_LONGEST = 4095
"""Elements of a row. In fixed point each exponential is 2^19 at most in Q12: the sum fits."""

_COARSEST = 1 << 20  # scale of the input; far coarser ones would overflow float32


def read(reader: OperatorReader) -> Node:
    """The checked node."""
    (source,), output = reader.inputs(1), reader.output()
    reader.expect(output, source.shape)
    if source.scale > _COARSEST:
        raise reader.fail(f"its input has scale {source.scale}, expected {_COARSEST} at most")
    if (float(output.scale), output.zero_point) != (1 / 16, 127):
        raise reader.fail("its output must have scale 1/16 and zero point 127")
    if not source.shape or source.shape[-1] > _LONGEST:
        raise reader.fail(f"shape {source.shape} is not supported: rows of {_LONGEST} at most")
    return Node(reader.index, reader.operator.name, (source,), (output,))


def powers(node: Node) -> npt.NDArray[np.float32]:
    """exp(-scale * i) for i of 0..255, float32."""
    arguments = (-node.input.scale * np.arange(256, dtype=np.float32)).astype(np.float32)
    return np.exp(arguments.astype(np.float64)).astype(np.float32)


def inverse(p: dict[str, int]) -> Multiplier:
    """From Q5 to steps of the input."""
    return fixed_point.multiplier(2.0 ** (31 - p["shift"]) / p["multiplier"])


def compute(node: Node, inputs: Sequence[Array], match: Match) -> Sequence[Array]:
    """Logarithms of the shares of the exponentials."""
    rows = inputs[0].reshape(-1, node.input.shape[-1]).astype(np.int64)
    steps = (_float if match is Match.XNNPACK else _fixed)(node, rows)
    return [np.clip(steps + 127, -128, 127).reshape(node.output.shape)]


def _float(node: Node, rows: Ints) -> Array:
    tops = rows.max(axis=1)
    sums = np.zeros(len(rows), np.float32)
    for column in powers(node)[tops[:, None] - rows].T:
        sums += column
    logs = np.log(sums.astype(np.float64)).astype(np.float32)
    offsets = (node.input.scale * tops.astype(np.float32) + logs) * np.float32(16)
    scaled = (node.input.scale * np.float32(16)) * rows.astype(np.float32)
    return np.rint(np.clip(scaled - offsets[:, None], -300, 300))


def _fixed(node: Node, rows: Ints) -> Array:
    p = gemmlowp.exponents(float(node.input.scale))
    below = rows - rows.max(axis=1, keepdims=True)
    logs = gemmlowp.logarithm(gemmlowp.exponentials(below, p)[1])
    cut = np.maximum(p["smallest"] - 1, fixed_point.apply(logs - (1 << 31), inverse(p)))
    scaled = fixed_point.apply(below, Multiplier(p["multiplier"], p["shift"]))
    return np.where(below > cut, fixed_point.rounding_divide(scaled - logs, 22), -255)


def lower(node: Node, site: LoweringContext) -> Sequence[Step]:
    """A logarithm of softmax."""
    length = node.input.shape[-1]
    fields: dict[str, object] = {"rows": node.input.size // length, "length": length}
    if site.match is Match.XNNPACK:
        table = Table(f"{site.name}_power", "float", powers(node), "[difference]")
        fields |= {"power": table, "scale": node.input.scale}
        return [site.step("log_softmax_float", fields, (table,), in_place=True)]
    p = gemmlowp.exponents(float(node.input.scale))
    by = inverse(p)
    fields |= {"exponents": p, "multiplier": by.quantized, "shift": by.shift}
    return [site.step("log_softmax_fixed", fields, (), in_place=True)]


OPERATORS = (Operator("LOG_SOFTMAX", read, compute, lower),)
