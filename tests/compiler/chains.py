"""Random chains of layers that go over the rows of an image, and compilers that take any bands."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from convert.compiler.choice import Assemble, Candidate, Streams
from convert.compiler.program import Program
from convert.compiler.targets.options import Options
from tests.compiler.builder import Builder
from tests.compiler.models.base import ACTIVATIONS, Random
from tests.compiler.models.streaming import POOL, Streaming

Layer = tuple[int, tuple[int, ...]]
"""A tensor's number, and its shape."""


def model(seed: int, layers: int) -> bytes:
    """Layers behind each other: kernels of 1 to 5, strides of 1 and 2, any padding and order."""
    r, b = Random(seed), Builder()
    sides = int(r.rng.integers(7, 30)), int(r.rng.integers(5, 14))
    shape = (1, *sides, int(r.pick(1, 3, 4, 5, 8)))
    first = b.tensor(shape, r.scale(), r.zero())
    one: Layer = (first, shape)
    for _ in range(layers):
        make = r.pick(_convolution, _convolution, _depthwise, _depthwise, _pool, _relu, _pad)
        one = make(r, b, one)
    return b.pack([first], one[0])


def separable(rows: int) -> bytes:
    """A 1x1 convolution to many channels, and a depthwise one that leaves a quarter of them."""
    r, b = Random(rows), Builder()
    shape, wide = (1, rows, 16, 8), 32
    x = b.tensor(shape, 0.05, -128)
    w, bias, so = r.weights(b, (wide, 1, 1, 8), wide, 0, 0.05)
    y = b.tensor((*shape[:3], wide), so, -128)
    one = {"dilationHFactor": 1, "dilationWFactor": 1, "fusedActivationFunction": 1, "padding": 0}
    b.add("CONV_2D", [x, w, bias], y, strideH=1, strideW=1, **one)
    w, bias, so = r.weights(b, (1, 3, 3, wide), wide, 3, so)
    z = b.tensor((1, -(-rows // 2), 8, wide), so, -128)
    b.add("DEPTHWISE_CONV_2D", [y, w, bias], z, strideH=2, strideW=2, depthMultiplier=1, **one)
    return b.pack([x], z)


def ring(seed: int) -> bytes:
    """What was kept is pooled twice and kept again, in the same place."""
    s = Streaming(Random(seed))
    s.b, s.shape = Builder(), (1, 9, 5, 3)
    s.x = s.tensor()
    s.variables(1, initialized=True)
    value = s.read(s.handles[0])
    for height in (5, 1):  # the second writes rows that the first would read again
        pooled, options = s.tensor(), POOL | {"filterHeight": height}
        s.b.add("MAX_POOL_2D", [value], pooled, fusedActivationFunction=0, **options)
        value = pooled
    s.assign(s.handles[0], value)
    s.values.append(value)
    return s.pack()


def _window(
    r: Random, shape: tuple[int, ...], *, dilated: bool
) -> tuple[list[int], dict[str, Any], list[int]]:
    """Kernel size, options, and the output's height and width; of SAME where VALID has none."""
    size = [int(r.rng.integers(1, 6)) for _ in range(2)]
    stride = [int(r.pick(1, 1, 2)) for _ in range(2)]
    dilation = [int(r.pick(1, 1, 1, 2)) if dilated else 1 for _ in range(2)]
    reach = [(k - 1) * d + 1 for k, d in zip(size, dilation, strict=True)]
    valid = int(r.rng.integers(2) and all(n >= k for n, k in zip(shape[1:3], reach, strict=True)))
    out = [
        (n - k) // s + 1 if valid else -(-n // s)
        for n, k, s in zip(shape[1:3], reach, stride, strict=True)
    ]
    options = {"padding": valid, "strideH": stride[0], "strideW": stride[1]}
    if dilated:
        options |= {"dilationHFactor": dilation[0], "dilationWFactor": dilation[1]}
    return size, options, out


def _convolution(r: Random, b: Builder, source: Layer) -> Layer:
    x, shape = source
    size, options, out = _window(r, shape, dilated=True)
    filters = int(r.pick(1, 2, 4, 7, 8, 16))
    w, bias, so = r.weights(b, (filters, *size, shape[3]), filters, 0, b.quantization(x)[0])
    if r.rng.random() < 0.3:
        _kill(r, b, bias)
    y = b.tensor((1, *out, filters), so, r.zero())
    b.add("CONV_2D", [x, w, bias], y, fusedActivationFunction=r.pick(*ACTIVATIONS), **options)
    return y, (1, *out, filters)


def _kill(r: Random, b: Builder, bias: int) -> None:
    """Let some channels be the lowest number for every input."""
    held = b.model.buffers[b.graph.tensors[bias].buffer]
    values = np.frombuffer(held.data.tobytes(), np.int32).copy()
    values[r.rng.random(values.size) < 0.5] = -(1 << 28)
    held.data = np.frombuffer(values.tobytes(), np.uint8)


def _depthwise(r: Random, b: Builder, source: Layer) -> Layer:
    x, shape = source
    size, options, out = _window(r, shape, dilated=True)
    options["depthMultiplier"] = multiplier = int(r.pick(1, 1, 1, 2))
    channels = shape[3] * multiplier
    w, bias, so = r.weights(b, (1, *size, channels), channels, 3, b.quantization(x)[0])
    y = b.tensor((1, *out, channels), so, r.zero())
    act = r.pick(*ACTIVATIONS)
    b.add("DEPTHWISE_CONV_2D", [x, w, bias], y, fusedActivationFunction=act, **options)
    return y, (1, *out, channels)


def _pool(r: Random, b: Builder, source: Layer) -> Layer:
    x, shape = source
    size, options, out = _window(r, shape, dilated=False)
    y = b.tensor((1, *out, shape[3]), *b.quantization(x))
    options |= {"filterHeight": size[0], "filterWidth": size[1]}
    kind = r.pick("MAX_POOL_2D", "AVERAGE_POOL_2D")
    b.add(kind, [x], y, fusedActivationFunction=0, **options)
    return y, (1, *out, shape[3])


def _pad(r: Random, b: Builder, source: Layer) -> Layer:
    x, shape = source
    amounts = np.zeros((4, 2), np.int32)
    amounts[1:3] = r.rng.integers(0, 4, (2, 2))
    amounts[3] = r.pick((0, 0), (0, 0), (1, 2))
    out = tuple(int(n + a.sum()) for n, a in zip(shape, amounts, strict=True))
    p, y = b.tensor((4, 2), data=amounts), b.tensor(out, *b.quantization(x))
    b.add("PAD", [x, p], y)
    return y, out


def _relu(r: Random, b: Builder, source: Layer) -> Layer:
    x, shape = source
    y = b.tensor(shape, b.quantization(x)[0] * 1.3, r.zero())
    b.add(r.pick("RELU", "RELU6"), [x], y)
    return y, shape


class Anything:
    """In place of ``select``: chains wherever they can be, of any kernels and any height."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)

    def __call__(
        self,
        groups: Sequence[Sequence[Candidate]],
        assemble: Assemble,
        _: Options,
        streams: Streams,
    ) -> Program:
        chosen: list[Candidate] = []
        place = 0
        while place < len(groups):
            spans = [span for span in streams.spans() if span[0] == place]
            found: Sequence[Candidate] = ()
            if spans:
                span = spans[self.rng.integers(len(spans))]
                kernels = [[self._one(group)[0].kernel] for group in groups[slice(*span)]]
                found = streams.of(span, kernels)
            if found:
                chosen.append(found[self.rng.integers(len(found))])
                place = span[1]
            else:
                chosen.append(self._one(groups[place]))
                place += 1
        return assemble(chosen)

    def _one(self, ways: Sequence[Candidate]) -> Candidate:
        return ways[self.rng.integers(len(ways))]
