"""The network in NumPy, as each runtime computes it: for golden vectors, and as a second opinion.

Every operator's reference is written from the runtimes' formulas, not from the C; tests hold both
to the runtimes.
"""

from collections.abc import Sequence

import numpy as np

from convert.compiler.arithmetic.match import Match
from convert.compiler.ir import Array, Graph
from convert.compiler.operators import registry

Memory = dict[str, Array]
"""What each state holds, by its name."""


def start(network: Graph) -> Memory:
    """The states before the first run."""
    return {state.name: state.initial.copy() for state in network.states}


def run(network: Graph, match: Match, inputs: Sequence[Array], memory: Memory) -> list[Array]:
    """The outputs of ``network``, each shaped; ``memory`` is what was kept, and is brought on."""
    values: dict[int, Array] = {
        tensor.number: np.asarray(given, tensor.numpy).reshape(tensor.shape)
        for tensor, given in zip(network.inputs, inputs, strict=True)
    }
    for node in network.nodes:
        given = [values[t.number] if t.data is None else t.data for t in node.inputs]
        kept = [memory[state.name] for state in node.states]
        results = registry()[node.op].compute(node, [*given, *kept], match)
        made, left = results[: len(node.outputs)], results[len(node.outputs) :]
        for tensor, result in zip(node.outputs, made, strict=True):
            values[tensor.number] = result.astype(tensor.numpy).reshape(tensor.shape)
        for state, result in zip(node.states, left, strict=True):
            memory[state.name] = result.astype(state.initial.dtype).reshape(state.initial.shape)
    return [values[tensor.number] for tensor in network.outputs]
