"""FULLY_CONNECTED: a dense layer, over each row where there are several."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from convert.compiler.arithmetic.match import Match
from convert.compiler.ir import Array, Node
from convert.compiler.operators.common import linear
from convert.compiler.operators.common.definition import Operator
from convert.compiler.operators.common.linear import Linear
from convert.compiler.operators.common.lowering import LoweringContext
from convert.compiler.operators.common.reader import OperatorReader
from convert.compiler.program import Step, Table


@dataclass(frozen=True)
class Dense(Linear):
    """Weights [out, in]."""

    @property
    def rounds_in_double(self) -> bool:
        """It does."""
        return True

    @property
    def rows(self) -> int:
        """How often the weights are applied."""
        return self.output.size // len(self.weights)


def read(reader: OperatorReader) -> Node:
    """The checked node."""
    (source,), output = reader.inputs(1), reader.output()
    shape = reader.raw(1).shape
    if len(shape) != 2 or source.size % shape[1]:
        raise reader.fail(f"weights of shape {shape} do not fit input {source.shape}")
    rows = source.size // shape[1]
    if reader.option("KeepNumDims"):
        if source.shape[-1:] != shape[1:]:
            raise reader.fail(f"weights of shape {shape} do not fit input {source.shape}")
        reader.expect(output, (*source.shape[:-1], shape[0]))
    elif output.size != rows * shape[0] or output.shape[-1:] != shape[:1]:
        expected = (rows, shape[0])
        raise reader.fail(f"output {output.name!r} has shape {output.shape}, computed {expected}")
    if reader.option("WeightsFormat"):
        raise reader.fail("weights are stored shuffled, which is not supported")
    weights = linear.weights(reader, shape[0], 0)
    return Dense(reader.index, reader.operator.name, (source,), (output,), *weights)


def compute(node: Dense, inputs: Sequence[Array], match: Match) -> Sequence[Array]:
    """Exact sums, requantized."""
    rows = inputs[0].astype(np.int64).reshape(node.rows, -1) - node.input.zero_point
    sums = rows @ node.weights.astype(np.int64).T
    return [linear.requantize(node, sums, match).reshape(node.output.shape)]


def lower(node: Dense, site: LoweringContext) -> Sequence[Step]:
    """A dense layer."""
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
    macs = node.rows * node.weights.size
    return [
        site.step(
            "dense_real" if linear.uses_double(node, site.match) else "dense",
            fields,
            (weights, *tables),
            macs=macs,
            instructions=linear.PLAIN * macs,
            batch=node.rows,
        )
    ]


OPERATORS = (Operator("FULLY_CONNECTED", read, compute, lower, options="FullyConnectedOptions"),)
