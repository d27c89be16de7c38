"""Winograd's minimal filtering (Toom-Cook) in exact arithmetic: matrices, and transformed filters.

For m outputs of an r-tap filter, n = m + r - 1 points, the last at infinity. The matrices follow
from the points by Lagrange interpolation over the rationals, with denominators cleared:

    y = (outputs @ ((filters @ g) * (inputs @ d))) / divisor,  exactly, for integers g [r], d [n].

Source: A. Toom, 1963; S. Winograd, "Arithmetic Complexity of Computations", 1980, chapter IV.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.int64]

OUTPUTS = 4
POINTS = {
    3: (0, 1, -1, 2, -2),
    5: (0, 1, -1, 2, -2, Fraction(1, 2), Fraction(-1, 2)),
}
"""The finite points, by taps; ``kernels/winograd.h`` has the transforms of just these."""


ROWS = {
    3: ((1, -1, 1), (1, 1, 1), (2, 0, 0), (0, 0, 2)),
    5: (
        (1, -1, 1, 0, 0),
        (1, 1, 1, 0, 0),
        (0, 0, 0, 2, 2),
        (2, 0, 0, 0, 0),
        (0, 0, 0, 2, 0),
        (0, 0, 2, 0, 0),
        (0, 0, 0, 0, 2),
    ),
}
"""What is nested in that along y, for two rows of outputs: the filters' rows of each product, by
taps. F(2,3) for three, with that F(2,2) for the other two of five, as kernels/winograd_nested.h
multiplies and adds them; that makes twice the outputs."""


@dataclass(frozen=True)
class Transform:
    """Exact matrices of F(4, taps)."""

    filters: Matrix  # [points, taps]
    inputs: Matrix  # [points, points]
    outputs: Matrix  # [4, points]; 1, 2, 4, 8 but for signs
    divisor: int

    @property
    def inverse(self) -> int:
        """Of the divisor's odd part, modulo 2^32; what is left of the divisor is 8."""
        return pow(self.divisor // 8, -1, 1 << 32)


@cache
def transform(taps: int) -> Transform:
    """The matrices for ``taps``, one of POINTS. The outputs' own factors go into the filters."""
    finite = [Fraction(point) for point in POINTS[taps]]
    count = len(finite) + 1
    filters, inputs, scales = [], [], []
    for point in finite:
        others = [other for other in finite if other != point]
        up, row = _integers([point**k for k in range(taps)])
        down, polynomial = _integers([*_product(others), Fraction(0)])
        filters.append(row)
        inputs.append(polynomial)
        scales.append(math.prod((point - other for other in others), start=Fraction(up * down)))
    down, polynomial = _integers(_product(finite))
    filters.append([0] * (taps - 1) + [1])
    inputs.append(polynomial)
    scales.append(Fraction(down))
    at = [[point**j for point in finite] + [Fraction(j == OUTPUTS - 1)] for j in range(OUTPUTS)]
    exact = [[at[j][i] / scales[i] for i in range(count)] for j in range(OUTPUTS)]
    divisor = math.lcm(*(value.denominator for row in exact for value in row))
    outputs = np.array([[int(value * divisor) for value in row] for row in exact], np.int64)
    return _factored(np.array(filters, np.int64), np.array(inputs, np.int64), outputs, divisor)


def _factored(filters: Matrix, inputs: Matrix, outputs: Matrix, divisor: int) -> Transform:
    """Each point's common factor of the outputs, with the first one's sign, goes to its filter.

    But for a 2 of 0's and infinity's, where it is largest: what is nested must fit 16 bits too.
    """
    factors = []
    for number, column in enumerate(outputs.T):
        leading = next(int(value) for value in column if value)
        factor = math.gcd(*map(int, column)) // (2 if number in (0, len(outputs.T) - 1) else 1)
        factors.append(factor * (1 if leading > 0 else -1))
    by = np.array(factors, np.int64)
    return Transform(filters * by[:, None], inputs, outputs // by, divisor)


def _product(roots: Sequence[Fraction]) -> list[Fraction]:
    """Coefficients, the constant first, of the polynomial with these roots."""
    result = [Fraction(1)]
    for root in roots:
        shifted = [Fraction(0), *result]
        result = [a - root * b for a, b in zip(shifted, [*result, Fraction(0)], strict=True)]
    return result


def _integers(row: Sequence[Fraction]) -> tuple[int, list[int]]:
    factor = math.lcm(*(value.denominator for value in row))
    return factor, [int(value * factor) for value in row]


def fits(
    weights: npt.NDArray[np.int8],
    bias: npt.NDArray[np.int32],
    zero_point: int,
    nested: bool = False,
) -> bool:
    """Whether ``weights`` [out, height, taps, in] can go through: nothing overflows, ever.

    Transformed filters, and inputs less their zero point, must fit 16 bits for every int8 input,
    and 8 times every sum, with the ``bias`` [out] in it, 32 bits; twice all that where a transform
    along y is ``nested`` in it.
    """
    exact, times = transform(weights.shape[2]), 2 if nested else 1
    most = max(zero_point + 128, 127 - zero_point)
    inputs = int(np.abs(exact.inputs).sum(axis=1).max()) * most * times
    sums = np.abs(weights.astype(np.int64)).sum(axis=(1, 2, 3)) * most
    sums += np.abs(bias.astype(np.int64))
    along = nested_filters if nested else transformed
    filters = int(np.abs(along(weights)).max())
    return inputs < 1 << 15 and filters < 1 << 15 and 8 * times * int(sums.max()) < 1 << 31


def transformed(weights: npt.NDArray[np.int8]) -> Matrix:
    """Filters [out, height, taps, in] as [out, points, height, in]."""
    exact = transform(weights.shape[2])
    return np.einsum("pt,ohti->ophi", exact.filters, weights.astype(np.int64))


def nested_filters(weights: npt.NDArray[np.int8]) -> Matrix:
    """Filters [out, height, taps, in] as [out, points, products along y, in]."""
    rows = np.array(ROWS[weights.shape[1]], np.int64)
    return np.einsum("yh,ophi->opyi", rows, transformed(weights))
