"""How each runtime turns exact sums into int8: parameters of the arithmetic, computed once.

Three behaviours can be matched; each was verified against the runtime itself (tests/compiler):

    XNNPACK  LiteRT's and TensorFlow's default kernels
    REF      LiteRT's reference kernels (BUILTIN_REF)
    TFLM     TensorFlow Lite Micro

Fixed-point multipliers are those of gemmlowp: value = quantized * 2^(shift - 31).
"""

import enum
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from convert.compiler.graph import Add, Dense, Linear, Mean, Softmax, Tensor


class Match(enum.StrEnum):
    """The runtime whose bytes the generated code gives."""

    XNNPACK = "xnnpack"
    REF = "ref"
    TFLM = "tflm"


RUNTIME = {
    Match.XNNPACK: "LiteRT's default kernels (XNNPACK)",
    Match.REF: "LiteRT's reference kernels",
    Match.TFLM: "TensorFlow Lite Micro",
}
"""What a person calls each."""


@dataclass(frozen=True)
class Multiplier:
    """A positive real number in fixed point: quantized * 2^(shift - 31)."""

    quantized: int  # 0, or 2^30 to 2^31 - 1
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


_LARGEST_SCALE = 256  # of a requantization in XNNPACK


def linear_scales(node: Linear, match: Match) -> npt.NDArray[np.float64]:
    """Input scale times weight scale over output scale, per channel, as the runtime rounds it.

    For XNNPACK every step is float32, and the float64 result holds that float32 exactly.
    """
    weights = node.scales
    if match is Match.XNNPACK:
        with np.errstate(over="ignore", under="ignore"):
            single = (node.input.scale * weights) / node.output.scale
        if not ((np.finfo(np.float32).tiny <= single) & (single < _LARGEST_SCALE)).all():
            raise ValueError("its scales make a factor that XNNPACK refuses: not below 256")
        return single.astype(np.float64)
    product = node.input.scale.astype(np.float64) * weights.astype(np.float64)
    return np.asarray(product / node.output.scale.astype(np.float64))


def uses_double(node: Linear, match: Match) -> bool:
    """Whether the runtime rounds this node's sums in double precision instead of fixed point."""
    return match is Match.REF and isinstance(node, Dense)


_BOUNDS = {
    "NONE": (None, None),
    "RELU": (0.0, None),
    "RELU6": (0.0, 6.0),
    "RELU_N1_TO_1": (-1.0, 1.0),
}


def bounds(activation: str, tensor: Tensor, match: Match) -> tuple[int, int]:
    """The smallest and largest stored value that ``activation`` lets through."""

    def stored(real: float) -> int:
        steps = np.float32(real) / tensor.scale
        if match is Match.XNNPACK:
            value = float(np.rint(np.float32(steps + np.float32(tensor.zero_point))))
        else:
            value = tensor.zero_point + round_half_away(float(steps))
        return int(min(max(value, -128), 127))

    low, high = _BOUNDS[activation]
    return (
        -128 if low is None else stored(low),
        127 if high is None else stored(high),
    )


def round_half_away(value: float) -> int:
    """The nearest integer, half away from zero, as std::round."""
    floor = math.floor(abs(value))
    nearest = floor + (abs(value) - floor >= 0.5)
    return nearest if value >= 0 else -nearest


def apply(value: int, by: Multiplier) -> int:
    """``value`` times ``by``, rounded twice as MultiplyByQuantizedMultiplier of gemmlowp does."""
    left, right = max(by.shift, 0), max(-by.shift, 0)
    high = (int(np.int32(np.uint32((value << left) & 0xFFFFFFFF))) * by.quantized + (1 << 30)) >> 31
    return rounding_divide(high, right)


def rounding_divide(value: int, exponent: int) -> int:
    """``value`` / 2^exponent, to the nearest, half away from zero."""
    mask = (1 << exponent) - 1
    remainder, threshold = value & mask, (mask >> 1) + (value < 0)
    return (value >> exponent) + (remainder > threshold)


def pointwise_table(op: str, source: Tensor, output: Tensor, match: Match) -> npt.NDArray[np.int8]:
    """The output byte for each input byte -128..127 of QUANTIZE, RELU or RELU6."""
    function = _pointwise(op, source, output, match)
    values = (min(max(function(x), -128), 127) for x in range(-128, 128))
    return np.fromiter(values, np.int8, 256)


def _pointwise(op: str, source: Tensor, output: Tensor, match: Match) -> Callable[[int], int]:
    ratio32 = source.scale / output.scale
    zi, zo = source.zero_point, output.zero_point
    if op == "QUANTIZE":
        if match is Match.XNNPACK and 1 / 256 <= ratio32 <= 128:
            factor = int(np.rint(np.float32(256) * ratio32))
            return lambda x: ((zo << 8) + 128 + (x - zi) * factor) >> 8
        by = multiplier(float(source.scale) / float(output.scale))
        return lambda x: apply(x - zi, by) + zo
    if op == "RELU6" and match is Match.TFLM:
        high = zi + round_half_away(float(np.float32(6) / source.scale))
        return lambda x: min(max(x, zi), high)
    by = multiplier(float(ratio32))
    low, high = bounds(op, output, Match.REF)
    return lambda x: min(max(apply(x - zi, by) + zo, low), high)


def addition(node: Add, match: Match) -> tuple[str, dict[str, int]]:
    """The kernel and its parameters for an addition."""
    first, second = node.inputs
    low, high = bounds(node.activation, node.output, match)
    limits = {"zero_point": node.output.zero_point, "low": low, "high": high}
    ratios = np.array([first.scale / node.output.scale, second.scale / node.output.scale])
    zeros = first.zero_point, second.zero_point
    if match is Match.XNNPACK and ratios.min() >= 1 / 1024 and ratios.max() < 256:
        shift = 20 - math.floor(math.log2(float(ratios.max())))
        factors = [int(np.rint(np.ldexp(float(ratio), shift))) for ratio in ratios]
        fields = {
            "zero_point_a": zeros[0],
            "multiplier_a": factors[0],
            "zero_point_b": zeros[1],
            "multiplier_b": factors[1],
            "shift": shift,
        }
        return "add_shifted", fields | limits
    if match is Match.XNNPACK:
        low, high = bounds(node.activation, node.output, Match.REF)
        limits |= {"low": low, "high": high}
    twice = 2 * max(float(first.scale), float(second.scale))
    a, b = multiplier(float(first.scale) / twice), multiplier(float(second.scale) / twice)
    out = multiplier(twice / float(np.float32(1 << 20) * node.output.scale))
    fields = {
        "zero_point_a": zeros[0],
        "multiplier_a": a.quantized,
        "shift_a": a.shift,
        "zero_point_b": zeros[1],
        "multiplier_b": b.quantized,
        "shift_b": b.shift,
        "multiplier": out.quantized,
        "shift": out.shift,
    }
    return "add_fixed", fields | limits


def mean_float(node: Mean, count: int) -> tuple[np.float32, np.float32]:
    """Scale and bias of the sum of ``count`` values, each step rounded to float32."""
    ratio, share = node.input.scale / node.output.scale, np.float32(1) / np.float32(count)
    scale = np.float32(ratio * share)
    offset = np.float32(np.float32(count * node.input.zero_point) * scale)
    return scale, np.float32(np.float32(node.output.zero_point) - offset)


def mean_fixed(node: Mean, count: int) -> Multiplier:
    """The multiplier of the sum, with the division by ``count`` in it."""
    by = multiplier(float(node.input.scale) / float(node.output.scale))
    room = min(count.bit_length() - 1, 32, 31 + by.shift)
    return Multiplier((by.quantized << room) // count, by.shift - room)


def softmax_table(node: Softmax) -> npt.NDArray[np.float32]:
    """Powers exp(-beta * scale * i) for i of 0..255, float32."""
    step = np.float32(-(node.input.scale * node.beta))
    arguments = (step * np.arange(256, dtype=np.float32)).astype(np.float32)
    return np.exp(arguments.astype(np.float64)).astype(np.float32)


_LONGEST_SOFTMAX = 256  # elements


def softmax_fixed(node: Softmax) -> dict[str, int]:
    """Multiplier, shift and smallest difference of the fixed-point softmax, input in Q5.26.

    Raises ValueError when its sum, in Q12, could overflow.
    """
    if node.input.shape[-1] > _LONGEST_SOFTMAX:
        raise ValueError(f"its rows are longer than {_LONGEST_SOFTMAX}, which is not supported")
    real = float(node.input.scale) * float(node.beta) * (1 << 26)
    by = multiplier(min(real, float((1 << 31) - 1)))
    smallest = -math.floor(31 * (1 << 26) / (1 << max(by.shift, 0)))
    return {"multiplier": by.quantized, "shift": by.shift, "smallest": smallest}
