"""A small convolutional network as plain data, with the shapes that follow from it.

Shapes are without the batch. Nothing here needs TensorFlow.
"""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from runtime.errors import DataError

Side = tuple[int, int]  # along height and width
Kind = Literal["convolution", "separable"]
Pool = Literal["none", "max", "average"]
Head = Literal["dense", "average", "max"]
_MARK = {"none": "", "max": " max", "average": " mean"}


@dataclass(frozen=True)
class Block:
    """A convolution, or a depthwise one and one of 1x1, with what follows it."""

    kind: Kind
    kernel: Side  # pixels; a side is cut to that of the map
    channels: int  # that it gives
    stride: int  # of the convolution with that kernel, in both directions
    padding: str  # "same" or "valid", of the pooling as well
    pool: Pool  # of 2x2
    activation: str  # "relu" or "relu6"
    norm: bool  # batch normalisation, which is folded in the end


@dataclass(frozen=True)
class Network:
    """Blocks, then a head that gives the classes, or the values of a regression."""

    blocks: tuple[Block, ...]
    head: Head  # what becomes of the last map: all of it, or the mean or largest of each channel
    hidden: int = 0  # units of a dense layer before the last one; 0: there is none
    shrink: int = 1  # the input is averaged over so many pixels in both directions first

    @property
    def channels(self) -> tuple[int, ...]:
        """What each block gives."""
        return tuple(block.channels for block in self.blocks)

    @property
    def kernel(self) -> int:
        """The longer side of the first block's kernel, in pixels."""
        return max(self.blocks[0].kernel)

    def key(self) -> str:
        """The same for the same network."""
        return json.dumps(asdict(self), sort_keys=True)

    def line(self) -> str:
        """The network in one line: ``conv 5x5x4 max, conv 5x5x12 max, dense``."""
        first = [f"mean {self.shrink}x{self.shrink}"] if self.shrink > 1 else []
        head = {"dense": "", "average": "mean of maps, ", "max": "max of maps, "}[self.head]
        last = f"{head}dense {self.hidden}, dense" if self.hidden else f"{head}dense"
        return ", ".join([*first, *map(_said, self.blocks), last])


def _said(block: Block) -> str:
    name = "conv" if block.kind == "convolution" else "separable"
    stride = f"/{block.stride}" if block.stride > 1 else ""
    same = " same" if block.padding == "same" else ""
    six = " relu6" if block.activation == "relu6" else ""
    high, wide = block.kernel
    return f"{name} {high}x{wide}x{block.channels}{stride}{same}{six}{_MARK[block.pool]}"


_BLOCK = re.compile(
    r"(conv|separable) (\d+)x(\d+)x(\d+)(?:/(\d+))?( same)?( relu6)?( max| mean)?", re.ASCII
)
_LAST = re.compile(r"(?:(mean|max) of maps, )?(?:dense (\d+), )?dense", re.ASCII)
_SHRUNK = re.compile(r"mean (\d+)x\1, ", re.ASCII)
_POOLS: dict[str | None, Pool] = {None: "none", " max": "max", " mean": "average"}


def parse(line: str, *, norm: bool = True) -> Network:
    """The network that ``Network.line`` wrote, with batch normalisation or without.

    Raises DataError for what is none.
    """
    text = " ".join(line.split())
    first = _SHRUNK.match(text)
    rest, blocks = text[first.end() if first else 0 :], []
    while found := _BLOCK.match(rest):
        blocks.append(_parsed(found, norm=norm))
        rest = rest[found.end() :].removeprefix(", ")
    last = _LAST.fullmatch(rest)
    if not blocks or not last:
        raise DataError(
            f"{line!r} is no network: write it as search.html does, for instance "
            "'conv 5x5x4 max, conv 5x5x12 max, dense'"
        )
    heads: dict[str | None, Head] = {None: "dense", "mean": "average", "max": "max"}
    return Network(tuple(blocks), heads[last[1]], int(last[2] or 0), int(first[1]) if first else 1)


def _parsed(found: re.Match[str], *, norm: bool) -> Block:
    kind, high, wide, channels, stride, same, six, pool = found.groups()
    return Block(
        "convolution" if kind == "conv" else "separable",
        (int(high), int(wide)),
        int(channels),
        int(stride or 1),
        "same" if same else "valid",
        _POOLS[pool],
        "relu6" if six else "relu",
        norm,
    )


def read(data: Mapping[str, Any]) -> Network:
    """The network that ``dataclasses.asdict`` made a mapping of."""
    blocks = (
        Block(**{**one, "kernel": (one["kernel"][0], one["kernel"][1])}) for one in data["blocks"]
    )
    return Network(tuple(blocks), data["head"], data["hidden"], data["shrink"])


@dataclass(frozen=True)
class Layer:
    """A layer as it is deployed: batch normalisation folded, ReLU part of what it follows."""

    op: Literal["conv", "depthwise", "max", "average", "mean", "largest", "flatten", "dense"]
    name: str  # of the layer of the float network with the weights, or the values, of this one
    given: tuple[int, ...]  # shape of what it reads
    gives: tuple[int, ...]  # and of what it writes
    window: Side = (1, 1)  # of convolution and pooling
    stride: Side = (1, 1)
    padding: str = "valid"
    activation: str = ""  # "relu", "relu6"; "": none


def image(shape: tuple[int, ...]) -> tuple[int, int, int]:
    """Height, width and channels as which an input is taken; raises DataError for more."""
    if not 1 <= len(shape) <= 3:
        raise DataError(
            f"an input of {list(shape)} is not for a network of convolutions: give --size with "
            "up to three numbers, or a network of your own with --model"
        )
    if len(shape) == 3:
        return shape[0], shape[1], shape[2]
    return (shape[0], 1, shape[1]) if len(shape) == 2 else (1, shape[0], 1)


def layers(network: Network, shape: tuple[int, ...], outputs: int) -> list[Layer]:
    """The layers of ``network`` for an input of ``shape``.

    Windows and strides are cut to the map that is left, so that a network exists for any input.
    """
    chain = _Chain(image(shape))
    if network.shrink > 1:
        chain.pool("average", "shrink", (network.shrink, network.shrink), "valid")
    for number, block in enumerate(network.blocks, start=1):
        chain.block(block, number)
    if network.head == "dense":
        chain.add("flatten", "flatten", (math.prod(chain.shape),))
    else:
        chain.add("mean" if network.head == "average" else "largest", "summary", chain.shape[-1:])
    if network.hidden:
        chain.add("dense", "hidden", (network.hidden,), activation="relu")
    chain.add("dense", "logits", (outputs,))
    return chain.layers


class _Chain:
    """Layers one behind the other, and the shape that they have come to."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.shape = shape
        self.layers: list[Layer] = []

    def add(self, op: Any, name: str, gives: tuple[int, ...], **more: Any) -> None:
        self.layers.append(Layer(op, name, self.shape, gives, **more))
        self.shape = gives

    def block(self, block: Block, number: int) -> None:
        window = cut(block.kernel, self.shape)
        stride = cut((block.stride, block.stride), self.shape)
        sides = self._slid(window, stride, block.padding)
        how = {"window": window, "stride": stride, "padding": block.padding}
        if block.kind == "separable":
            self.add("depthwise", f"depth{number}", (*sides, self.shape[2]), **how)
            how = {}
        gives = (*sides, block.channels)
        self.add("conv", f"conv{number}", gives, activation=block.activation, **how)
        if block.pool != "none":
            self.pool(block.pool, f"pool{number}", (2, 2), block.padding)

    def pool(self, op: str, name: str, side: Side, padding: str) -> None:
        window = cut(side, self.shape)
        gives = (*self._slid(window, window, padding), self.shape[2])
        self.add(op, name, gives, window=window, stride=window, padding=padding)

    def _slid(self, window: Side, stride: Side, padding: str) -> Side:
        """Height and width of what a window gives that is moved by ``stride``."""
        high, wide = (
            -(-side // step) if padding == "same" else (side - size) // step + 1
            for side, size, step in zip(self.shape[:2], window, stride, strict=True)
        )
        return high, wide


def cut(side: Side, shape: tuple[int, ...]) -> Side:
    """``side``, but 1 along a side that the map has not, and no more than it has."""
    high, wide = (min(want, have) for want, have in zip(side, shape[:2], strict=True))
    return high, wide
