"""Functions of fixed-point numbers, on NumPy's int64. Source: gemmlowp, fixedpoint/fixedpoint.h.

Qn is a number with n bits before and 31 - n bits behind the point.
"""

import math
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from convert.compiler.arithmetic.fixed_point import (
    Ints,
    Multiplier,
    apply,
    multiplier,
    multiply_high,
    rounding_divide,
)

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


def leading_zeros(values: npt.ArrayLike) -> Ints:
    """Of ``values`` in 1..2^31 - 1, as 32 bits."""
    return 32 - np.frexp(np.asarray(values, np.float64))[1].astype(np.int64)


def logarithm(values: npt.ArrayLike) -> Ints:
    """The natural logarithm of ``values`` >= 1, Q12 to Q5."""
    v, root, center = np.asarray(values, np.int64), 1518500250, 1805811301
    zeros, zeros_b = leading_zeros(v), leading_zeros(multiply_high(v, root)) - 1
    r = saturate(multiply_high(saturate(v << (zeros - 1)), root) << 1)
    r = np.minimum(r, saturate(v << zeros_b))
    z = np.maximum(((12 - zeros) << 25) + (1 << 23), ((12 - zeros_b) << 25) - (1 << 23))
    p, q = (r + center + 1) >> 1, saturate((r - center) * 2)
    square = multiply_high(q, q)
    numerator = multiply_high(q, r) + multiply_high(multiply_high(q, square), 117049297)
    denominator = multiply_high(p, 1057819769 + q + multiply_high(127690142, square))
    quotient = reciprocal(denominator + multiply_high(638450708, q))
    fraction = multiply_high(rounding_divide(numerator, 6), quotient)
    return saturate((multiply_high(z, 1488522236) + fraction) << 1)


def inverse_root(value: int) -> Multiplier:
    """1 / sqrt(``value``), by five steps of Newton's method; 1 of 0."""
    if value <= 1:
        return Multiplier(TOP, 0)
    halves = 11
    while value >= 1 << 29:
        value, halves = value // 4, halves + 1
    k = (31 - value.bit_length()) // 2 - 1
    halves, value = halves - k, value << 2 * k
    half, x = rounding_divide(value >> 1, 1), saturate(1 << 28)
    for _ in range(5):
        cube = saturate(multiply_high(multiply_high(x, x), x) << 6)
        x = saturate((multiply_high(402653184, x) - multiply_high(half, cube)) << 3)
    found = int(multiply_high(x, 1518500250))
    return Multiplier(found << max(-halves, 0), min(-halves, 0))


def exponents(scale: float) -> dict[str, int]:
    """How a row of steps of ``scale`` becomes exponents in Q5: the fields of C's struct exponents.

    Differences from the row's largest number below ``smallest`` count as nothing. Raises ValueError
    for steps so small that the runtimes give up.
    """
    if scale * (1 << 26) <= 1:
        raise ValueError(f"its input's scale, {scale:.3g}, is too small: the runtime gives up")
    by = multiplier(min(scale * (1 << 26), float(TOP)))
    smallest = -math.floor(31 * (1 << 26) / (1 << max(by.shift, 0)))
    return {"multiplier": by.quantized, "shift": by.shift, "smallest": smallest}


def exponentials(below: Ints, p: Mapping[str, int]) -> tuple[Ints, Ints]:
    """Exponentials [rows, length], Q0, and their sums [rows, 1], Q12.

    ``below`` is how far each number is from its row's largest, 0 or negative; ``p`` is what
    ``exponents`` gives.
    """
    scaled = apply(below, Multiplier(p["multiplier"], p["shift"]))
    counts = below >= p["smallest"]
    found = np.where(counts, exp_negative(np.where(counts, scaled, -1)), 0)
    parts = np.where(counts, rounding_divide(found, 12), 0)
    return found, np.asarray(parts.sum(axis=1, keepdims=True))
