"""What is paper and what is ink, whatever lies around the paper and whatever the light.

1. ``sheet``    finds a sheet of paper on something darker, and leaves only the sheet
2. ``flatten``  makes paper 0 and ink up to 1, whatever the light and whichever is darker

The first step is for scenes: pictures that are large enough to show more than a digit. All is
defined to the last bit, as in ``runtime.arrays``; ``runtime/web/app/paper.js`` does the same.
"""

import numpy as np

from runtime.arrays import Components, Grey, Mask, components, quantile, slide_max, slide_mean, total

SCENE = 64
"""Pictures whose longer side is below this many pixels show a digit and nothing else."""

MARKED = 0.6
"""Third moments are believed from here on; as a share of the absolute third moment."""

MARKED_DETAIL = 0.2
"""The same for what is narrow, which is hardly ever anything but ink."""

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

SOLID = 0.7
"""At least this share of it is bright: what is written on it takes no more."""

WRITTEN = 0.002
"""At least this share of a sheet is darker than DARKER: something is on it."""


def is_scene(grey: Grey) -> bool:
    """Whether ``grey`` is large enough to show more than a digit."""
    return max(grey.shape) >= SCENE


def sheet(grey: Grey) -> tuple[Grey, int, int]:
    """The part of ``grey`` [height, width] that shows a sheet; its first row and column.

    Where its surroundings show in that part, they become paper. Without a sheet, all of it.
    """
    whole = (grey, 0, 0)
    inside = quadrilateral(grey) if is_scene(grey) else None
    if inside is None:
        return whole
    longest = max(grey.shape)
    inside = slide_any(~inside, max(2, longest // 50))
    if not inside.any():
        return whole
    dark = grey < DARKER * quantile(grey[inside], 0.5)
    if np.sum(dark & inside) < WRITTEN * np.sum(inside):
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
    return from_left & np.logical_or.accumulate(mask[:, ::-1], axis=1)[:, ::-1]


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


def flatten(grey: Grey, radius: int) -> tuple[Grey, float]:
    """Ink's contrast [height, width], 0 on paper and up to 1, and the paper's noise (one sigma).

    Ink is darker than paper here. The paper's brightness under the ink is first guessed by a
    closing, which fills whatever is narrower than twice the ``radius``. Twice, pixels near the
    guess are then taken as blank paper, and their average around each place is the better guess.
    Light falls on paper as a factor, so the contrast is 1 - brightness / paper. In a scene the
    closing is light, too: it keeps the edges of a shadow, which an average would not.
    """
    if is_scene(grey):
        grey = grey / np.maximum(close_scene(grey, radius), 1e-3)
        paper = np.ones(grey.shape)
    else:
        paper = close(grey, radius)
    for _ in range(2):
        contrast = 1 - grey / np.maximum(paper, 1e-3)
        # Both quantiles are of paper, even if half of the picture is ink.
        low, quarter = quantile(contrast, 0.05), quantile(contrast, 0.25)
        blank = contrast <= quarter + 3.7 * (quarter - low) / 0.97 + 0.02
        paper = average(grey, blank, max(1, max(grey.shape) // 12))
    contrast = 1 - grey / np.maximum(paper, 1e-3)
    noise = 1.4826 * quantile(np.abs(contrast[blank]), 0.5)
    return np.clip(contrast, 0, 1), noise


def is_light_on_dark(grey: Grey) -> bool:
    """Whether ink is lighter than paper.

    Strokes are few pixels that differ much from their surroundings; paper is many that differ
    little. So the third moment of what a blur leaves over has the sign of the ink, whatever the
    light. Where it is not marked, in a scene, that of what is narrow has: the edge of a shadow is
    not. Where this is not marked either, as when strokes fill a tight crop, paper is what the frame
    shows more of than the inside does.
    """
    everywhere = np.ones(grey.shape, np.bool_)
    skew = lean(grey - average(grey, everywhere, max(2, max(grey.shape) // 8)))
    if abs(skew) > MARKED or min(grey.shape) < 3:
        return skew > 0
    if is_scene(grey):
        radius = max(2, max(grey.shape) // 14)
        no_dark, no_light = close_scene(grey, radius), -close_scene(-grey, radius)
        wide = close_scene(no_light, radius) - close_scene(-no_dark, radius)
        skew = lean(grey - wide / 2)
        if abs(skew) > MARKED_DETAIL:
            return skew > 0
    frame = np.concatenate([grey[0], grey[-1], grey[1:-1, 0], grey[1:-1, -1]])
    inside = grey[1:-1, 1:-1]
    return bool(total(frame) / frame.size < total(inside) / inside.size)


def lean(detail: Grey) -> float:
    """The third moment of ``detail`` about its median, as a share of the absolute one: -1..1."""
    detail = detail - quantile(detail, 0.5)
    cubes = detail * detail * detail
    return total(cubes) / max(total(np.abs(cubes)), 1e-12)


def close(grey: Grey, radius: int) -> Grey:
    """Grey closing by a square of 2 * radius + 1: dark things narrower than it become paper."""
    for axis in (0, 1):
        grey = slide_max(grey, radius, axis)
    for axis in (0, 1):
        grey = -slide_max(-grey, radius, axis)
    return grey


def close_scene(grey: Grey, radius: int) -> Grey:
    """``close`` of a picture that goes on beyond its border as it ends there.

    So a shadow or a table that the border cuts is not narrow.
    """
    closed = close(np.pad(grey, radius, mode="edge"), radius)
    return closed[radius:-radius, radius:-radius]


def average(grey: Grey, among: Mask, radius: int) -> Grey:
    """The mean of the pixels in ``among`` near each pixel: two box blurs of 2 * radius + 1.

    Where a box holds none of them, what the boxes around it hold is spread inwards.
    """
    weight = among.astype(np.float64)
    light = grey * weight
    fallback = total(light) / max(total(weight), 1.0)
    for axis in (0, 1, 0, 1):
        weight, light = slide_mean(weight, radius, axis), slide_mean(light, radius, axis)
    return (light + 1e-6 * fallback) / (weight + 1e-6)
