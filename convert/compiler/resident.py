"""Which tensors may lie in a state itself, so that reading and assigning it copy nothing.

Groups of nodes run one after the other, so a tensor may lie in a state from the group that makes it
to the last one that reads it, where in between no one writes the state, and no one reads what it
held.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from convert.compiler.ir import Graph, Node, State, Tensor
from convert.compiler.operators import registry

Groups = Sequence[Sequence[Node]]


def resident(network: Graph, groups: Groups) -> Mapping[int, State]:
    """The states that tensors may lie in, by the tensor's number.

    ``groups`` are all nodes in the order of execution, those together that one kernel computes.
    """
    search = _Search(network, groups)
    for place, (node, *_) in enumerate(groups):
        if registry()[node.op].loads:
            search.load(place, node)
    for place, (node, *_) in enumerate(groups):
        if registry()[node.op].stores:
            search.store(place, node)
    return search.found


@dataclass
class _Search:
    """What is known of a network; places are those in the order of the groups."""

    network: Graph
    groups: Groups
    found: dict[int, State] = field(default_factory=dict)
    original: dict[int, int] = field(default_factory=dict)  # of tensors that lie where others do
    maker: dict[int, int] = field(default_factory=dict)  # place, by the original's number
    last: dict[int, int] = field(default_factory=dict)  # place of the last group that reads it
    border: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        nodes = [(place, node) for place, group in enumerate(self.groups) for node in group]
        for place, node in nodes:
            self.last |= {self.root(tensor): place for tensor in node.inputs}
            if registry()[node.op].is_alias:
                self.original[node.output.number] = self.root(node.input)
            else:
                self.maker |= {tensor.number: place for tensor in node.outputs}
        ends = (*self.network.inputs, *self.network.outputs)
        self.border = {self.root(tensor) for tensor in ends}

    def root(self, tensor: Tensor) -> int:
        """The number of the tensor where ``tensor`` lies."""
        return self.original.get(tensor.number, tensor.number)

    def load(self, place: int, node: Node) -> None:
        """A value that was read, unless the state is written before the last one has read it."""
        number, (state,) = node.output.number, node.states
        if number not in self.border and self._kept(state, place, self.last.get(number, place)):
            self.found[number] = state

    def store(self, place: int, node: Node) -> None:
        """A value to assign, unless the state is needed, or written, while it is there already."""
        number, (state,) = self.root(node.input), node.states
        made = self.maker.get(number)
        if made is None or number in self.border or number in self.found:
            return
        if self._unused(state, made, place) and self._kept(state, place, self.last[number]):
            self.found[number] = state

    def _kept(self, state: State, first: int, last: int) -> bool:
        """Whether no group behind ``first``, up to ``last``, writes ``state``."""
        nodes = [node for group in self.groups[first + 1 : last + 1] for node in group]
        return not any(state in n.states and not registry()[n.op].loads for n in nodes)

    def _unused(self, state: State, first: int, end: int) -> bool:
        """Whether the groups from ``first`` up to ``end`` neither write ``state`` nor read it."""
        nodes = [node for group in self.groups[first:end] for node in group]
        given = [self.found.get(self.root(tensor)) for node in nodes for tensor in node.inputs]
        return state not in given and not any(state in node.states for node in nodes)
