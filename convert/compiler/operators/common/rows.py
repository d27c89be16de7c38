"""Which rows of an image an operator needs for some rows of its output, and how it makes those."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from convert.compiler.ir import Node, Tensor, Window


@dataclass(frozen=True)
class Rows:
    """Rows of an image, from ``first`` up to ``end``."""

    first: int
    end: int

    @property
    def count(self) -> int:
        """How many they are."""
        return self.end - self.first


@dataclass(frozen=True)
class Sweep:
    """How an operator of one image goes over its rows.

    ``window(node)`` slides over them, also where it covers nothing but padding.

    ``moved(node, above, given, made)`` is the node for the rows ``made`` of the output from the
    rows ``given`` of the input, with ``above`` rows of padding over those; its tensors are cut
    afterwards.
    """

    window: Callable[[Any], Window]
    moved: Callable[[Any, int, Rows, Rows], Node]

    def under(self, node: Node, rows: Rows) -> Rows:
        """The rows of the input that ``rows`` of the output are computed from."""
        window, height = self.window(node), node.input.shape[1]
        reach = (window.size[0] - 1) * window.dilation[0] + 1
        first = rows.first * window.stride[0] - window.before[0]
        last = (rows.end - 1) * window.stride[0] - window.before[0]
        start = min(max(0, first), height)
        return Rows(start, max(start, min(height, last + reach)))

    def cut(self, node: Node, rows: Rows) -> Node:
        """What computes ``rows`` alone, from the rows of the input that they need and no others."""
        window, given = self.window(node), self.under(node, rows)
        above = max(0, window.before[0] - rows.first * window.stride[0])
        ends = {"inputs": (part(node.input, given),), "outputs": (part(node.output, rows),)}
        return replace(self.moved(node, above, given, rows), **ends)  # type: ignore[arg-type]


def part(tensor: Tensor, rows: Rows) -> Tensor:
    """The rows of an image [1, height, width, channels]."""
    return replace(tensor, shape=(1, rows.count, *tensor.shape[2:]))


def _moved(node: Any, above: int, given: Rows, made: Rows) -> Node:
    del given, made
    window: Window = node.window
    return replace(node, window=replace(window, before=(above, window.before[1])))


ONE = Window((1, 1), (1, 1), (1, 1), (0, 0))
SLIDING = Sweep(lambda node: node.window, _moved)
"""Of a node with a ``window``."""
ROW_BY_ROW = Sweep(lambda _: ONE, lambda node, *_: node)
"""Of one that computes each element from the same element, wherever it lies."""
