"""HARD_SWISH, in 16-bit fixed point in every runtime."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from convert.compiler.arithmetic import fixed_point
from convert.compiler.arithmetic.fixed_point import Ints, Multiplier
from convert.compiler.arithmetic.match import Match
from convert.compiler.ir import Node
from convert.compiler.operators.common import curve, lookup

_LIMITS = -(1 << 15), (1 << 15) - 1


def _halved(by: Multiplier) -> int:
    """The multiplier in 16 bits."""
    return _LIMITS[1] if by.quantized >= 0x7FFF7FFF else (by.quantized + (1 << 15)) >> 16


def _multiply(a: Ints, b: int) -> Ints:
    return np.asarray((a * b + (1 << 14)) >> 15)


def _wrap(values: Ints) -> Ints:
    return np.asarray(((values + (1 << 15)) & 0xFFFF) - (1 << 15))


def _divide(values: Ints, exponent: int) -> Ints:
    """As a 16-bit word divides: by 2^16 and more it leaves a sign."""
    if exponent >= 16:
        return np.where(values >= 0, 1, -1)
    return fixed_point.rounding_divide(values, exponent)


def function(node: Node, match: Match) -> lookup.Function:
    """What becomes of a stored number."""
    del match
    source, output = node.input, node.output
    high = source.scale / np.float32(128)
    by = fixed_point.multiplier(float(high / output.scale))
    gate = fixed_point.multiplier(float(high / np.float32(3 / 32768)))
    if by.shift > 0:
        raise ValueError("its output's scale is too small, which the runtimes refuse")

    def swish(stored: Ints) -> Ints:
        wide = _wrap((stored - source.zero_point) * 128)
        scaled, share = _multiply(wide, _halved(by)), wide
        if gate.shift > 0:
            share = np.clip(share << (gate.shift - 1), *_LIMITS)
        share = _multiply(share, _halved(gate))
        if gate.shift > 0:
            share = np.clip(share << 1, *_LIMITS)
        if gate.shift < 0:
            share = _divide(share, -gate.shift)
        share = (share + (1 << 15)) >> 1
        product = share * scaled
        towards_zero = np.where(product < 0, -(-product >> 15), product >> 15)
        return _divide(towards_zero, -by.shift) + output.zero_point

    return swish


def notes(node: Node, match: Match) -> Sequence[str]:
    """Where LiteRT itself differs from machine to machine."""
    if match is not Match.XNNPACK:
        return ()
    return (
        f"{node.op} (operator {node.index}): equals LiteRT on x86; LiteRT on Arm differs by "
        "one step in places",
    )


OPERATORS = (replace(curve.operator("HARD_SWISH", function), notes=notes),)
