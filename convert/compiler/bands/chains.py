"""The chains that there can be in a network, as candidates for the groups that they cover."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field

from convert.compiler.bands.chain import Link, chain
from convert.compiler.bands.schedule import is_swept
from convert.compiler.ir import Graph, Tensor
from convert.compiler.operators.common.lowering import LoweringContext
from convert.compiler.program import Step
from convert.compiler.targets.options import Options

LONGEST = 4  # groups of a chain: as in expansion, padding, depthwise convolution, projection
_HEIGHTS = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64)  # rows of a band that are tried

Candidate = tuple[Step, ...]


@dataclass
class Chains:
    """Chains of ``sites``, groups of nodes in the order of execution."""

    network: Graph
    sites: Sequence[LoweringContext]
    options: Options
    _links: list[Link | None] = field(init=False)
    _found: dict[tuple[object, ...], Sequence[Candidate]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._links = [Link(s, self.options) if _is_swept(s) else None for s in self.sites]
        nodes = self.network.nodes
        readers = [tensor.number for node in nodes for tensor in node.inputs]
        self._read = readers + [tensor.number for tensor in self.network.outputs]

    def spans(self) -> list[tuple[int, int]]:
        """The first group of each possible chain, and the one behind its last."""
        count = len(self.sites)
        return [
            (first, first + length)
            for length in range(2, LONGEST + 1)
            for first in range(count - length + 1)
            if all(self._joins(n) for n in range(first, first + length - 1))
            and not self._is_in_place(first, first + length - 1)
        ]

    def of(self, span: tuple[int, int], kernels: Sequence[Sequence[str]]) -> Sequence[Candidate]:
        """The chains of a span, with each choice of ``kernels`` for its groups, by the height."""
        key = (span, *map(tuple, kernels))
        if key not in self._found:
            links = [link for link in self._links[slice(*span)] if link]
            rows = links[-1].output.shape[1]
            heights = [height for height in _HEIGHTS if height < rows]
            found = [
                chain(links, choice, height)
                for choice in itertools.product(*kernels)
                for height in heights
            ]
            self._found[key] = [(step,) for step in found if step]
        return self._found[key]

    def _is_in_place(self, first: int, last: int) -> bool:
        """Whether a chain's output lies where its input does: in the same state."""
        one, other = self.sites[first], self.sites[last]
        return one.place(one.group[0].input) == other.place(other.group[-1].output)

    def _joins(self, number: int) -> bool:
        """Whether the group behind ``number`` alone reads what that one makes."""
        one, other = self._links[number], self._links[number + 1]
        if not one or not other or one.output != other.source:
            return False
        return self._read.count(one.output.number) == 1


def _is_swept(site: LoweringContext) -> bool:
    """Whether all nodes of a group go over the rows of one image."""
    for node in site.group:
        is_one = len(node.inputs) == len(node.outputs) == 1 and not node.states
        if not (is_swept(node) and is_one):
            return False
        if not (_is_image(node.input) and _is_image(node.output)):
            return False
    return True


def _is_image(tensor: Tensor) -> bool:
    return tensor.data is None and len(tensor.shape) == 4 and tensor.shape[0] == 1
