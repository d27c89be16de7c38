"""Operations on arrays whose results are defined to the last bit, for ``runtime.ink``.

All is float64, each operation rounded by itself (IEEE 754, half to even, no fused multiply-add).
Sums add one value after the other, along rows, in the order of their indices; nothing is left to
a library's order of summation, to BLAS or to its ``pow``. ``runtime/web/arrays.js`` does the same.
"""

import math

import numpy as np
import numpy.typing as npt

Grey = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Components = npt.NDArray[np.int64]


def total(values: Grey) -> float:
    """The sum of one or more ``values``, added row by row from the first to the last."""
    return float(np.cumsum(values)[-1])


def quantile(values: Grey, share: float) -> float:
    """The value below which ``share`` of ``values`` lie, linear between the two next to it."""
    place = (values.size - 1) * share
    below = math.floor(place)
    above = min(below + 1, values.size - 1)
    ordered = np.partition(values, (below, above), axis=None)
    low, high = float(ordered[below]), float(ordered[above])
    return low + (high - low) * (place - below)


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


def slide_mean(values: Grey, radius: int, axis: int) -> Grey:
    """The sum of the 2 * radius + 1 values around each along ``axis``, over that count.

    By differences of running sums; outside is 0.
    """
    values = np.moveaxis(values, axis, 0)
    sums = np.cumsum(np.pad(values, ((radius + 1, radius), (0, 0))), axis=0)
    window = 2 * radius + 1
    return np.moveaxis((sums[window:] - sums[:-window]) / window, 0, axis)


def resample(values: Grey, height: int, width: int) -> Grey:
    """Scale to [height, width]; every output pixel is a weighted mean of what it covers."""
    return _resample_rows(_resample_rows(values, height).T, width).T


def _resample_rows(rows: Grey, count: int) -> Grey:
    """Scale ``rows`` [rows, n] to [count, n]."""
    places, shares = taps(len(rows), count)
    result = np.zeros((count, rows.shape[1]))
    for place, share in zip(places.T, shares.T, strict=True):
        result += share[:, None] * rows[place]
    return result


def taps(source: int, target: int) -> tuple[npt.NDArray[np.int64], Grey]:
    """How a line is scaled: places in ``source`` and their shares, each [target, n].

    Triangles, one target pixel to each side of its centre. When enlarging, one source pixel to each
    side: linear interpolation. Equal sizes: the identity. Places outside have a share of 0.
    """
    scale = source / target
    reach = max(scale, 1.0)
    centres = ((np.arange(target) + 0.5) * scale)[:, None]
    places = np.floor(centres - reach).astype(np.int64) + np.arange(math.ceil(2 * reach) + 1)
    triangle = np.maximum(0.0, 1 - np.abs(places + 0.5 - centres) / reach)
    triangle[(places < 0) | (places >= source)] = 0
    shares = triangle / np.cumsum(triangle, axis=1)[:, -1:]
    return np.clip(places, 0, source - 1), shares


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
