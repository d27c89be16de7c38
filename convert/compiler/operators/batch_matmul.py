"""BATCH_MATMUL: products of matrices, either of which may be transposed or constant."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from convert.compiler.arithmetic import fixed_point
from convert.compiler.arithmetic.match import Match
from convert.compiler.ir import Array, Node, Tensor
from convert.compiler.operators.common import broadcast
from convert.compiler.operators.common.definition import Operator
from convert.compiler.operators.common.lowering import LoweringContext
from convert.compiler.operators.common.reader import OperatorReader
from convert.compiler.program import Step, Table, float_bits

_DEEPEST = (1 << 31) // 255**2  # products whose sum always fits 32 bits
_BATCHES = 3  # loops of the kernel over batches


@dataclass(frozen=True)
class BatchMatmul(Node):
    """Inputs [..., rows, depth] and [..., depth, columns], whose last two may be swapped."""

    swapped: tuple[bool, bool]

    @property
    def depth(self) -> int:
        """Products in each sum."""
        return self.input.shape[-2 if self.swapped[0] else -1]


def read(reader: OperatorReader) -> Node:
    """The checked node."""
    operands, output = reader.inputs(2), reader.output()
    swapped = bool(reader.option("AdjX")), bool(reader.option("AdjY"))
    if any(len(tensor.shape) < 2 for tensor in operands):
        raise reader.fail(f"inputs have shapes {[t.shape for t in operands]}, expected matrices")
    (rows, depth), (other, columns) = map(_sides, operands, swapped)
    if depth != other or depth > _DEEPEST:
        raise reader.fail(
            f"sums over {depth} and {other} products, expected one, {_DEEPEST} at most"
        )
    try:
        batches = np.broadcast_shapes(*(tensor.shape[:-2] for tensor in operands))
    except ValueError as error:
        raise reader.fail(f"shapes {[t.shape for t in operands]} do not broadcast") from error
    reader.expect(output, (*batches, rows, columns))
    return BatchMatmul(reader.index, reader.operator.name, operands, (output,), swapped)


def _sides(tensor: Tensor, swapped: bool) -> tuple[int, int]:
    """Rows and columns of the matrices."""
    first, second = tensor.shape[-2:]
    return (second, first) if swapped else (first, second)


def ratio(node: BatchMatmul, match: Match) -> float:
    """The scale of sums over the output's, as the runtime rounds it."""
    a, b, out = (tensor.scale for tensor in (*node.inputs, node.output))
    if match is Match.TFLM:
        return float(a) * float(b) / float(out)
    with np.errstate(all="ignore"):
        if not in_float(node, match):
            return float(a * b) / float(out)
        found = (a * b) / out
    if not np.finfo(np.float32).tiny <= found < 256:
        raise ValueError("its scales make a factor that XNNPACK refuses: not below 256")
    return float(found)


def in_float(node: BatchMatmul, match: Match) -> bool:
    """Whether XNNPACK computes it."""
    return match is Match.XNNPACK and node.inputs[1].zero_point == 0


def compute(node: BatchMatmul, inputs: Sequence[Array], match: Match) -> Sequence[Array]:
    """Exact sums, requantized."""
    matrices = []
    for values, tensor, swapped in zip(inputs, node.inputs, node.swapped, strict=True):
        one = values.astype(np.int64) - tensor.zero_point
        matrices.append(one.swapaxes(-1, -2) if swapped else one)
    sums = matrices[0] @ matrices[1]
    scale = ratio(node, match)
    if in_float(node, match):
        steps = np.rint(sums.astype(np.float32) * np.float32(scale)).astype(np.int64)
    else:
        steps = fixed_point.apply(sums, fixed_point.multiplier(scale))
    return [np.clip(steps + node.output.zero_point, node.output.lowest, node.output.highest)]


def lower(node: BatchMatmul, site: LoweringContext) -> Sequence[Step]:
    """A product of matrices for each batch."""
    scale = ratio(node, site.match)
    border = {
        "zero_point": node.output.zero_point,
        "low": node.output.lowest,
        "high": node.output.highest,
    }
    kernel, tables, fields = "batch_matmul_float", tuple[Table, ...](), _product(node)
    if in_float(node, site.match):
        tables = (Table(f"{site.name}_scale", "uint32_t", float_bits(np.array([scale])), "[1]"),)
        fields["scaling"] = {"scale": tables[0], **border}
    else:
        kernel, by = "batch_matmul_fixed", fixed_point.multiplier(scale)
        fields |= {"multiplier": by.quantized, "shift": by.shift, "limits": border}
    macs = node.output.size * node.depth
    return [site.step(kernel, fields, tables, macs=macs)]


def _product(node: BatchMatmul) -> dict[str, object]:
    """C's struct matmul: loops over batches, rows and columns, and the steps between products."""
    a, b = node.inputs
    tensors = [replace(t, shape=t.shape[:-2], data=None) for t in (a, b, node.output)]
    batches = broadcast.fields(*tensors)
    if batches["size"][0] * batches["size"][1] != 1:
        raise ValueError(f"shapes {a.shape} and {b.shape} broadcast in more than {_BATCHES} steps")
    steps = [(1, t.shape[-1]) if s else (t.shape[-1], 1)
             for t, s in zip(node.inputs, node.swapped, strict=True)]  # fmt: skip
    sizes = [math.prod(tensor.shape[-2:]) for tensor in node.inputs]
    shape = {
        "size": (*batches["size"][2:], *node.output.shape[-2:]),
        "a": (*(n * sizes[0] for n in batches["a"][2:]), steps[0][0], 0),
        "b": (*(n * sizes[1] for n in batches["b"][2:]), 0, steps[1][1]),
    }
    product = {
        "shape": shape,
        "depth": node.depth,
        "step_a": steps[0][1],
        "step_b": steps[1][0],
        "zero_point_a": a.zero_point,
        "zero_point_b": b.zero_point,
    }
    return {"product": product}


OPERATORS = (Operator("BATCH_MATMUL", read, compute, lower, options="BatchMatMulOptions"),)
