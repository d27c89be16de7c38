"""Softmax of 16-bit numbers: two tables, and sums in Q15.

Source: TensorFlow Lite, SoftmaxInt16 of lite/kernels/internal/reference/softmax.h.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from convert.compiler.arithmetic import fixed_point
from convert.compiler.arithmetic.fixed_point import Ints, Multiplier
from convert.compiler.arithmetic.match import Match
from convert.compiler.ir import Array, Tensor
from convert.compiler.operators.common import interpolation
from convert.compiler.operators.common.lowering import LoweringContext
from convert.compiler.program import Step, Table

_RANGE = 10.0  # exponentials of less than -10 count as nothing
_LONGEST = 1 << 15  # elements of a row: sums must fit 31 bits
_TOP = 32767


def _tables(match: Match) -> tuple[Ints, Ints]:
    """Of exp(x) for x of -10..0, and of 1 / (1 + x) for x of 0..1."""
    kind: type[Any] = np.float32 if match is Match.TFLM else np.float64
    scale = 2.0 / 65535.0

    def power(values: Array) -> Array:
        return np.exp(values.astype(np.float64)).astype(kind)

    def inverse(values: Array) -> Array:
        return np.asarray(kind(1) / (kind(1) + values))

    return (
        interpolation.table(power, (_RANGE / 65535.0, _TOP), scale, kind),
        interpolation.table(inverse, (1.0 / 65535.0, -32768), scale, kind),
    )


def _multiplier(source: Tensor, beta: np.float32) -> Multiplier:
    if source.shape[-1] > _LONGEST:
        raise ValueError(f"its rows are longer than {_LONGEST:,}, which is not supported")
    return fixed_point.multiplier(float(source.scale) * float(beta) / (_RANGE / 65535.0))


def compute(source: Tensor, beta: np.float32, rows: Ints, match: Match) -> Ints:
    """Outputs for ``rows`` [rows, length]."""
    exponential, inverse = _tables(match)
    below = rows - rows.max(axis=1, keepdims=True)
    scaled = fixed_point.apply(below, _multiplier(source, beta)) + _TOP
    powers = interpolation.look_up(np.clip(scaled, -_TOP - 1, _TOP), exponential)
    total = powers.sum(axis=1, keepdims=True)
    bits = np.array([[int(t).bit_length()] for t in total[:, 0]])
    shifted = ((total << (31 - bits)) + (1 << 13)) >> 14
    place = np.clip(shifted - (1 << 15) - (1 << 16), -_TOP - 1, _TOP)
    share = powers * interpolation.look_up(place, inverse)
    return np.clip((share + (1 << (bits - 2))) >> (bits - 1), 0, _TOP)


def lower(source: Tensor, beta: np.float32, site: LoweringContext) -> Sequence[Step]:
    """Two tables and a kernel."""
    by, length = _multiplier(source, beta), source.shape[-1]
    tables = tuple(
        Table(f"{site.name}_{name}", "int16_t", values.astype(np.int16), "[steps and the end]")
        for name, values in zip(("exponential", "inverse"), _tables(site.match), strict=True)
    )
    fields = {
        "rows": source.size // length,
        "length": length,
        "multiplier": by.quantized,
        "shift": by.shift,
        "exponential": tables[0],
        "inverse": tables[1],
    }
    return [site.step("softmax_int16", fields, tables, in_place=True)]
