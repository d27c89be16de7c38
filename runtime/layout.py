"""Several digits in one picture: which pieces of ink make which digit, and in what order.

Pieces become one digit when one stands over or under the other and nearly touches it, or when a
fragment lies close beside a digit, as the bar of a 5 does. What frames the picture (a page's edge,
a table, a drawn box), dust, rules and what is far smaller than the largest digit is left out.
Digits that touch each other are not separated, but ``is_wide`` says that they may be two. All is
defined to the last bit; ``runtime/web/app/layout.js`` does the same.
"""

from dataclasses import dataclass

import numpy as np

from runtime import ink
from runtime.arrays import Grey, Mask
from runtime.ink import View
from runtime.paper import is_scene
from runtime.pieces import Pieces, measure, weigh

MOST = 30
"""At most this many digits are read."""

LOOKED_AT = 100
"""At most this many pieces, the heaviest, are looked at: noise must not cost time."""

LOWEST = 6
"""Lower digits than this cannot be told apart; in pixels."""

DUST, LIGHT = 0.01, 0.04
"""Pieces, and then digits, with less than these shares of the heaviest one's ink are left out."""

PALE = 0.55
"""Digits with less than this share of the heaviest one's mean contrast are no pen's."""

LOW = 0.3
"""Digits lower than this share of the highest are something else."""

WIDE, WIDE_TOGETHER = 2.0, 1.4
"""No digit is this many times wider than high, and none of several pieces this many."""

NEAR_HALF, NEAR_FRAGMENT, NEAR_BESIDE = 0.1, 0.25, 0.25
"""How near a piece is to a digit that it belongs to; shares of the digit's height."""

LEVEL = 0.4
"""Digits of one row share at least this much of the lower one's height."""

OVER = 0.5
"""Digits that share more than this much of the narrower one's width stand over each other."""

TOUCHING = 1.25
"""A digit this many times wider than high may be two that touch."""


@dataclass(frozen=True)
class Group:
    """One or more pieces of ink, with their box in pixels; right and bottom are exclusive."""

    names: tuple[int, ...]
    mass: float
    area: int
    left: int
    top: int
    right: int
    bottom: int

    @property
    def height(self) -> int:
        """In pixels."""
        return self.bottom - self.top

    @property
    def width(self) -> int:
        """In pixels."""
        return self.right - self.left


@dataclass(frozen=True)
class Found:
    """A digit in a view."""

    mask: Mask  # [height, width], its pixels
    left: int  # of its box, in pixels of the view, as the next three
    top: int
    right: int  # exclusive
    bottom: int  # exclusive

    @property
    def is_wide(self) -> bool:
        """Whether it may be two digits that touch."""
        return self.right - self.left > TOUCHING * (self.bottom - self.top)


def digits(view: View) -> list[Found]:
    """The digits of a view, row by row and from left to right; one or more.

    A single one is all that ``ink.trace`` takes for ink, unless it was drawn on a pad, where all
    ink counts. Only scenes show several.
    """
    pieces = measure(view.ink, view.threshold)
    known = is_scene(view.ink.shape)
    found = rows(choose(gather(pieces, view.is_drawn), view.is_drawn)) if known else []
    if len(found) < (1 if view.is_drawn else 2):
        return [boxed(ink.trace(view))]
    return [boxed(np.isin(pieces.names, one.names)) for one in found]


def boxed(mask: Mask) -> Found:
    """What ``mask`` [height, width] shows, as a digit."""
    down, across = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return Found(mask, int(across[0]), int(down[0]), int(across[-1]) + 1, int(down[-1]) + 1)


def gather(pieces: Pieces, is_drawn: bool) -> list[Group]:
    """Groups of the pieces that belong together, the highest piece of each first.

    Of what ``is_drawn`` nothing is dust, and what the border cuts is meant as well.
    """
    mass = weigh(pieces, is_drawn)
    least = 0.0 if is_drawn else DUST * float(mass.max())
    order = np.argsort(-mass, kind="stable")[:LOOKED_AT]
    names = [int(name) for name in order if mass[name] > 0 and mass[name] >= least]
    single = [_group(pieces, name, mass) for name in names]
    groups: list[Group] = []
    for piece in sorted(single, key=lambda one: -one.height):
        home = next((i for i, one in enumerate(groups) if belongs(piece, one)), None)
        if home is None:
            groups.append(piece)
        else:
            groups[home] = join(groups[home], piece)
    return groups


def _group(pieces: Pieces, name: int, mass: Grey) -> Group:
    ends = (pieces.left, pieces.top, pieces.right, pieces.bottom)
    left, top, right, bottom = (int(end[name]) for end in ends)
    return Group((name,), float(mass[name]), int(pieces.area[name]), left, top, right, bottom)


def belongs(piece: Group, digit: Group) -> bool:
    """Whether ``piece`` is a part of ``digit``, which is at least as high."""
    both = join(digit, piece)
    if both.width > max(WIDE_TOGETHER * both.height, digit.width):
        return False
    is_fragment = piece.height < digit.height / 2
    # Gaps between the two; where they overlap, below 0.
    across = max(piece.left, digit.left) - min(piece.right, digit.right)
    down = max(piece.top, digit.top) - min(piece.bottom, digit.bottom)
    near = (NEAR_FRAGMENT if is_fragment else NEAR_HALF) * digit.height
    is_over = -across >= min(piece.width, digit.width) / 2 and down <= near
    is_beside = across <= NEAR_BESIDE * digit.height and -down >= piece.height / 2
    return is_over or (is_fragment and is_beside)


def join(one: Group, other: Group) -> Group:
    """The two as one."""
    return Group(
        one.names + other.names,
        one.mass + other.mass,
        one.area + other.area,
        min(one.left, other.left),
        min(one.top, other.top),
        max(one.right, other.right),
        max(one.bottom, other.bottom),
    )


def choose(groups: list[Group], is_drawn: bool) -> list[Group]:
    """Those that can be digits, the heaviest first; at most MOST.

    What ``is_drawn`` is left out only where it is too small: the network says what is none.
    """
    if is_drawn:
        large = [one for one in groups if max(one.height, one.width) >= LOWEST]
        return sorted(large, key=lambda one: -one.mass)[:MOST]
    shaped = [one for one in groups if one.height >= LOWEST and one.width <= WIDE * one.height]
    if not shaped:
        return []
    ordered = sorted(shaped, key=lambda one: -one.mass)
    first, highest = ordered[0], max(one.height for one in shaped)
    return [
        one
        for one in ordered
        if one.height >= LOW * highest
        and one.mass >= LIGHT * first.mass
        and one.mass / one.area >= PALE * (first.mass / first.area)
    ][:MOST]


def rows(found: list[Group]) -> list[Group]:
    """Digits in the order of reading: rows from above, each from the left.

    From the left, a digit continues the row whose last one it is most level with, so that a row may
    rise or fall.
    """
    lines: list[list[Group]] = []
    for one in sorted(found, key=lambda digit: (digit.left, digit.top)):
        shares = [_level(line[-1], one) for line in lines]
        if shares and max(shares) >= LEVEL:
            lines[shares.index(max(shares))].append(one)
        else:
            lines.append([one])
    lines.sort(key=lambda line: (line[0].top + line[0].bottom, line[0].left))
    return [one for line in lines for one in line]


def _level(one: Group, other: Group) -> float:
    """How much of the lower one's height two digits share, 0..1; below 0 where they do not.

    Nothing where one stands over the other: they are in two rows, however close these are.
    """
    across = min(one.right, other.right) - max(one.left, other.left)
    if across > OVER * min(one.width, other.width):
        return 0.0
    shared = min(one.bottom, other.bottom) - max(one.top, other.top)
    return shared / min(one.height, other.height)
