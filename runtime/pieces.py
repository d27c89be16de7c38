"""The pieces of ink in a picture: which are strokes of digits, and which are surroundings.

``runtime/web/app/pieces.js`` does the same to the last bit.
"""

from dataclasses import dataclass

import numpy as np

from runtime.arrays import Components, Grey, Mask, components
from runtime.paper import is_scene

SPECK = 0.1
"""What holds less than this share of the heaviest piece's ink is dust."""

INNER = 0.02
"""What frames a picture is left out when another piece holds this share of the heaviest's ink."""

CUT = 0.25
"""What the border cuts is left out when a whole piece holds this share of the heaviest's ink."""

NEAR = 0.4
"""Pieces this near to the heaviest belong to it; a share of its longer side."""

HELD = 0.25
"""What a drawn frame holds has at least this share of its longer side."""

LOOKED_AT = 30
"""At most this many pieces, the heaviest, are taken for frames or for what is in one."""


@dataclass(frozen=True)
class Pieces:
    """The 8-connected components of ink, by their number from 1; 0 is all else, and weighs 0."""

    names: Components  # [height, width]
    mass: Grey  # [count + 1], the sum of the ink's contrast
    area: Components  # [count + 1], in pixels
    left: Components  # [count + 1], in pixels, as the next three
    top: Components
    right: Components  # exclusive
    bottom: Components  # exclusive

    @property
    def longer(self) -> Components:
        """The longer side of each, [count + 1]."""
        return np.maximum(self.right - self.left, self.bottom - self.top)


def measure(ink: Grey, threshold: float) -> Pieces:
    """The pieces of what is above ``threshold`` in ``ink`` [height, width]."""
    names, count = components(ink > threshold)
    mass = np.bincount(names.ravel(), weights=ink.ravel(), minlength=count + 1)
    mass[0] = 0
    area = np.bincount(names.ravel(), minlength=count + 1)
    y, x = np.nonzero(names)
    own = names[y, x]
    ends = [np.zeros(count + 1, np.int64) for _ in range(4)]
    ends[0][:], ends[1][:] = names.shape[1], names.shape[0]
    np.minimum.at(ends[0], own, x)
    np.minimum.at(ends[1], own, y)
    np.maximum.at(ends[2], own, x + 1)
    np.maximum.at(ends[3], own, y + 1)
    return Pieces(names, np.asarray(mass, np.float64), area, *ends)


def weigh(pieces: Pieces, is_drawn: bool = False) -> Grey:
    """The mass of each piece, and 0 for those that are surroundings; [count + 1].

    In what ``is_drawn`` on a pad, its border cuts nothing off, and a ring with something in it is a
    face rather than a frame.
    """
    mass = pieces.mass.copy()
    frames = framing(pieces)
    if mass[~frames].max() >= INNER * mass.max():
        mass[frames] = 0
    if is_scene(pieces.names.shape) and not is_drawn:
        whole = ~cut(pieces)
        if mass[whole].max() >= CUT * mass.max():
            mass[~whole] = 0
        mass[enclosing(pieces, mass)] = 0
    return mass


def framing(pieces: Pieces) -> Mask:
    """Which pieces are a page's edge, a table or a dark corner, not ink; [count + 1].

    Those that hold a corner of the picture, or four fifths of one of its sides.
    """
    names, count = pieces.names, len(pieces.mass)
    result = np.zeros(count, np.bool_)
    for side in (names[0], names[-1], names[:, 0], names[:, -1]):
        share = np.bincount(side, minlength=count) / len(side)
        result |= share > 0.8
        result[[side[0], side[-1]]] = True
    result[0] = False
    return result


def cut(pieces: Pieces) -> Mask:
    """Which pieces the border of the picture cuts, [count + 1]."""
    height, width = pieces.names.shape
    low = (pieces.left == 0) | (pieces.top == 0)
    return np.asarray(low | (pieces.right == width) | (pieces.bottom == height))


def enclosing(pieces: Pieces, mass: Grey) -> list[int]:
    """The pieces that are drawn frames: another one is within, and their middle is empty."""
    order = np.argsort(-mass, kind="stable")[:LOOKED_AT]
    heavy = [int(name) for name in order if mass[name] >= INNER * mass.max() and name]
    return [
        outer
        for outer in heavy
        if any(_is_within(pieces, inner, outer) for inner in heavy) and _is_hollow(pieces, outer)
    ]


def _is_within(pieces: Pieces, inner: int, outer: int) -> bool:
    """Whether the box of ``inner`` lies in that of ``outer``, and is not small in it."""
    return bool(
        pieces.left[inner] > pieces.left[outer]
        and pieces.top[inner] > pieces.top[outer]
        and pieces.right[inner] < pieces.right[outer]
        and pieces.bottom[inner] < pieces.bottom[outer]
        and pieces.longer[inner] >= HELD * pieces.longer[outer]
    )


def _is_hollow(pieces: Pieces, name: int) -> bool:
    """Whether a piece has nothing in the middle half of its box."""
    left, right = int(pieces.left[name]), int(pieces.right[name])
    top, bottom = int(pieces.top[name]), int(pieces.bottom[name])
    across, down = (right - left) // 4, (bottom - top) // 4
    middle = pieces.names[top + down : bottom - down, left + across : right - across]
    return not bool((middle == name).any())


def trace(pieces: Pieces) -> Mask:
    """Which pixels are ink of the one digit that the picture shows, [height, width].

    A piece counts when it holds a tenth of the heaviest one's ink or more, so that the bar of a
    broken 5 stays and dust goes; in a scene, when it is also near to it.
    """
    mass = weigh(pieces)
    keep = mass >= SPECK * mass.max()
    if is_scene(pieces.names.shape):
        main = int(np.argmax(mass))
        across = np.maximum(pieces.left - pieces.right[main], pieces.left[main] - pieces.right)
        down = np.maximum(pieces.top - pieces.bottom[main], pieces.top[main] - pieces.bottom)
        keep &= np.maximum(across, down) <= NEAR * pieces.longer[main]
    keep[0] = False
    return np.asarray(keep[pieces.names])
