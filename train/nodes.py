"""A network as plain data: layers with their weights, and which reads which.

Keras 2 and Keras 3 are read into this, the rewriting works on it, and Keras 2 is built from it. A
node's kind is a Keras 2 class; activations are nodes of their own, batch normalisations are always
``[gamma, beta, mean, variance]`` with an ``epsilon``, and every axis of channels is the last.
"""

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy.typing as npt

Array = npt.NDArray[Any]
INPUT = "Input"


@dataclass(frozen=True)
class Node:
    """One layer where it is applied: what it computes, from which other nodes."""

    name: str  # of the layer, made unique within the graph
    kind: str  # a Keras 2 class, or INPUT
    config: Mapping[str, Any]  # what its constructor takes, without the name
    inputs: tuple[str, ...]  # names of nodes
    shape: tuple[int, ...]  # of its output, without the batch
    weights: tuple[Array, ...] = field(default=(), repr=False)  # as Keras 2 orders them
    lifted: bool = False  # written for [height, width, channels], applied to [length, channels]

    def reading(self, names: Mapping[str, str]) -> "Node":
        """The same node with its inputs renamed where ``names`` has them."""
        return replace(self, inputs=tuple(names.get(name, name) for name in self.inputs))


@dataclass(frozen=True)
class Graph:
    """Nodes in an order of execution; the inputs are nodes too."""

    nodes: tuple[Node, ...]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]

    def __getitem__(self, name: str) -> Node:
        """The node of that name."""
        return next(node for node in self.nodes if node.name == name)

    def consumers(self, name: str) -> list[Node]:
        """The nodes that read ``name``."""
        return [node for node in self.nodes if name in node.inputs]

    def only_consumer(self, name: str) -> Node | None:
        """The node that alone reads ``name``, which is no output; None: there is no such."""
        found = self.consumers(name)
        once = len(found) == 1 and found[0].inputs.count(name) == 1
        return found[0] if once and name not in self.outputs else None

    @property
    def is_chain(self) -> bool:
        """Whether it is one input, then one layer behind the other."""
        names = [node.name for node in self.nodes]
        reads = [node.inputs for node in self.nodes[1:]]
        linked = reads == [(name,) for name in names[:-1]]
        return self.inputs == tuple(names[:1]) and self.outputs == tuple(names[-1:]) and linked

    def replaced(self, name: str, *nodes: Node) -> "Graph":
        """With ``nodes`` in the place of node ``name``; readers of it read the last of them.

        Without any, they read what it reads.
        """
        gone = self[name]
        last = nodes[-1].name if nodes else gone.inputs[0]
        kept: list[Node] = []
        for node in self.nodes:
            kept.extend(nodes if node.name == name else [node.reading({name: last})])
        outputs = tuple(last if output == name else output for output in self.outputs)
        return Graph(tuple(kept), self.inputs, outputs)

    def without(self, name: str) -> "Graph":
        """Readers of node ``name`` read what it reads."""
        return self.replaced(name)

    def changed(self, node: Node) -> "Graph":
        """With ``node`` in the place of the one of the same name."""
        return replace(
            self, nodes=tuple(node if old.name == node.name else old for old in self.nodes)
        )

    def ordered(self) -> "Graph":
        """The nodes that an output needs, each behind what it reads; the inputs first."""
        by_name = {node.name: node for node in self.nodes}
        done: dict[str, Node] = {name: by_name[name] for name in self.inputs}
        for name in self.outputs:
            _visit(name, by_name, done)
        return replace(self, nodes=tuple(done.values()))

    def run(
        self, apply: Callable[[Node, list[Any]], Any], given: Sequence[Any]
    ) -> Iterator[tuple[Node, Any]]:
        """Each node that is no input, in order, with ``apply(node, values of its inputs)``.

        ``given`` are the values of the graph's inputs. A value is let go behind its last reader.
        """
        values = dict(zip(self.inputs, given, strict=True))
        last = {name: node.name for node in self.nodes for name in node.inputs}
        for node in self.nodes:
            if node.kind == INPUT:
                continue
            values[node.name] = apply(node, [values[name] for name in node.inputs])
            for name in {name for name in node.inputs if last[name] == node.name}:
                del values[name]
            yield node, values[node.name]


def _visit(name: str, by_name: Mapping[str, Node], done: dict[str, Node]) -> None:
    """Put ``name`` and what it reads into ``done``, without recursion: networks may be deep."""
    stack = [name]
    while stack:
        node = by_name[stack[-1]]
        missing = [source for source in node.inputs if source not in done]
        if node.name in done or not missing:
            done.setdefault(node.name, node)
            stack.pop()
        else:
            stack.extend(reversed(missing))


def unique(name: str, taken: Container[str]) -> str:
    """``name``, with a number where it is taken."""
    number, found = 1, name
    while found in taken:
        found, number = f"{name}_{number}", number + 1
    return found
