"""Large legal models compile within two minutes of processor time and 2 GB."""

import os
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.compiler.builder import Builder
from tests.compiler.models.base import Random
from tests.conftest import ROOT

LONG = os.environ.get("THIMBLE_LONG") == "1"
SECONDS, BYTES = 120, 2 << 30
PLAIN = {"strideH": 1, "strideW": 1, "dilationHFactor": 1, "dilationWFactor": 1}


def convolution(b: Builder, r: Random, x: int, count: int, side: int) -> int:
    """A convolution with ``count`` filters of side x side taps, and its output."""
    shape = b.shape(x)
    w, bias, scale = r.weights(b, (count, side, side, shape[-1]), count, 0, 0.05)
    y = b.tensor((*shape[:-1], count), scale, -128)
    b.add("CONV_2D", [x, w, bias], y, padding=0, fusedActivationFunction=1, **PLAIN)
    return y


def many_operators() -> bytes:
    """300 convolutions and additions, each block added to what went in."""
    b, r, shape = Builder(), Random(1), (1, 8, 8, 8)
    first = x = b.tensor(shape, 0.05, -128)
    for _ in range(150):
        y = convolution(b, r, x, 8, 1)
        z = b.tensor(shape, 0.05, -128)
        b.add("ADD", [x, y], z, fusedActivationFunction=0)
        x = z
    return b.pack([first], x)


def many_channels() -> bytes:
    """4,096 channels through a depthwise convolution and back to 4."""
    b, r, shape = Builder(), Random(2), (1, 6, 6, 4)
    first = b.tensor(shape, 0.05, -128)
    x = convolution(b, r, first, 4096, 1)
    w, bias, scale = r.weights(b, (1, 3, 3, 4096), 4096, 3, 0.05)
    y = b.tensor((1, 6, 6, 4096), scale, -128)
    options = {"padding": 0, "fusedActivationFunction": 1, "depthMultiplier": 1, **PLAIN}
    b.add("DEPTHWISE_CONV_2D", [x, w, bias], y, **options)
    return b.pack([first], convolution(b, r, y, 4, 1))


def many_weights() -> bytes:
    """A million weights in one dense layer, and a large map in one convolution."""
    b, r = Builder(), Random(3)
    x = b.tensor((1, 1000), 0.05, 0)
    w, bias, scale = r.weights(b, (1000, 1000), 1000, 0, 0.05)
    y = b.tensor((1, 1000), scale, 0)
    b.add("FULLY_CONNECTED", [x, w, bias], y, fusedActivationFunction=0)
    return b.pack([x], y)


def large_map() -> bytes:
    """A picture of 512x512, convolved twice."""
    b, r = Builder(), Random(4)
    first = b.tensor((1, 512, 512, 3), 0.05, -128)
    x = convolution(b, r, first, 8, 3)
    return b.pack([first], convolution(b, r, x, 4, 3))


def limited() -> None:
    """The kernel ends a process that takes too much."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))


@pytest.mark.parametrize("make", [many_operators, many_channels, many_weights, large_map])
@pytest.mark.parametrize(
    "options",
    [
        ("--target", "cortex-m4"),
        ("--target", "cortex-m4", "--optimize", "size"),
        *([("--target", "cortex-m55"), ("--target", "cortex-m0", "--max-ram", "999999")] * LONG),
    ],
    ids=" ".join,
)
def test_large_models_compile(
    make: Callable[[], bytes], options: tuple[str, ...], tmp_path: Path
) -> None:
    """With every kernel to choose from, and the plan of the arena."""
    (tmp_path / "net.tflite").write_bytes(make())
    words = [sys.executable, "-m", "convert.compiler", tmp_path / "net.tflite", *options]
    process = subprocess.Popen(
        [*words, "--out", tmp_path],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        preexec_fn=limited,  # noqa: PLW1509
    )
    assert process.stderr
    error = process.stderr.read().decode()
    _, status, used = os.wait4(process.pid, 0)
    assert os.waitstatus_to_exitcode(status) == 0, error
    assert used.ru_maxrss * 1024 < BYTES
    assert (tmp_path / "net.c").stat().st_size > 10_000
