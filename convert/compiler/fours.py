"""Weights with four taps in a word, for dense layers: what kernels/dense_packed.h is given."""

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from convert.compiler.graph import Dense
from convert.compiler.program import Step, Table
from convert.compiler.site import Site

_PIECE = 64  # words of four inputs; DENSE_PIECE of kernels/dense_packed.h

Words = npt.NDArray[np.uint32]


def rows_of_four(weights: npt.NDArray[np.int8]) -> npt.NDArray[np.int64]:
    """Weights [out, in] with zeros behind, so that they come in fours."""
    outputs, inputs = weights.shape
    rows = np.zeros((outputs, 4 * math.ceil(inputs / 4)), np.int64)
    rows[:, :inputs] = weights
    return rows


def dense(
    node: Dense,
    site: Site,
    words: Words,
    bias: Table,
    requantization: tuple[Any, list[Table]],
    **more: Any,
) -> Step:
    """A dense layer whose weights are ``words`` [out, words]; ``more`` are fields of the Step.

    ``more`` must have "shift" and "units": what the sums are times, and words for four inputs.
    """
    (outputs, inputs), fours = node.weights.shape, len(words) // 4 * 4
    pieces = []
    for start in range(0, words.shape[1], _PIECE):
        piece = words[:, start : start + _PIECE]
        pieces.append(piece[:fours].reshape(-1, 4, piece.shape[1]).transpose(0, 2, 1).ravel())
        pieces.append(piece[fours:].ravel())
    axes = f"[words of 4 inputs], by pieces of {_PIECE}"
    weights = Table(f"{site.name}_packed", "uint32_t", np.concatenate(pieces), axes)
    scaling, tables = requantization
    fields = {
        "inputs": inputs,
        "outputs": outputs,
        "weights": weights,
        "shift": more.pop("shift"),
        "bias": bias,
        "scaling": scaling,
    }
    return site.step(
        "dense_packed",
        fields,
        (weights, bias, *tables),
        macs=node.weights.size,
        sums=more.pop("units") * _PIECE + outputs,
        **more,
    )
