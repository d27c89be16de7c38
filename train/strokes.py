"""Pictures that are drawn and not collected: a pen goes along strokes, as MNIST's pictures look.

A stroke is float64 [points, 2] of x and y, y down, in any unit; what is drawn is brought to 28x28
by the box and the centre of mass, as ``runtime.ink`` does with every picture.
"""

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from runtime.arrays import Grey
from runtime.dataset import Pixels
from runtime.ink import BOX, SIDE

Stroke = npt.NDArray[np.float64]
Strokes = Sequence[Stroke]

FINE = 2
"""Samples of a pixel, across and down."""
_AT = (np.arange(SIDE * FINE) + 0.5) / FINE  # their places


def line(*points: tuple[float, float]) -> Stroke:
    """Straight from point to point."""
    return np.array(points, np.float64)


def arc(
    centre: tuple[float, float], radii: tuple[float, float], start: float, end: float
) -> Stroke:
    """Part of an ellipse; degrees from the right, clockwise as y points down."""
    angles = np.radians(np.linspace(start, end, 14))
    points = [centre[0] + radii[0] * np.cos(angles), centre[1] + radii[1] * np.sin(angles)]
    return np.stack(points, axis=1)


def curve(*points: tuple[float, float]) -> Stroke:
    """A smooth line through the points (Catmull and Rom's spline)."""
    p = np.array([points[0], *points, points[-1]], np.float64)
    t = np.linspace(0, 1, 6, endpoint=False)[:, None]
    parts = []
    for a, b, c, d in zip(p, p[1:], p[2:], p[3:], strict=False):
        cubic = 2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2
        parts.append((cubic + (3 * b - a - 3 * c + d) * t**3) / 2)
    return np.concatenate([*parts, p[-1:]])


def shaken(strokes: Strokes, rng: np.random.Generator, most: float) -> list[Stroke]:
    """``strokes`` by another hand: bent smoothly, by about ``most`` of the whole size."""
    every = np.concatenate(list(strokes))
    size = float(np.ptp(every, axis=0).max())
    low = every.min(axis=0)
    waves = rng.normal(0, most * size / 2, (2, 3))
    phase, pace = rng.uniform(0, 2 * math.pi, (2, 3)), rng.uniform(1, 4, (2, 3))
    result = []
    for stroke in strokes:
        along = (stroke - low) / size
        bend = [
            np.sum(
                waves[axis] * np.sin(along[:, 1 - axis, None] * pace[axis] + phase[axis]), axis=1
            )
            for axis in (0, 1)
        ]
        moved = stroke + np.stack(bend, axis=1) + rng.normal(0, most * size / 4, 2)
        result.append(moved)
    return result


def turned(strokes: Strokes, degrees: float, slant: float = 0.0) -> list[Stroke]:
    """``strokes`` rotated clockwise, after being sheared by ``slant`` pixels of x for one of y."""
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    matrix = np.array([[c, -s], [s, c]]) @ np.array([[1, -slant], [0, 1]])
    return [stroke @ matrix.T for stroke in strokes]


def drawn(strokes: Strokes, width: float) -> Pixels:
    """Uint8 [28, 28] of ``strokes`` by a round pen ``width`` pixels wide; 0 is paper."""
    every = np.concatenate(list(strokes))
    low, extent = every.min(axis=0), np.ptp(every, axis=0)
    scale = (BOX - width) / max(float(extent.max()), 1e-9)
    left, top = (SIDE - extent * scale) / 2
    far = np.full((SIDE * FINE, SIDE * FINE), np.inf)
    for stroke in strokes:
        far = np.minimum(far, distance((stroke - low) * scale + (left, top)))
    fine = np.clip((width / 2 - far) * FINE + 0.5, 0, 1)
    ink = fine.reshape(SIDE, FINE, SIDE, FINE).mean(axis=(1, 3))
    return np.rint(255 * centred(ink)).astype(np.uint8)


def distance(stroke: Stroke) -> Grey:
    """How far each sample of a picture is from a ``stroke`` in its pixels."""
    starts, ways = stroke[:-1], np.diff(stroke, axis=0)
    if not len(starts):
        starts, ways = stroke[:1], np.zeros((1, 2))
    squared = np.maximum(np.sum(ways**2, axis=1), 1e-12)
    x = _AT[None, None, :] - starts[:, 0, None, None]  # [segments, 1, samples]
    y = _AT[None, :, None] - starts[:, 1, None, None]
    dx, dy = ways[:, 0, None, None], ways[:, 1, None, None]
    along = np.clip((x * dx + y * dy) / squared[:, None, None], 0, 1)
    gap = (x - along * dx) ** 2 + (y - along * dy) ** 2
    return np.asarray(np.sqrt(gap.min(axis=0)))


def centred(ink: Grey) -> Grey:
    """``ink`` [28, 28] moved by whole pixels, its centre of mass on pixel (14, 14)."""
    mass = max(float(ink.sum()), 1e-9)
    moved = ink
    for axis in (0, 1):
        middle = float((ink.sum(axis=1 - axis) * (np.arange(SIDE) + 0.5)).sum()) / mass
        shift = int(np.clip(SIDE // 2 - math.floor(middle), -4, 4))
        moved = np.roll(moved, shift, axis)
    return moved
