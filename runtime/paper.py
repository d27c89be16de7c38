"""What is paper and what is ink, whatever the light.

All is defined to the last bit, as in ``runtime.arrays``; ``runtime/web/app/paper.js`` does it too.
"""

import numpy as np

from runtime.arrays import Grey, Mask, quantile, slide_max, slide_mean, total

SCENE = 64
"""Pictures whose longer side is below this many pixels show a digit and nothing else."""

MARKED = 0.6
"""Third moments are believed from here on; as a share of the absolute third moment."""

MARKED_DETAIL = 0.2
"""The same for what is narrow, which is hardly ever anything but ink."""


def is_scene(shape: tuple[int, ...]) -> bool:
    """Whether a picture of ``shape`` is large enough to show more than a digit."""
    return max(shape) >= SCENE


def flatten(grey: Grey, radius: int) -> tuple[Grey, float]:
    """Ink's contrast [height, width], 0 on paper and up to 1, and the paper's noise (one sigma).

    Ink is darker than paper here. The paper's brightness under the ink is first guessed by a
    closing, which fills whatever is narrower than twice the ``radius``. Twice, pixels near the
    guess are then taken as blank paper, and their average around each place is the better guess.
    Light falls on paper as a factor, so the contrast is 1 - brightness / paper. In a scene the
    closing is light, too: it keeps the edges of a shadow, which an average would not.
    """
    if is_scene(grey.shape):
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
    if is_scene(grey.shape):
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
