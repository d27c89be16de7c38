"""A sheet of paper on something darker: where it is, and the picture without the rest.

All is defined to the last bit, as in ``runtime.arrays``; ``runtime/web/app/sheet.js`` does it too.
"""

import numpy as np

from runtime.arrays import Components, Grey, Mask, components, quantile, slide_max
from runtime.paper import average, close_scene, is_scene

LEVELS = 64
"""How many levels of brightness are told apart to separate a sheet from what it lies on."""

DARKER = 0.8
"""What a sheet lies on is darker than this share of the sheet's brightness."""

OPEN = 0.3
"""The sheet takes no more than this share of the picture's border: its sides are in view."""

LEAST = 0.05
"""And no less than this share of the picture."""

FORM = 0.92
"""A sheet and the quadrilateral of its corners share at least this much of what both cover."""

SOLID = 0.85
"""At least this share of it is bright: what is written on it takes no more."""

RIM = 0.2
"""Along its edge no more than this share of it is dark: nothing is written there."""

WRITTEN = 0.002
"""At least this share of a sheet is darker than DARKER: something is on it."""


def cut_out(grey: Grey) -> tuple[Grey, int, int]:
    """The part of ``grey`` [height, width] that shows a sheet; its first row and column.

    Where its surroundings show in that part, they become paper. Without a sheet, all of it.
    """
    whole = (grey, 0, 0)
    inside = quadrilateral(grey) if is_scene(grey.shape) else None
    if inside is None:
        return whole
    longest = max(grey.shape)
    inside = slide_any(~inside, max(2, longest // 50))
    if not inside.any():
        return whole
    dark = grey < DARKER * quantile(grey[inside], 0.5)
    rim = inside & ~slide_any(~inside, max(2, longest // 40))
    if np.sum(dark & inside) < WRITTEN * np.sum(inside) or np.sum(dark & rim) > RIM * np.sum(rim):
        return whole
    filled = np.where(inside, grey, average(grey, inside & ~dark, max(1, longest // 12)))
    rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
    top, left = int(rows[0]), int(columns[0])
    return filled[top : rows[-1] + 1, left : columns[-1] + 1], top, left


def slide_any(outside: Mask, radius: int) -> Mask:
    """What is farther than ``radius`` from ``outside``, in a square."""
    values = outside.astype(np.float64)
    for axis in (0, 1):
        values = slide_max(values, radius, axis)
    return values < 0.5


def quadrilateral(grey: Grey) -> Mask | None:
    """The largest bright thing [height, width], if it has the form of a sheet on darker ground."""
    calm = close_scene(grey, max(2, max(grey.shape) // 24))  # without what is written on it
    levels = levels_of(calm)
    cut = threshold(levels)
    if cut is None:
        return None
    names, count = components(levels > cut)
    area = np.bincount(names.ravel(), minlength=count + 1)
    area[0] = 0
    mask = names == np.argmax(area)
    border = np.concatenate([mask[0], mask[-1], mask[:, 0], mask[:, -1]])
    if np.sum(border) > OPEN * border.size:
        return None
    filled = span(span(mask).T).T
    size = int(np.sum(filled))
    bright = int(np.sum(filled & (levels_of(grey) > cut)))
    large, solid = size >= LEAST * filled.size, bright >= SOLID * size
    return filled if large and solid and likeness(filled) >= FORM else None


def span(mask: Mask) -> Mask:
    """Each row of ``mask`` filled from its first pixel to its last."""
    from_left = np.logical_or.accumulate(mask, axis=1)
    from_right = np.logical_or.accumulate(mask[:, ::-1], axis=1)[:, ::-1]
    return np.asarray(from_left & from_right)


def levels_of(grey: Grey) -> Components:
    """The brightness of each pixel in whole steps from 0."""
    return np.minimum((grey * LEVELS).astype(np.int64), LEVELS - 1)


def threshold(levels: Components) -> int | None:
    """The highest of ``levels`` that is ground by Otsu's method; None when it is hardly darker.

    Source: Otsu, "A threshold selection method from gray-level histograms", 1979.
    """
    counts = np.bincount(levels.ravel(), minlength=LEVELS).astype(np.float64)
    below, light = np.cumsum(counts), np.cumsum(counts * (np.arange(LEVELS) + 0.5))
    best, cut = 0.0, None
    for level in range(LEVELS - 1):
        under, over = float(below[level]), float(below[-1] - below[level])
        if not under or not over:
            continue
        dark, bright = float(light[level]) / under, float(light[-1] - light[level]) / over
        spread = under * over * (bright - dark) * (bright - dark)
        if spread > best:
            best, cut = spread, (level if dark <= DARKER * bright else None)
    return cut


def likeness(mask: Mask) -> float:
    """How much of ``mask`` and the quadrilateral of its corners both cover, of what any does; 0..1.

    Its corners are the outermost pixels in the diagonal or in the straight directions, whichever
    fit better: a sheet may be turned.
    """
    y, x = np.nonzero(mask)
    rows, columns = np.indices(mask.shape)
    best = 0.0
    for far in ((-x - y, x - y, x + y, y - x), (-x, -y, x, y)):  # clockwise
        ends = [(int(x[i]), int(y[i])) for i in (int(np.argmax(one)) for one in far)]
        inside = np.ones(mask.shape, np.bool_)
        for (ax, ay), (bx, by) in zip(ends, ends[1:] + ends[:1], strict=True):
            inside &= (bx - ax) * (rows - ay) - (by - ay) * (columns - ax) >= 0
        best = max(best, float(np.sum(mask & inside) / np.sum(mask | inside)))
    return best
