"""What a file says of weights and bias that does not enter the sums, but that runtimes mind."""

from dataclasses import dataclass

import numpy as np

from convert.compiler.arithmetic.match import Match
from convert.compiler.operators.common.reader import OperatorReader

_LITERT = (Match.XNNPACK, Match.REF)
_SCALE_DIFFERENCE = 0.02  # of a bias and its sums that LiteRT allows, in steps of the output


@dataclass(frozen=True)
class Stored:
    """Weights and bias as the file has them."""

    weight_bits: int = 8
    weight_scales: int = 1
    is_wide: bool = False  # the activations have 16 bits
    inputs: int = 3
    has_bias: bool = True
    bias_type: str = "INT32"  # without a bias: what the options say
    declared_type: str = "INT32"  # what the options say that the bias is
    bias_rank: int = 1
    bias_scales: tuple[float, ...] = (1.0,)
    bias_is_shifted: bool = False  # it has a zero point
    bias_axis: int = 0  # along which its scales lie

    @property
    def axis_is_stray(self) -> bool:
        """Whether the scales of the bias lie along an axis that it does not have."""
        return bool(self.bias_scales) and not 0 <= self.bias_axis < self.bias_rank

    def refusal(self, op: str, match: Match) -> str:
        """Why ``match`` does not take an operator ``op`` like this; "" where it does."""
        reasons = self._of_bias(op, match) if self.has_bias else self._without_bias(op, match)
        nibbles = op == "FULLY_CONNECTED" and self.weight_bits == 4 and self.weight_scales > 1
        reasons["TensorFlow Lite Micro takes 4-bit weights with one scale alone"] = (
            nibbles and match is Match.TFLM
        )
        return next((reason for reason, holds in reasons.items() if holds), "")

    def _of_bias(self, op: str, match: Match) -> dict[str, bool]:
        litert, xnnpack = match in _LITERT, match is Match.XNNPACK
        depthwise, narrow = op == "DEPTHWISE_CONV_2D", self.bias_type == "INT32"
        unequal = bool(self.bias_scales) and len(self.bias_scales) != self.weight_scales
        return {
            f"LiteRT reads its INT32 bias as {self.declared_type}: quantizedBiasType": litert
            and narrow
            and self.declared_type != "INT32",
            "its bias is INT32 beside 16-bit activations, where the runtimes read INT64": depthwise
            and narrow
            and self.is_wide,
            "its bias has scales along an axis that it does not have: choose --match tflm": litert
            and self.axis_is_stray,
            "its bias has a zero point, which LiteRT refuses": self.bias_is_shifted
            and (xnnpack or (litert and op == "CONV_2D")),
            f"its bias has {self.bias_rank} dimensions, of which LiteRT takes one": depthwise
            and litert
            and self.bias_rank != 1,
            "its bias has not as many scales as its weights, which XNNPACK refuses": xnnpack
            and unequal
            and "CONV" in op,
        }

    def _without_bias(self, op: str, match: Match) -> dict[str, bool]:
        crashes = self.inputs > 2 or (match is Match.XNNPACK and not self.is_wide)
        refused = (op == "CONV_2D" and match in _LITERT) or (op == "DEPTHWISE_CONV_2D" and crashes)
        choice = "; choose --match tflm" if op == "CONV_2D" else ""
        return {f"it has no bias, which the runtime refuses{choice}": refused}

    def unlike(self, product: float, output: float, match: Match) -> bool:
        """Whether a dense layer's kernel refuses the scale of the bias beside that of the sums."""
        if not self.has_bias or self.weight_scales > 1:
            return False
        first = self.bias_scales[0] if self.bias_scales else 0.0
        if match is not Match.TFLM and len(self.bias_scales) > 1:
            first = 0.0
        return abs(product - first) / output > _SCALE_DIFFERENCE


def stored(reader: OperatorReader) -> Stored:
    """What the file says of weights, input 1, and bias, input 2."""
    weights, inputs = reader.raw(1), len(reader.operator.inputs)
    bits = 4 if weights.dtype == "INT4" else 8
    wide = reader.raw(0).dtype == "INT16"
    scales = len(weights.scales)
    said = reader.operator.options.get("QuantizedBiasType")
    if not reader.has(2):
        meant = "INT64" if wide and said == INT64 else "INT32"
        return Stored(bits, scales, wide, inputs, has_bias=False, bias_type=meant)
    bias = reader.raw(2)
    declared = "INT64" if wide and said != INT32 else "INT32"
    return Stored(
        bits,
        scales,
        wide,
        inputs,
        bias_type=bias.dtype,
        declared_type=declared,
        bias_rank=len(bias.shape),
        bias_scales=tuple(float(np.float32(scale)) for scale in bias.scales),
        bias_is_shifted=any(bias.zero_points),
        bias_axis=bias.axis,
    )


INT32, INT64 = 2, 4  # of the schema's TensorType
