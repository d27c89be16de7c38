"""What convolutions and dense layers share: weights, bias, and how sums become outputs."""

import enum
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from convert.compiler.arithmetic import fixed_point
from convert.compiler.arithmetic.activation import bounds
from convert.compiler.arithmetic.match import Match
from convert.compiler.ir import Array, Floats, Int8s, Node, Tensor
from convert.compiler.operators.common.lowering import LoweringContext
from convert.compiler.operators.common.reader import OperatorReader, valid_scale
from convert.compiler.operators.common.stored import INT32, Stored
from convert.compiler.program import Table, float_bits

_LARGEST_SCALE = 256  # of a requantization in XNNPACK


class Rounding(enum.Enum):
    """How a runtime brings sums to the output's scale."""

    SINGLE = "float32, to the nearest, half to even"
    DOUBLE = "float64, to the nearest, half away from zero"
    TWICE = "fixed point: half up at bit 31 of the product, then half away from zero"
    UP = "fixed point: half up at bit 31 of the product, then half up"
    ONCE = "fixed point with a multiplier of 16 bits, half up"


@dataclass(frozen=True)
class Linear(Node):
    """A node with weights and bias."""

    weights: Int8s  # however wide they are in the file
    bias: Array  # [out channels], int32 or int64
    scales: Floats  # of the weights, [out channels]
    activation: str  # "NONE", "RELU", "RELU6", "RELU_N1_TO_1"
    stored: Stored = field(default=Stored(), kw_only=True)

    @property
    def channel_axis(self) -> int:
        """The axis of the weights along which the output's channels lie."""
        return 0

    @property
    def is_wide(self) -> bool:
        """Whether its activations have 16 bits."""
        return self.input.dtype == "INT16"

    @property
    def is_delegated(self) -> bool:
        """Whether XNNPACK takes it, or LiteRT leaves it to kernels of its own."""
        said = self.stored
        usual = not said.has_bias or (bool(said.bias_scales) and said.bias_rank == 1)
        return usual and said.weight_bits == 8 and not self.is_wide

    @property
    def is_plain(self) -> bool:
        """Whether it is made of 8 bits alone, and its rounding does not depend on its channels."""
        return self.is_delegated and self.stored.weight_bits == 8

    def rounding(self, match: Match) -> Rounding:
        """How the runtime rounds its sums."""
        if self.bias.dtype == np.int64:
            return Rounding.ONCE
        if match is not Match.XNNPACK:
            return Rounding.TWICE
        return Rounding.SINGLE if self.is_delegated else Rounding.UP

    def multiplies_in_single(self, match: Match) -> bool:
        """Whether the runtime multiplies the scales of input and weights in float32."""
        del match
        return False

    def rounded_up(self, match: Match) -> int:
        """The channels before this one round as ``Rounding.UP`` says, where any do."""
        return len(self.scales) if self.rounding(match) is Rounding.UP else 0

    def is_usual(self, match: Match) -> bool:
        """Whether it has 8 bits and the rounding that ``requantize`` of the kernels stands for."""
        usual = Rounding.SINGLE if match is Match.XNNPACK else Rounding.TWICE
        return not self.is_wide and self.rounding(match) is usual


def activations(reader: OperatorReader) -> tuple[tuple[Tensor, ...], Tensor]:
    """The input that the weights meet, and the output, of one type: 8 bits or 16."""
    inputs, output = reader.inputs(1, "INT8", "INT16"), reader.output("INT8", "INT16")
    if inputs[0].dtype != output.dtype:
        raise reader.fail(f"makes {output.dtype} of {inputs[0].dtype}, which is not supported")
    return inputs, output


def weights(
    reader: OperatorReader, channels: int, axis: int, *dtypes: str
) -> tuple[Any, Any, Any, str]:
    """Weights, bias [channels], scales of the weights [channels] and activation.

    The weights may be of ``dtypes``, without them INT8. A bias has the scale of the sums, whatever
    the file says of it, as in the runtimes.
    """
    values, raw = reader.constant(1, *(dtypes or ("INT8",))), reader.raw(1)
    if len(raw.scales) not in (1, channels) or (len(raw.scales) > 1 and raw.axis != axis):
        raise reader.fail(f"weights have {len(raw.scales)} scales along axis {raw.axis}")
    if any(raw.zero_points):
        raise reader.fail("weights have a zero point that is not 0")
    if not all(map(valid_scale, raw.scales)):
        raise reader.fail("weights have a scale that is not a positive number")
    bias = _bias(reader, channels)
    _check_sums(reader, values, bias, axis)
    scales = np.broadcast_to(np.array(raw.scales, np.float32), channels).copy()
    return values, bias, scales, reader.activation()


def _bias(reader: OperatorReader, channels: int) -> Array:
    """The bias [channels], 0 where there is none: int64 only beside 16-bit activations.

    Where there is none, TensorFlow Lite Micro adds up in the type that the options say it has.
    """
    wide = reader.raw(0).dtype == "INT16"
    if not reader.has(2):
        narrow = reader.operator.options.get("QuantizedBiasType") == INT32
        return np.zeros(channels, np.int64 if wide and not narrow else np.int32)
    bias = reader.constant(2, "INT32", *(["INT64"] if wide else []))
    if bias.size != channels:
        raise reader.fail(f"bias has shape {bias.shape}, expected {(channels,)}")
    return bias.reshape(channels)


def _check_sums(reader: OperatorReader, values: Int8s, bias: Array, axis: int) -> None:
    """Raise ModelError unless every sum on the way fits, as it must in the runtimes."""
    bits = 47 if bias.dtype == np.int64 else 31
    if _reach(values, bias, axis, wide=reader.raw(0).dtype == "INT16").max() >= 2.0**bits:
        raise reader.fail(
            f"its sums can exceed {bits + 1} bits: the bias or the weights are too large"
        )


def _reach(values: Int8s, bias: Array, axis: int, *, wide: bool) -> npt.NDArray[np.float64]:
    others = tuple(other for other in range(values.ndim) if other != axis)
    size = np.abs(bias.astype(np.float64))  # of the most negative int64 too
    taps = np.abs(values.astype(np.int64)).sum(axis=others)
    return np.asarray(size + (1 << 15 if wide else 255) * taps)


def reach(node: Linear) -> npt.NDArray[np.float64]:
    """The size that the sums of each output channel can have, on the way too."""
    axis = node.channel_axis % node.weights.ndim
    return _reach(node.weights, node.bias, axis, wide=node.is_wide)


def wraps(node: Linear, match: Match) -> npt.NDArray[np.bool_]:
    """Whether the runtime's fixed point can overflow, and wrap, for each output channel."""
    rounding, largest = node.rounding(match), reach(node)
    if rounding in (Rounding.SINGLE, Rounding.DOUBLE):
        return np.zeros(len(largest), bool)
    factor = output_scales(node, match)
    if rounding is not Rounding.ONCE:  # what is shifted left must stay an int32
        factor = np.array([2.0 ** max(fixed_point.multiplier(float(f)).shift, 0) for f in factor])
    return np.asarray(largest * factor >= 1 << 31)


def output_scales(node: Linear, match: Match) -> npt.NDArray[np.float64]:
    """Input scale times weight scale over output scale, per channel, as the runtime rounds it.

    For XNNPACK's own every step is float32, and the float64 result holds that float32 exactly.
    """
    if node.rounding(match) is Rounding.SINGLE:
        with np.errstate(over="ignore", under="ignore"):
            single = (node.input.scale * node.scales) / node.output.scale
        if not ((np.finfo(np.float32).tiny <= single) & (single < _LARGEST_SCALE)).all():
            raise ValueError("its scales make a factor that XNNPACK refuses: not below 256")
        return single.astype(np.float64)
    product = node.input.scale.astype(np.float64) * node.scales.astype(np.float64)
    if node.multiplies_in_single(match):
        product = (node.input.scale * node.scales).astype(np.float64)
    return np.asarray(product / node.output.scale.astype(np.float64))


def limits(node: Linear, match: Match) -> tuple[int, int]:
    """The smallest and the largest output; only XNNPACK itself rounds a bound as it does."""
    delegated = node.rounding(match) is Rounding.SINGLE
    return bounds(node.activation, node.output, match if delegated else Match.REF)


def requantize(node: Linear, sums: npt.NDArray[np.int64], match: Match) -> Array:
    """Outputs of ``sums`` [..., out channels] without bias."""
    sums = sums + node.bias
    scales, rounding = output_scales(node, match), node.rounding(match)
    low, high = limits(node, match)
    if rounding is Rounding.SINGLE:
        steps = np.rint(sums.astype(np.float32) * scales.astype(np.float32)).astype(np.int64)
    elif rounding is Rounding.DOUBLE:
        steps = fixed_point.round_away(sums.astype(np.float64) * scales)
    else:
        by = [fixed_point.multiplier(float(scale)) for scale in scales]
        quantized, shift = [m.quantized for m in by], [m.shift for m in by]
        steps = fixed_point.apply_each(sums, quantized, shift)
        if rounding is Rounding.UP:
            up = fixed_point.apply_up(sums, quantized, shift)
            steps = np.where(np.arange(len(by)) < node.rounded_up(match), up, steps)
        elif rounding is Rounding.ONCE:
            steps = fixed_point.apply_once(sums, by)
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
    low, high = limits(node, site.match)
    border = {"zero_point": node.output.zero_point, "low": low, "high": high}
    scales, rounding = output_scales(node, site.match), node.rounding(site.match)
    is_real = rounding is Rounding.DOUBLE and not node.is_wide
    if not node.is_usual(site.match) and not is_real:
        bias = Table(bias.name, "int64_t", folded, "[out_ch]")
    if rounding is Rounding.SINGLE:
        table = Table(f"{site.name}_scale", "uint32_t", float_bits(scales), "[out_ch]")
        return bias, {"scale": table, **border}, [bias, table]
    if rounding is Rounding.DOUBLE:
        table = Table(f"{site.name}_scale", "double", scales, "[out_ch]")
        return bias, {"scale": table, **border}, [bias, table]
    fixed = [fixed_point.multiplier(float(scale)) for scale in scales]
    once = rounding is Rounding.ONCE
    if not once and reach(node).max() >= 1 << 31:
        raise ValueError("its sums can exceed 32 bits: the weights are too large")
    multipliers = [fixed_point.reduced(m) if once else m.quantized for m in fixed]
    shifts = np.array([m.shift for m in fixed], np.int8)
    tables = [
        Table(f"{site.name}_multiplier", "int32_t", np.array(multipliers, np.int32), "[out_ch]"),
        Table(f"{site.name}_shift", "int8_t", shifts, "[out_ch]"),
    ]
    scaling: dict[str, object] = {"multiplier": tables[0], "shift": tables[1]}
    if bias.ctype == "int64_t":
        scaling |= {"once": int(once), "up": node.rounded_up(site.match)}
    return bias, {**scaling, **border}, [bias, *tables]


def check_runtime(node: Linear, match: Match) -> None:
    """Raise ValueError where the runtime refuses what the file says of weights and bias."""
    if refusal := node.stored.refusal(node.op, match):
        raise ValueError(refusal)


def notes(node: Linear, match: Match) -> Sequence[str]:
    """What of the node is not matched everywhere."""
    if match is not Match.XNNPACK or node.rounding(match) is Rounding.SINGLE or node.is_wide:
        return ()
    return (
        f"operator {node.index} {node.op}: XNNPACK leaves it to kernels that give other bytes "
        "on Arm; these are those of x86",
    )
