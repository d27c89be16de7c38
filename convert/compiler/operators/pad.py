"""PAD with the zero point, PADV2 with any number, MIRROR_PAD with what is inside."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from convert.compiler.arithmetic.match import Match
from convert.compiler.ir import DTYPES, Array, Node
from convert.compiler.operators.common import movement
from convert.compiler.operators.common.channels import ONE_FOR_ONE
from convert.compiler.operators.common.definition import Operator
from convert.compiler.operators.common.limits import PLAIN, Limits, without
from convert.compiler.operators.common.lowering import LoweringContext
from convert.compiler.operators.common.movement import Move
from convert.compiler.operators.common.padding import blank, loops
from convert.compiler.operators.common.reader import OperatorReader
from convert.compiler.operators.common.rows import ONE, Rows, Sweep
from convert.compiler.program import Step

_LIMITS = Limits(micro=without("UINT8", "BOOL"))
_RANK = 5  # dimensions that the runtimes pad


@dataclass(frozen=True)
class Pad(Node):
    """``before`` and ``after`` have an entry per dimension."""

    before: tuple[int, ...]
    after: tuple[int, ...]
    amounts: str  # the type that they have in the file
    value: Array = field(compare=False)  # [], of the output's type


def _amounts(reader: OperatorReader, shape: Sequence[int]) -> Array:
    """Elements before and after each dimension: [rank, 2]."""
    amounts = reader.constant(1, "INT32", "INT64")
    if amounts.shape != (len(shape), 2) or not len(shape) or amounts.min() < 0:
        raise reader.fail(f"paddings {amounts.tolist()} do not fit shape {tuple(shape)}")
    return amounts


def read(reader: OperatorReader) -> Node:
    """The checked node."""
    (source,), output = reader.inputs(1, *DTYPES), reader.output(*DTYPES)
    amounts = _amounts(reader, source.shape)
    before, after = (tuple(int(n) for n in column) for column in amounts.T)
    shape = tuple(b + n + a for b, n, a in zip(before, source.shape, after, strict=True))
    if len(shape) > _RANK:
        raise reader.fail(f"the runtimes pad up to {_RANK} dimensions, not {len(shape)}")
    reader.expect(output, shape)
    reader.same_quantization((source, output))
    value = np.asarray(output.zero_point, output.numpy)
    if reader.operator.name == "PADV2":
        around = reader.operand(2, *DTYPES)
        reader.same_quantization((around, output))
        if around.size != 1:
            raise reader.fail(f"pads with {around.name!r} of shape {around.shape}, not a number")
        value = reader.constant(2, output.dtype).reshape(())
    kind, name = reader.raw(1).dtype, reader.operator.name
    return Pad(reader.index, name, (source,), (output,), before, after, kind, value)


def compute(node: Pad, inputs: Sequence[Array], match: Match) -> Sequence[Array]:
    """The number around the input."""
    del match
    amounts = list(zip(node.before, node.after, strict=True))
    return [np.pad(inputs[0], amounts, constant_values=node.value)]


def lower(node: Pad, site: LoweringContext) -> Sequence[Step]:
    """Padding."""
    _LIMITS.check(node, site.match)
    if site.match is Match.TFLM and node.amounts == "INT64":
        raise ValueError("TensorFlow Lite Micro takes its paddings in 32 bits only")
    fields: dict[str, object] = {
        **loops(node.input.shape, node.before, node.after, node.input.numpy.itemsize),
        "blank": blank(node.output, node.value),
    }
    runs = math.prod(node.output.shape[:-1])
    work = {"filled": node.output.bytes - node.input.bytes, "runs": runs}
    return [site.step("pad", fields, (), as_bytes=True, work=work)]


def _moved(node: Pad, above: int, given: Rows, made: Rows) -> Node:
    """Around some rows of the input, which may be none."""
    top = min(above, made.count)
    amounts = node.before, node.after
    before, after = (
        (one[0], rows, *one[2:])
        for one, rows in zip(amounts, (top, made.count - given.count - top), strict=True)
    )
    return replace(node, before=before, after=after)


_SWEEP = Sweep(lambda node: replace(ONE, before=node.before[1:3]), _moved)


def mirror(reader: OperatorReader, shape: tuple[int, ...]) -> Move:
    """The input's own elements backwards, with those at the border (SYMMETRIC) or without."""
    amounts = _amounts(reader, shape)
    number = reader.option("Mode")
    if number not in _MIRRORS:
        raise reader.fail(f"mode {number} is not known")
    mode = _MIRRORS[number]
    most: Array = np.array(shape) - (mode == "reflect")
    if (amounts > most[:, None]).any():
        raise reader.fail(f"paddings {amounts.tolist()} are more than shape {shape} has")
    movement.check_size(reader, [n + int(a.sum()) for n, a in zip(shape, amounts, strict=True)])
    return lambda x: [np.pad(x, amounts.tolist(), mode)]


_MIRRORS: dict[int, Literal["reflect", "symmetric"]] = {0: "reflect", 1: "symmetric"}
"""NumPy's words for the schema's MirrorPadMode."""

OPERATORS = (
    Operator("PAD", read, compute, lower, channels=ONE_FOR_ONE, sweep=_SWEEP),
    Operator("PADV2", read, compute, lower, channels=ONE_FOR_ONE, sweep=_SWEEP),
    movement.operator("MIRROR_PAD", mirror, Limits(micro=PLAIN), options="MirrorPadOptions"),
)
