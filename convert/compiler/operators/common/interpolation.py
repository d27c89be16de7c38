"""Tables of 512 steps between which 16-bit numbers interpolate.

Source: TensorFlow Lite, LUTPopulate and LUTLookup of lite/kernels/internal/common.h. LiteRT has
them in float64, TensorFlow Lite Micro in float32.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from convert.compiler.arithmetic.fixed_point import Ints
from convert.compiler.ir import Array

_STEPS = 512
_LOW, _HIGH = -(1 << 15), (1 << 15) - 1


def table(
    function: Callable[[Array], Array], low: tuple[float, int], scale: float, kind: type[Any]
) -> Ints:
    """513 values of ``function``, each moved by half its error in the middle of the step.

    ``low`` has scale and zero point of the 16-bit input, ``scale`` is the output's; ``kind`` is the
    floating-point type that every step is rounded to.
    """
    first = kind(low[0]) * kind(_LOW - low[1])
    last = kind(low[0]) * kind(_HIGH - low[1])
    step = kind((last - first) / kind(_STEPS))
    spread = kind(kind(scale) * kind(_HIGH)) - kind(kind(scale) * kind(_LOW))
    inverse = kind(kind(_HIGH - _LOW + 1) / spread)
    places = first + np.arange(_STEPS + 1).astype(kind) * step
    values = function(places) * inverse
    middle = _rounded(function(places[:-1] + kind(step / kind(2))) * inverse)
    here, between = _rounded(values[:-1]), (values[1:] + _rounded(values[:-1])) / kind(2)
    bias = _rounded((_rounded(between) - middle) / kind(2))
    end = _rounded(function(np.array([last], kind)) * inverse)
    every = np.concatenate([here - bias, end])
    return np.clip(every, _LOW, _HIGH).astype(np.int64)


def _rounded(values: Array) -> Array:
    """To the nearest, half away from zero, in the same type."""
    half = values.dtype.type(0.5)
    return np.asarray(np.copysign(np.floor(np.abs(values) + half), values))


def look_up(values: Ints, entries: Ints) -> Ints:
    """Between two entries for each 16-bit value."""
    place = (_STEPS >> 1) + (values >> 7)
    slope = entries[place + 1] - entries[place]
    return np.asarray(entries[place] + ((slope * (values & 0x7F) + 64) >> 7))
