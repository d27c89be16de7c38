"""Channels of convolutions and dense layers: bounds of the sums, and weights without channels."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from convert.compiler.arithmetic.match import Match
from convert.compiler.ir import Array, Node, Tensor
from convert.compiler.operators.common import linear
from convert.compiler.operators.common.channels import Constants, Interval, Mask
from convert.compiler.operators.common.linear import Linear

Sums = Callable[[Any, Array], Array]
"""The exact sums of a node for its input, without bias: [..., out channels]."""


def interval_of(sums: Sums) -> Callable[..., Interval]:
    """Bounds: positive weights take one bound of the inputs, negative ones the other.

    Requantization is monotone, so bounds of the sums give bounds of the outputs; unless it wraps.
    """

    def interval(
        node: Linear, lows: Sequence[Array], highs: Sequence[Array], match: Match
    ) -> Interval:
        up = replace(node, weights=np.maximum(node.weights, 0))
        down = replace(node, weights=np.minimum(node.weights, 0))
        least: Array = sums(up, lows[0]) + sums(down, highs[0])
        most: Array = sums(up, highs[0]) + sums(down, lows[0])
        low, high = linear.requantize(node, least, match), linear.requantize(node, most, match)
        wraps = linear.wraps(node, match)
        return np.where(wraps, node.output.lowest, low), np.where(wraps, node.output.highest, high)

    return interval


def freeze(node: Linear, values: Array, match: Match) -> Node:
    """Weights of 0 and the bias nearest to 0 that gives ``values``, where those are numbers."""
    constant = ~np.isnan(values)
    shape = [1] * node.weights.ndim
    shape[node.channel_axis] = -1
    weights = np.where(constant.reshape(shape), 0, node.weights).astype(np.int8)
    bias = np.where(constant, _bias(node, values, match), node.bias).astype(node.bias.dtype)
    return replace(node, weights=weights, bias=bias)


def _bias(node: Linear, values: Array, match: Match) -> Array:
    """For each channel the sum nearest to 0 whose output is its value, by bisection."""
    plain = replace(node, bias=np.zeros_like(node.bias))
    wanted = np.nan_to_num(values).astype(np.int64)
    largest = linear.reach(node).astype(np.int64)  # a sum that gives the value is no larger

    def outputs(sums: Array) -> Array:
        return linear.requantize(plain, sums, match)

    def first(reaches: Callable[[Array], Array]) -> Array:
        """The least sums for which ``reaches`` holds, which it does from some sum on."""
        low, high = -largest, largest
        while (low < high).any():
            middle = (low + high) // 2
            there = reaches(outputs(middle))
            low, high = np.where(there, low, middle + 1), np.where(there, middle, high)
        return low

    least = first(lambda found: found >= wanted)
    most = first(lambda found: found > wanted) - 1
    most = np.where(outputs(most + 1) == wanted, largest, most)
    return np.clip(0, least, most)


def folded(node: Linear, weights: Array, constants: Array) -> Array:
    """The bias with what constant inputs contribute.

    ``weights`` [out channels, taps, inputs left out], ``constants`` [inputs left out].
    """
    steps = constants.astype(np.int64) - node.input.zero_point
    return (node.bias + (weights.astype(np.int64) * steps).sum(axis=(1, 2))).astype(np.int32)


def held(constants: Constants, tensor: Tensor, kept: Mask) -> Array:
    """What the channels of ``tensor`` that are not ``kept`` hold, [channels left out]."""
    if kept.all():
        return np.zeros(0, np.int64)
    return constants[tensor.number][~kept].astype(np.int64)


def selected(node: Linear, kept: Mask) -> dict[str, Any]:
    """Bias and scales of the output channels ``kept``."""
    return {"bias": node.bias[kept], "scales": node.scales[kept]}


def tensors(given: Sequence[Tensor]) -> dict[str, Any]:
    """Inputs and outputs of a node, from both in a row."""
    return {"inputs": tuple(given[:-1]), "outputs": (given[-1],)}
