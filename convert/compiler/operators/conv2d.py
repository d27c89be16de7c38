"""CONV_2D, with the max-pooling behind it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from convert.compiler.arithmetic.match import Match
from convert.compiler.ir import Array, Node, Tensor, Window
from convert.compiler.memory import overlap
from convert.compiler.operators.common import geometry, linear, linear_channels
from convert.compiler.operators.common.channels import Channels, Constants, Mask
from convert.compiler.operators.common.definition import Operator
from convert.compiler.operators.common.linear import Linear, Rounding
from convert.compiler.operators.common.lowering import LoweringContext, image, window
from convert.compiler.operators.common.reader import OperatorReader
from convert.compiler.operators.common.rows import SLIDING
from convert.compiler.operators.common.stored import stored
from convert.compiler.operators.pool import Pool
from convert.compiler.program import Buffer, Step, Table

AXES = "[out_ch, height, width, in_ch / groups]"
_POOL_OF_ONE = Window((1, 1), (1, 1), (1, 1), (0, 0))


@dataclass(frozen=True)
class Conv2D(Linear):
    """Weights [out_ch, height, width, in_ch / groups]."""

    window: Window

    @property
    def groups(self) -> int:
        """So many groups of inputs, each for as many of the outputs."""
        return int(self.input.shape[3] // self.weights.shape[3])

    def rounding(self, match: Match) -> Rounding:
        """Groups that XNNPACK leaves are left to a reference kernel."""
        found = super().rounding(match)
        return Rounding.TWICE if found is Rounding.UP and self.groups > 1 else found


def read(reader: OperatorReader) -> Node:
    """The checked node."""
    (source,), output = linear.activations(reader)
    shape, channels = reader.raw(1).shape, geometry.sides(reader, source)[2]
    if len(shape) != 4 or min(shape) < 1 or channels % shape[3]:
        raise reader.fail(f"weights of shape {shape} do not fit input {source.shape}")
    if shape[0] % (channels // shape[3]):
        raise reader.fail(f"{channels // shape[3]} groups do not fit {shape[0]} outputs")
    found = geometry.read(reader, (shape[1], shape[2]), source)
    reader.expect(output, (source.shape[0], *found.output, shape[0]))
    weights = linear.weights(reader, shape[0], 0, "INT8", "INT4")
    name, said = reader.operator.name, stored(reader)
    return Conv2D(reader.index, name, (source,), (output,), *weights, found.window, stored=said)


def compute(node: Conv2D, inputs: Sequence[Array], match: Match) -> Sequence[Array]:
    """Exact sums, requantized."""
    return [linear.requantize(node, sums(node, inputs[0]), match)]


def sums(node: Conv2D, source: Array) -> Array:
    """The sums without bias, int64 [batch, height, width, out_ch]."""
    columns = geometry.patches(source, node.window, node.output.shape, node.input.zero_point)
    groups, inputs = node.groups, node.weights.shape[3]
    split = columns.reshape(-1, columns.shape[3], groups, inputs).transpose(2, 0, 1, 3)
    taps = split.reshape(groups, -1, node.weights[0].size).astype(np.float64)
    # float64 holds these sums exactly: they are integers below 2^47
    weights = node.weights.reshape(groups, -1, node.weights[0].size).astype(np.float64)
    found = np.rint(taps @ weights.transpose(0, 2, 1)).astype(np.int64)
    return found.transpose(1, 0, 2).reshape(node.output.shape)


def absorbs(node: Conv2D, behind: Node) -> bool:
    """A max-pooling gives the same bytes on the sums, unless it brings an activation of its own."""
    usual = node.is_usual(Match.XNNPACK) and node.is_usual(Match.TFLM)
    pooled = isinstance(behind, Pool) and behind.op == "MAX_POOL_2D"
    return usual and pooled and behind.activation == "NONE"  # type: ignore[attr-defined]


def lower(node: Conv2D, site: LoweringContext) -> Sequence[Step]:
    """A convolution, with the max-pooling behind it if there is one."""
    linear.check_runtime(node, site.match)
    if not node.is_usual(site.match):
        return [_wide(node, site)]
    pool = site.group[1] if len(site.group) > 1 else None
    pooling = pool.window if isinstance(pool, Pool) else _POOL_OF_ONE
    output, batch = site.group[-1].output, node.input.shape[0]
    weights = Table(f"{site.name}_weights", "int8_t", node.weights, AXES)
    bias, scaling, tables = linear.requantization(node, site)
    taps = node.weights[0].size
    fields = {
        "in": image(node.input),
        "map": image(node.output),
        "out": image(output),
        "window": window(node.window),
        "pool": window(pooling),
        "groups": node.groups,
        "weights": weights,
        "bias": bias,
        "zero_point": node.input.zero_point,
        "scaling": scaling,
    }
    macs = taps * node.output.size
    if isinstance(pool, Pool):  # cells that no window covers are never computed
        macs = batch * taps * output.shape[3] * _covered(pool)
    return [
        site.step(
            "conv2d",
            fields,
            (weights, *tables),
            macs=macs,
            work={"gathered": macs / len(node.weights) * node.groups / batch},
            why="plain C, pooled before requantization" if pool else "plain C",
            scratch=Buffer(f"{site.name}_patch", taps),
            scratch_words=output.shape[3],
            lead=overlap.lead(node.input, output, node.window, pooling),
            batch=batch,
        )
    ]


def _wide(node: Conv2D, site: LoweringContext) -> Step:
    """A convolution with 16-bit activations, or rounded as XNNPACK does not."""
    weights = Table(f"{site.name}_weights", "int8_t", node.weights, AXES)
    bias, scaling, tables = linear.requantization(node, site)
    taps, width = node.weights[0].size, node.input.numpy.itemsize
    fields = {
        "in": image(node.input),
        "out": image(node.output),
        "window": window(node.window),
        "groups": node.groups,
        "width": width,
        "weights": weights,
        "bias": bias,
        "zero_point": node.input.zero_point,
        "scaling": scaling,
    }
    macs = taps * node.output.size
    return site.step(
        "conv2d_wide",
        fields,
        (weights, *tables),
        macs=macs,
        scratch=Buffer(f"{site.name}_patch", taps * width, alignment=width),
        lead=overlap.lead(node.input, node.output, node.window),
        batch=node.input.shape[0],
        as_bytes=True,
    )


def _covered(pool: Pool) -> int:
    """How many cells of the map the pooling windows cover, counted with repetition."""
    counts = []
    for axis in (0, 1):
        first = -pool.window.before[axis]
        starts = range(pool.output.shape[1 + axis])
        cells = [
            first + i * pool.window.stride[axis] + k
            for i in starts
            for k in range(pool.window.size[axis])
        ]
        counts.append(sum(0 <= cell < pool.input.shape[1 + axis] for cell in cells))
    return counts[0] * counts[1]


def agree(
    node: Conv2D, masks: Sequence[Mask], mask: Mask, constants: Constants
) -> tuple[Sequence[Mask], Mask]:
    """Any outputs; any inputs whose contribution is the same wherever the window lies."""
    if node.groups > 1 or not node.is_plain:
        return [np.zeros_like(masks[0])], np.zeros_like(mask)
    if geometry.is_padded(node.window, node.input.shape, node.output.shape):
        held = constants.get(node.input.number, np.full(len(masks[0]), np.nan))
        return [masks[0] & (held == node.input.zero_point)], mask
    return masks, mask


def narrow(
    node: Conv2D, tensors: Sequence[Tensor], kept: Sequence[Mask], constants: Constants
) -> Node:
    """Weights without the channels, and the bias with what left inputs contributed."""
    inputs, outputs = kept
    taps = node.weights.reshape(len(node.weights), -1, len(inputs))
    held = linear_channels.held(constants, node.input, inputs)
    folded = replace(node, bias=linear_channels.folded(node, taps[..., ~inputs], held))
    return replace(
        folded,
        **linear_channels.tensors(tensors),
        **linear_channels.selected(folded, outputs),
        weights=np.ascontiguousarray(node.weights[outputs][..., inputs]),
    )


CHANNELS = Channels(agree, narrow, linear_channels.interval_of(sums), linear_channels.freeze)

OPERATORS = (
    Operator(
        "CONV_2D",
        read,
        compute,
        lower,
        options="Conv2DOptions",
        absorbs=absorbs,
        channels=CHANNELS,
        sweep=SLIDING,
        notes=linear.notes,
    ),
)
