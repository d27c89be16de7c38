"""Networks that keep variables from one run to the next, read and assigned in any order."""

import numpy as np

from convert.compiler.arithmetic.match import Match
from tests.compiler.builder import Builder
from tests.compiler.models.base import Random

POOL = {"padding": 0, "filterHeight": 1, "filterWidth": 1, "strideH": 1, "strideW": 1}


class Streaming:
    """A model under construction, all of whose tensors have one shape and scale."""

    def __init__(self, r: Random) -> None:
        self.r, self.b = r, Builder()
        self.shape = (1, *(int(n) for n in r.rng.integers(1, 5, 3)))
        self.scale, self.zero = r.scale(), r.zero()
        self.x = self.tensor()
        self.handles: list[int] = []
        self.values = [self.x]

    def tensor(self) -> int:
        return self.b.tensor(self.shape, self.scale, self.zero)

    def variables(self, count: int, *, initialized: bool) -> None:
        """Handles of variables, each with a constant of its own to begin with."""
        names = [f"ring/{number}".encode() for number in range(count)]
        if initialized:
            inner = self.b.subgraph()
            for name in names:
                value = self.r.rng.integers(-128, 128, self.shape).astype(np.int8)
                if self.r.rng.random() < 0.5:
                    value[...] = self.zero
                handle = self.handle(inner, name)
                constant = inner.tensor(self.shape, self.scale, self.zero, value)
                inner.add("ASSIGN_VARIABLE", [handle, constant], [])
            self.b.add("CALL_ONCE", [], [], initSubgraphIndex=1)
        self.handles = [self.handle(self.b, name) for name in names]

    def handle(self, b: Builder, name: bytes) -> int:
        handle = b.tensor((), dtype="RESOURCE")
        b.add("VAR_HANDLE", [], handle, container=b"", sharedName=name)
        return handle

    def read(self, handle: int) -> int:
        value = self.tensor()
        self.b.add("READ_VARIABLE", [handle], value)
        self.values.append(value)
        return value

    def assign(self, handle: int, value: int) -> None:
        self.b.add("ASSIGN_VARIABLE", [handle, value], [])

    def compute(self, *, alias: bool = True) -> int:
        """One more value of those that there are."""
        kind = self.r.pick("ADD", "ADD", "MAX_POOL_2D", "RESHAPE") if alias else "ADD"
        a, c, value = self.r.pick(*self.values), self.r.pick(*self.values), self.tensor()
        if kind == "ADD":
            self.b.add(kind, [a, c], value, fusedActivationFunction=0)
        elif kind == "MAX_POOL_2D":
            self.b.add(kind, [a], value, fusedActivationFunction=0, **POOL)
        else:
            self.b.add(kind, [a, self.b.ints(*self.shape)], value, newShape=list(self.shape))
        self.values.append(value)
        return value

    def pack(self) -> bytes:
        """The file; its output depends on the input and on a value."""
        y = self.tensor()
        self.b.add("ADD", [self.x, self.values[-1]], y, fusedActivationFunction=0)
        return self.b.pack([self.x], y)


def anyhow(r: Random) -> bytes:
    """Reads, assignments and computations in any order."""
    s = Streaming(r)
    s.variables(int(r.pick(1, 1, 2, 3)), initialized=True)
    for _ in range(int(r.rng.integers(4, 14))):
        what = r.pick("read", "assign", "assign", "compute", "compute")
        if what == "read":
            s.read(r.pick(*s.handles))
        elif what == "assign":
            s.assign(r.pick(*s.handles), r.pick(*s.values, *s.values[-1:] * 3))
        else:
            s.compute()
    for handle in s.handles:
        s.read(handle)
        s.assign(handle, s.compute(alias=False))
    return s.pack()


def uninitialized(r: Random) -> bytes:
    """A variable that only TensorFlow Lite Micro knows the first value of."""
    s = Streaming(r)
    s.variables(1, initialized=False)
    s.read(s.handles[0])
    s.assign(s.handles[0], s.compute(alias=False))
    return s.pack()


def assigned_first(r: Random) -> bytes:
    """A variable that is assigned in every run before it is read."""
    s = Streaming(r)
    s.variables(1, initialized=False)
    s.assign(s.handles[0], s.compute(alias=False))
    s.compute()
    s.read(s.handles[0])
    return s.pack()


def ring(r: Random) -> bytes:
    """The last rows of the input, as wake-word models keep them, and a convolution over them."""
    b = Builder()
    new, kept, width = (
        int(r.rng.integers(1, 4)),
        int(r.rng.integers(1, 6)),
        int(r.rng.integers(1, 9)),
    )
    scale, zero = r.scale(), r.zero()
    inner = b.subgraph()
    name = {"container": b"", "sharedName": b"ring"}
    handle = inner.tensor((), dtype="RESOURCE")
    inner.add("VAR_HANDLE", [], handle, **name)
    first = inner.tensor(
        (1, kept, 1, width), scale, zero, np.full((1, kept, 1, width), zero, np.int8)
    )
    inner.add("ASSIGN_VARIABLE", [handle, first], [])
    x = b.tensor((1, new, 1, width), scale, zero)
    handle, old = b.tensor((), dtype="RESOURCE"), b.tensor((1, kept, 1, width), scale, zero)
    b.add("CALL_ONCE", [], [], initSubgraphIndex=1)
    b.add("VAR_HANDLE", [], handle, **name)
    b.add("READ_VARIABLE", [handle], old)
    rows = b.tensor((1, kept + new, 1, width), scale, zero)
    b.add("CONCATENATION", [old, x], rows, axis=1, fusedActivationFunction=0)
    left = b.tensor((1, kept, 1, width), scale, zero)
    options = {**POOL, "padding": 1, "filterHeight": new + 1}
    b.add("MAX_POOL_2D", [rows], left, fusedActivationFunction=0, **options)
    b.add("ASSIGN_VARIABLE", [handle, left], [])
    shape = (3, kept + new, 1, width)
    w, bias, so = r.weights(b, shape, 3, 0, scale)
    y = b.tensor((1, 1, 1, 3), so, r.zero())
    strides = {"strideH": 1, "strideW": 1, "dilationHFactor": 1, "dilationWFactor": 1}
    b.add("CONV_2D", [rows, w, bias], y, padding=1, fusedActivationFunction=0, **strides)
    return b.pack([x], y)


MODELS = {
    "READ_VARIABLE": anyhow,
    "READ_VARIABLE ring": ring,
    "READ_VARIABLE assigned first": assigned_first,
    "READ_VARIABLE uninitialized": uninitialized,
}
ONLY = {"READ_VARIABLE uninitialized": (Match.TFLM,)}
