"""The lines of ruled and squared paper, taken out of the ink.

A rule is a straight, thin line that goes on from one end of the picture to the other, across or
down, at a slope of up to a fifth: strokes end before. The lines are found by voting (Hough), in
whole numbers; ``runtime/web/app/rules.js`` does the same to the last bit.
"""

import numpy as np
import numpy.typing as npt

from runtime.arrays import Grey, Mask, quantile

STEEPEST = 5
"""Rules rise by at most one pixel in this many."""

HELD = 0.4
"""A rule is looked at when this share of the picture's width votes for it."""

DARKER = 1.5
"""What is this many times as dark as a rule lies over it: a pen."""

PEN = 0.6
"""And as dark as this share of the pen's own ink."""

Whole = npt.NDArray[np.int64]


def erase(ink: Grey, noise: float, pen: float) -> Grey:
    """``ink`` [height, width] without rules, first those across, then those down.

    ``pen`` is the contrast that a pen has in this picture.
    """
    return _across(_across(ink, noise, pen).T, noise, pen).T


def _across(ink: Grey, noise: float, pen: float) -> Grey:
    """``ink`` without the rules that go across it."""
    thin = ridges(ink, noise)
    thick = reach(ink)
    result = ink.copy()
    found: list[int] = []
    for slope, start in candidates(thin):
        middle = 2 * start + slope  # twice the row at half of the width
        if any(abs(middle - other) <= 2 * thick + 2 for other in found):
            continue
        columns, rows = line(slope, start, ink.shape)
        if goes_through(thin, rows, columns):
            found.append(middle)
            _wipe(ink, result, (rows, columns), pen)
    return result


def reach(ink: Grey) -> int:
    """How far a rule reaches to each side of its middle, in pixels."""
    return max(1, max(ink.shape) // 80)


def ridges(ink: Grey, noise: float) -> Mask:
    """Where ``ink`` is darker than a little above and a little below: thin lines across."""
    away = max(2, max(ink.shape) // 50)
    padded = np.pad(ink, ((away, away), (0, 0)), mode="edge")
    least = np.minimum(ink - padded[: -2 * away], ink - padded[2 * away :])
    return np.asarray(least > max(0.015, 2 * noise))


def line(slope: int, start: int, shape: tuple[int, ...]) -> tuple[Whole, Whole]:
    """The columns and rows of a line within a picture of ``shape``.

    It rises by ``slope`` pixels over the width, and begins in row ``start``.
    """
    height, width = shape
    columns = np.arange(width)
    rows = start + (2 * slope * columns + width) // (2 * width)
    within = (rows >= 0) & (rows < height)
    return columns[within], rows[within]


def candidates(thin: Mask) -> list[tuple[int, int]]:
    """Slope and start of lines that hold HELD of a width of ``thin``, the fullest first."""
    height, width = thin.shape
    steepest = width // STEEPEST
    y, x = np.nonzero(thin)
    rooms = height + 2 * steepest + 1
    votes = np.zeros((2 * steepest + 1, rooms), np.int64)
    for slope in range(-steepest, steepest + 1):
        starts = y - (2 * slope * x + width) // (2 * width) + steepest
        votes[slope + steepest] = np.bincount(starts, minlength=rooms)
    full = np.argwhere(votes >= HELD * width)
    order = np.argsort(-votes[full[:, 0], full[:, 1]], kind="stable")
    return [(int(slope) - steepest, int(start) - steepest) for slope, start in full[order]]


def goes_through(thin: Mask, rows: Whole, columns: Whole) -> bool:
    """Whether half of a line is in ``thin`` or beside it: at both ends, and in both halves."""
    count = len(rows)
    if 2 * count < thin.shape[1]:
        return False
    hit = np.zeros(count, np.bool_)
    for step in (-1, 0, 1):
        hit |= thin[np.clip(rows + step, 0, len(thin) - 1), columns]
    end, half = max(1, count // 6), count // 2
    parts = (hit[:end], hit[-end:], hit[:half], hit[half:])
    return all(2 * np.sum(part) >= len(part) for part in parts)


def _wipe(ink: Grey, result: Grey, place: tuple[Whole, Whole], pen: float) -> None:
    """Take a line of ``ink`` out of ``result``: but not a pen's."""
    rows, columns = place
    thick, last = reach(ink), len(ink) - 1
    level = max(DARKER * quantile(ink[rows, columns], 0.5), PEN * pen)
    above = ink[np.clip(rows - thick - 1, 0, last), columns]
    below = ink[np.clip(rows + thick + 1, 0, last), columns]
    beside = np.maximum(above, below)  # strokes that go on there
    for step in range(-thick, thick + 1):
        at = (np.clip(rows + step, 0, last), columns)
        kept = np.where(ink[at] > level, ink[at], np.minimum(ink[at], beside))
        result[at] = np.minimum(result[at], kept)
