"""Shapes that are computed, as converters write them, and what is done with them."""

import math
from functools import partial

import numpy as np

from convert.compiler.arithmetic.match import Match
from tests.compiler.builder import Builder
from tests.compiler.models.base import Random
from tests.compiler.models.movement import Draft, axis_of, sides


def shape(r: Random) -> bytes:
    """The input flattened but for its first dimension: SHAPE, STRIDED_SLICE, PACK, RESHAPE."""
    d = Draft(r, "INT8", sides(r, 4))
    whole, first = (d.b.tensor(n, dtype="INT32") for n in ((4,), ()))
    d.b.add("SHAPE", [d.x], whole, outType=2)
    spec = [d.ints(n) for n in ([0], [1], [1])]
    d.b.add("STRIDED_SLICE", [whole, *spec], first, shrinkAxisMask=1)
    packed = d.b.tensor((2,), dtype="INT32")
    rest = math.prod(d.shape[1:])
    d.b.add("PACK", [first, d.ints(rest)], packed, valuesCount=2)
    return d.one("RESHAPE", [d.x, packed], (d.shape[0], rest))


def shape_parts(r: Random) -> bytes:
    """The dimensions turned round, by SPLIT, STRIDED_SLICE, SLICE, UNPACK, PACK, CONCATENATION."""
    d = Draft(r, "INT8", sides(r, 4))
    whole = d.b.tensor((4,), dtype="INT32")
    d.b.add("SHAPE", [d.x], whole, outType=2)
    halves = [d.b.tensor((2,), dtype="INT32") for _ in range(2)]
    d.b.add("SPLIT", [d.ints(0), whole], halves, numSplits=2)
    shapes = ((2,), (1,), (), (), (1,), (4,))
    turned, last, first, rest, packed, joined = (d.b.tensor(n, dtype="INT32") for n in shapes)
    spec = [d.ints(n) for n in ([-1], [0], [-1])]
    d.b.add("STRIDED_SLICE", [halves[0], *spec], turned, endMask=1)
    d.b.add("SLICE", [halves[1], d.ints([1]), d.ints([-1])], last)
    d.b.add("UNPACK", [halves[1]], [first, rest], num=2, axis=0)
    d.b.add("PACK", [first], packed, valuesCount=1)
    d.b.add("CONCATENATION", [packed, last, turned], joined, axis=0)
    n, h, w, c = d.shape
    return d.one("RESHAPE", [d.x, joined], (w, c, h, n))


def rank(r: Random) -> bytes:
    """Dimensions in any order: a permutation by RANK, RANGE, GATHER and REVERSE_V2."""
    d = Draft(r, "INT8", sides(r, int(r.rng.integers(2, 5))))
    count = d.b.tensor((), dtype="INT32")
    d.b.add("RANK", [d.x], count)
    along = d.b.tensor((len(d.shape),), dtype="INT32")
    d.b.add("RANGE", [d.ints(0), count, d.ints(1)], along)
    mixed, turned = (d.b.tensor((len(d.shape),), dtype="INT32") for _ in range(2))
    order = r.rng.permutation(len(d.shape))
    d.b.add("GATHER", [along, d.ints(order)], mixed)
    d.b.add("REVERSE_V2", [mixed, d.ints([0])], turned)
    return d.one("TRANSPOSE", [d.x, turned], [d.shape[n] for n in order[::-1]])


def range_(r: Random) -> bytes:
    """Every n-th part, by numbers from RANGE, forwards and backwards."""
    d = Draft(r, "INT8", sides(r, int(r.rng.integers(1, 5)), most=9))
    axis, said = axis_of(r, len(d.shape))
    step, n = int(r.pick(1, 2, 3)), d.shape[axis]
    found = range(0, n, step) if r.rng.random() < 0.5 else range(n - 1, -1, -step)
    numbers = d.b.tensor((len(found),), dtype="INT32")
    ends = [d.ints(v) for v in (found.start, found.stop, found.step)]
    d.b.add("RANGE", ends, numbers)
    out = [*d.shape[:axis], len(found), *d.shape[axis + 1 :]]
    return d.one("GATHER", [d.x, numbers], out, axis=said)


def fill(r: Random) -> bytes:
    """The input behind as many elements of one number."""
    d = Draft(r, "INT8", sides(r, int(r.rng.integers(1, 5))))
    full = d.tensor(d.shape)
    d.b.add("FILL", [d.ints(d.shape), d.constant(())], full)
    axis, said = axis_of(r, len(d.shape))
    out = [2 * n if a == axis else n for a, n in enumerate(d.shape)]
    return d.one("CONCATENATION", [full, d.x], out, axis=said)


def fill_run_time(r: Random) -> bytes:
    """A number that is the input, everywhere."""
    d = Draft(r, "INT8", ())
    out = sides(r, int(r.rng.integers(1, 5)))
    return d.one("FILL", [d.ints(out), d.x], out)


def squeeze(r: Random) -> bytes:
    d = Draft(r, "INT8", (1, *sides(r, 2), 1))
    return d.one("SQUEEZE", [d.x], d.shape[1:3], squeezeDims=[0, 3])


def expand_dims(r: Random) -> bytes:
    d = Draft(r, "INT8", sides(r, int(r.rng.integers(1, 4))))
    axis, said = axis_of(r, len(d.shape) + 1)
    return d.one("EXPAND_DIMS", [d.x, d.ints(said)], [*d.shape[:axis], 1, *d.shape[axis:]])


def time_distributed(r: Random) -> bytes:
    """A dense layer for each step of a sequence: [1, T, F] -> [T, F] -> [T, units] -> back."""
    d = Draft(r, "INT8", (1, *sides(r, 2, most=20)))
    _, steps, features = d.shape
    rows = d.tensor((steps, features))
    d.b.add("RESHAPE", [d.x, d.ints([steps, features])], rows)
    units = int(r.rng.integers(1, 10))
    w, bias, so = r.weights(d.b, (units, features), units, 0, float(d.scale or 0))
    zero = r.zero()
    made, y = (d.b.tensor(s, so, zero) for s in ((steps, units), (1, steps, units)))
    d.b.add("FULLY_CONNECTED", [rows, w, bias], made)
    d.b.add("RESHAPE", [made, d.ints([1, steps, units])], y)
    return d.b.pack([d.x], y)


def dilated(r: Random, *, padded: bool) -> bytes:
    """A dilated convolution in old TensorFlow's words: taken apart, convolved, and put together."""
    block, inner = sides(r, 2, 2, 4), sides(r, 2, 3, 6)
    channels, filters = sides(r, 2)
    margins = np.zeros((2, 2), np.int32)
    if padded:
        margins[:] = r.rng.integers(0, np.array(block) * 2, (2, 2)).T
    whole = [b * n for b, n in zip(block, inner, strict=True)]
    image = [n - int(m.sum()) for n, m in zip(whole, margins, strict=True)]
    image = [max(1, n) for n in image]
    margins[:, 1] = [w - n - b for w, n, b in zip(whole, image, margins[:, 0], strict=True)]
    d = Draft(r, "INT8", (1, *image, channels))
    count = math.prod(block)
    apart = d.tensor((count, *inner, channels))
    d.b.add("SPACE_TO_BATCH_ND", [d.x, d.ints(block), d.ints(margins)], apart)
    out = [n - 2 for n in inner]
    w, bias, so = r.weights(d.b, (filters, 3, 3, channels), filters, 0, float(d.scale or 0))
    zero, crops = r.zero(), np.zeros((2, 2), np.int32)
    made = d.b.tensor((count, *out, filters), so, zero)
    d.b.add("CONV_2D", [apart, w, bias], made, padding=1, strideH=1, strideW=1)
    together = [b * n for b, n in zip(block, out, strict=True)]
    crops[:, 1] = [int(r.rng.integers(n)) for n in together]
    left = (int(n) for n in np.array(together) - crops[:, 1])
    y = d.b.tensor((1, *left, filters), so, zero)
    d.b.add("BATCH_TO_SPACE_ND", [made, d.ints(block), d.ints(crops)], y)
    return d.b.pack([d.x], y)


def guessed(r: Random) -> bytes:
    """Dense over time in a file without a batch, whose shapes inside are guesses."""
    b = Builder()
    steps, inputs, outputs = int(r.rng.integers(2, 9)), *(int(n) for n in r.rng.integers(1, 9, 2))
    x = b.tensor((1, steps, inputs), 0.1, 3)
    turned, rows = b.tensor((steps, 1, inputs), 0.1, 3), b.tensor((1, inputs), 0.1, 3)
    b.add("TRANSPOSE", [x, b.ints(1, 0, 2)], turned)
    b.add("RESHAPE", [turned, b.ints(-1, inputs)], rows)
    data = r.rng.integers(-127, 128, (outputs, inputs)).astype(np.int8)
    weights = b.tensor(data.shape, 0.01, 0, data)
    bias = b.tensor((outputs,), 0.001, 0, r.rng.integers(-500, 500, outputs).astype(np.int32))
    made, y = b.tensor((1, outputs), 0.3, 4), b.tensor((1, steps, outputs), 0.3, 4)
    b.add("FULLY_CONNECTED", [rows, weights, bias], made, fusedActivationFunction=0)
    b.add("RESHAPE", [made, b.ints(-1, steps, outputs)], y)
    for number, unknown in ((x, 0), (turned, 1), (rows, 0), (made, 0), (y, 0)):
        tensor = b.graph.tensors[number]
        tensor.shapeSignature = [-1 if n == unknown else m for n, m in enumerate(tensor.shape)]
    return b.pack([x], y)


MODELS = {
    "RESHAPE guessed": guessed,
    "SHAPE": shape,
    "SHAPE parts": shape_parts,
    "RANK": rank,
    "RANGE": range_,
    "FILL": fill,
    "FILL run time": fill_run_time,
    "SQUEEZE": squeeze,
    "EXPAND_DIMS": expand_dims,
    "RESHAPE time distributed": time_distributed,
    "BATCH_TO_SPACE_ND dilated": partial(dilated, padded=False),
    "BATCH_TO_SPACE_ND dilated same": partial(dilated, padded=True),
}
ONLY = dict.fromkeys(
    ("RANK", "RANGE", "RESHAPE guessed", "BATCH_TO_SPACE_ND dilated same"),
    (Match.XNNPACK, Match.REF),
)
