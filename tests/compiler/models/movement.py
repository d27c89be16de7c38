"""Operators that move elements, and chains of shapes that fold."""

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from convert.compiler.arithmetic.match import Match
from tests.compiler.builder import Builder
from tests.compiler.models.base import Random

Shape = tuple[int, ...]


def _input(r: Random, b: Builder, shape: Shape) -> tuple[int, Callable[..., int]]:
    """An input, and what makes tensors of its quantization."""
    scale, zero = r.scale(), r.zero()
    return b.tensor(shape, scale, zero), lambda other: b.tensor(other, scale, zero)


def _shape(r: Random, rank: int, most: int = 6) -> Shape:
    return (1, *(int(n) for n in r.rng.integers(1, most + 1, rank - 1)))


def transpose(r: Random) -> bytes:
    b, shape = Builder(), _shape(r, int(r.rng.integers(2, 5)))
    x, like = _input(r, b, shape)
    order = [0, *(1 + r.rng.permutation(len(shape) - 1))]
    y = like(tuple(shape[n] for n in order))
    b.add("TRANSPOSE", [x, b.ints(*order)], y)
    return b.pack([x], y)


def slice_(r: Random) -> bytes:
    b, shape = Builder(), _shape(r, int(r.rng.integers(2, 5)))
    x, like = _input(r, b, shape)
    begin = [int(r.rng.integers(n)) for n in shape]
    size = [int(r.rng.integers(1, n - at + 1)) for n, at in zip(shape, begin, strict=True)]
    told = [-1 if at + n == side and r.pick(0, 1) else n
            for at, n, side in zip(begin, size, shape, strict=True)]  # fmt: skip
    y = like(tuple(size))
    b.add("SLICE", [x, b.ints(*begin), b.ints(*told)], y)
    return b.pack([x], y)


def strided_slice(r: Random) -> bytes:
    """Strides of both signs, ends before the front, masks."""
    b, shape = Builder(), _shape(r, int(r.rng.integers(2, 5)), 7)
    x, like = _input(r, b, shape)
    while True:
        begin = [int(r.rng.integers(-n, n)) for n in shape]
        end = [int(r.rng.integers(-n, n + 1)) for n in shape]
        stride = [int(r.pick(1, 1, 2, 3, -1, -2)) for _ in shape]
        masks = r.rng.integers(0, 1 << len(shape), 3)
        shrink = int(masks[2]) & r.pick(0, 0, 6)
        index = []
        for axis in range(len(shape)):
            if shrink >> axis & 1:
                stride[axis] = 1
                index.append(begin[axis])
                continue
            first = None if masks[0] >> axis & 1 else begin[axis]
            last = None if masks[1] >> axis & 1 else end[axis]
            index.append(slice(first, last, stride[axis]))
        out = np.zeros(shape)[tuple(index)]
        if out.size and out.ndim:
            break
    y = like(out.shape)
    options = {"beginMask": int(masks[0]), "endMask": int(masks[1]), "shrinkAxisMask": shrink}
    b.add("STRIDED_SLICE", [x, b.ints(*begin), b.ints(*end), b.ints(*stride)], y, **options)
    return b.pack([x], y)


def split(op: str, r: Random) -> bytes:
    b = Builder()
    count, rank = int(r.rng.integers(2, 5)), int(r.rng.integers(2, 5))
    shape = list(_shape(r, rank))
    axis = int(r.rng.integers(1, rank))
    shape[axis] = count * int(r.rng.integers(1, 4))
    sizes = [shape[axis] // count] * count
    if op == "SPLIT_V":
        sizes = [int(n) for n in r.rng.integers(1, 4, count)]
        shape[axis] = sum(sizes)
    x, like = _input(r, b, tuple(shape))
    outputs = [like((*shape[:axis], n, *shape[axis + 1 :])) for n in sizes]
    told = b.ints(int(r.pick(axis, axis - rank)))
    if op == "SPLIT":
        b.add(op, [told, x], outputs, numSplits=count)
    else:
        b.add(op, [x, b.ints(*sizes[:-1], -1), told], outputs, numSplits=count)
    return b.pack([x], outputs)


def unpack(r: Random) -> bytes:
    b, rank = Builder(), int(r.rng.integers(2, 5))
    shape = _shape(r, rank, 4)
    x, like = _input(r, b, shape)
    axis = int(r.rng.integers(1, rank))
    outputs = [like((*shape[:axis], *shape[axis + 1 :])) for _ in range(shape[axis])]
    b.add("UNPACK", [x], outputs, num=shape[axis], axis=int(r.pick(axis, axis - rank)))
    return b.pack([x], outputs)


def pack(r: Random) -> bytes:
    b, shape = Builder(), _shape(r, int(r.rng.integers(1, 4)))
    x, like = _input(r, b, shape)
    other = like(shape)
    axis, count = int(r.rng.integers(0, len(shape) + 1)), int(r.pick(2, 3))
    y = like((*shape[:axis], count, *shape[axis:]))
    given = [x, other, x][:count]
    b.add("PACK", given, y, valuesCount=count, axis=int(r.pick(axis, axis - len(shape) - 1)))
    return b.pack([x, other], y)


def gather(r: Random) -> bytes:
    b, shape = Builder(), _shape(r, int(r.rng.integers(2, 5)))
    x, like = _input(r, b, shape)
    axis = int(r.rng.integers(1, len(shape)))
    indices = r.rng.integers(0, shape[axis], tuple(r.rng.integers(1, 5, r.rng.integers(0, 3))))
    y = like((*shape[:axis], *indices.shape, *shape[axis + 1 :]))
    told = b.tensor(indices.shape, data=np.asarray(indices, np.int32))
    b.add("GATHER", [x, told], y, axis=axis)
    return b.pack([x], y)


def reverse(r: Random) -> bytes:
    b, shape = Builder(), _shape(r, int(r.rng.integers(2, 5)))
    x, like = _input(r, b, shape)
    y = like(shape)
    b.add("REVERSE_V2", [x, b.ints(int(r.rng.integers(1, len(shape))))], y)
    return b.pack([x], y)


def tile(r: Random) -> bytes:
    b, shape = Builder(), _shape(r, int(r.rng.integers(2, 5)), 4)
    x, like = _input(r, b, shape)
    times = [int(n) for n in r.rng.integers(1, 4, len(shape))]
    y = like(tuple(n * t for n, t in zip(shape, times, strict=True)))
    b.add("TILE", [x, b.ints(*times)], y)
    return b.pack([x], y)


def broadcast_to(r: Random) -> bytes:
    b, rank = Builder(), int(r.rng.integers(2, 5))
    shape = tuple(int(r.pick(1, n)) for n in _shape(r, rank))
    x, like = _input(r, b, shape)
    out = tuple(n if n > 1 else int(r.pick(1, 3)) for n in shape)
    y = like(out)
    b.add("BROADCAST_TO", [x, b.ints(*out)], y, version=2)
    return b.pack([x], y)


def space_to_depth(r: Random) -> bytes:
    b, block = Builder(), int(r.pick(2, 3))
    height, width, channels = (int(n) for n in r.rng.integers(1, 4, 3))
    x, like = _input(r, b, (1, height * block, width * block, channels))
    y = like((1, height, width, channels * block * block))
    b.add("SPACE_TO_DEPTH", [x], y, blockSize=block)
    return b.pack([x], y)


def depth_to_space(r: Random) -> bytes:
    b, block = Builder(), int(r.pick(2, 3))
    height, width, channels = (int(n) for n in r.rng.integers(1, 4, 3))
    x, like = _input(r, b, (1, height, width, channels * block * block))
    y = like((1, height * block, width * block, channels))
    b.add("DEPTH_TO_SPACE", [x], y, blockSize=block)
    return b.pack([x], y)


def there_and_back(r: Random, *, padded: bool) -> bytes:
    """SPACE_TO_BATCH_ND, a convolution on the images, BATCH_TO_SPACE_ND, as dilation was written."""
    b, rate, channels = Builder(), int(r.pick(2, 3)), int(r.rng.integers(1, 5))
    height, width = (rate * int(n) for n in r.rng.integers(2, 5, 2))
    edge = rate if padded else 0
    x, like = _input(r, b, (1, height, width, channels))
    rows, columns = (height + 2 * edge) // rate, (width + 2 * edge) // rate
    inner = like((rate * rate, rows, columns, channels))
    pads = b.tensor((2, 2), data=np.full((2, 2), edge, np.int32))
    b.add("SPACE_TO_BATCH_ND", [x, b.ints(rate, rate), pads], inner)
    data = r.rng.integers(-127, 128, (3, 2, 2, channels)).astype(np.int8)
    weights = b.tensor(data.shape, 0.01, 0, data)
    bias = b.tensor((3,), 0.001, 0, r.rng.integers(-500, 500, 3).astype(np.int32))
    made = b.tensor((rate * rate, rows, columns, 3), 0.5, 4)
    b.add("CONV_2D", [inner, weights, bias], made, strideH=1, strideW=1, padding=0,
          dilationHFactor=1, dilationWFactor=1, fusedActivationFunction=1)  # fmt: skip
    crops = b.tensor((2, 2), data=np.full((2, 2), edge, np.int32))
    y = b.tensor((1, height, width, 3), 0.5, 4)
    b.add("BATCH_TO_SPACE_ND", [made, b.ints(rate, rate), crops], y)
    return b.pack([x], y)


def batch_to_space(r: Random) -> bytes:
    """There and back without anything between, with a crop."""
    b, rate = Builder(), 2
    x, like = _input(r, b, (1, 4, 6, int(r.rng.integers(1, 4))))
    channels = b.shape(x)[3]
    inner = like((4, 2, 3, channels))
    nothing = b.tensor((2, 2), data=np.zeros((2, 2), np.int32))
    b.add("SPACE_TO_BATCH_ND", [x, b.ints(rate, rate), nothing], inner)
    crops = b.tensor((2, 2), data=r.rng.integers(0, 2, (2, 2)).astype(np.int32))
    cut = np.frombuffer(b.model.buffers[-1].data, np.int32).reshape(2, 2).sum(axis=1)
    y = like((1, 4 - int(cut[0]), 6 - int(cut[1]), channels))
    b.add("BATCH_TO_SPACE_ND", [inner, b.ints(rate, rate), crops], y)
    return b.pack([x], y)


def padv2(r: Random) -> bytes:
    b, shape = Builder(), _shape(r, int(r.rng.integers(2, 5)))
    x, like = _input(r, b, shape)
    amounts = r.rng.integers(0, 3, (len(shape), 2)).astype(np.int32)
    amounts[0] = 0
    scale, zero = b.quantization(x)
    value = b.tensor((1,), scale, zero, r.rng.integers(-128, 128, 1).astype(np.int8))
    y = like(tuple(int(n + a.sum()) for n, a in zip(shape, amounts, strict=True)))
    b.add("PADV2", [x, b.tensor(amounts.shape, data=amounts), value], y)
    return b.pack([x], y)


def mirror_pad(r: Random) -> bytes:
    b, mode = Builder(), int(r.pick(0, 1))
    shape = (1, *(int(n) for n in r.rng.integers(2, 6, 3)))
    x, like = _input(r, b, shape)
    amounts = np.array([[0, 0], *(r.rng.integers(0, n - (mode == 0) + 1, 2) for n in shape[1:])])
    y = like(tuple(int(n + a.sum()) for n, a in zip(shape, amounts, strict=True)))
    b.add("MIRROR_PAD", [x, b.tensor((4, 2), data=amounts.astype(np.int32))], y, mode=mode)
    return b.pack([x], y)


def resize(op: str, r: Random) -> bytes:
    b = Builder()
    shape = (1, *(int(n) for n in r.rng.integers(1, 8, 3)))
    x, like = _input(r, b, shape)
    sides = [int(n) for n in r.rng.integers(1, 15, 2)]
    corners = bool(r.pick(0, 1))
    centers = not corners and bool(r.pick(0, 1))
    y = like((1, *sides, shape[3]))
    told = b.ints(*sides)
    b.add(op, [x, told], y, alignCorners=corners, halfPixelCenters=centers)
    return b.pack([x], y)


def same_bytes(op: str, r: Random) -> bytes:
    b, shape = Builder(), (1, 1, int(r.rng.integers(1, 9)), int(r.rng.integers(1, 9)))
    x, like = _input(r, b, shape)
    middle = like(shape)
    b.add("MAX_POOL_2D", [x], middle, filterHeight=1, filterWidth=1, strideH=1, strideW=1,
          padding=0, fusedActivationFunction=0)  # fmt: skip
    if op == "SQUEEZE":
        y = like((1, *shape[2:]))
        b.add(op, [middle], y, squeezeDims=[1])
    else:
        y = like((1, 1, *shape[1:]))
        b.add(op, [middle, b.ints(1)], y)
    return b.pack([x], y)


def folded(ops: Sequence[str], r: Random) -> bytes:
    """A reshape whose shape is computed of another shape, as conversions without batch have it."""
    b = Builder()
    height, width, channels = (int(n) for n in r.rng.integers(1, 6, 3))
    x, like = _input(r, b, (1, height, width, channels))
    shape = b.tensor((4,), dtype="INT32")
    b.add("SHAPE", [x], shape)
    batch = b.tensor((), dtype="INT32")
    if "GATHER" in ops:
        b.add("GATHER", [shape, b.tensor((), data=np.array(0, np.int32))], batch)
    else:
        b.add("STRIDED_SLICE", [shape, b.ints(0), b.ints(1), b.ints(1)], batch, shrinkAxisMask=1)
    rest = b.tensor((), data=np.array(height * width * channels, np.int32))
    target = b.tensor((2,), dtype="INT32")
    b.add("PACK", [batch, rest], target, valuesCount=2, axis=0)
    y = like((1, height * width * channels))
    b.add("RESHAPE", [x, target], y)
    return b.pack([x], y)


def filled(r: Random) -> bytes:
    """The same by RANK, RANGE and FILL."""
    b = Builder()
    height, width = (int(n) for n in r.rng.integers(1, 6, 2))
    x, like = _input(r, b, (1, height, width))
    rank = b.tensor((), dtype="INT32")
    b.add("RANK", [x], rank)
    numbers = b.tensor((3,), dtype="INT32")
    zero, one = (b.tensor((), data=np.array(n, np.int32)) for n in (0, 1))
    b.add("RANGE", [zero, rank, one], numbers)
    two = b.tensor((2,), dtype="INT32")
    b.add("SLICE", [numbers, b.ints(0), b.ints(2)], two)
    ones = b.tensor((2,), dtype="INT32")
    b.add("FILL", [b.ints(2), one], ones)
    both = b.tensor((4,), dtype="INT32")
    b.add("CONCATENATION", [ones, two], both, axis=0)
    picked = b.tensor((2,), dtype="INT32")
    b.add("STRIDED_SLICE", [both, b.ints(0), b.ints(2), b.ints(1)], picked)
    rest = b.ints(height, width)
    target = b.tensor((4,), dtype="INT32")
    b.add("CONCATENATION", [picked, rest], target, axis=0)
    y = like((1, 1, height, width))
    b.add("RESHAPE", [x, target], y)
    return b.pack([x], y)


def time_distributed(r: Random) -> bytes:
    """[1, T, F] -> [T, F] -> dense -> [1, T, G]."""
    b = Builder()
    steps, inputs, outputs = (int(n) for n in r.rng.integers(1, 9, 3))
    x, like = _input(r, b, (1, steps, inputs))
    rows = like((steps, inputs))
    b.add("RESHAPE", [x, b.ints(steps, inputs)], rows)
    data = r.rng.integers(-127, 128, (outputs, inputs)).astype(np.int8)
    weights = b.tensor(data.shape, 0.01, 0, data)
    bias = b.tensor((outputs,), 0.001, 0, r.rng.integers(-500, 500, outputs).astype(np.int32))
    made = b.tensor((steps, outputs), 0.5, 4)
    b.add("FULLY_CONNECTED", [rows, weights, bias], made, fusedActivationFunction=0)
    y = b.tensor((1, steps, outputs), 0.5, 4)
    b.add("RESHAPE", [made, b.ints(1, steps, outputs)], y)
    return b.pack([x], y)


MODELS = {
    "TRANSPOSE": transpose,
    "SLICE": slice_,
    "STRIDED_SLICE": strided_slice,
    "SPLIT": partial(split, "SPLIT"),
    "SPLIT_V": partial(split, "SPLIT_V"),
    "UNPACK": unpack,
    "PACK": pack,
    "GATHER": gather,
    "REVERSE_V2": reverse,
    "TILE": tile,
    "BROADCAST_TO": broadcast_to,
    "SPACE_TO_DEPTH": space_to_depth,
    "DEPTH_TO_SPACE": depth_to_space,
    "SPACE_TO_BATCH_ND": partial(there_and_back, padded=False),
    "SPACE_TO_BATCH_ND padded": partial(there_and_back, padded=True),
    "BATCH_TO_SPACE_ND": batch_to_space,
    "PADV2": padv2,
    "MIRROR_PAD": mirror_pad,
    "RESIZE_BILINEAR": partial(resize, "RESIZE_BILINEAR"),
    "RESIZE_NEAREST_NEIGHBOR": partial(resize, "RESIZE_NEAREST_NEIGHBOR"),
    "SQUEEZE": partial(same_bytes, "SQUEEZE"),
    "EXPAND_DIMS": partial(same_bytes, "EXPAND_DIMS"),
    "SHAPE": partial(folded, ("STRIDED_SLICE",)),
    "SHAPE gather": partial(folded, ("GATHER",)),
    "RANK": filled,
    "RANGE": filled,
    "FILL": filled,
    "FULLY_CONNECTED over time": time_distributed,
}
ONLY = {
    "TILE": (Match.XNNPACK, Match.REF),
    "SPACE_TO_BATCH_ND padded": (Match.XNNPACK, Match.REF),
}
