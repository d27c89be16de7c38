"""gemmlowp's functions in words of 16 bits, on NumPy's int64. Source: gemmlowp, fixedpoint.h.

Qn is a number with n bits before and 15 - n bits behind the point. Where the words of 16 bits
saturate or wrap, so does this.
"""

import numpy as np
import numpy.typing as npt

from convert.compiler.arithmetic.fixed_point import Ints, rounding_divide

TOP = (1 << 15) - 1
HALF = 1 << 14
# exp(-2^i) for i of -2..4, Q0
_POWERS = (25520, 19875, 12055, 4435, 600, 11, 0)


def saturate(values: npt.ArrayLike) -> Ints:
    """``values`` clamped to int16."""
    return np.clip(np.asarray(values, np.int64), -(1 << 15), TOP)


def wrap(values: npt.ArrayLike) -> Ints:
    """``values`` modulo 2^16, as an int16 holds them."""
    return np.asarray(((np.asarray(values, np.int64) + (1 << 15)) & 0xFFFF) - (1 << 15))


def multiply_high(a: npt.ArrayLike, b: npt.ArrayLike) -> Ints:
    """The product of two numbers, a * b / 2^15, half up."""
    product = np.asarray(a, np.int64) * np.asarray(b, np.int64)
    return np.asarray((product + (1 << 14)) >> 15)


def exp_negative(a: npt.ArrayLike, integer_bits: int) -> Ints:
    """The exponential of ``a`` <= 0, Q<integer_bits> to Q0."""
    numbers = np.asarray(a, np.int64)
    fraction = 15 - integer_bits
    quarter = np.int64(1) << (fraction - 2)
    part = (numbers & (quarter - 1)) - quarter  # the remainder modulo 1/4, less 1/4
    x = saturate(part << integer_bits) + (1 << 12)
    x2 = multiply_high(x, x)
    x3, x4 = multiply_high(x2, x), multiply_high(x2, x2)
    high = wrap(multiply_high(wrap(rounding_divide(x4, 2) + x3), 10923) + x2)
    term = multiply_high(28918, wrap(x + rounding_divide(high, 1)))
    result = saturate(28918 + term)
    rest = part - numbers
    for exponent, power in zip(range(-2, 5), _POWERS, strict=True):
        if integer_bits > exponent:
            bit = (rest >> (fraction + exponent)) & 1
            result = np.where(bit == 1, multiply_high(result, power), result)
    if integer_bits > 5:
        result = np.where(numbers < -(32 << fraction), 0, result)
    return np.where(numbers == 0, TOP, result)


def reciprocal_q1(a: npt.ArrayLike) -> Ints:
    """1 / (1 + a) for ``a`` in 0..1, Q0 to Q1, by three steps of Newton's method."""
    half = (np.asarray(a, np.int64) + TOP + 1) >> 1
    x = wrap(23130 + multiply_high(half, -15420))
    for _ in range(3):
        step = multiply_high(x, wrap((1 << 13) - multiply_high(half, x)))
        x = wrap(x + saturate(step << 2))
    return x


def logistic(a: npt.ArrayLike) -> Ints:
    """1 / (1 + exp(-a)), Q3 to Q0."""
    numbers = np.asarray(a, np.int64)
    positive = saturate(reciprocal_q1(exp_negative(-np.abs(numbers), 3)) << 1)
    return np.where(numbers > 0, positive, np.where(numbers < 0, TOP - positive, HALF))


def tanh(a: npt.ArrayLike, integer_bits: int) -> Ints:
    """The hyperbolic tangent, Q<integer_bits> to Q0."""
    numbers = np.asarray(a, np.int64)
    power = exp_negative(-np.abs(numbers), integer_bits + 1)
    positive = saturate((reciprocal_q1(power) - (1 << 13)) << 2)
    return np.asarray(np.sign(numbers) * positive)
