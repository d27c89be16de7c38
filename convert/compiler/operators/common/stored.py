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
    bias_type: str = "INT32"
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
        litert, conv = match in _LITERT, "CONV" in op
        nibbles = op == "FULLY_CONNECTED" and self.weight_bits == 4
        if nibbles and match is Match.TFLM and self.weight_scales > 1:
            return "TensorFlow Lite Micro takes 4-bit weights with one scale alone"
        if not self.has_bias:
            return self._without(op, match)
        if self.bias_type == "INT32" != self.declared_type and litert:
            return f"LiteRT reads its INT32 bias as {self.declared_type}: quantizedBiasType"
        if op == "DEPTHWISE_CONV_2D" and self.bias_type == "INT32" and self.is_wide:
            return "its bias is INT32 beside 16-bit activations; the runtimes read INT64"
        if self.axis_is_stray and litert:
            return "the scales of its bias lie along an axis that it does not have: LiteRT refuses"
        shifted = match is Match.XNNPACK or (match is Match.REF and op == "CONV_2D")
        if self.bias_is_shifted and shifted:
            return "its bias has a zero point, which LiteRT refuses"
        if op == "DEPTHWISE_CONV_2D" and self.bias_rank != 1 and litert:
            return f"its bias has {self.bias_rank} dimensions, of which LiteRT takes one"
        counts = {len(self.bias_scales), self.weight_scales}
        if conv and match is Match.XNNPACK and self.bias_scales and len(counts) > 1:
            return "its bias has not as many scales as its weights, which XNNPACK refuses"
        return ""

    def _without(self, op: str, match: Match) -> str:
        """The same where there is no bias."""
        if op == "CONV_2D" and match in _LITERT:
            return "it has no bias, which LiteRT refuses"
        delegated = match is Match.XNNPACK and not self.is_wide
        if op == "DEPTHWISE_CONV_2D" and (self.inputs > 2 or delegated):
            return "it has no bias, which the runtime refuses"
        return ""

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
    if not reader.has(2):
        return Stored(bits, scales, wide, inputs, has_bias=False)
    bias = reader.raw(2)
    declared = "INT64" if wide else "INT32"
    if wide and reader.operator.options.get("QuantizedBiasType") == _INT32:
        declared = "INT32"
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


_INT32 = 2  # of the schema's TensorType
