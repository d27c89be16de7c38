"""Channels that can never change are left out, and every byte stays the runtime's."""

from pathlib import Path

import numpy as np
import pytest

from convert import tflite
from convert.compiler import channels
from convert.compiler.arithmetic.match import Match
from convert.compiler.frontend.read import read
from convert.compiler.targets.options import Options, Target
from tests.compiler import harness
from tests.compiler.builder import Builder
from tests.compiler.models.base import Random
from tests.compiler.runtimes import RUN
from tests.compiler.test_exact import INPUTS, inputs_of, same

DEAD = 1e-10  # the scale of a dead channel's weights: nothing that they see reaches a step
FAR = 1 << 28  # and their bias, which decides


def layer(  # noqa: PLR0913 - what makes a layer
    r: Random, b: Builder, x: int, op: str, filters: int, *, dead: bool
) -> int:
    """A layer of which some channels are constant: at either bound of RELU6, or in the middle."""
    shape = b.shape(x)
    scale, _ = b.quantization(x)
    padding, size = int(r.rng.integers(2)), int(r.pick(1, 2, 3))
    if padding and min(shape[1:3]) < size:
        padding = 0
    depthwise = op == "DEPTHWISE_CONV_2D"
    count = shape[3] if depthwise else filters
    kernel = (1, size, size, count) if depthwise else (count, size, size, shape[3])
    weights = r.rng.integers(-127, 128, kernel).astype(np.int8)
    gone = (r.rng.random(count) < 0.5) & dead
    scales = np.where(gone, DEAD, 0.01)
    bias = np.where(gone, r.rng.choice([-FAR, FAR, 1000], count), r.rng.integers(-900, 900, count))
    w = b.tensor(kernel, scales, 0, weights, 3 if depthwise else 0)
    c = b.tensor((count,), scale * scales, 0, bias.astype(np.int32))
    side = [n - size + 1 if padding else n for n in shape[1:3]]
    y = b.tensor((1, *side, count), 6 / 255, int(r.pick(-128, -128, -20)))
    options = {"depthMultiplier": 1} if depthwise else {}
    b.add(op, [x, w, c], y, strideH=1, strideW=1, padding=padding, dilationHFactor=1,
          dilationWFactor=1, fusedActivationFunction=int(r.pick(1, 3)), **options)  # fmt: skip
    return y


def network(seed: int) -> bytes:
    """Convolution, depthwise, pooling, convolution, flattening, dense; dead channels in each."""
    r, b = Random(seed), Builder()
    x = b.tensor((1, 6, 7, int(r.pick(1, 3))), 0.05, r.zero())
    y = layer(r, b, x, "CONV_2D", 6, dead=True)
    y = layer(r, b, y, "DEPTHWISE_CONV_2D", 0, dead=bool(r.pick(0, 1)))
    scale, zero = b.quantization(y)
    pooled = b.tensor(b.shape(y), scale, zero)
    b.add("MAX_POOL_2D", [y], pooled, filterHeight=2, filterWidth=2, strideH=1, strideW=1,
          padding=0, fusedActivationFunction=0)  # fmt: skip
    y = layer(r, b, pooled, "CONV_2D", 5, dead=True)
    y = layer(r, b, y, "CONV_2D", 4, dead=False)
    size = int(np.prod(b.shape(y)))
    flat = b.tensor((1, size), *b.quantization(y))
    b.add("RESHAPE", [y, b.ints(1, size)], flat)
    weights = b.tensor((3, size), 0.01, 0, r.rng.integers(-127, 128, (3, size)).astype(np.int8))
    out = b.tensor((1, 3), 0.3, 5)
    bias = b.tensor((3,), 0.01 * 6 / 255, 0, np.array([5, -300, 70], np.int32))
    b.add("FULLY_CONNECTED", [flat, weights, bias], out, fusedActivationFunction=0)
    return b.pack([x], out)


@pytest.mark.parametrize("target", [Target.GENERIC, Target.CORTEX_M4, Target.CORTEX_M0])
@pytest.mark.parametrize("match", list(Match))
def test_networks_with_dead_channels_keep_their_bytes(
    match: Match, target: Target, tmp_path: Path
) -> None:
    """On random and extreme inputs, with padding or without, in plain C and a core's kernels."""
    contents = [network(seed) for seed in range(12)]
    given = [inputs_of(content, np.random.default_rng(1)) for content in contents]
    expected = [RUN[match](content, x) for content, x in zip(contents, given, strict=True)]
    compiled = harness.compile_all(contents, Options(match, target))
    program = harness.build(tmp_path, compiled, INPUTS, harness.SANITIZED)
    answers = harness.run([program], compiled, given)
    for number, (answer, y) in enumerate(zip(answers, expected, strict=True)):
        assert all(same(a, b) for a, b in zip(answer, y, strict=True)), number


@pytest.mark.parametrize("match", list(Match))
def test_dead_channels_are_left_out(match: Match) -> None:
    """Most networks lose some, and none of their inputs or outputs."""
    found = [channels.narrow(read(tflite.parse(network(seed))), match) for seed in range(30)]
    assert sum(one.removed > 0 for one in found) > 20
    for one in found:
        assert one.network.inputs[0].shape[1:3] == (6, 7)
        assert one.network.outputs[0].shape == (1, 3)


def test_networks_without_dead_channels_stay_as_they_are(model_path: Path) -> None:
    """The bundled model has none."""
    network = read(tflite.read(model_path))
    narrowed = channels.narrow(network, Match.XNNPACK)
    assert (narrowed.removed, narrowed.rewritten) == (0, 0)
    assert narrowed.network is network or narrowed.network.nodes == network.nodes
