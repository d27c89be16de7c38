"""Requantization in integers gives the bytes of the float computation that it stands for."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from convert.compiler.emit import kernels
from tests.compiler.harness import SANITIZERS, WARNINGS

MAIN = """
#include <stdint.h>
#include <stdio.h>

%s

int main(void)
{
    struct { uint32_t scale; int32_t sum; } one;
    struct scaling s = {&one.scale, %d, -128, 127};

    while (fread(&one, sizeof one, 1, stdin) == 1)
        putchar((uint8_t)requantize(&s, 0, one.sum));
    return 0;
}
"""
COUNT = 400_000
Scales, Sums = npt.NDArray[np.float32], npt.NDArray[np.int64]
Cases = Callable[[np.random.Generator], tuple[Scales, Sums]]


def scales(rng: np.random.Generator) -> Scales:
    """Positive and normal, below 256, of every size that quantized networks have and far around."""
    return np.ldexp(1 + rng.random(COUNT), rng.integers(-42, 7, COUNT)).astype(np.float32)


def anything(rng: np.random.Generator) -> tuple[Scales, Sums]:
    """Sums of every size, the ends of int32 among them."""
    sums = rng.integers(-(2**31), 2**31, COUNT) >> rng.integers(0, 31, COUNT)
    sums[:4] = (-(2**31), 2**31 - 1, 0, -1)
    return scales(rng), sums


def ties(rng: np.random.Generator) -> tuple[Scales, Sums]:
    """Sums whose products lie at a half, or next to it."""
    scale = scales(rng)
    halves = rng.integers(-140, 140, COUNT) + 0.5
    sums = np.rint(halves / scale.astype(np.float64)) + rng.integers(-2, 3, COUNT)
    return scale, np.clip(sums, -(2**31), 2**31 - 1).astype(np.int64)


def powers(rng: np.random.Generator) -> tuple[Scales, Sums]:
    """Powers of two as scales, where halves are met exactly."""
    exponents = rng.integers(1, 24, COUNT)
    halves = 2 * rng.integers(-150, 150, COUNT) + 1
    return np.ldexp(1.0, -exponents).astype(np.float32), halves << (exponents - 1)


@pytest.mark.parametrize("zero_point", [-128, -10, 0, 127])
@pytest.mark.parametrize("cases", [anything, ties, powers])
def test_it_is_float32_arithmetic(cases: Cases, zero_point: int, tmp_path: Path) -> None:
    """The sum as float32, times the scale as float32, to the nearest integer, half to even."""
    scale, sums = cases(np.random.default_rng(zero_point + 200))
    source, program = tmp_path / "main.c", tmp_path / "program"
    names = ("prologue", "requantize_float")
    text = "\n".join(kernels.find(name, ()).text for name in names)
    source.write_text(MAIN % (text, zero_point))
    subprocess.run(["gcc", "-O2", *WARNINGS, *SANITIZERS, source, "-o", program], check=True)
    given = np.empty(len(sums), [("scale", np.uint32), ("sum", np.int32)])
    given["scale"], given["sum"] = scale.view(np.uint32), sums
    done = subprocess.run([program], input=given.tobytes(), capture_output=True, check=True)
    product = sums.astype(np.int32).astype(np.float32) * scale
    expected = np.clip(np.rint(product).astype(np.float64) + zero_point, -128, 127)
    assert np.array_equal(np.frombuffer(done.stdout, np.int8), expected.astype(np.int8))
