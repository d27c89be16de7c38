"""Golden vectors: inputs made from seeds, as the self-test in C makes them too, and the answers."""

from collections.abc import Iterator, Sequence

import numpy as np

from convert.compiler import simulate
from convert.compiler.arithmetic.match import Match
from convert.compiler.ir import Array, Graph, Tensor

SEEDS = (1, 2)
"""Of the golden inputs; a network with states keeps them from one to the next."""


def answers(network: Graph, match: Match) -> list[list[Array]]:
    """The outputs [vector][output] of ``network`` for the inputs of each seed, in turn."""
    memory = simulate.start(network)
    return [simulate.run(network, match, inputs(network, seed), memory) for seed in SEEDS]


def inputs(network: Graph, seed: int) -> list[Array]:
    """An array for each input."""
    numbers = generator(seed)
    return [made(network, tensor, numbers) for tensor in network.inputs]


def made(network: Graph, tensor: Tensor, numbers: Iterator[int]) -> Array:
    """The next numbers, as ``tensor`` holds them: [*shape]."""
    drawn = np.array([next(numbers) for _ in range(tensor.size)], np.int64)
    values: Array = (drawn >> 24) - 128
    if tensor.dtype == "UINT8":
        values = drawn >> 24
    elif tensor.dtype == "INT16":
        values = (drawn >> 16) - 32768
    elif tensor.dtype == "BOOL":
        values = drawn >> 31
    elif tensor.dtype == "FLOAT32":
        values = values.astype(np.float32) * np.float32(float_step(network, tensor))
    return values.astype(tensor.numpy).reshape(tensor.shape)


def generator(seed: int) -> Iterator[int]:
    """A linear congruential generator's states, 32 bits (Numerical Recipes, 2nd ed., 7.1)."""
    state = seed
    while True:
        state = (state * 1664525 + 1013904223) & 0xFFFFFFFF
        yield state


def float_step(network: Graph, tensor: Tensor) -> np.float32:
    """What one step of a golden number means for a real input: the scale that it is brought to."""
    for node in network.nodes:
        if tensor in node.inputs and node.outputs and node.output.scale:
            return node.output.scale
    return np.float32(1 / 16)


def flat(vectors: Sequence[Sequence[Array]]) -> list[list[Array]]:
    """The same answers, each output as one row."""
    return [[output.ravel() for output in outputs] for outputs in vectors]
