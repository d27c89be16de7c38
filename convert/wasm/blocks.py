"""The maps of a network that are worth looking at: what stands behind each of its blocks.

A block ends where all that follows hangs on one tensor, and has at least one operator that
multiplies and accumulates; a depthwise convolution ends none, since a pointwise one follows it.
Branches that meet again, as around an addition, are thus one block, and what has no weights, as
pooling, belongs to the block before it. Its map is the last in it that has places, a height and a
width, and is not padded for the next one; behind the dense layers of a network that has no maps at
all stand vectors.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from convert.compiler.emit.unit import Unit
from convert.compiler.ir import Tensor
from convert.compiler.operators.common.reader import QUANTIZED
from convert.compiler.program import Step

MOST = 1 << 20
"""Bytes that the maps of a network may take; beyond it the largest are left out."""


@dataclass(frozen=True)
class Map:
    """What a step of the program makes, as a page shows it."""

    step: int
    tensor: Tensor

    @property
    def shape(self) -> tuple[int, ...]:
        """Height, width and channels; of a vector 1, 1 and its elements."""
        sides = self.tensor.shape[1:]
        return (*[1] * (3 - len(sides)), *sides)


def maps(unit: Unit) -> list[Map]:
    """The maps behind the blocks, in their order, quantized; one for each block at most."""
    tensors = {
        f"t{tensor.number}": tensor for node in unit.lowered.nodes for tensor in node.outputs
    }
    blocks = list(_blocks(unit))
    found: list[Map] = []
    for is_flat in (False, True):
        shown = [_shown(unit, block, tensors, is_flat=is_flat) for block in blocks]
        found = found or [one for one in shown if one]
    while sum(one.tensor.bytes for one in found) > MOST:
        found.remove(max(found, key=lambda one: one.tensor.bytes))
    return found


def _blocks(unit: Unit) -> Iterator[list[int]]:
    """The numbers of the steps of each block."""
    steps = unit.program.steps
    ended: list[int] = []
    block: list[int] = []
    for number in range(len(steps)):
        if ended and _multiplies(steps[number]):
            yield ended
            block, ended = [], []
        block.append(number)
        if _is_waist(unit, number) and _is_whole([steps[one] for one in block]):
            ended = block
    if block:
        yield block


def _multiplies(step: Step) -> bool:
    return step.macs > 0


def _is_whole(block: Sequence[Step]) -> bool:
    """Whether a block has weights, and more than those of a depthwise convolution."""
    return any(_multiplies(one) and one.operators[-1] != "DEPTHWISE_CONV_2D" for one in block)


def _is_waist(unit: Unit, number: int) -> bool:
    """Whether what a step makes is all that later steps read."""
    alive = [one.buffer for one in unit.plan.lives if one.first <= number < one.last]
    return [one.name for one in alive] == [unit.program.steps[number].output.name]


def _shown(
    unit: Unit, block: Sequence[int], tensors: Mapping[str, Tensor], *, is_flat: bool
) -> Map | None:
    """The smallest map from the block's last weights on, the last of equals, or vector."""
    steps = unit.program.steps
    last = max((number for number in block if _multiplies(steps[number])), default=block[0])
    found = None
    for number in block[block.index(last) :]:
        tensor = tensors.get(steps[number].made)
        if tensor is None or tensor.dtype not in QUANTIZED or not tensor.scale:
            continue
        if not _has_places(tensor) and not (is_flat and tensor.shape[:-1] in {(), (1,)}):
            continue
        if found is None or tensor.size <= found.tensor.size:
            found = Map(number, tensor)
    return found


def _has_places(tensor: Tensor) -> bool:
    """Whether it is one map of more than one place: [1, height, width, channels]."""
    one, *places, _ = tensor.shape if len(tensor.shape) > 1 else (1, 1)
    return one == 1 and len(places) in {1, 2} and max(places) > 1
