"""What an operator does to whole channels: so that those that can never change are left out.

Channels are the indices of the last axis. Masks are boolean, [channels of a tensor]: the channels
that may be left out. An operator says what it can bear, and how it is written without them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from convert.compiler.arithmetic.match import Match
from convert.compiler.ir import Array, Node, Tensor

Mask = npt.NDArray[np.bool_]
Constants = Mapping[int, Array]
"""What each channel of a tensor holds where it is constant, by the tensor's number."""
Interval = tuple[Array, Array]
"""The least and the most that each element can be, shaped as the tensor."""


@dataclass(frozen=True)
class Channels:
    """How an operator treats channels.

    ``interval(node, lows, highs, match)`` bounds the output, given bounds of the inputs; None: the
    operator is monotone, so that its reference of the bounds gives the bounds.

    ``agree(node, masks, mask, constants)`` gives the channels that inputs and output can do
    without, at most those that it is given.

    ``narrow(node, tensors, kept, constants)`` writes the node with other ``tensors`` (inputs, and
    the output last), of which the channels ``kept`` (masks, in the same order) are left.

    ``freeze(node, values, match)`` writes it so that the output's channels which are constant,
    ``values`` (NaN elsewhere), do not depend on the input even on paper; None: it cannot.
    """

    agree: Callable[[Any, Sequence[Mask], Mask, Constants], tuple[Sequence[Mask], Mask]]
    narrow: Callable[[Any, Sequence[Tensor], Sequence[Mask], Constants], Node]
    interval: Callable[[Any, Sequence[Array], Sequence[Array], Match], Interval] | None = None
    freeze: Callable[[Any, Array, Match], Node] | None = None


def _agree(
    node: Node, masks: Sequence[Mask], mask: Mask, constants: Constants
) -> tuple[Sequence[Mask], Mask]:
    """All inputs and the output go without the same channels."""
    del constants
    every = [*masks, mask]
    same = all(len(one) == len(mask) for one in every)
    if not same or any(tensor.data is not None for tensor in node.inputs):
        return [np.zeros_like(one) for one in masks], np.zeros_like(mask)
    both = np.logical_and.reduce(every)
    return [both] * len(masks), both


def _narrow(
    node: Node, tensors: Sequence[Tensor], kept: Sequence[Mask], constants: Constants
) -> Node:
    """The same node with narrower tensors."""
    del kept, constants
    return replace(node, inputs=tuple(tensors[:-1]), outputs=(tensors[-1],))


ONE_FOR_ONE = Channels(_agree, _narrow)
"""Of a monotone operator whose output's channels each come of the inputs' same ones."""
