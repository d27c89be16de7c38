"""From any greyscale picture of a digit to the 28x28 form of MNIST, step by step.

Everything here is plain arithmetic on arrays that is defined to the last bit (``runtime.arrays``
says how), so that another language gives the same bytes; ``runtime/web/app/ink.js`` does:

1. ``cut_out``   in a scene, leaves only the sheet of paper that lies on something darker
2. ``flatten``   paper becomes 0 and ink up to 1, whatever the light and whichever is darker
3. ``erase``     in a scene, takes out the lines of ruled and squared paper
4. ``trace``     keeps the ink: what rises above the noise, without specks, frames and page edges
5. ``thicken``   makes strokes that are far thinner than MNIST's as wide as its thin ones
6. ``resample``  scales the ink's bounding box to fit 20x20, keeping its aspect ratio
7. ``centre``    places it in 28x28 with its centre of mass on the middle pixel

Steps 6 and 7 are how MNIST itself was made. Source: LeCun, Bottou, Bengio, Haffner, "Gradient-based
learning applied to document recognition", 1998, section III, and the MNIST database's own page.
"""

import math
from dataclasses import dataclass, replace

import numpy as np

from runtime import paper, pieces, rules, sheet
from runtime.arrays import Grey, Mask, quantile, resample, total

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

CLOSED = 2.0
"""The second look closes what is narrower than twice this many strokes."""

FEW = 8
"""Ink is as dark as the darkest but this many pixels, or but a thousandth if these are fewer."""


@dataclass(frozen=True)
class View:
    """What a picture shows: ink on paper."""

    ink: Grey  # [height, width], 0 on paper and up to 1
    threshold: float  # the contrast from which on it is ink
    top: int = 0  # the row of the picture where ``ink`` begins: where a sheet lies
    left: int = 0  # the column
    is_drawn: bool = False  # whether it has no noise: a pad was drawn on, all ink is meant


def normalize(grey: Grey) -> Grey | None:
    """The 28x28 form, in 0..1, of ``grey`` [height, width] in 0..1; None when there is no ink."""
    view = look(grey)
    return None if view is None else form(view.ink, trace(view))


def look(grey: Grey) -> View | None:
    """What ``grey`` [height, width] in 0..1 shows; None when nothing rises above the noise."""
    grey, top, left = sheet.cut_out(grey)
    if paper.is_light_on_dark(grey):
        grey = 1 - grey
    view = _look(grey, max(2, max(grey.shape) // 5))
    if view is not None and paper.is_scene(grey.shape):
        # What closes the strokes and little more: it fits the edges of shadows better.
        radius = math.ceil(CLOSED * stroke(crop(view.ink, trace(view))))
        if radius < max(grey.shape) // 8:
            view = _look(grey, max(2, radius))
    return view and replace(view, top=top, left=left)


def _look(grey: Grey, radius: int) -> View | None:
    """What ``grey`` shows when what is narrower than twice the ``radius`` is ink."""
    ink, noise = paper.flatten(grey, radius)
    threshold = rise(ink, noise)
    if threshold is None:
        return None
    if paper.is_scene(grey.shape):
        plain = rules.erase(ink, noise, quantile(ink[ink > threshold], 0.7))
        remaining = rise(plain, noise)
        if remaining is not None:  # else it is no rule but a 1
            ink, threshold = plain, remaining
    return View(ink, threshold, is_drawn=noise <= CLEAN)


def trace(view: View) -> Mask:
    """Which pixels of a view are ink of the one digit that it shows, [height, width]."""
    return pieces.trace(pieces.measure(view.ink, view.threshold))


def form(ink: Grey, mask: Mask) -> Grey:
    """The 28x28 form, in 0..1, of the part of ``ink`` [height, width] that ``mask`` shows."""
    ink = thicken(crop(ink, mask))
    height, width = ink.shape
    scale = BOX / max(height, width)
    small = resample(ink, max(1, round(height * scale)), max(1, round(width * scale)))
    return centre(small / float(small.max()))


def rise(ink: Grey, noise: float) -> float | None:
    """The contrast from which on ``ink`` [height, width] is ink; None when it is all paper."""
    share = max(0.999, 1 - FEW / ink.size)
    peak = quantile(ink, share) if ink.size > 5000 else float(ink.max())
    if peak < max(FAINTEST, 5 * noise):
        return None
    return max(0.02, 4 * noise, 0.3 * peak if noise > CLEAN else 0.0)


def crop(ink: Grey, mask: Mask) -> Grey:
    """The bounding box of ``mask``, with ink from 0 to 1 and nothing else in it."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    inside = (slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1))
    level = quantile(ink[mask], 0.9)
    return np.clip(np.where(mask, ink, 0)[inside] / level, 0, 1)


def stroke(ink: Grey) -> float:
    """How wide the strokes of ``ink`` [height, width] are, in its pixels.

    Twice their area over their perimeter; a perimeter that is counted in pixel sides is 4 / pi
    times too long on average.
    """
    padded = np.pad(ink > 0.5, 1)
    sides = sum(int(np.sum(np.diff(padded, axis=axis))) for axis in (0, 1))
    return 2 * total(ink) / max(sides * math.pi / 4, 1)


def thicken(ink: Grey) -> Grey:
    """Widen the strokes of ``ink`` [height, width] when they would be thinner than ``THIN``."""
    width = stroke(ink) * (BOX / max(ink.shape))
    if width >= THIN:
        return ink
    fine = 4  # work on a grid of a quarter pixel of the result
    radius = round((WIDTH - width) * fine / 2)
    zoom = (BOX * fine - 2 * radius) / max(ink.shape)
    height, across = (max(1, round(side * zoom)) for side in ink.shape)
    return spread(np.pad(resample(ink, height, across), radius), radius)


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
