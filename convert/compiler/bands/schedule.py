"""Which rows each part of a chain computes in each band."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from convert.compiler.ir import Node
from convert.compiler.operators import registry
from convert.compiler.operators.common.rows import Rows, Sweep

Group = Sequence[Node]
"""Nodes that one kernel computes: one, or several of which each reads the one before."""


@dataclass(frozen=True)
class Work:
    """What a part computes in a band: rows of its output, from rows of its input."""

    given: Rows
    made: Rows


def schedule(groups: Sequence[Group], height: int) -> Iterator[list[Work]]:
    """For each band of ``height`` rows of the last output, the work of the parts.

    A band begins with the first part that has any: those before it have computed all that is
    needed. A row of what lies between is computed once, when it is first needed, and not at all
    where no window covers it.
    """
    rows = groups[-1][-1].output.shape[1]
    known = [0] * len(groups)  # rows that each part has computed
    for first in range(0, rows, height):
        wanted = Rows(first, min(first + height, rows))
        band: list[Work] = []
        for number in reversed(range(len(groups))):
            made = Rows(max(known[number], wanted.first), wanted.end)
            if made.count <= 0:
                break  # neither is anything before it needed
            wanted = under(groups[number], made)
            band.insert(0, Work(wanted, made))
            known[number] = made.end
        yield band


def under(group: Group, rows: Rows) -> Rows:
    """The rows of a group's input that ``rows`` of its output are computed from."""
    for node in reversed(group):
        rows = sweep(node).under(node, rows)
    return rows


def cut(group: Group, rows: Rows) -> tuple[Node, ...]:
    """The group that computes ``rows`` alone."""
    found: list[Node] = []
    for node in reversed(group):
        found.insert(0, sweep(node).cut(node, rows))
        rows = sweep(node).under(node, rows)
    return tuple(found)


def is_swept(node: Node) -> bool:
    """Whether a node goes over rows: each of its output from some of its input."""
    return registry()[node.op].sweep is not None


def sweep(node: Node) -> Sweep:
    """How a node goes over rows."""
    found = registry()[node.op].sweep
    if found is None:
        raise TypeError(f"{node.op} does not go over rows")
    return found
