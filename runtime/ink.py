"""From any greyscale picture of a digit to the 28x28 form of MNIST, step by step.

Everything here is plain arithmetic on arrays, so that C or JavaScript can do the same:

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
import numpy.typing as npt

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

MARKED = 0.6
"""Third moments are believed from here on; as a share of the absolute third moment."""

Grey = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]
Components = npt.NDArray[np.int64]


def normalize(grey: Grey) -> Grey | None:
    """The 28x28 form, in 0..1, of ``grey`` [height, width] in 0..1; None when there is no ink."""
    ink, noise = flatten(grey)
    mask = trace(ink, noise)
    if mask is None:
        return None
    ink = crop(ink, mask)
    ink = thicken(ink)
    height, width = ink.shape
    scale = BOX / max(height, width)
    small = resample(ink, max(1, round(height * scale)), max(1, round(width * scale)))
    return centre(small / max(float(small.max()), 1e-6))


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
        low, quarter = np.quantile(contrast, (0.05, 0.25))  # of paper, even if half of it is ink
        blank = contrast <= quarter + 3.7 * (quarter - low) / 0.97 + 0.02
        paper = average(grey, blank, max(1, longest // 12))
    contrast = 1 - grey / np.maximum(paper, 1e-3)
    noise = 1.4826 * float(np.median(np.abs(contrast[blank])))
    return np.clip(contrast, 0, 1).astype(np.float32), noise


def is_light_on_dark(grey: Grey) -> bool:
    """Whether ink is lighter than paper.

    Strokes are few pixels that differ much from their surroundings; paper is many that differ
    little. So the third moment of what a blur leaves over has the sign of the ink, whatever the
    light. Where it is not marked, as when strokes fill a tight crop, paper is what the frame shows
    more of than the inside does.
    """
    everywhere = np.ones(grey.shape, np.bool_)
    detail = grey - average(grey, everywhere, max(2, max(grey.shape) // 8))
    cubes = (detail - np.median(detail)) ** 3
    skew = float(cubes.sum()) / max(float(np.abs(cubes).sum()), 1e-12)
    if abs(skew) > MARKED:
        return skew > 0
    frame = np.concatenate([grey[0], grey[-1], grey[1:-1, 0], grey[1:-1, -1]])
    return float(frame.mean()) < float(grey[1:-1, 1:-1].mean())


def close(grey: Grey, radius: int) -> Grey:
    """Grey closing by a square of 2 * radius + 1: dark things narrower than it become paper."""
    for axis in (0, 1):
        grey = slide_max(grey, radius, axis)
    for axis in (0, 1):
        grey = -slide_max(-grey, radius, axis)
    return grey


def slide_max(values: Grey, radius: int, axis: int) -> Grey:
    """The largest of the 2 * radius + 1 values around each along ``axis``; outside is -infinity."""
    values = np.moveaxis(values, axis, 0)
    padding = ((radius, radius), (0, 0))
    wide = np.pad(values, padding, constant_values=-np.inf)
    span, target = 1, 2 * radius + 1  # wide[i] is the maximum of `span` values from i on
    while span < target:
        step = min(span, target - span)
        wide = np.maximum(wide[:-step], wide[step:])
        span += step
    return np.moveaxis(wide, 0, axis)


def average(grey: Grey, among: Mask, radius: int) -> Grey:
    """The mean of the pixels in ``among`` near each pixel: two box blurs of 2 * radius + 1.

    Where a box holds none of them, what the boxes around it hold is spread inwards.
    """
    weight = among.astype(np.float32)
    total = grey * weight
    fallback = float(total.sum() / max(float(weight.sum()), 1.0))
    for axis in (0, 1, 0, 1):
        weight, total = slide_mean(weight, radius, axis), slide_mean(total, radius, axis)
    mean = (total + 1e-6 * fallback) / (weight + 1e-6)
    return mean.astype(np.float32)


def slide_mean(values: Grey, radius: int, axis: int) -> Grey:
    """The sum of the 2 * radius + 1 values around each along ``axis``, over that count."""
    values = np.moveaxis(values, axis, 0)
    padded = np.pad(values.astype(np.float64), ((radius + 1, radius), (0, 0)))
    sums = np.cumsum(padded, axis=0)
    window = 2 * radius + 1
    means = (sums[window:] - sums[:-window]) / window
    return np.moveaxis(means.astype(np.float32), 0, axis)


def trace(ink: Grey, noise: float) -> Mask | None:
    """Which pixels are ink [height, width]; None when nothing rises above the noise.

    A component counts when it holds a tenth of the largest one's ink or more, so that the bar of a
    broken 5 stays and dust goes. What frames the picture counts only when there is nothing else.
    """
    peak = float(np.quantile(ink, 0.999)) if ink.size > 5000 else float(ink.max())
    if peak < max(FAINTEST, 5 * noise):
        return None
    mask = ink > max(0.02, 4 * noise, 0.3 * peak if noise else 0.0)
    names, count = components(mask)
    mass = np.bincount(names.ravel(), weights=ink.ravel(), minlength=count + 1)
    mass[0] = 0
    surroundings = framing(names, count)
    if mass[~surroundings].max() >= 0.02 * mass.max():
        mass[surroundings] = 0
    keep = mass >= 0.1 * mass.max()
    keep[0] = False
    return np.asarray(keep[names])


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


def components(mask: Mask) -> tuple[Components, int]:
    """Number the 8-connected components of ``mask`` from 1; 0 is outside. Also their count.

    Two passes over runs of pixels, with a union-find between the rows.
    """
    parent = [0]
    names = np.zeros(mask.shape, np.int64)
    above: list[tuple[int, int, int]] = []
    for row, line in enumerate(mask):
        edges = np.flatnonzero(np.diff(np.pad(line.astype(np.int8), 1))).tolist()
        runs: list[tuple[int, int, int]] = []
        for start, end in zip(edges[::2], edges[1::2], strict=True):
            touching = {root(parent, n) for a, b, n in above if a <= end and b >= start}
            name = min(touching, default=len(parent))
            if name == len(parent):
                parent.append(name)
            for other in touching:
                parent[other] = name
            names[row, start:end] = name
            runs.append((start, end, name))
        above = runs
    roots = [root(parent, name) for name in range(len(parent))]
    unique, dense = np.unique(roots, return_inverse=True)
    return dense[names], len(unique) - 1


def root(parent: list[int], name: int) -> int:
    """The representative of ``name``'s component."""
    while parent[name] != name:
        name = parent[name]
    return name


def crop(ink: Grey, mask: Mask) -> Grey:
    """The bounding box of ``mask``, with ink from 0 to 1 and nothing else in it."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    inside = (slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1))
    level = float(np.quantile(ink[mask], 0.9))
    return np.clip(np.where(mask, ink, 0)[inside] / level, 0, 1).astype(np.float32)


def thicken(ink: Grey) -> Grey:
    """Widen the strokes of ``ink`` [height, width] when they would be thinner than ``THIN``.

    The width of a stroke is twice its area over its perimeter; a perimeter that is counted in pixel
    sides is 4 / pi times too long on average.
    """
    scale = BOX / max(ink.shape)
    padded = np.pad(ink > 0.5, 1)
    sides = sum(int(np.sum(np.diff(padded, axis=axis))) for axis in (0, 1))
    width = 2 * float(ink.sum()) / max(sides * math.pi / 4, 1) * scale
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


def resample(ink: Grey, height: int, width: int) -> Grey:
    """Scale ``ink`` to [height, width]; every output pixel is a weighted mean of what it covers."""
    return (weights(ink.shape[0], height) @ ink @ weights(ink.shape[1], width).T).astype(np.float32)


def weights(source: int, target: int) -> npt.NDArray[np.float64]:
    """The matrix [target, source] that scales a line: triangles, one target pixel to each side.

    When enlarging, one source pixel to each side: linear interpolation. Equal sizes: the identity.
    """
    scale = source / target
    reach = max(scale, 1.0)
    centres = (np.arange(target) + 0.5) * scale
    distance = np.abs(np.arange(source) + 0.5 - centres[:, None]) / reach
    triangle = np.maximum(0.0, 1 - distance)
    return np.asarray(triangle / triangle.sum(axis=1, keepdims=True))


def centre(ink: Grey) -> Grey:
    """Place ``ink`` [<= 20, <= 20] in 28x28 with its centre of mass on pixel (14, 14).

    MNIST's centres of mass all lie on that pixel: between 14 and 15, where pixel 0 spans 0 to 1.
    """
    mass = float(ink.sum())
    result = np.zeros((SIDE, SIDE), np.float32)
    place = []
    for axis in (0, 1):
        along = ink.sum(axis=1 - axis)
        middle = float(np.sum(along * (np.arange(len(along)) + 0.5))) / mass
        place.append(min(max(SIDE // 2 - math.floor(middle), 0), SIDE - len(along)))
    y, x = place
    result[y : y + ink.shape[0], x : x + ink.shape[1]] = ink
    return result
