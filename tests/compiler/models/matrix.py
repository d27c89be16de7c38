"""BATCH_MATMUL and TRANSPOSE_CONV."""

from functools import partial

import numpy as np

from tests.compiler.builder import Builder
from tests.compiler.models.base import ACTIVATIONS, Random


def batch_matmul(r: Random, *, constant: str = "") -> bytes:
    """Matrices of rank 2 to 5; ``constant``: which operand is."""
    b, pick = Builder(), r.pick
    rows, depth, columns = (int(n) for n in r.rng.integers(1, 9, 3))
    batches = tuple(int(n) for n in r.rng.integers(1, 4, int(r.rng.integers(0, 4))))
    adjoint = bool(r.rng.integers(2)), bool(r.rng.integers(2))
    scales = r.scale(), r.scale()
    numbers = []
    for position, (first, second) in enumerate(((rows, depth), (depth, columns))):
        shape = (second, first) if adjoint[position] else (first, second)
        kept = tuple(int(pick(n, n, 1)) for n in batches) if position else batches
        kept = kept[int(pick(0, 0, 1)) :] if position else kept
        zero = r.zero() if not position else int(pick(0, 0, r.zero()))
        data = None
        if constant == "ab"[position]:
            data = r.rng.integers(-128, 128, (*kept, *shape)).astype(np.int8)
        numbers.append(b.tensor((*kept, *shape), scales[position], zero, data))
    so = scales[0] * scales[1] * np.sqrt(depth) * 73 * 73 / 127 * float(pick(0.5, 1, 3))
    if r.rng.random() < 0.3:  # a power of two puts many sums halfway between two outputs
        so = float(scales[0] * scales[1] * 2.0 ** r.rng.integers(1, 9))
    y = b.tensor((*batches, rows, columns), so, r.zero())
    options = {"adjX": adjoint[0], "adjY": adjoint[1]}
    b.add("BATCH_MATMUL", numbers, y, **options)
    return b.pack([n for n, which in zip(numbers, "ab", strict=True) if which != constant], y)


def transpose_conv(r: Random, *, bias: bool = True) -> bytes:
    b, pick = Builder(), r.pick
    batch = int(pick(1, 1, 2))
    height, width = (int(n) for n in r.rng.integers(1, 8, 2))
    channels, filters = int(pick(1, 3, 8)), int(pick(1, 2, 5))
    size, stride = r.rng.integers(1, 6, 2), r.rng.integers(1, 4, 2)
    padding, si = int(r.rng.integers(2)), r.scale()
    out = []
    for n, k, s in zip((height, width), size, stride, strict=True):
        less = int(pick(0, 0, r.rng.integers(s)))
        out.append(int((n - 1) * s + k + less if padding else n * s - less))
    x = b.tensor((batch, height, width, channels), si, r.zero())
    w, added, so = r.weights(b, (filters, *map(int, size), channels), filters, 0, si)
    y = b.tensor((batch, *out, filters), so, r.zero())
    given = [b.ints(batch, *out, filters), w, x, *([added] if bias else [])]
    b.add("TRANSPOSE_CONV", given, y, version=4 if bias else 3, padding=padding,
          strideH=int(stride[0]), strideW=int(stride[1]),
          fusedActivationFunction=pick(*ACTIVATIONS))  # fmt: skip
    return b.pack([x], y)


MODELS = {
    "BATCH_MATMUL": batch_matmul,
    "BATCH_MATMUL first constant": partial(batch_matmul, constant="a"),
    "BATCH_MATMUL second constant": partial(batch_matmul, constant="b"),
    "TRANSPOSE_CONV": transpose_conv,
    "TRANSPOSE_CONV without bias": partial(transpose_conv, bias=False),
}
