"""Operators that only move elements, in every type that some runtime moves."""

import math
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from convert.compiler.arithmetic.match import Match
from tests.compiler.builder import Builder
from tests.compiler.models.base import Random

_LITERT = (Match.XNNPACK, Match.REF)
NUMPY = {
    "INT8": np.int8,
    "UINT8": np.uint8,
    "INT16": np.int16,
    "INT32": np.int32,
    "FLOAT32": np.float32,
    "BOOL": np.bool_,
}


class Draft:
    """A model with one input; everything that is made of it has its type and scale."""

    def __init__(self, r: Random, dtype: str, shape: Sequence[int]) -> None:
        self.r, self.b, self.dtype = r, Builder(), dtype
        self.scale: float | None = r.scale() if dtype in ("INT8", "UINT8", "INT16") else None
        self.zero = {"INT8": r.zero(), "UINT8": r.zero() + 128}.get(dtype, 0)
        self.shape = tuple(int(n) for n in shape)
        self.x = self.tensor(self.shape)

    def tensor(self, shape: Sequence[int], data: np.ndarray | None = None) -> int:
        sides = tuple(int(n) for n in shape)
        return self.b.tensor(sides, self.scale, self.zero, data, dtype=self.dtype)

    def constant(self, shape: Sequence[int]) -> int:
        """Random numbers."""
        values = self.r.rng.integers(0, 120, tuple(shape)).astype(NUMPY[self.dtype])
        return self.tensor(values.shape, values)

    def ints(self, values: object, kind: type = np.int32) -> int:
        data = np.array(values, kind)
        return self.b.tensor(data.shape, data=data)

    def one(
        self, name: str, inputs: Sequence[int], shape: Sequence[int], **options: object
    ) -> bytes:
        """The file of one operator with one output of that shape."""
        y = self.tensor(shape)
        self.b.add(name, inputs, y, **options)
        return self.b.pack([self.x], y)

    def several(
        self, name: str, inputs: Sequence[int], shapes: Sequence[Sequence[int]], **options: object
    ) -> bytes:
        """With several outputs, all of them outputs of the model."""
        outputs = [self.tensor(shape) for shape in shapes]
        self.b.add(name, inputs, outputs, **options)
        return self.b.pack([self.x], outputs)


def sides(r: Random, rank: int, least: int = 1, most: int = 7) -> tuple[int, ...]:
    return tuple(int(n) for n in r.rng.integers(least, most, rank))


def axis_of(r: Random, rank: int) -> tuple[int, int]:
    """An axis, and how the file has it."""
    axis = int(r.rng.integers(rank))
    return axis, int(r.pick(axis, axis - rank))


def transpose(r: Random, dtype: str = "INT8", ranks: Sequence[int] = (2, 3, 4, 5)) -> bytes:
    rank = r.pick(*ranks)
    d = Draft(r, dtype, sides(r, rank, most=7 if rank < 6 else 4))
    order = r.rng.permutation(rank)
    return d.one("TRANSPOSE", [d.x, d.ints(order)], [d.shape[n] for n in order])


def reverse(r: Random, dtype: str = "INT8") -> bytes:
    rank = int(r.rng.integers(1, 5))
    d = Draft(r, dtype, sides(r, rank))
    first = int(r.rng.integers(rank))
    axes = range(first, int(r.rng.integers(first + 1, rank + 1)))
    return d.one("REVERSE_V2", [d.x, d.ints(axes)], d.shape)


def slice_(r: Random, dtype: str = "INT8", *, most: int = 5) -> bytes:
    rank = int(r.rng.integers(1 if most < 8 else 6, most + 1))
    d = Draft(r, dtype, sides(r, rank, most=7 if rank < 6 else 4))
    begin = [int(r.rng.integers(n)) for n in d.shape]
    size = [int(r.rng.integers(1, n - b + 1)) for n, b in zip(d.shape, begin, strict=True)]
    said = [-1 if r.rng.random() < 0.3 else s for s in size]
    out = [n - b if s == -1 else s for n, b, s in zip(d.shape, begin, said, strict=True)]
    kind = r.pick(np.int32, np.int64)
    return d.one("SLICE", [d.x, d.ints(begin, kind), d.ints(said, kind)], out)


def strided(r: Random, dtype: str = "INT8", *, most: int = 4, shrink: bool = True) -> bytes:
    rank = int(r.rng.integers(1 if most < 8 else 5, most + 1))
    d = Draft(r, dtype, sides(r, rank, most=9 if rank < 5 else 4))
    begin, end, step, out = [], [], [], []
    masks = dict.fromkeys(("beginMask", "endMask", "shrinkAxisMask"), 0)
    for axis, n in enumerate(d.shape):
        stride = int(r.pick(1, 1, 2, 3, -1, -2))
        first, last = sorted(int(v) for v in r.rng.integers(0, n, 2))
        first, last = (first, last + 1) if stride > 0 else (last, first - 1)
        if shrink and r.rng.random() < 0.2:
            stride, last = 1, first + 1
            masks["shrinkAxisMask"] |= 1 << axis
        else:
            for name in ("beginMask", "endMask"):
                masks[name] |= (r.rng.random() < 0.3 or (name == "endMask" and last < 0)) << axis
            b = None if masks["beginMask"] >> axis & 1 else first
            e = None if masks["endMask"] >> axis & 1 else last
            out.append(len(range(n)[b:e:stride]))
        begin.append(first - n if r.rng.random() < 0.3 else first)
        end.append(last - n if 0 <= last < n and r.rng.random() < 0.3 else last)
        step.append(stride)
    inputs = [d.x, d.ints(begin), d.ints(end), d.ints(step)]
    return d.one("STRIDED_SLICE", inputs, out, **masks)


def strided_ellipsis(r: Random, dtype: str = "INT8") -> bytes:
    """``x[b:e, ..., new, b:e]``."""
    d = Draft(r, dtype, sides(r, int(r.rng.integers(3, 5))))
    first, last = int(r.rng.integers(d.shape[0])), int(r.rng.integers(d.shape[-1]))
    out = [d.shape[0] - first, *d.shape[1:-1], 1, last + 1]
    inputs = [d.x, d.ints([first, 0, 0, 0]), d.ints([99, 0, 0, last + 1]), d.ints([1, 1, 1, 1])]
    return d.one("STRIDED_SLICE", inputs, out, ellipsisMask=2, newAxisMask=4)


def split(r: Random, dtype: str = "INT8") -> bytes:
    shape = list(sides(r, int(r.rng.integers(1, 5))))
    axis, said = axis_of(r, len(shape))
    count, part = int(r.rng.integers(1, 4)), list(shape)
    shape[axis] *= count
    d = Draft(r, dtype, shape)
    a = d.ints(r.pick(said, [said]))
    return d.several("SPLIT", [a, d.x], [part] * count, numSplits=count)


def split_v(r: Random, dtype: str = "INT8") -> bytes:
    shape = list(sides(r, int(r.rng.integers(1, 5))))
    axis, said = axis_of(r, len(shape))
    parts = sides(r, int(r.rng.integers(1, 4)))
    shape[axis] = sum(parts)
    d = Draft(r, dtype, shape)
    sizes = list(parts)
    if r.rng.random() < 0.4:
        sizes[r.rng.integers(len(sizes))] = -1
    outs = [[*shape[:axis], part, *shape[axis + 1 :]] for part in parts]
    inputs = [d.x, d.ints(sizes), d.ints(said)]
    return d.several("SPLIT_V", inputs, outs, numSplits=len(parts))


def unpack(r: Random, dtype: str = "INT8") -> bytes:
    d = Draft(r, dtype, sides(r, int(r.rng.integers(1, 5)), most=5))
    axis, said = axis_of(r, len(d.shape))
    count, part = d.shape[axis], [*d.shape[:axis], *d.shape[axis + 1 :]]
    return d.several("UNPACK", [d.x], [part] * count, num=count, axis=said)


def pack(r: Random, dtype: str = "INT8") -> bytes:
    d = Draft(r, dtype, sides(r, int(r.rng.integers(1, 5))))
    axis, said = axis_of(r, len(d.shape) + 1)
    inputs = [d.x if r.rng.random() < 0.5 else d.constant(d.shape) for _ in range(3)]
    inputs[r.rng.integers(3)] = d.x
    out = [*d.shape[:axis], 3, *d.shape[axis:]]
    return d.one("PACK", inputs, out, axis=said, valuesCount=3)


def concatenation(r: Random, dtype: str = "INT8") -> bytes:
    """The input and a constant, in any order."""
    d = Draft(r, dtype, sides(r, int(r.rng.integers(1, 5))))
    axis, said = axis_of(r, len(d.shape))
    other = list(d.shape)
    other[axis] = int(r.rng.integers(1, 5))
    inputs, out = [d.x, d.constant(other)], list(d.shape)
    out[axis] += other[axis]
    order = r.rng.permutation(2)
    return d.one("CONCATENATION", [inputs[n] for n in order], out, axis=said)


def gather(r: Random, dtype: str = "INT8") -> bytes:
    """Constant indices of up to two dimensions."""
    d = Draft(r, dtype, sides(r, int(r.rng.integers(1, 5))))
    axis, said = axis_of(r, len(d.shape))
    count = sides(r, int(r.rng.integers(3)))
    indices = d.ints(r.rng.integers(0, d.shape[axis], count))
    out = [*d.shape[:axis], *count, *d.shape[axis + 1 :]]
    return d.one("GATHER", [d.x, indices], out, axis=said)


def gather_batch(r: Random, dtype: str = "INT8") -> bytes:
    """Indices of their own for each index of the first dimensions."""
    d = Draft(r, dtype, sides(r, 4))
    batch = int(r.rng.integers(1, 3))
    axis = int(r.rng.integers(batch, 4))
    count = sides(r, 1)
    indices = d.ints(r.rng.integers(0, d.shape[axis], (*d.shape[:batch], *count)))
    out = [*d.shape[:axis], *count, *d.shape[axis + 1 :]]
    return d.one("GATHER", [d.x, indices], out, axis=axis, batchDims=batch)


def gather_run_time(r: Random, dtype: str = "INT8", *, batched: bool = False) -> bytes:
    """Rows of an input or a constant, by indices that are another input: 0 or 1."""
    d = Draft(r, dtype, sides(r, int(r.rng.integers(2, 5)), least=2))
    batch = int(batched)
    axis = int(r.rng.integers(batch, len(d.shape)))
    count = (*d.shape[:batch], *sides(r, int(r.rng.integers(1, 3))))
    indices = d.b.tensor(count, dtype="INT32")
    is_constant = r.rng.random() < 0.5
    values = d.constant(d.shape) if is_constant else d.x
    y = d.tensor([*d.shape[:axis], *count[batch:], *d.shape[axis + 1 :]])
    d.b.add("GATHER", [values, indices], y, axis=axis, batchDims=batch)
    return d.b.pack([indices] if is_constant else [d.x, indices], y)


def broadcast_to(r: Random, dtype: str = "INT8", *, most: int = 5) -> bytes:
    rank = int(r.rng.integers(1 if most < 8 else 6, most + 1))
    out = sides(r, rank, most=5 if rank < 6 else 4)
    kept = out[int(r.rng.integers(len(out))) :]
    shape = [1 if r.rng.random() < 0.4 else n for n in kept]
    d = Draft(r, dtype, shape)
    wanted = d.ints(out, r.pick(np.int32, np.int64))
    y = d.tensor(out)
    d.b.add("BROADCAST_TO", [d.x, wanted], y, version=2)
    return d.b.pack([d.x], y)


def tile(r: Random, dtype: str = "INT8") -> bytes:
    d = Draft(r, dtype, sides(r, int(r.rng.integers(1, 5)), most=5))
    times = sides(r, len(d.shape), most=4)
    out = [n * t for n, t in zip(d.shape, times, strict=True)]
    return d.one("TILE", [d.x, d.ints(times, r.pick(np.int32, np.int64))], out)


def space_to_depth(r: Random, dtype: str = "INT8") -> bytes:
    block, (n, h, w, c) = int(r.rng.integers(1, 4)), sides(r, 4, most=5)
    d = Draft(r, dtype, (n, h * block, w * block, c))
    return d.one("SPACE_TO_DEPTH", [d.x], (n, h, w, c * block * block), blockSize=block)


def depth_to_space(r: Random, dtype: str = "INT8") -> bytes:
    block, (n, h, w, c) = int(r.rng.integers(1, 4)), sides(r, 4, most=5)
    d = Draft(r, dtype, (n, h, w, c * block * block))
    return d.one("DEPTH_TO_SPACE", [d.x], (n, h * block, w * block, c), blockSize=block)


def space_to_batch(r: Random, dtype: str = "INT8", *, padded: bool = True) -> bytes:
    spatial = int(r.pick(1, 2, 2))
    block, inner = sides(r, spatial, 1 + padded, 4), sides(r, spatial, most=5)
    amounts, image = np.zeros((spatial, 2), np.int32), []
    for axis, (b, n) in enumerate(zip(block, inner, strict=True)):
        whole = b * n
        total = int(r.rng.integers(1, whole)) if padded else 0
        before = int(r.rng.integers(total + 1))
        amounts[axis] = before, total - before
        image.append(whole - total)
    batch, channels = sides(r, 2, most=4)
    d = Draft(r, dtype, (batch, *image, channels))
    out = (batch * math.prod(block), *inner, channels)
    return d.one("SPACE_TO_BATCH_ND", [d.x, d.ints(block), d.ints(amounts)], out)


def batch_to_space(r: Random, dtype: str = "INT8") -> bytes:
    spatial = int(r.pick(1, 2, 2))
    block, inner = sides(r, spatial, most=4), sides(r, spatial, most=5)
    crops, image = np.zeros((spatial, 2), np.int32), []
    for axis, (b, n) in enumerate(zip(block, inner, strict=True)):
        total = int(r.rng.integers(b * n)) if r.rng.random() < 0.7 else 0
        before = int(r.rng.integers(total + 1))
        crops[axis] = before, total - before
        image.append(b * n - total)
    batch, channels = sides(r, 2, most=4)
    d = Draft(r, dtype, (batch * math.prod(block), *inner, channels))
    out = (batch, *image, channels)
    return d.one("BATCH_TO_SPACE_ND", [d.x, d.ints(block), d.ints(crops)], out)


def pad(
    r: Random, dtype: str = "INT8", *, name: str = "PAD", most: int = 4, wide: bool = False
) -> bytes:
    """``wide``: paddings of 64 bits."""
    d = Draft(r, dtype, sides(r, int(r.rng.integers(1, most + 1)), most=5))
    amounts = r.rng.integers(0, 4, (len(d.shape), 2))
    amounts[r.rng.random(len(d.shape)) < 0.4] = 0
    out = [n + a.sum() for n, a in zip(d.shape, amounts, strict=True)]
    inputs = [d.x, d.ints(amounts, np.int64 if wide else np.int32)]
    if name == "PADV2":
        inputs.append(d.constant(r.pick((), (1,))))
    return d.one(name, inputs, out)


def mirror_pad(r: Random, dtype: str = "INT8") -> bytes:
    d, mode = Draft(r, dtype, sides(r, int(r.rng.integers(1, 5)), least=2)), int(r.rng.integers(2))
    amounts = [r.rng.integers(0, n - 1 + mode, 2) for n in d.shape]
    out = [n + a.sum() for n, a in zip(d.shape, amounts, strict=True)]
    inputs = [d.x, d.ints(amounts, r.pick(np.int32, np.int64))]
    return d.one("MIRROR_PAD", inputs, out, mode=mode)


Make = Callable[..., bytes]
FAMILY: dict[str, Make] = {
    "TRANSPOSE": transpose,
    "REVERSE_V2": reverse,
    "SLICE": slice_,
    "STRIDED_SLICE": strided,
    "SPLIT": split,
    "SPLIT_V": split_v,
    "UNPACK": unpack,
    "PACK": pack,
    "CONCATENATION constant": concatenation,
    "GATHER": gather,
    "GATHER batch": gather_batch,
    "GATHER run time": gather_run_time,
    "GATHER run time batch": partial(gather_run_time, batched=True),
    "BROADCAST_TO": broadcast_to,
    "SPACE_TO_DEPTH": space_to_depth,
    "DEPTH_TO_SPACE": depth_to_space,
    "SPACE_TO_BATCH_ND whole": partial(space_to_batch, padded=False),
    "BATCH_TO_SPACE_ND": batch_to_space,
    "PAD any": pad,
    "PAD five": partial(pad, most=5),
    "PADV2": partial(pad, name="PADV2"),
    "PADV2 five": partial(pad, name="PADV2", most=5),
    "MIRROR_PAD": mirror_pad,
}

ALL = ("UINT8", "INT16", "INT32", "FLOAT32", "BOOL")
PLAIN = ("FLOAT32",)
MICRO = {
    "TRANSPOSE": ("INT16", "FLOAT32"),
    "REVERSE_V2": ALL,
    "SLICE": ("INT16", "INT32", "FLOAT32", "BOOL"),
    "STRIDED_SLICE": ("INT16", "INT32", "FLOAT32", "BOOL"),
    "SPLIT": ("INT16", "INT32", "FLOAT32"),
    "SPLIT_V": ("INT16", "INT32", "FLOAT32"),
    "UNPACK": ("INT16", "INT32", "FLOAT32"),
    "PACK": ("INT16", "INT32", "FLOAT32"),
    "CONCATENATION constant": ("INT16", "INT32", "FLOAT32", "BOOL"),
    "GATHER": PLAIN,
    "GATHER run time": PLAIN,
    "BROADCAST_TO": ALL,
    "TILE": (),
    "SPACE_TO_DEPTH": PLAIN,
    "DEPTH_TO_SPACE": PLAIN,
    "SPACE_TO_BATCH_ND whole": PLAIN,
    "BATCH_TO_SPACE_ND": PLAIN,
    "PAD any": ("INT16", "INT32", "FLOAT32"),
    "PADV2": ("INT16", "INT32", "FLOAT32"),
    "MIRROR_PAD": PLAIN,
}
"""The types besides int8 that all runtimes move, by kind."""
LACKING = {
    **dict.fromkeys(("SPLIT", "SPLIT_V", "PACK"), ("BOOL",)),
    **dict.fromkeys(("SPACE_TO_DEPTH", "DEPTH_TO_SPACE"), ("INT16", "BOOL")),
}
"""The types that no runtime moves."""
LITERT = {
    "STRIDED_SLICE ellipsis": strided_ellipsis,
    "STRIDED_SLICE deep": partial(strided, most=8),
    "SLICE deep": partial(slice_, most=8),
    "TRANSPOSE deep": partial(transpose, ranks=(6, 7, 8)),
    "BROADCAST_TO deep": partial(broadcast_to, most=8),
    "SPACE_TO_BATCH_ND": space_to_batch,
    "PAD wide": partial(pad, wide=True),
    "PADV2 wide": partial(pad, name="PADV2", wide=True),
    "TILE": tile,
}
"""What TensorFlow Lite Micro lacks."""


def typed(make: Make, types: Sequence[str], r: Random) -> bytes:
    """In one of ``types``."""
    return make(r, r.pick(*types))


MODELS: dict[str, Make] = {**FAMILY, **LITERT}
for _kind, _types in MICRO.items():
    _make = MODELS[_kind]
    _rest = tuple(t for t in ALL if t not in (*_types, *LACKING.get(_kind, ())))
    if _types:
        MODELS[f"{_kind} types"] = partial(typed, _make, _types)
    if _rest:
        LITERT[f"{_kind} other types"] = MODELS[f"{_kind} other types"] = partial(
            typed, _make, _rest
        )
ONLY = dict.fromkeys(LITERT, _LITERT)
