"""HARD_SWISH: x * ReLU6(x + 3) / 6, in LiteRT's 16-bit fixed point."""

from collections.abc import Sequence

import numpy as np

from convert.compiler.arithmetic import fixed_point
from convert.compiler.arithmetic.fixed_point import Ints, Multiplier
from convert.compiler.arithmetic.match import Match
from convert.compiler.ir import Node
from convert.compiler.operators.common import lookup

_ROUNDS_UP = 0x7FFF7FFF  # multipliers from here on would not fit 16 bits


def factors(node: Node) -> tuple[Multiplier, Multiplier]:
    """Of the input in steps of 1/128 to the output, and to the rectifier's steps of 3/32768."""
    with np.errstate(all="ignore"):
        step = node.input.scale / np.float32(128)
        to_output = step / node.output.scale
        to_rectifier = step / np.float32(3 / 32768)
    output = _reduced(fixed_point.multiplier(float(to_output)))
    rectifier = _reduced(fixed_point.multiplier(float(to_rectifier)))
    if output.shift > 0:
        raise ValueError("its input's scale is over 128 times its output's: the runtimes give up")
    return output, rectifier


def _reduced(by: Multiplier) -> Multiplier:
    """The same in 16 bits."""
    high = by.quantized >= _ROUNDS_UP
    return Multiplier(0x7FFF if high else (by.quantized + (1 << 15)) >> 16, by.shift)


def function(node: Node, match: Match) -> lookup.Function:
    """What becomes of a stored number."""
    del match  # all runtimes agree here
    zi, zo = node.input.zero_point, node.output.zero_point
    output, rectifier = factors(node)

    def swish(stored: Ints) -> Ints:
        x = _wrap(128 * (stored - zi))
        slope = _rectified(x, rectifier)
        product = slope * _high(x, output.quantized)
        value = np.sign(product) * (np.abs(product) >> 15)
        return _divide(value, -output.shift) + zo

    return swish


def _rectified(x: Ints, by: Multiplier) -> Ints:
    """ReLU6(x + 3) / 6 in steps of 2^-15, 0 to 2^15 - 1."""
    scaled = x
    if by.shift > 0:
        scaled = _saturate(scaled << (by.shift - 1))
    scaled = _high(scaled, by.quantized)
    if by.shift > 0:
        scaled = _saturate(scaled << 1)
    if by.shift < 0:
        scaled = _divide(scaled, -by.shift)
    return (scaled + (1 << 15)) >> 1


def _divide(values: Ints, exponent: int) -> Ints:
    """By 2^exponent, half away from zero; beyond 16 bits, what the runtimes make of it."""
    if exponent >= 16:
        return np.where(values >= 0, 1, -1)
    return fixed_point.rounding_divide(values, exponent)


def _high(a: Ints, b: int) -> Ints:
    return (a * b + (1 << 14)) >> 15


def _saturate(values: Ints) -> Ints:
    return np.clip(values, -(1 << 15), (1 << 15) - 1)


def _wrap(values: Ints) -> Ints:
    return ((values + (1 << 15)) & 0xFFFF) - (1 << 15)


def notes(node: Node, match: Match) -> Sequence[str]:
    """Where LiteRT itself differs from machine to machine."""
    if match is not Match.XNNPACK:
        return ()
    return (
        f"{node.op} (operator {node.index}): equals LiteRT on x86; LiteRT on Arm differs by "
        "one step in places",
    )


OPERATORS = (lookup.operator("HARD_SWISH", function, notes=notes),)
