"""Operators that remember: UNIDIRECTIONAL_SEQUENCE_LSTM, SVDF."""

from functools import partial

import numpy as np

from convert.compiler.arithmetic.match import Match
from tests.compiler.builder import Builder
from tests.compiler.models.base import Random


def variable(b: Builder, shape: tuple[int, ...], scale: float, zero: int, dtype: str) -> int:
    """A tensor that its operator keeps."""
    number = b.tensor(shape, scale, zero, dtype=dtype)
    b.graph.tensors[number].isVariable = True
    return number


def lstm(r: Random, *, apart: bool = False) -> bytes:
    """Of one or several moments; ``apart``: intermediate and hidden state have scales of their own."""
    b, pick = Builder(), r.pick
    batch, time, inputs, cells = (int(pick(*n)) for n in ((1, 1, 2, 3), (1, 3, 6), (1, 3, 8), (1, 4, 7)))
    major = bool(r.rng.integers(2))
    order = (time, batch) if major else (batch, time)
    si, sh = r.scale(), float(pick(1 / 128, r.scale() / 8))
    x, zero = b.tensor((*order, inputs), si, r.zero()), int(pick(0, r.zero()))

    def weights(width: int) -> list[int]:
        scales = [r.scale() / 10 for _ in range(4)]
        values = r.rng.integers(-127, 128, (4, cells, width)).astype(np.int8)
        return [b.tensor((cells, width), s, 0, v) for s, v in zip(scales, values, strict=True)]

    one, other = weights(inputs), weights(cells)
    limit = int(pick(10, 2000, 100_000))
    bias = [
        b.tensor((cells,), 1e-5, 0, r.rng.integers(-limit, limit, cells).astype(np.int32))
        for _ in range(4)
    ]
    hidden = variable(b, (batch, cells), sh, zero, "INT8")
    cell = variable(b, (batch, cells), 2.0 ** int(r.rng.integers(-15, -8)), 0, "INT16")
    product = (sh * float(pick(0.5, 1.3)), r.zero()) if apart else (sh, zero)
    between = [b.tensor((0,), dtype="FLOAT32") for _ in range(4)] + [b.tensor((0,), *product)]
    y = b.tensor((*order, cells), sh, zero)
    every = [x, *one, *other, -1, -1, -1, *bias, -1, -1, hidden, cell, -1, -1, -1, -1]
    clip = float(pick(0.0, 10.0, 0.5, 3.3))
    operator = b.add("UNIDIRECTIONAL_SEQUENCE_LSTM", every, y, fusedActivationFunction=4,
                     timeMajor=major, cellClip=clip)  # fmt: skip
    operator.intermediates = between
    return b.pack([x], y)


MODELS = {
    "UNIDIRECTIONAL_SEQUENCE_LSTM": lstm,
    "UNIDIRECTIONAL_SEQUENCE_LSTM apart": partial(lstm, apart=True),
}
