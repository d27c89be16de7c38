"""Sigmoid and hyperbolic tangent by interpolation, as TensorFlow Lite Micro has them for 16 bits.

Both read one table of the sigmoid at multiples of 1/24, Q0 with 16 bits behind the point, whose
entries are as that runtime has them: not everywhere the nearest number.
"""

import numpy as np
import numpy.typing as npt

from convert.compiler.arithmetic.fixed_point import Ints

_RAISED = (
    *(4, 8, 12, 14, 15, 16, 17, 19, 20, 21, 22, 25, 27, 28, 29, 30, 31, 33, 34, 35, 37, 39, 40, 41),
    *(43, 44, 45, 46, 49, 50, 54, 62, 63, 64, 66, 82, 86, 93, 100, 103, 112, 116, 135, 255),
)
"""Where the entry is one more than the nearest number."""


def table() -> Ints:
    """The 256 entries."""
    exact = np.rint(65536 / (1 + np.exp(-np.arange(256) / 24))).astype(np.int64)
    exact[list(_RAISED)] += 1
    return np.minimum(exact, 65535)


def _interpolated(size: npt.ArrayLike, bits: int, beyond: int) -> Ints:
    """The table at ``size``, which has ``bits`` behind the entry's number; ``beyond`` its end."""
    values, entries = np.asarray(size, np.int64), table()
    place, part = values >> bits, values & ((1 << bits) - 1)
    inside = np.minimum(place, 254)
    between = (entries[inside] << bits) + part * (entries[inside + 1] - entries[inside])
    return np.where(place >= 255, beyond, between)


def logistic(a: npt.ArrayLike) -> Ints:
    """1 / (1 + exp(-a)), Q3 with 12 bits behind the point to Q0 with 15."""
    return logistic_steps(3 * np.asarray(a, np.int64))


def logistic_steps(steps: Ints) -> Ints:
    """The sigmoid of ``steps``, 512 to an entry, Q0 with 15 bits behind the point."""
    found = _interpolated(np.abs(steps), 9, 0x7FFF << 10)
    return np.where(steps >= 0, found + 512, (1 << 25) - found + 511) >> 10


def tanh(a: npt.ArrayLike, exponent: int) -> Ints:
    """The hyperbolic tangent of ``a`` * 2^``exponent``, Q0 with 15 bits behind the point."""
    scaled, shift = 3 * np.asarray(a, np.int64), 12 + exponent
    if shift < 0:
        return tanh_steps((scaled + (1 << (-shift - 1))) >> -shift)
    return tanh_steps(scaled << shift)


def tanh_steps(steps: Ints) -> Ints:
    """The hyperbolic tangent of ``steps``, 256 to an entry, Q0 with 15 bits behind the point."""
    found, top = _interpolated(np.abs(steps), 8, 0xFFFF << 8), 1 << 23
    return np.where(steps >= 0, found - top + 128, -found + top + 127) >> 8
