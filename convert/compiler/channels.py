"""Leave out what can never change: channels that are constant for every input.

Training kills channels, and the converter keeps them: weights near 0, a bias at the end of its
range. Interval arithmetic from the inputs on (R. Moore, "Interval Analysis", 1966) bounds every
element of every tensor, as the runtime computes it; where both bounds of a channel are one number
everywhere, it is constant. Such channels are removed through the operators that bear it, with what
they contribute folded into the next bias, and otherwise written with weights of 0.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from convert.compiler.arithmetic.match import Match
from convert.compiler.ir import Array, Graph, Node, Tensor
from convert.compiler.operators import registry
from convert.compiler.operators.common.channels import Channels, Constants, Interval, Mask

Intervals = Mapping[int, Interval]


@dataclass(frozen=True)
class Narrowed:
    """A network without its constant channels."""

    network: Graph
    removed: int  # channels of activations
    rewritten: int  # channels that are constant and stay, with weights of 0

    @property
    def notes(self) -> tuple[str, ...]:
        """What was left out, for the header and the report."""
        if not self.removed and not self.rewritten:
            return ()
        return (
            f"{self.removed} channels of activations are constant for every input and left out; "
            f"{self.rewritten} are constant and stay",
        )


def narrow(network: Graph, match: Match) -> Narrowed:
    """``network`` without the channels that are constant under ``match``; same outputs."""
    constants = _constants(network, intervals(network, match))
    if not constants:
        return Narrowed(network, 0, 0)
    masks = _agreed(network, constants)
    tensors = {
        tensor.number: _narrower(tensor, masks[tensor.number])
        for node in network.nodes
        for tensor in (*node.inputs, *node.outputs)
        if tensor.data is None
    }
    nodes, rewritten = [], 0
    for node in network.nodes:
        left = _without(node, tensors, masks, constants)
        done = _frozen(left, masks, constants, match)
        rewritten += done[1]
        nodes.append(done[0])
    removed = sum(int(mask.sum()) for mask in masks.values())
    return Narrowed(replace(network, nodes=tuple(nodes)), removed, rewritten)


def intervals(network: Graph, match: Match) -> Intervals:
    """The least and the most that each element of each tensor can be."""
    found = {tensor.number: _anything(tensor) for tensor in network.inputs}
    for node in network.nodes:
        of = registry()[node.op].channels
        if of is None or node.states or len(node.outputs) != 1:
            found |= {tensor.number: _anything(tensor) for tensor in node.outputs}
            continue
        try:
            low, high = _interval(node, found, match)
        except ValueError:  # what the runtime refuses; lowering says why
            low, high = _anything(node.output)
        shape = node.output.shape
        found[node.output.number] = np.reshape(low, shape), np.reshape(high, shape)
    return found


def _interval(node: Node, found: Intervals, match: Match) -> Interval:
    """The bounds of a node's output from those of its inputs."""
    of = _channels(node)
    given = [(t.data, t.data) if t.data is not None else found[t.number] for t in node.inputs]
    lows, highs = [low for low, _ in given], [high for _, high in given]
    if of.interval is not None:
        return of.interval(node, lows, highs, match)
    compute = registry()[node.op].compute
    (low,), (high,) = compute(node, lows, match), compute(node, highs, match)
    return low, high


def _anything(tensor: Tensor) -> Interval:
    if tensor.dtype not in ("INT8", "UINT8", "INT16"):
        return np.zeros(tensor.shape), np.ones(tensor.shape)
    return np.full(tensor.shape, tensor.lowest), np.full(tensor.shape, tensor.highest)


def _constants(network: Graph, bounds: Intervals) -> dict[int, Array]:
    """What the constant channels of each tensor hold, NaN elsewhere; only tensors that have any."""
    found = {}
    for node in network.nodes:
        for tensor in node.outputs:
            if not tensor.shape:
                continue
            low, high = bounds[tensor.number]
            lows = low.reshape(-1, tensor.shape[-1]).min(axis=0)
            highs = high.reshape(-1, tensor.shape[-1]).max(axis=0)
            values = np.where(lows == highs, lows, np.nan)
            if not np.isnan(values).all():
                found[tensor.number] = values
    return found


def _agreed(network: Graph, constants: Constants) -> dict[int, Mask]:
    """For each tensor, the channels that everything that makes or reads it can do without."""
    masks: dict[int, Mask] = {}
    for node in network.nodes:
        for tensor in (*node.inputs, *node.outputs):
            values = constants.get(tensor.number)
            width = tensor.shape[-1] if tensor.shape else 1
            masks[tensor.number] = np.zeros(width, bool) if values is None else ~np.isnan(values)
    for tensor in (*network.inputs, *network.outputs):
        masks[tensor.number] = np.zeros_like(masks.get(tensor.number, np.zeros(1, bool)))
    changed = True
    while changed:
        changed = False
        for node in reversed(network.nodes):
            changed |= _agree(node, masks, constants)
    return masks


def _agree(node: Node, masks: dict[int, Mask], constants: Constants) -> bool:
    """Let a node take back what it cannot do without; says whether it did."""
    of = registry()[node.op].channels
    given, made = [masks[t.number] for t in node.inputs], [masks[t.number] for t in node.outputs]
    wanted = [np.zeros_like(mask) for mask in (*given, *made)]
    if of is not None and not node.states and len(node.outputs) == 1:
        agreed, out = of.agree(node, given, made[0], constants)
        wanted = [*agreed, out]
    changed = False
    for tensor, one in zip((*node.inputs, *node.outputs), wanted, strict=True):
        left = _some_left(one & masks[tensor.number])
        changed |= not np.array_equal(left, masks[tensor.number])
        masks[tensor.number] = left
    return changed


def _some_left(mask: Mask) -> Mask:
    """``mask``, but one channel stays at least."""
    if not mask.all():
        return mask
    kept = mask.copy()
    kept[0] = False
    return kept


def _narrower(tensor: Tensor, mask: Mask) -> Tensor:
    if not mask.any():
        return tensor
    return replace(tensor, shape=(*tensor.shape[:-1], int((~mask).sum())))


def _without(
    node: Node, tensors: Mapping[int, Tensor], masks: Mapping[int, Mask], constants: Constants
) -> Node:
    """The node without the channels in ``masks``."""
    every = (*node.inputs, *node.outputs)
    if not any(masks[tensor.number].any() for tensor in every):
        return node
    narrower = [tensors.get(tensor.number, tensor) for tensor in every]
    kept = [~masks[tensor.number] for tensor in every]
    return _channels(node).narrow(node, narrower, kept, constants)


def _frozen(
    node: Node, masks: Mapping[int, Mask], constants: Constants, match: Match
) -> tuple[Node, int]:
    """The node with weights of 0 where its channels are constant and stay; how many those are."""
    of = registry()[node.op].channels
    values = constants.get(node.output.number) if len(node.outputs) == 1 else None
    if of is None or of.freeze is None or values is None:
        return node, 0
    left = values[~masks[node.output.number]]
    if np.isnan(left).all():
        return node, 0
    return of.freeze(node, left, match), int((~np.isnan(left)).sum())


def _channels(node: Node) -> Channels:
    found = registry()[node.op].channels
    if found is None:
        raise TypeError(f"{node.op} does not say what it does to channels")
    return found
