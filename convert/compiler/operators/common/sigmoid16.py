"""LOGISTIC and TANH of int16: by a table's interpolation, or in words of 16 bits as XNNPACK's mode.

XNNPACK leaves both to LiteRT, whose own kernels take steps of 2^-12 in fixed point.
"""

from collections.abc import Sequence

import numpy as np

from convert.compiler.arithmetic import gemmlowp16, sigmoid_table
from convert.compiler.arithmetic.match import Match
from convert.compiler.ir import Array, Node
from convert.compiler.operators.common.lowering import LoweringContext
from convert.compiler.program import Step, Table

_OUTPUT = 2.0**-15  # the output's scale in every runtime
_IN_WORDS = {"LOGISTIC": {2.0**-12: 3}, "TANH": {2.0**-12: 3, 2.0**-11: 4}}
"""Input scales for which LiteRT does without the table, with the bits before the point."""
_STEPS = 3 * (1 << 12)  # of the table, in a unit of the input, with 9 bits behind the point
_LARGEST = (1 << 15) - 1  # of the multiplier


def bits(node: Node, match: Match) -> int:
    """Those before the point where the runtime computes in words of 16 bits, else 0."""
    of = _IN_WORDS[node.op] if match is Match.XNNPACK else {}
    return of.get(float(node.input.scale), 0)


def check(node: Node) -> None:
    """Raise ValueError for what the runtimes refuse, or take to be otherwise."""
    if float(node.output.scale) != _OUTPUT:
        raise ValueError("its output must have scale 2^-15: the runtime takes it to have it")


def factor(node: Node) -> tuple[int, int]:
    """Steps of the table to a step of the input: multiplier / 2^shift."""
    multiplier, shift = float(node.input.scale) * _STEPS, 0
    while multiplier <= _LARGEST / 2 and shift <= 30:
        multiplier, shift = multiplier * 2, shift + 1
    if multiplier > _LARGEST:
        raise ValueError(f"its input's scale, {node.input.scale:.3g}, is too large")
    return int(multiplier), shift


def compute(node: Node, stored: Array, match: Match) -> Array:
    """Numbers with 15 bits behind the point."""
    check(node)
    x, before = stored.astype(np.int64), bits(node, match)
    is_tanh = node.op == "TANH"
    if before:
        return gemmlowp16.tanh(x, before) if is_tanh else gemmlowp16.logistic(x)
    multiplier, shift = factor(node)
    steps = (x * multiplier + (1 << shift >> 1)) >> shift
    return sigmoid_table.tanh_steps(steps) if is_tanh else sigmoid_table.logistic_steps(steps)


def lower(node: Node, site: LoweringContext) -> Sequence[Step]:
    """A loop."""
    check(node)
    before = bits(node, site.match)
    fields: dict[str, object] = {"count": node.output.size, "is_tanh": node.op == "TANH"}
    if before:
        fields["bits"] = before
        return [site.step("sigmoid_words", fields, (), in_place=True)]
    values = sigmoid_table.table().astype(np.uint16)
    entries = Table(f"{site.name}_sigmoid", "uint16_t", values, "[multiples of 1/24]")
    multiplier, shift = factor(node)
    fields |= {
        "entries": entries,
        "multiplier": multiplier,
        "half": 1 << shift >> 1,
        "shift": shift,
    }
    return [site.step("sigmoid_entries", fields, (entries,), in_place=True)]
