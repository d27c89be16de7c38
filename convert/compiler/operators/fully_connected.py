"""FULLY_CONNECTED: a dense layer, over each row where there are several."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from convert.compiler.arithmetic.match import Match
from convert.compiler.ir import Array, Node, Tensor
from convert.compiler.operators.common import linear, linear_channels
from convert.compiler.operators.common.channels import Channels, Constants, Mask
from convert.compiler.operators.common.definition import Operator
from convert.compiler.operators.common.linear import Linear, Rounding
from convert.compiler.operators.common.lowering import LoweringContext
from convert.compiler.operators.common.reader import OperatorReader
from convert.compiler.operators.common.stored import stored
from convert.compiler.program import Step, Table


@dataclass(frozen=True)
class Dense(Linear):
    """Weights [out, in]."""

    @property
    def is_delegated(self) -> bool:
        """XNNPACK takes pairs of 4-bit weights, too, and a bias of any shape."""
        said = self.stored
        usual = not said.has_bias or (bool(said.bias_scales) and said.bias_axis == 0)
        paired = said.weight_bits == 8 or self.weights.shape[1] % 2 == 0
        return usual and paired and not self.is_wide

    def rounding(self, match: Match) -> Rounding:
        """Double precision in LiteRT's reference kernels, which do sums of 64 bits, too."""
        wide = self.is_wide and match is Match.XNNPACK
        if match is Match.REF or (wide and self.stored.bias_type == "INT64"):
            return Rounding.DOUBLE
        return Rounding.UP if wide else super().rounding(match)

    def multiplies_in_single(self, match: Match) -> bool:
        """LiteRT's vector kernels do where the weights have one scale."""
        return self.rounding(match) is Rounding.UP and self.stored.weight_scales == 1

    @property
    def rows(self) -> int:
        """How often the weights are applied."""
        return self.output.size // len(self.weights)


def read(reader: OperatorReader) -> Node:
    """The checked node."""
    (source,), output = linear.activations(reader)
    shape = reader.raw(1).shape
    if len(shape) != 2 or min(shape) < 1 or source.size % shape[1]:
        raise reader.fail(f"weights of shape {shape} do not fit input {source.shape}")
    rows = source.size // shape[1]
    if reader.option("KeepNumDims"):
        if source.shape[-1:] != shape[1:]:
            raise reader.fail(f"weights of shape {shape} do not fit input {source.shape}")
        reader.expect(output, (*source.shape[:-1], shape[0]))
    elif not reader.expect_size(output, rows * shape[0]) or output.shape[-1:] != shape[:1]:
        expected = (rows, shape[0])
        raise reader.fail(f"output {output.name!r} has shape {output.shape}, computed {expected}")
    if reader.option("WeightsFormat"):
        raise reader.fail("weights are stored shuffled, which is not supported")
    weights = linear.weights(reader, shape[0], 0, "INT8", "INT4")
    name, said = reader.operator.name, stored(reader)
    return Dense(reader.index, name, (source,), (output,), *weights, stored=said)


def compute(node: Dense, inputs: Sequence[Array], match: Match) -> Sequence[Array]:
    """Exact sums, requantized."""
    return [linear.requantize(node, sums(node, inputs[0]), match).reshape(node.output.shape)]


def sums(node: Dense, source: Array) -> Array:
    """The sums without bias, int64 [rows, out]."""
    rows = source.astype(np.int64).reshape(node.rows, -1) - node.input.zero_point
    return np.asarray(rows @ node.weights.astype(np.int64).T)


def lower(node: Dense, site: LoweringContext) -> Sequence[Step]:
    """A dense layer."""
    linear.check_runtime(node, site.match)
    _check_bias(node, site.match)
    weights = Table(f"{site.name}_weights", "int8_t", node.weights, "[out, in]")
    bias, scaling, tables = linear.requantization(node, site)
    outputs, inputs = node.weights.shape
    fields = {
        "inputs": inputs,
        "outputs": outputs,
        "weights": weights,
        "bias": bias,
        "scaling": scaling,
    }
    kernel = "dense" if node.is_usual(site.match) else _kernel(node, site.match)
    wide = kernel.startswith("dense_wide")
    if wide:
        fields["width"] = node.input.numpy.itemsize
    macs = node.rows * node.weights.size
    return [
        site.step(
            kernel,
            fields,
            (weights, *tables),
            macs=macs,
            batch=node.rows,
            as_bytes=wide,
        )
    ]


def _check_bias(node: Dense, match: Match) -> None:
    """Raise ValueError where LiteRT's own kernel finds that the scale of the bias does not fit."""
    if match is Match.XNNPACK and node.is_delegated:
        return
    product, output = float(node.input.scale * node.scales[0]), float(node.output.scale)
    if node.stored.unlike(product, output, match):
        raise ValueError("the scale of its bias is not that of its sums, which the runtime refuses")


def _kernel(node: Dense, match: Match) -> str:
    """The kernel for what is not usual."""
    double = node.rounding(match) is Rounding.DOUBLE
    if node.is_wide:
        return "dense_wide_real" if double else "dense_wide"
    return "dense_real" if double else "dense_wide"


def agree(
    node: Dense, masks: Sequence[Mask], mask: Mask, constants: Constants
) -> tuple[Sequence[Mask], Mask]:
    """Any outputs; any inputs, where the input's channels are what the weights meet."""
    del constants
    if not node.is_plain:
        return [np.zeros_like(masks[0])], np.zeros_like(mask)
    meets = len(masks[0]) == node.weights.shape[1]
    return [masks[0] if meets else np.zeros_like(masks[0])], mask


def narrow(
    node: Dense, tensors: Sequence[Tensor], kept: Sequence[Mask], constants: Constants
) -> Node:
    """Weights without the channels, and the bias with what left inputs contributed."""
    inputs, outputs = kept
    if len(inputs) != node.weights.shape[1]:  # nothing was left out of these
        inputs = np.ones(node.weights.shape[1], bool)
    held = linear_channels.held(constants, node.input, inputs)
    gone = node.weights[:, None, ~inputs]
    folded = replace(node, bias=linear_channels.folded(node, gone, held))
    return replace(
        folded,
        **linear_channels.tensors(tensors),
        **linear_channels.selected(folded, outputs),
        weights=np.ascontiguousarray(node.weights[outputs][:, inputs]),
    )


CHANNELS = Channels(agree, narrow, linear_channels.interval_of(sums), linear_channels.freeze)

OPERATORS = (
    Operator(
        "FULLY_CONNECTED",
        read,
        compute,
        lower,
        options="FullyConnectedOptions",
        channels=CHANNELS,
        notes=linear.notes,
    ),
)
