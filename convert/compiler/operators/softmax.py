"""SOFTMAX over the last dimension."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from convert.compiler.arithmetic import fixed_point, gemmlowp
from convert.compiler.arithmetic.fixed_point import Ints
from convert.compiler.arithmetic.match import Match
from convert.compiler.ir import Array, Node
from convert.compiler.operators.common import softmax_int16
from convert.compiler.operators.common.definition import Operator
from convert.compiler.operators.common.lowering import LoweringContext
from convert.compiler.operators.common.reader import SHIFTED, OperatorReader, valid_scale
from convert.compiler.program import Step, Table

_LONGEST = 4095
"""Elements of a row in fixed point: exponentials are 2^19 at most in Q12, and sums fit 31 bits."""
_SAFE = 511
"""Elements of a row up to which no sum reaches 2^28, at which the runtimes abort: their last shift
would be by more than 31 bits."""

_OUTPUTS = {
    ("INT8", "INT8"): (1 / 256, -128),
    ("INT8", "INT16"): (1 / 65536, -32768),
    ("INT16", "INT16"): (1 / 32768, 0),
}
"""Scale and zero point of the output, by the types of both: the runtimes take no other."""
_NEAR = 1e-3  # how far off the scale of 16-bit shares may be; some converters write 1 / 65535
_COARSEST = 1 << 20  # scale of the input times beta; far coarser ones would overflow float32


@dataclass(frozen=True)
class Softmax(Node):
    """``beta`` times the input is what the exponentials are taken of."""

    beta: np.float32


def read(reader: OperatorReader) -> Node:
    """The checked node."""
    (source,) = reader.inputs(1, "INT8", "INT16")
    output = reader.output(*(["INT8", "INT16", SHIFTED] if source.dtype == "INT8" else ["INT16"]))
    reader.expect(output, source.shape)
    if not source.shape:
        raise reader.fail("its input is a single number, expected rows")
    scale, zero_point = _OUTPUTS[source.dtype, output.dtype]
    near = abs(float(output.scale) / scale - 1) < (_NEAR if output.zero_point < -128 else 1e-9)
    if not near or output.zero_point != zero_point:
        raise reader.fail(f"its output must have scale {scale} and zero point {zero_point}")
    beta = np.float32(reader.option("Beta"))
    if not valid_scale(float(beta)):
        raise reader.fail(f"beta is {beta}, expected a positive number")
    if float(source.scale) * float(beta) > _COARSEST:
        raise reader.fail(f"its input has scale {source.scale}, beta {beta}: that is too coarse")
    return Softmax(reader.index, reader.operator.name, (source,), (output,), beta)


def powers(node: Softmax) -> npt.NDArray[np.float32]:
    """exp(-beta * scale * i) for i of 0..255, float32."""
    step = np.float32(-(node.input.scale * node.beta))
    arguments = (step * np.arange(256, dtype=np.float32)).astype(np.float32)
    return np.exp(arguments.astype(np.float64)).astype(np.float32)


def parameters(node: Softmax) -> dict[str, int]:
    """The fields of C's struct exponents. Raises ValueError where shifts could be undefined."""
    if node.input.shape[-1] > _LONGEST:
        raise ValueError(f"its rows are longer than {_LONGEST}, which is not supported")
    return gemmlowp.exponents(float(node.input.scale) * float(node.beta))


def compute(node: Softmax, inputs: Sequence[Array], match: Match) -> Sequence[Array]:
    """Shares of the exponentials."""
    rows = inputs[0].reshape(-1, node.input.shape[-1]).astype(np.int64)
    if node.input.dtype == "INT16":
        return [softmax_int16.compute(node.input, node.beta, rows, match)]
    below = rows - rows.max(axis=1, keepdims=True)
    if match is not Match.XNNPACK:
        return [_fixed(node, below).reshape(node.output.shape)]
    found = powers(node)[-below]
    sums = np.zeros(len(rows), np.float32)
    for column in found.T:
        sums += column
    inverse = np.float32(1) / (sums * node.output.scale)
    shares = (found * inverse[:, None]).astype(np.float32)
    result = np.floor(shares + np.float32(0.5)).astype(np.int64) + node.output.lowest
    return [np.minimum(result, node.output.highest).reshape(node.output.shape)]


def _fixed(node: Softmax, below: Ints) -> Ints:
    """Outputs [rows, length], given how far each input is below its row's largest, negative."""
    p = parameters(node)
    found, total = gemmlowp.exponentials(below, p)
    headroom = 32 - np.array([[int(t).bit_length()] for t in total[:, 0]])
    inverse = gemmlowp.reciprocal((total << headroom) - (1 << 31))
    product = fixed_point.multiply_high(inverse, found)
    bits = 8 * node.output.numpy.itemsize
    shift = np.minimum(12 - headroom + 31 - bits, 31)
    shares = fixed_point.rounding_divide(product, shift)
    return np.minimum(shares + node.output.lowest, node.output.highest)


def lower(node: Softmax, site: LoweringContext) -> Sequence[Step]:
    """A softmax."""
    if node.input.dtype == "INT16":
        return softmax_int16.lower(node.input, node.beta, site)
    length = node.input.shape[-1]
    fields: dict[str, object] = {"rows": node.input.size // length, "length": length}
    wide = "_int16" if node.output.dtype == "INT16" else ""
    if site.match is Match.XNNPACK:
        table = Table(f"{site.name}_power", "float", powers(node), "[difference]")
        fields |= {"power": table, **({"scale": node.output.scale} if wide else {})}
        return [site.step(f"softmax_float{wide}", fields, (table,), in_place=not wide)]
    fields["exponents"] = parameters(node)
    return [site.step(f"softmax_fixed{wide}", fields, (), in_place=not wide)]


def notes(node: Softmax, match: Match) -> Sequence[str]:
    """Where LiteRT itself differs from machine to machine."""
    if node.input.dtype == "INT16":
        return ()
    if match is not Match.XNNPACK:
        if node.input.shape[-1] <= _SAFE:
            return ()
        return (
            f"{node.op} (operator {node.index}): where more than {_SAFE} inputs are about as large "
            "as the largest, the runtime aborts; this C does not",
        )
    return (
        f"{node.op} (operator {node.index}): equals LiteRT on x86; LiteRT on Arm differs by "
        "one step in places",
    )


OPERATORS = (Operator("SOFTMAX", read, compute, lower, options="SoftmaxOptions", notes=notes),)
