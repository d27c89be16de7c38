"""SVDF: filters of rank 1 over features and time, as keyword models have them.

The state of each filter holds the last ``memory`` sums of its features. All runtimes compute alike,
but LiteRT has only states and time weights of 16 bits, and ignores the RELU that it demands.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from convert.compiler.arithmetic.fixed_point import Multiplier, apply, multiplier, wrap
from convert.compiler.arithmetic.match import Match
from convert.compiler.ir import Array, Int8s, Int32s, Node, State, Tensor
from convert.compiler.operators.common import variable_tensor
from convert.compiler.operators.common.definition import Operator
from convert.compiler.operators.common.lowering import LoweringContext, state_buffer
from convert.compiler.operators.common.reader import OperatorReader, valid_scale
from convert.compiler.program import CTYPES, Step, Table

_FEATURES, _TIME, _BIAS, _STATE = 1, 2, 3, 4
_BIAS_TOLERANCE = 1e-5


@dataclass(frozen=True)
class Svdf(Node):
    """Input [batch, inputs], output [batch, units]; a unit has ``rank`` filters."""

    features: Int8s  # [filters, inputs]
    time: Array  # int16 or int8 [filters, memory]
    bias: Int32s | None  # [units]
    bias_scale: float  # as the file says; 0: it does not
    feature_scale: np.float32
    time_scale: np.float32
    rank: int
    activation: str
    kept: Tensor
    state: State  # [batch, filters * memory], the newest last; of the type of ``time``

    @property
    def states(self) -> tuple[State, ...]:
        """The sums of the last moments."""
        return (self.state,)


def read(reader: OperatorReader) -> Node:
    """The checked node."""
    (source,), output = reader.inputs(1), reader.output()
    features, feature_scale = _weights(reader, _FEATURES, "INT8")
    time, time_scale = _weights(reader, _TIME, "INT16", "INT8")
    filters, memory, rank = len(features), time.shape[1], int(reader.option("Rank"))
    if len(source.shape) != 2 or features.shape[1:] != source.shape[1:] or len(time) != filters:
        raise reader.fail(
            f"weights of shapes {features.shape} and {time.shape} do not fit input {source.shape}"
        )
    if rank < 1 or filters % rank:
        raise reader.fail(f"its {filters} filters do not divide into units of rank {rank}")
    reader.expect(output, (source.shape[0], filters // rank))
    if 255 * np.abs(features.astype(np.int64)).sum(axis=1).max() >= 1 << 31:
        raise reader.fail("its sums can exceed 32 bits: the weights are too large")
    shape, dtype = (source.shape[0], filters * memory), reader.raw(_TIME).dtype
    kept, state = variable_tensor.read(reader, _STATE, shape, dtype)
    return Svdf(
        reader.index,
        reader.operator.name,
        (source,),
        (output,),
        features,
        time,
        *_bias(reader, filters // rank),
        feature_scale,
        time_scale,
        rank,
        str(reader.option("FusedActivationFunction")),
        kept,
        state,
    )


def _weights(reader: OperatorReader, position: int, *dtypes: str) -> tuple[Array, np.float32]:
    values, raw = reader.constant(position, *dtypes), reader.raw(position)
    if values.ndim != 2 or not values.size:
        raise reader.fail(f"weights {raw.name!r} have shape {values.shape}, expected 2 dimensions")
    if len(raw.scales) != 1 or not valid_scale(raw.scales[0]) or any(raw.zero_points):
        raise reader.fail(f"weights {raw.name!r} need one positive scale and zero point 0")
    return values, np.float32(raw.scales[0])


def _bias(reader: OperatorReader, units: int) -> tuple[Int32s | None, float]:
    if not reader.has(_BIAS):
        return None, 0.0
    bias = reader.constant(_BIAS, "INT32")
    if bias.shape != (units,):
        raise reader.fail(f"bias has shape {bias.shape}, expected {(units,)}")
    return bias, next(iter(reader.raw(_BIAS).scales), 0.0)


def factors(node: Svdf) -> tuple[Multiplier, Multiplier]:
    """From sums of features to the state, and from sums over time to the output."""
    state = float(node.kept.scale)
    first = float(node.input.scale) * float(node.feature_scale) / state
    second = state * float(node.time_scale) / float(node.output.scale)
    return multiplier(first), multiplier(second)


def compute(node: Svdf, inputs: Sequence[Array], match: Match) -> Sequence[Array]:
    """The output and the state."""
    del match
    to_state, to_output = factors(node)
    source, filters = inputs[0].astype(np.int64) - node.input.zero_point, len(node.features)
    kept = inputs[1].astype(np.int64).reshape(len(source), filters, -1)
    sums = apply(source @ node.features.T.astype(np.int64), to_state)
    newest = np.clip(sums, node.kept.lowest, node.kept.highest) + node.kept.zero_point
    newest = newest.astype(node.kept.numpy)  # wraps, as it does in the runtimes
    kept = np.concatenate([kept[:, :, 1:], newest[:, :, None]], axis=2)
    filtered = ((kept - node.kept.zero_point) * node.time.astype(np.int64)).sum(axis=2)
    units = filtered.reshape(len(source), -1, node.rank).sum(axis=2)
    bias = 0 if node.bias is None else node.bias.astype(np.int64)
    output = apply(wrap(units + bias), to_output) + node.output.zero_point
    return [np.clip(output, node.output.lowest, node.output.highest), kept]


def lower(node: Svdf, site: LoweringContext) -> Sequence[Step]:
    """A moment."""
    _check_runtime(node, site.match)
    to_state, to_output = factors(node)
    ctype = CTYPES[node.state.dtype]
    sums = node.features.astype(np.int64).sum(axis=1) * -node.input.zero_point
    bias = np.zeros(node.output.shape[1], np.int32) if node.bias is None else node.bias
    tables = {
        "features": Table(f"{site.name}_features", "int8_t", node.features, "[filters, inputs]"),
        "time": Table(f"{site.name}_time", ctype, node.time, "[filters, memory]"),
        "correction": Table(
            f"{site.name}_correction", "int32_t", sums.astype(np.int32), "[filters]"
        ),
        "bias": Table(f"{site.name}_bias", "int32_t", bias, "[units]"),
    }
    fields = {
        "batch": node.input.shape[0],
        "inputs": node.input.shape[1],
        "units": node.output.shape[1],
        "rank": node.rank,
        "memory": node.time.shape[1],
        **tables,
        **({} if node.state.dtype == "INT16" else {"state_zero_point": node.kept.zero_point}),
        "state_multiplier": to_state.quantized,
        "state_shift": to_state.shift,
        "multiplier": to_output.quantized,
        "shift": to_output.shift,
        "zero_point": node.output.zero_point,
    }
    macs = node.input.shape[0] * (node.features.size + node.time.size)
    return [
        site.step(
            "svdf" if node.state.dtype == "INT16" else "svdf_int8",
            fields,
            tuple(tables.values()),
            macs=macs,
            states=(state_buffer(node.state),),
        )
    ]


def _check_runtime(node: Svdf, match: Match) -> None:
    """Raise ValueError for what the runtime refuses."""
    if match is Match.TFLM:
        if node.bias is None:
            raise ValueError("TensorFlow Lite Micro needs a bias")
        product = float(node.kept.scale) * float(node.time_scale)
        if not abs(node.bias_scale - product) < _BIAS_TOLERANCE:
            raise ValueError(f"TensorFlow Lite Micro needs a bias of scale {product:.3g}")
        return
    if node.state.dtype != "INT16":
        raise ValueError("LiteRT needs a state of int16; choose --match tflm")
    if node.activation != "RELU":
        raise ValueError(f"LiteRT needs activation RELU, has {node.activation}")


OPERATORS = (Operator("SVDF", read, compute, lower, options="SVDFOptions"),)
