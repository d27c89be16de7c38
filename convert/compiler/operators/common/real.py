"""Functions of real numbers, tabulated: stored numbers to real ones, the function, and back.

The functions take and give float32. Both ways of rounding are LiteRT's; they part at ties.
"""

from collections.abc import Callable

import numpy as np

from convert.compiler.arithmetic.fixed_point import Ints, round_away
from convert.compiler.arithmetic.match import Match
from convert.compiler.ir import Array, Floats, Tensor
from convert.compiler.operators.common import lookup

Real = Callable[[Floats], Floats]

_UNDEFINED = float(1 << 31)  # steps that no int32 holds


def table(real: Real, source: Tensor, output: Tensor, match: Match) -> lookup.Function:
    """``real`` between stored numbers, rounded as XNNPACK or as LiteRT's other kernels do.

    Raises ValueError where it leaves what runtimes can convert to integers.
    """
    every = np.arange(source.lowest, source.highest + 1)
    if not (np.abs(_steps(real, source, output, every)) < _UNDEFINED).all():
        raise ValueError("its scales put outputs beyond 2^31 steps, which runtimes do not define")

    def function(stored: Ints) -> Ints:
        steps, zero_point = _steps(real, source, output, stored), output.zero_point
        if match is Match.XNNPACK:
            return np.rint(steps + np.float32(zero_point)).astype(np.int64)
        return round_away(steps) + zero_point

    return function


def _steps(real: Real, source: Tensor, output: Tensor, stored: Array) -> Floats:
    """``real`` of ``stored`` in steps of the output."""
    with np.errstate(all="ignore"):
        values = (stored - source.zero_point).astype(np.float32) * source.scale
        steps: Floats = real(values) * (np.float32(1) / output.scale)
    return steps


def through_double(function: Callable[[Array], Array]) -> Real:
    """``function`` in double precision, rounded once: what a good C library's float one gives."""
    return lambda values: function(values.astype(np.float64)).astype(np.float32)
