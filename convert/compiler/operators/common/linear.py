"""What convolutions and dense layers share: weights, bias, and how sums become outputs."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from convert.compiler.arithmetic import fixed_point
from convert.compiler.arithmetic.activation import bounds
from convert.compiler.arithmetic.match import Match
from convert.compiler.ir import Array, Floats, Int8s, Int32s, Node
from convert.compiler.operators.common.lowering import LoweringContext
from convert.compiler.operators.common.reader import OperatorReader, valid_scale
from convert.compiler.program import Table, float_bits

PLAIN = 7
"""Instructions of a multiply-accumulate in plain C, about."""
_LARGEST_SCALE = 256  # of a requantization in XNNPACK


@dataclass(frozen=True)
class Linear(Node):
    """A node with weights and bias."""

    weights: Int8s
    bias: Int32s  # [out channels]
    scales: Floats  # of the weights, [out channels]
    activation: str  # "NONE", "RELU", "RELU6", "RELU_N1_TO_1"

    @property
    def channel_axis(self) -> int:
        """The axis of the weights along which the output's channels lie."""
        return 0

    @property
    def rounds_in_double(self) -> bool:
        """Whether LiteRT's reference kernels round its sums in double precision."""
        return False


def weights(reader: OperatorReader, channels: int, axis: int) -> tuple[Any, Any, Any, str]:
    """Weights, bias [channels], scales of the weights [channels] and activation.

    A bias has the scale of the sums, whatever the file says of it, as in the runtimes.
    """
    values, raw = reader.constant(1, "INT8"), reader.raw(1)
    if len(raw.scales) not in (1, channels) or (len(raw.scales) > 1 and raw.axis != axis):
        raise reader.fail(f"weights have {len(raw.scales)} scales along axis {raw.axis}")
    if any(raw.zero_points):
        raise reader.fail("weights have a zero point that is not 0")
    if not all(map(valid_scale, raw.scales)):
        raise reader.fail("weights have a scale that is not a positive number")
    bias = np.zeros(channels, np.int32)
    if reader.has(2):
        bias = reader.constant(2, "INT32")
    if bias.size != channels:
        raise reader.fail(f"bias has shape {bias.shape}, expected {(channels,)}")
    bias = bias.reshape(channels)
    # The folded bias and every sum on the way must fit int32, as they must in the runtimes.
    others = tuple(other for other in range(values.ndim) if other != axis)
    worst = np.abs(bias.astype(np.int64)) + 255 * np.abs(values.astype(np.int64)).sum(axis=others)
    if worst.max() >= 1 << 31:
        raise reader.fail("its sums can exceed 32 bits: the bias or the weights are too large")
    scales = np.broadcast_to(np.array(raw.scales, np.float32), channels).copy()
    return values, bias, scales, reader.activation()


def output_scales(node: Linear, match: Match) -> npt.NDArray[np.float64]:
    """Input scale times weight scale over output scale, per channel, as the runtime rounds it.

    For XNNPACK every step is float32, and the float64 result holds that float32 exactly.
    """
    if match is Match.XNNPACK:
        with np.errstate(over="ignore", under="ignore"):
            single = (node.input.scale * node.scales) / node.output.scale
        if not ((np.finfo(np.float32).tiny <= single) & (single < _LARGEST_SCALE)).all():
            raise ValueError("its scales make a factor that XNNPACK refuses: not below 256")
        return single.astype(np.float64)
    product = node.input.scale.astype(np.float64) * node.scales.astype(np.float64)
    return np.asarray(product / node.output.scale.astype(np.float64))


def uses_double(node: Linear, match: Match) -> bool:
    """Whether the runtime rounds this node's sums in double precision instead of fixed point."""
    return match is Match.REF and node.rounds_in_double


def requantize(node: Linear, sums: npt.NDArray[np.int64], match: Match) -> Array:
    """Outputs of ``sums`` [..., out channels] without bias."""
    sums = sums + node.bias
    scales = output_scales(node, match)
    low, high = bounds(node.activation, node.output, match)
    if match is Match.XNNPACK:
        steps = np.rint(sums.astype(np.float32) * scales.astype(np.float32)).astype(np.int64)
    elif uses_double(node, match):
        steps = fixed_point.round_away(sums.astype(np.float64) * scales)
    else:
        by = [fixed_point.multiplier(float(scale)) for scale in scales]
        steps = fixed_point.apply_each(sums, [m.quantized for m in by], [m.shift for m in by])
    return np.clip(steps + node.output.zero_point, low, high)


def requantization(
    node: Linear, site: LoweringContext
) -> tuple[Table, dict[str, object], list[Table]]:
    """Bias with the zero point folded in, requantization, and the tables of both."""
    axis = node.channel_axis % node.weights.ndim
    axes = tuple(other for other in range(node.weights.ndim) if other != axis)
    sums = node.weights.astype(np.int64).sum(axis=axes)
    folded = node.bias.astype(np.int64) - node.input.zero_point * sums
    bias = Table(f"{site.name}_bias", "int32_t", folded.astype(np.int32), "[out_ch]")
    low, high = bounds(node.activation, node.output, site.match)
    limits = {"zero_point": node.output.zero_point, "low": low, "high": high}
    scales = output_scales(node, site.match)
    if site.match is Match.XNNPACK:
        table = Table(f"{site.name}_scale", "uint32_t", float_bits(scales), "[out_ch]")
        return bias, {"scale": table, **limits}, [bias, table]
    if uses_double(node, site.match):
        table = Table(f"{site.name}_scale", "double", scales, "[out_ch]")
        return bias, {"scale": table, **limits}, [bias, table]
    fixed = [fixed_point.multiplier(float(scale)) for scale in scales]
    multipliers = np.array([m.quantized for m in fixed], np.int32)
    shifts = np.array([m.shift for m in fixed], np.int8)
    tables = [
        Table(f"{site.name}_multiplier", "int32_t", multipliers, "[out_ch]"),
        Table(f"{site.name}_shift", "int8_t", shifts, "[out_ch]"),
    ]
    return bias, {"multiplier": tables[0], "shift": tables[1], **limits}, [bias, *tables]
