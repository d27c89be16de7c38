"""Activations that are curves: float tables of LiteRT, made when the model is compiled.

A correctly rounded exponential, logarithm or tangent gives the C library's bytes.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from convert.compiler.arithmetic.fixed_point import Ints, round_away
from convert.compiler.arithmetic.match import Match
from convert.compiler.ir import Array, Node, Tensor
from convert.compiler.operators.common import lookup
from convert.compiler.operators.common.definition import Operator
from convert.compiler.operators.common.lowering import LoweringContext
from convert.compiler.operators.common.reader import OperatorReader
from convert.compiler.operators.common.rows import ROW_BY_ROW
from convert.compiler.program import Step

Floats = npt.NDArray[np.float32]
Curve = Callable[[Floats], Floats]
"""The real output, float32, of the real input, float32."""
Function = Callable[[Any, Match], lookup.Function]
"""What becomes of a stored number under a runtime; raises ValueError for what it refuses."""


def read(reader: OperatorReader) -> Node:
    """The checked node of an operator from one int8 tensor to another."""
    (source,), output = reader.inputs(1), reader.output()
    reader.expect(output, source.shape)
    return Node(reader.index, reader.operator.name, (source,), (output,))


def operator(
    name: str,
    function: Function,
    *,
    options: str = "",
    lacking: Mapping[Match, str] | None = None,
    reading: Callable[[OperatorReader], Node] = read,
) -> Operator:
    """The registration of an operator that maps every stored number by itself."""
    compute, lower = partial(_compute, function), partial(_lower, function)
    of = Operator(name, reading, compute, lower, options, lacking=lacking or {})
    return replace(of, sweep=ROW_BY_ROW)


def _compute(
    function: Function, node: Node, inputs: Sequence[Array], match: Match
) -> Sequence[Array]:
    return [lookup.outputs(function(node, match), node.output, inputs[0])]


def _lower(function: Function, node: Node, site: LoweringContext) -> Sequence[Step]:
    return lookup.steps(function(node, site.match), node.input, node.output, site)


def delegated(curve: Curve, source: Tensor, output: Tensor) -> lookup.Function:
    """As XNNPACK makes its tables: by the output scale's inverse, half to even."""
    _check(curve, source, output)

    def function(stored: Ints) -> Ints:
        steps = _steps(curve, source, output, stored) + np.float32(output.zero_point)
        return np.asarray(np.rint(steps)).astype(np.int64)

    return function


def reference(curve: Curve, source: Tensor, output: Tensor) -> lookup.Function:
    """As LiteRT makes its own: by the output scale's inverse, half away from zero."""
    _check(curve, source, output)

    def function(stored: Ints) -> Ints:
        return round_away(_steps(curve, source, output, stored)) + output.zero_point

    return function


def _steps(curve: Curve, source: Tensor, output: Tensor, stored: Array) -> Floats:
    """The curve at stored numbers, in steps of the output."""
    with np.errstate(all="ignore"):
        real = (stored - source.zero_point).astype(np.float32) * source.scale
        return np.asarray(curve(real) * (np.float32(1) / output.scale))


def _check(curve: Curve, source: Tensor, output: Tensor) -> None:
    """Raise ValueError where the curve leaves what runtimes can convert to integers."""
    every = np.arange(source.lowest, source.highest + 1)
    if not (np.abs(_steps(curve, source, output, every)) < float(1 << 31)).all():
        raise ValueError("its scales put outputs beyond 2^31 steps, which no runtime defines")


def exactly(function: Callable[[npt.NDArray[np.float64]], npt.NDArray[np.float64]]) -> Curve:
    """``function`` of doubles, rounded once to float32."""

    def curve(values: Floats) -> Floats:
        with np.errstate(all="ignore"):
            return np.asarray(function(values.astype(np.float64))).astype(np.float32)

    return curve
