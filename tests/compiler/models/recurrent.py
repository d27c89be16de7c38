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
    batch, time, inputs, cells = (
        int(pick(*n)) for n in ((1, 1, 2, 3), (1, 3, 6), (1, 3, 8), (1, 4, 7))
    )
    major = bool(r.rng.integers(2))
    order = (time, batch) if major else (batch, time)
    si, sh = r.scale(), float(pick(1 / 128, r.scale() / 8))
    x, zero = b.tensor((*order, inputs), si, r.zero()), int(pick(0, r.zero()))

    def weights(width: int) -> list[int]:
        by = float(pick(10, 100, 1000))
        scales = [r.scale() / by for _ in range(4)]
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


def svdf(r: Random, *, dtype: str = "INT16") -> bytes:
    """With states and time weights of ``dtype``; scales mostly such that the output is in range."""
    b, wide, pick = Builder(), dtype == "INT16", r.pick
    batch, inputs, units = (int(pick(*n)) for n in ((1, 1, 2, 3), (1, 5, 16), (1, 3, 8)))
    rank, memory = int(pick(1, 1, 2, 3)), int(pick(1, 2, 5, 8))
    si, filters = r.scale(), units * rank
    x = b.tensor((batch, inputs), si, r.zero())
    features, feature_scale = r.rng.integers(-127, 128, (filters, inputs)), r.scale() / 20
    most = (1 << 15 if wide else 1 << 7) - 1
    time = r.rng.integers(-most, most + 1, (filters, memory)) * float(pick(1, 0.3, 0.01))
    kind = np.int16 if wide else np.int8
    f = b.tensor((filters, inputs), feature_scale, 0, features.astype(np.int8))
    t = b.tensor((filters, memory), r.scale() / most, 0, time.astype(kind))
    ss = si * feature_scale * np.sqrt(inputs) * 73 * 73 / most * float(pick(0.3, 2, 2, 20))
    limit = int(pick(10, 5000, 100_000))
    scale = ss * b.quantization(t)[0]
    bias = b.tensor((units,), scale, 0, r.rng.integers(-limit, limit, units).astype(np.int32))
    state = variable(b, (batch, filters * memory), ss, 0 if wide else r.zero(), dtype)
    sums = scale * np.sqrt(memory * rank) * most * np.abs(time).mean() / 2
    y = b.tensor((batch, units), max(sums, 1e-9) / 127 * float(pick(1, 3)), r.zero())
    act = 1 if wide else int(pick(0, 1))
    b.add("SVDF", [x, f, t, bias, state], y, rank=rank, fusedActivationFunction=act)
    return b.pack([x], y)


MODELS = {
    "UNIDIRECTIONAL_SEQUENCE_LSTM": lstm,
    "UNIDIRECTIONAL_SEQUENCE_LSTM apart": partial(lstm, apart=True),
    "SVDF": svdf,
    "SVDF int8": partial(svdf, dtype="INT8"),
}
ONLY = {"SVDF int8": (Match.TFLM,)}
