"""Functions of fixed-point numbers, on NumPy's int64. Source: gemmlowp, fixedpoint/fixedpoint.h.

Qn is a number with n bits before and 31 - n bits behind the point.
"""

import numpy as np
import numpy.typing as npt

from convert.compiler.arithmetic.fixed_point import Ints, multiply_high, rounding_divide

TOP = (1 << 31) - 1
# exp(-2^i) for i of -2..4, Q0
_POWERS = (1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242)


def saturate(values: npt.ArrayLike) -> Ints:
    """``values`` clamped to int32."""
    return np.clip(np.asarray(values, np.int64), -(1 << 31), TOP)


def exp_negative(a: npt.ArrayLike, integer_bits: int = 5) -> Ints:
    """The exponential of ``a`` <= 0, Q<integer_bits> to Q0."""
    numbers = np.asarray(a, np.int64)
    fraction = 31 - integer_bits
    quarter = np.int64(1) << (fraction - 2)
    part = (numbers & (quarter - 1)) - quarter  # the remainder modulo 1/4, less 1/4
    x = saturate(part << integer_bits) + (1 << 28)
    x2 = multiply_high(x, x)
    x3, x4 = multiply_high(x2, x), multiply_high(x2, x2)
    high = multiply_high(rounding_divide(x4, 2) + x3, 715827883) + x2
    result = saturate(1895147668 + multiply_high(1895147668, x + rounding_divide(high, 1)))
    rest = part - numbers
    for exponent, power in zip(range(-2, 5), _POWERS, strict=True):
        if integer_bits > exponent:
            bit = (rest >> (fraction + exponent)) & 1
            result = np.where(bit == 1, multiply_high(result, power), result)
    return np.where(numbers == 0, TOP, result)


def reciprocal(a: npt.ArrayLike) -> Ints:
    """1 / (1 + a) for ``a`` in 0..1, Q0 to Q0, by three steps of Newton's method."""
    return saturate(reciprocal_q1(a) << 1)


def reciprocal_q1(a: npt.ArrayLike) -> Ints:
    """The same in Q1."""
    half = (np.asarray(a, np.int64) + TOP + 1) >> 1
    x = 1515870810 + multiply_high(half, -1010580540)
    for _ in range(3):
        x = x + saturate(multiply_high(x, (1 << 29) - multiply_high(half, x)) << 2)
    return x
