"""From the graph to kernel calls: fuse, fold, and let the target choose a kernel for each node."""

from collections.abc import Sequence

from convert.compiler import graph, targets
from convert.compiler.graph import Conv, Graph, Node, Pool, Reshape, Tensor
from convert.compiler.numerics import Match
from convert.compiler.program import Buffer, Program
from convert.compiler.select import Way, select
from convert.compiler.site import Site
from convert.compiler.targets import Options
from runtime.errors import ModelError


class Places:
    """Which buffer each tensor lies in; a reshaped tensor lies where the original does."""

    def __init__(self) -> None:
        self._buffers: dict[int, Buffer] = {}

    def of(self, tensor: Tensor) -> Buffer:
        """The buffer of ``tensor``."""
        return self._buffers.setdefault(tensor.number, Buffer(f"t{tensor.number}", tensor.size))

    def alias(self, tensor: Tensor, original: Tensor) -> None:
        """Let ``tensor`` lie where ``original`` lies."""
        self._buffers[tensor.number] = self.of(original)


def lower(network: Graph, options: Options) -> Program:
    """The calls that compute ``network`` as the runtime ``options.match`` does.

    Raises ModelError where no such call exists, as for scales that the runtime refuses.
    """
    places = Places()
    source = places.of(network.input)
    ways: list[Sequence[Way]] = []
    for group in fuse(network):
        if isinstance(group[0], Reshape):
            places.alias(group[0].output, group[0].input)
            continue
        try:
            site = Site(group, f"op{group[0].index}", options.match, places.of)
            ways.append(targets.ways(site, options.target))
        except ValueError as error:
            raise ModelError(f"operator {group[0].index} {group[0].op}: {error}") from error
    notes = tuple(note for node in network.nodes for note in unmatched(node, options.match))
    output = places.of(network.output)

    def finish(chosen: Sequence[Way]) -> Program:
        return Program(tuple(step for way in chosen for step in way), source, output, notes)

    return select(ways, finish, options)


def fuse(network: Graph) -> list[tuple[Node, ...]]:
    """Nodes in groups that one kernel computes: a convolution with the max-pooling behind it.

    Only where nothing else reads what lies between, and where pooling first gives the same bytes:
    the pooling must not bring an activation of its own.
    """
    readers = [tensor.number for node in network.nodes for tensor in node.inputs]
    groups: list[tuple[Node, ...]] = []
    for node in network.nodes:
        before = groups[-1][-1] if groups else None
        if (
            isinstance(node, Pool)
            and node.op == "MAX_POOL_2D"
            and node.activation == "NONE"
            and isinstance(before, Conv)
            and before.output == node.input
            and readers.count(node.input.number) == 1
            and node.input.number != network.output.number
        ):
            groups[-1] = (before, node)
        else:
            groups.append((node,))
    return groups


def unmatched(node: Node, match: Match) -> Sequence[str]:
    """What of ``node`` cannot be matched everywhere."""
    if match is Match.XNNPACK and isinstance(node, graph.Mean | graph.Softmax):
        return [
            f"{node.op} (operator {node.index}): equals LiteRT on x86; LiteRT on Arm differs by "
            "one step in places"
        ]
    return []
