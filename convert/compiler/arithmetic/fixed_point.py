"""Fixed point as gemmlowp and TensorFlow Lite have it, on NumPy's int64, any shape.

A positive real factor is quantized * 2^(shift - 31). Source: gemmlowp, fixedpoint/fixedpoint.h;
TensorFlow, lite/kernels/internal/common.h.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]

_LARGEST_SHIFT_ONCE = 8  # of a multiplier for sums of 64 bits


@dataclass(frozen=True)
class Multiplier:
    """A real number in fixed point: quantized * 2^(shift - 31)."""

    quantized: int  # 0, or of magnitude 2^30 to 2^31 - 1
    shift: int


def multiplier(value: float) -> Multiplier:
    """``value`` > 0 in fixed point, as TensorFlow Lite's QuantizeMultiplier does it.

    Raises ValueError, with a phrase for the user, when it is too large to be meant.
    """
    if not 0 < value < 1 << 31:
        raise ValueError(f"its scales make a factor of {value:.3g}, which is out of range")
    fraction, shift = math.frexp(value)
    quantized = math.floor(fraction * (1 << 31) + 0.5)  # half away from zero; it is positive
    if quantized == 1 << 31:
        quantized, shift = quantized // 2, shift + 1
    return Multiplier(0, 0) if shift < -31 else Multiplier(quantized, shift)


def round_half_away(value: float) -> int:
    """The nearest integer, half away from zero, as std::round."""
    floor = math.floor(abs(value))
    nearest = floor + (abs(value) - floor >= 0.5)
    return nearest if value >= 0 else -nearest


def round_away(values: npt.NDArray[np.floating]) -> Ints:  # type: ignore[type-arg]
    """The nearest integers, half away from zero, of reals whose integers a float holds exactly."""
    size = np.abs(values)
    floor = np.floor(size)
    return np.asarray(np.copysign(floor + (size - floor >= 0.5), values)).astype(np.int64)


def apply(values: Ints, by: Multiplier) -> Ints:
    """``values`` times ``by``, rounded twice as MultiplyByQuantizedMultiplier of gemmlowp does.

    The left shift wraps int32, as it does in the runtimes.
    """
    return apply_each(values, np.int64(by.quantized), np.int64(by.shift))


def apply_each(values: Ints, quantized: npt.ArrayLike, shift: npt.ArrayLike) -> Ints:
    """The same with a multiplier for each element; all broadcast together."""
    shifts = np.asarray(shift, np.int64)
    shifted = wrap(np.asarray(values, np.int64) << np.maximum(shifts, 0))
    high = (shifted * np.asarray(quantized, np.int64) + (1 << 30)) >> 31
    return rounding_divide(high, np.maximum(-shifts, 0))


def apply_up(values: Ints, quantized: npt.ArrayLike, shift: npt.ArrayLike) -> Ints:
    """The same, but halves of the second rounding go up, as in LiteRT's own vector kernels."""
    shifts = np.asarray(shift, np.int64)
    shifted = wrap(np.asarray(values, np.int64) << np.maximum(shifts, 0))
    high = (shifted * np.asarray(quantized, np.int64) + (1 << 30)) >> 31
    right = np.maximum(-shifts, 0)
    return np.asarray((high + ((np.int64(1) << right) >> 1)) >> right)


def reduced(by: Multiplier) -> int:
    """The multiplier in 16 bits, as it is for sums of 64.

    Raises ValueError where the runtimes' shift would not be defined.
    """
    if by.shift >= _LARGEST_SHIFT_ONCE:
        raise ValueError("its scales make a factor of 128 or more, which is out of range")
    return min((by.quantized + (1 << 15)) >> 16, 0x7FFF)


def apply_once(values: Ints, by: Sequence[Multiplier]) -> Ints:
    """``values`` [..., n], below 2^47, times the n multipliers, reduced; rounded once, half up.

    MultiplyByQuantizedMultiplier for int64.
    """
    shifts = 15 - np.array([m.shift for m in by], np.int64)
    products = np.asarray(values, np.int64) * np.array([reduced(m) for m in by], np.int64)
    return wrap((products + (np.int64(1) << (shifts - 1))) >> shifts)


def wrap(values: Ints) -> Ints:
    """``values`` modulo 2^32, as an int32 holds them."""
    return np.asarray(((values + (1 << 31)) & 0xFFFFFFFF) - (1 << 31))


def rounding_divide(values: npt.ArrayLike, exponent: npt.ArrayLike) -> Ints:
    """``values`` / 2^exponent, to the nearest, half away from zero."""
    numbers, power = np.asarray(values, np.int64), np.asarray(exponent, np.int64)
    mask = (np.int64(1) << power) - 1
    return np.asarray((numbers >> power) + ((numbers & mask) > (mask >> 1) + (numbers < 0)))


def multiply_high(a: npt.ArrayLike, b: npt.ArrayLike) -> Ints:
    """The product of two fixed-point numbers, a * b / 2^31, half up."""
    product = np.asarray(a, np.int64) * np.asarray(b, np.int64)
    return np.asarray((product + (1 << 30)) >> 31)
