"""UNIDIRECTIONAL_SEQUENCE_LSTM of int8 with a cell state of int16.

Hidden and cell state stay from one run to the next, as in the runtimes, where nothing resets them.
LiteRT's kernels, which XNNPACK leaves it to, and TensorFlow Lite Micro's round differently.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from convert.compiler.arithmetic import fixed_point, gemmlowp16, sigmoid_table
from convert.compiler.arithmetic.fixed_point import Ints, Multiplier, apply, multiplier
from convert.compiler.arithmetic.gemmlowp16 import saturate
from convert.compiler.arithmetic.match import Match
from convert.compiler.ir import Array, Int8s, Int32s, Node, State, Tensor
from convert.compiler.operators.common import variable_tensor
from convert.compiler.operators.common.definition import Operator
from convert.compiler.operators.common.lowering import LoweringContext, state_buffer
from convert.compiler.operators.common.reader import OperatorReader, valid_scale
from convert.compiler.program import Step, Table

GATES = ("input", "forget", "cell", "output")
"""In the order of their tensors in the file."""
_INPUT, _RECURRENT, _BIAS, _HIDDEN, _CELL, _COUNT = 1, 5, 12, 18, 19, 20
_UNSUPPORTED = {"peephole connections": (9, 10, 11), "a projection": (16, 17),
                "layer normalization": (20, 21, 22, 23)}  # fmt: skip
_VECTOR = 16  # products that compilers may make at once of a dot product
_SMALLEST, _LARGEST = -15, -9  # exponents of the cell state's scale that the runtimes take


@dataclass(frozen=True)
class Gate:
    """What becomes of input and hidden state before the gate's function."""

    weights: Int8s  # [cells, inputs]
    recurrent: Int8s  # [cells, cells]
    bias: Int32s  # [cells]
    scale: np.float32  # of the weights
    recurrent_scale: np.float32


@dataclass(frozen=True)
class Lstm(Node):
    """Input [batch, time, inputs], output [batch, time, cells]; ``time_major``: time is first."""

    gates: tuple[Gate, ...]  # as GATES
    hidden: Tensor
    kept: tuple[State, State]  # hidden int8 [batch, cells], cell int16 [batch, cells]
    exponent: int  # a cell state is real * 2^-exponent
    clip: int  # the largest cell state
    time_major: bool
    product: tuple[np.float32, int]  # scale and zero point of the output in LiteRT's kernels

    @property
    def states(self) -> tuple[State, ...]:
        """Hidden and cell state."""
        return self.kept

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """Batch, time, inputs, cells."""
        first, second, inputs = self.input.shape
        batch, time = (second, first) if self.time_major else (first, second)
        return batch, time, inputs, self.output.shape[-1]


def read(reader: OperatorReader) -> Node:
    """The checked node."""
    (source,), output = reader.inputs(1), reader.output()
    _check_kind(reader)
    if len(source.shape) != 3:
        raise reader.fail(f"input {source.name!r} has shape {source.shape}, expected 3 dimensions")
    cells, time_major = reader.raw(_BIAS).shape[-1:], bool(reader.option("TimeMajor"))
    reader.expect(output, (*source.shape[:2], *cells))
    gates = tuple(_gate(reader, n, source.shape[2], *cells) for n in range(len(GATES)))
    batch = (source.shape[1 if time_major else 0], *cells)
    hidden, hidden_state = variable_tensor.read(reader, _HIDDEN, batch, "INT8")
    cell, cell_state = variable_tensor.read(reader, _CELL, batch, "INT16")
    exponent = _exponent(reader, cell)
    return Lstm(
        reader.index,
        reader.operator.name,
        (source,),
        (output,),
        gates,
        hidden,
        (hidden_state, cell_state),
        exponent,
        _clip(reader, exponent),
        time_major,
        _product(reader),
    )


def _check_kind(reader: OperatorReader) -> None:
    """Raise ModelError for what no runtime has for integers, or not all have."""
    if not all(reader.has(n) for n in (_INPUT, _RECURRENT, _BIAS)):
        raise reader.fail("coupled input and forget gates (CIFG) are not supported")
    for what, positions in _UNSUPPORTED.items():
        if any(reader.has(n) for n in positions):
            raise reader.fail(f"{what}: not supported")
    if reader.option("FusedActivationFunction") != "TANH":
        raise reader.fail(f"activation {reader.option('FusedActivationFunction')}, expected TANH")
    if reader.option("DiagonalRecurrentTensors"):
        raise reader.fail("diagonal recurrent weights are not supported")


def _gate(reader: OperatorReader, number: int, inputs: int, cells: int) -> Gate:
    weights, scale = _weights(reader, _INPUT + number, (cells, inputs))
    recurrent, recurrent_scale = _weights(reader, _RECURRENT + number, (cells, cells))
    bias = reader.constant(_BIAS + number, "INT32")
    if bias.shape != (cells,):
        raise reader.fail(f"bias of the {GATES[number]} gate has shape {bias.shape}")
    size = np.abs(bias.astype(np.int64))
    for values in (weights, recurrent):
        if (size + 255 * np.abs(values.astype(np.int64)).sum(axis=1)).max() >= 1 << 31:
            raise reader.fail("its sums can exceed 32 bits: the bias or the weights are too large")
    return Gate(weights, recurrent, bias, scale, recurrent_scale)


def _weights(
    reader: OperatorReader, position: int, shape: tuple[int, int]
) -> tuple[Int8s, np.float32]:
    values, raw = reader.constant(position, "INT8"), reader.raw(position)
    if values.shape != shape:
        raise reader.fail(f"weights {raw.name!r} have shape {values.shape}, expected {shape}")
    if len(raw.scales) != 1 or not valid_scale(raw.scales[0]) or any(raw.zero_points):
        raise reader.fail(f"weights {raw.name!r} need one positive scale and zero point 0")
    return values, np.float32(raw.scales[0])


def _exponent(reader: OperatorReader, cell: Tensor) -> int:
    fraction, exponent = math.frexp(float(cell.scale))
    if fraction != 0.5 or not _SMALLEST <= exponent - 1 <= _LARGEST:
        raise reader.fail(
            f"the cell state has scale {cell.scale}, expected a power of two, "
            f"2^{_SMALLEST} to 2^{_LARGEST}"
        )
    return exponent - 1


def _clip(reader: OperatorReader, exponent: int) -> int:
    """The largest cell state that the option lets through; all where it is no whole step."""
    clip = float(reader.option("CellClip"))
    if not clip >= 0:
        raise reader.fail(f"its cell clip is {clip}, expected 0 or more")
    steps = min(math.ldexp(clip, -exponent), 32767.0)
    return int(steps) or 1 << 15


def _product(reader: OperatorReader) -> tuple[np.float32, int]:
    """Of intermediate 4."""
    numbers = reader.operator.intermediates
    if len(numbers) != 5:
        raise reader.fail(f"has {len(numbers)} intermediate tensors, expected 5")
    if not 0 <= numbers[4] < len(reader.model.tensors):
        raise reader.fail(f"there is no tensor {numbers[4]}")
    found = reader.model.tensors[numbers[4]]
    if len(found.scales) != 1 or not valid_scale(found.scales[0]) or len(found.zero_points) != 1:
        raise reader.fail(f"{found.name!r} has {len(found.scales)} scales, expected a positive one")
    if not -128 <= found.zero_points[0] <= 127:
        raise reader.fail(f"{found.name!r} has zero point {found.zero_points[0]}")
    return np.float32(found.scales[0]), found.zero_points[0]


@dataclass(frozen=True)
class Factors:
    """The multipliers of a node in a runtime."""

    input: tuple[Multiplier, ...]  # of each gate
    recurrent: tuple[Multiplier, ...]
    output: Multiplier
    zero_point: int  # of the output


def factors(node: Lstm, match: Match) -> Factors:
    """Effective scales: in double in TensorFlow Lite Micro, products in float32 in LiteRT."""
    kind: Any = np.float64 if match is Match.TFLM else np.float32

    def by(a: np.float32, b: np.float32) -> Multiplier:
        with np.errstate(all="ignore"):
            return multiplier(float(kind(a) * kind(b)) * 4096)

    scale, zero_point = node.product
    if match is Match.TFLM:
        scale, zero_point = node.hidden.scale, node.hidden.zero_point
    with np.errstate(all="ignore"):
        output = multiplier(float(kind(2.0**-30) / kind(scale)))
    return Factors(
        tuple(by(gate.scale, node.input.scale) for gate in node.gates),
        tuple(by(gate.recurrent_scale, node.hidden.scale) for gate in node.gates),
        output,
        zero_point,
    )


def compute(node: Lstm, inputs: Sequence[Array], match: Match) -> Sequence[Array]:
    """The output, the hidden state and the cell state."""
    source, hidden, cell = (array.astype(np.int64) for array in inputs)
    steps = source if node.time_major else source.swapaxes(0, 1)
    found, by = [], factors(node, match)
    for one in steps:
        values = _gates(node, one, hidden, by, match)
        cell = _cell(node, values, cell, match)
        squashed = squash(cell, node.exponent, match)
        hidden = apply(squashed * values[3], by.output) + by.zero_point
        hidden = np.clip(hidden, -128, 127)
        found.append(hidden)
    output = np.stack(found, axis=0 if node.time_major else 1)
    return [output, hidden, cell]


def squash(values: Ints, exponent: int, match: Match) -> Ints:
    """The hyperbolic tangent of values * 2^exponent, Q0 with 15 bits behind the point."""
    if match is Match.TFLM:
        return sigmoid_table.tanh(values, exponent)
    return gemmlowp16.tanh(values, 15 + exponent)


def _gates(node: Lstm, source: Ints, hidden: Ints, by: Factors, match: Match) -> list[Ints]:
    """What the gates let through, Q0, each [batch, cells]."""
    sigmoid = sigmoid_table.logistic if match is Match.TFLM else gemmlowp16.logistic
    x, h = source - node.input.zero_point, hidden - node.hidden.zero_point
    found = []
    for number, gate in enumerate(node.gates):
        one = apply(x @ gate.weights.T.astype(np.int64) + gate.bias, by.input[number])
        other = apply(h @ gate.recurrent.T.astype(np.int64), by.recurrent[number])
        if match is Match.TFLM:
            other = saturate(other)
        value = saturate(saturate(one) + other)
        found.append(squash(value, -12, match) if GATES[number] == "cell" else sigmoid(value))
    return found


def _cell(node: Lstm, gates: Sequence[Ints], cell: Ints, match: Match) -> Ints:
    """The next cell state."""
    enter, forget, new, _ = gates
    if match is Match.TFLM:
        kept = saturate(apply(forget * cell, multiplier(2.0**-15)))
        added = saturate(apply(enter * new, multiplier(2.0 ** (-30 - node.exponent))))
    else:
        kept = fixed_point.rounding_divide(forget * cell, 15)
        added = fixed_point.rounding_divide(enter * new, 30 + node.exponent)
    return np.clip(saturate(kept + added), -node.clip, node.clip)


def lower(node: Lstm, site: LoweringContext) -> Sequence[Step]:
    """All moments in turn."""
    by, (batch, time, inputs, cells) = factors(node, site.match), node.shape
    gates = [_fields(node, n, by, f"{site.name}_{name}") for n, name in enumerate(GATES)]
    tables = [table for _, made in gates for table in made]
    fields: dict[str, object] = {
        "batch": batch,
        "time": time,
        "inputs": inputs,
        "cells": cells,
        "time_major": int(node.time_major),
        **{f"{name}_gate": gate for name, (gate, _) in zip(GATES, gates, strict=True)},
        "exponent": node.exponent,
        "clip": node.clip,
        "multiplier": by.output.quantized,
        "shift": by.output.shift,
        "zero_point": by.zero_point,
    }
    kernel, states = "lstm_fixed", tuple(map(state_buffer, node.states))
    if site.match is Match.TFLM:
        values = sigmoid_table.table().astype(np.uint16)
        tables.append(Table("sigmoid_entries", "uint16_t", values, "[24 times the argument]"))
        kernel, fields["entries"] = "lstm_table", tables[-1]
    macs = batch * time * len(GATES) * cells * (inputs + cells)
    vectors = math.ceil(inputs / _VECTOR) + math.ceil(cells / _VECTOR)
    work = {"cells": batch * time * cells, "vectors": batch * time * len(GATES) * cells * vectors}
    return [site.step(kernel, fields, tuple(tables), macs=macs, work=work, states=states)]


def _fields(
    node: Lstm, number: int, by: Factors, name: str
) -> tuple[Mapping[str, Any], list[Table]]:
    """C's struct gate and its tables; zero points are folded into what is added."""
    gate, one, other = node.gates[number], by.input[number], by.recurrent[number]

    def folded(values: Int8s, bias: Array, zero_point: int) -> Array:
        return (bias - zero_point * values.astype(np.int64).sum(axis=1)).astype(np.int32)

    nothing = np.zeros(len(gate.bias), np.int64)
    bias = folded(gate.weights, gate.bias.astype(np.int64), node.input.zero_point)
    correction = folded(gate.recurrent, nothing, node.hidden.zero_point)
    tables = [
        Table(f"{name}_weights", "int8_t", gate.weights, "[cells, inputs]"),
        Table(f"{name}_recurrent", "int8_t", gate.recurrent, "[cells, cells]"),
        Table(f"{name}_bias", "int32_t", bias, "[cells]"),
        Table(f"{name}_correction", "int32_t", correction, "[cells]"),
    ]
    keys = ("weights", "recurrent", "bias", "correction")
    return {
        **dict(zip(keys, tables, strict=True)),
        "multiplier": one.quantized,
        "shift": one.shift,
        "recurrent_multiplier": other.quantized,
        "recurrent_shift": other.shift,
    }, tables


OPERATORS = (
    Operator(
        "UNIDIRECTIONAL_SEQUENCE_LSTM",
        read,
        compute,
        lower,
        options="UnidirectionalSequenceLSTMOptions",
    ),
)
