"""Softmax in fixed point, on Python's integers. Source: gemmlowp, fixedpoint/fixedpoint.h.

Qn is a number with n bits before and 31 - n bits behind the point.
"""

import numpy as np
import numpy.typing as npt

from convert.compiler import numerics
from convert.compiler.graph import Softmax
from convert.compiler.numerics import Multiplier, rounding_divide

_TOP = (1 << 31) - 1
# exp(-2^i) for i of -2..4, Q0
_POWERS = (1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242)


def fixed(node: Softmax, differences: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Output bytes for one row, given how far each input byte is below the row's largest."""
    p = numerics.softmax_fixed(node)
    by = Multiplier(p["multiplier"], p["shift"])
    powers = [
        exp_negative(numerics.apply(-int(d), by)) if -d >= p["smallest"] else None
        for d in differences
    ]
    total = sum(rounding_divide(power, 12) for power in powers if power is not None)
    headroom = 32 - total.bit_length()
    inverse = reciprocal((total << headroom) - (1 << 31))
    result = []
    for power in powers:
        value = 0
        if power is not None:
            value = rounding_divide(multiply(inverse, power), 12 - headroom + 31 - 8)
        result.append(min(value - 128, 127))
    return np.array(result, np.int64)


def multiply(a: int, b: int) -> int:
    """The product of two fixed-point numbers, a * b / 2^31, half up."""
    return (a * b + (1 << 30)) >> 31


def exp_negative(a: int) -> int:
    """The exponential of ``a`` <= 0, Q5 to Q0."""
    if a == 0:
        return _TOP
    part = (a & 0xFFFFFF) - (1 << 24)  # the remainder modulo 1/4, less 1/4
    x = (part << 5) + (1 << 28)
    x2 = multiply(x, x)
    high = multiply(rounding_divide(multiply(x2, x2), 2) + multiply(x2, x), 715827883) + x2
    result = min(1895147668 + multiply(1895147668, x + rounding_divide(high, 1)), _TOP)
    for bit, power in enumerate(_POWERS):
        if (part - a) >> (24 + bit) & 1:
            result = multiply(result, power)
    return result


def reciprocal(a: int) -> int:
    """1 / (1 + a) for ``a`` in 0..1, Q0 to Q0, by three steps of Newton's method."""
    half = (a + _TOP + 1) >> 1
    x = 1515870810 + multiply(half, -1010580540)
    for _ in range(3):
        x += multiply(x, (1 << 29) - multiply(half, x)) << 2
    return min(x << 1, _TOP)
