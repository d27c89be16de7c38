"""From any greyscale picture of a digit to the 28x28 form of MNIST, step by step.

Everything here is plain arithmetic on arrays that is defined to the last bit (``runtime.arrays``
says how), so that another language gives the same bytes; ``runtime/web/app/ink.js`` does:

1. ``flatten``   paper becomes 0 and ink up to 1, whatever the light and whichever is darker
2. ``trace``     keeps the ink: what rises above the noise, without specks and page edges
3. ``thicken``   makes strokes that are far thinner than MNIST's as wide as its thin ones
4. ``resample``  scales the ink's bounding box to fit 20x20, keeping its aspect ratio
5. ``centre``    places it in 28x28 with its centre of mass on the middle pixel

Steps 4 and 5 are how MNIST itself was made. Source: LeCun, Bottou, Bengio, Haffner, "Gradient-based
learning applied to document recognition", 1998, section III, and the MNIST database's own page.
"""

import math

import numpy as np

from runtime.arrays import (
    Components,
    Grey,
    Mask,
    components,
    quantile,
    resample,
    slide_max,
    slide_mean,
    total,
)

SIDE = 28
"""Side of the result, in pixels."""

BOX = 20
"""Longest side of the digit in the result, in pixels."""

THIN = 1.4
"""Strokes thinner than this are thickened; in pixels of the result. 99 % of MNIST's are wider."""

WIDTH = 2.2
"""How wide they become; in pixels of the result. The median of MNIST's strokes is 2.5."""

FAINTEST = 0.05
"""The weakest contrast that is read as ink: 1 - ink brightness / paper brightness."""

CLEAN = 1e-6
"""Noise below this is but the rounding of float64: the picture was drawn, not photographed."""

MARKED = 0.6
"""Third moments are believed from here on; as a share of the absolute third moment."""


def normalize(grey: Grey) -> Grey | None:
    """The 28x28 form, in 0..1, of ``grey`` [height, width] in 0..1; None when there is no ink."""
    ink, noise = flatten(grey)
    mask = trace(ink, noise)
    return None if mask is None else form(ink, mask)


def form(ink: Grey, mask: Mask) -> Grey:
    """The 28x28 form, in 0..1, of the part of ``ink`` [height, width] that ``mask`` shows."""
    ink = thicken(crop(ink, mask))
    height, width = ink.shape
    scale = BOX / max(height, width)
    small = resample(ink, max(1, round(height * scale)), max(1, round(width * scale)))
    return centre(small / float(small.max()))


def flatten(grey: Grey) -> tuple[Grey, float]:
    """Ink's contrast [height, width], 0 on paper and up to 1, and the paper's noise (one sigma).

    The paper's brightness under the ink is first guessed by a closing, which fills whatever is
    narrower than two fifths of the picture. Twice, pixels near the guess are then taken as blank
    paper, and their average around each place is the better guess. Light falls on paper as a
    factor, so the contrast is 1 - brightness / paper.
    """
    if is_light_on_dark(grey):
        grey = 1 - grey
    longest = max(grey.shape)
    paper = close(grey, max(2, longest // 5))
    for _ in range(2):
        contrast = 1 - grey / np.maximum(paper, 1e-3)
        # Both quantiles are of paper, even if half of the picture is ink.
        low, quarter = quantile(contrast, 0.05), quantile(contrast, 0.25)
        blank = contrast <= quarter + 3.7 * (quarter - low) / 0.97 + 0.02
        paper = average(grey, blank, max(1, longest // 12))
    contrast = 1 - grey / np.maximum(paper, 1e-3)
    noise = 1.4826 * quantile(np.abs(contrast[blank]), 0.5)
    return np.clip(contrast, 0, 1), noise


def is_light_on_dark(grey: Grey) -> bool:
    """Whether ink is lighter than paper.

    Strokes are few pixels that differ much from their surroundings; paper is many that differ
    little. So the third moment of what a blur leaves over has the sign of the ink, whatever the
    light. Where it is not marked, as when strokes fill a tight crop, paper is what the frame shows
    more of than the inside does.
    """
    everywhere = np.ones(grey.shape, np.bool_)
    detail = grey - average(grey, everywhere, max(2, max(grey.shape) // 8))
    detail = detail - quantile(detail, 0.5)
    cubes = detail * detail * detail
    skew = total(cubes) / max(total(np.abs(cubes)), 1e-12)
    if abs(skew) > MARKED or min(grey.shape) < 3:
        return skew > 0
    frame = np.concatenate([grey[0], grey[-1], grey[1:-1, 0], grey[1:-1, -1]])
    inside = grey[1:-1, 1:-1]
    return bool(total(frame) / frame.size < total(inside) / inside.size)


def close(grey: Grey, radius: int) -> Grey:
    """Grey closing by a square of 2 * radius + 1: dark things narrower than it become paper."""
    for axis in (0, 1):
        grey = slide_max(grey, radius, axis)
    for axis in (0, 1):
        grey = -slide_max(-grey, radius, axis)
    return grey


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


def trace(ink: Grey, noise: float) -> Mask | None:
    """Which pixels are ink [height, width]; None when nothing rises above the noise.

    A component counts when it holds a tenth of the largest one's ink or more, so that the bar of a
    broken 5 stays and dust goes. What frames the picture counts only when there is nothing else.
    """
    threshold = rise(ink, noise)
    if threshold is None:
        return None
    names, count = components(ink > threshold)
    mass = np.bincount(names.ravel(), weights=ink.ravel(), minlength=count + 1)
    mass[0] = 0
    surroundings = framing(names, count)
    if mass[~surroundings].max() >= 0.02 * mass.max():
        mass[surroundings] = 0
    keep = mass >= 0.1 * mass.max()
    keep[0] = False
    return np.asarray(keep[names])


def rise(ink: Grey, noise: float) -> float | None:
    """The contrast from which on ``ink`` [height, width] is ink; None when it is all paper."""
    peak = quantile(ink, 0.999) if ink.size > 5000 else float(ink.max())
    if peak < max(FAINTEST, 5 * noise):
        return None
    return max(0.02, 4 * noise, 0.3 * peak if noise > CLEAN else 0.0)


def framing(names: Components, count: int) -> Mask:
    """Which components are a page's edge, a table or a dark corner, not ink; [count + 1].

    Those that hold a corner of the picture, or four fifths of one of its sides.
    """
    result = np.zeros(count + 1, np.bool_)
    for side in (names[0], names[-1], names[:, 0], names[:, -1]):
        share = np.bincount(side, minlength=count + 1) / len(side)
        result |= share > 0.8
        result[[side[0], side[-1]]] = True
    result[0] = False
    return result


def crop(ink: Grey, mask: Mask) -> Grey:
    """The bounding box of ``mask``, with ink from 0 to 1 and nothing else in it."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    inside = (slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1))
    level = quantile(ink[mask], 0.9)
    return np.clip(np.where(mask, ink, 0)[inside] / level, 0, 1)


def thicken(ink: Grey) -> Grey:
    """Widen the strokes of ``ink`` [height, width] when they would be thinner than ``THIN``.

    The width of a stroke is twice its area over its perimeter; a perimeter that is counted in pixel
    sides is 4 / pi times too long on average.
    """
    scale = BOX / max(ink.shape)
    padded = np.pad(ink > 0.5, 1)
    sides = sum(int(np.sum(np.diff(padded, axis=axis))) for axis in (0, 1))
    width = 2 * total(ink) / max(sides * math.pi / 4, 1) * scale
    if width >= THIN:
        return ink
    fine = 4  # work on a grid of a quarter pixel of the result
    radius = round((WIDTH - width) * fine / 2)
    zoom = (BOX * fine - 2 * radius) / max(ink.shape)
    height, width_ = (max(1, round(side * zoom)) for side in ink.shape)
    return spread(np.pad(resample(ink, height, width_), radius), radius)


def spread(ink: Grey, radius: int) -> Grey:
    """Grey dilation of ``ink`` by a disc of ``radius`` pixels."""
    height, width = ink.shape
    padded = np.pad(ink, radius)
    wide = ink
    for dy in range(-radius, radius + 1):
        for dx in range(-radius, radius + 1):
            if dy * dy + dx * dx <= radius * radius:
                y, x = radius + dy, radius + dx
                wide = np.maximum(wide, padded[y : y + height, x : x + width])
    return wide


def centre(ink: Grey) -> Grey:
    """Place ``ink`` [<= 20, <= 20] in 28x28 with its centre of mass on pixel (14, 14).

    MNIST's centres of mass all lie on that pixel: between 14 and 15, where pixel 0 spans 0 to 1.
    """
    mass = total(ink)
    result = np.zeros((SIDE, SIDE))
    place = []
    for lines in (ink, ink.T):
        along = np.cumsum(lines, axis=1)[:, -1]
        middle = total(along * (np.arange(len(along)) + 0.5)) / mass
        place.append(min(max(SIDE // 2 - math.floor(middle), 0), SIDE - len(along)))
    y, x = place
    result[y : y + ink.shape[0], x : x + ink.shape[1]] = ink
    return result
