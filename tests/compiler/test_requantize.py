"""Requantization in integers gives the bytes of the float computation that it stands for."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from convert.compiler.emit import kernels
from convert.compiler.targets.options import Optimize, Options, Target
from tests.compiler.harness import SANITIZERS, WARNINGS

MAIN = """
#include <stdint.h>
#include <stdio.h>

KERNEL

int main(void)
{
    struct { uint32_t scale; int32_t sum; } one;
    struct scaling s = {&one.scale, ZERO_POINT, -128, 127};

    while (fread(&one, sizeof one, 1, stdin) == 1)
        putchar((uint8_t)requantize(&s, 0, one.sum));
    return 0;
}
"""
FIXED_MAIN = """
#include <stdint.h>
#include <stdio.h>

KERNEL

int main(void)
{
    struct { int32_t multiplier, sum, shift; } one;
    int8_t shift;
    struct scaling s = {&one.multiplier, &shift, ZERO_POINT, -128, 127};

    while (fread(&one, sizeof one, 1, stdin) == 1) {
        shift = (int8_t)one.shift;
        putchar((uint8_t)requantize(&s, 0, one.sum));
    }
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


def answered(
    kernel: tuple[str, ...], folders: tuple[str, ...], main: str, given: bytes, folder: Path
) -> npt.NDArray[np.int8]:
    """What the C of ``kernel`` answers, compiled here, with what it needs in front of it."""
    source, program = folder / "main.c", folder / "program"
    text = "\n".join(kernels.find(name, folders).text for name in kernel)
    source.write_text(main.replace("KERNEL", text))
    subprocess.run(["gcc", "-O2", *WARNINGS, *SANITIZERS, source, "-o", program], check=True)
    done = subprocess.run([program], input=given, capture_output=True, check=True)
    return np.frombuffer(done.stdout, np.int8)


@pytest.mark.parametrize("core", ["any", "avr speed", "avr size"])
@pytest.mark.parametrize("zero_point", [-128, -10, 0, 127])
@pytest.mark.parametrize("cases", [anything, ties, powers])
def test_it_is_float32_arithmetic(cases: Cases, zero_point: int, core: str, tmp_path: Path) -> None:
    """The sum as float32, times the scale as float32, to the nearest integer, half to even."""
    scale, sums = cases(np.random.default_rng(zero_point + 200))
    given = np.empty(len(sums), [("scale", np.uint32), ("sum", np.int32)])
    given["scale"], given["sum"] = scale.view(np.uint32), sums
    names, folders = (("prologue", "requantize_float"), ())
    if core != "any":
        names = ("prologue", "by_2_16", "scale_exactly", "requantize_float")
        folders = Options(target=Target.AVR, optimize=Optimize(core.removeprefix("avr "))).kernels
    main = MAIN.replace("ZERO_POINT", str(zero_point))
    found = answered(names, folders, main, given.tobytes(), tmp_path)
    product = sums.astype(np.int32).astype(np.float32) * scale
    expected = np.clip(np.rint(product).astype(np.float64) + zero_point, -128, 127)
    assert np.array_equal(found, expected.astype(np.int8))


def twice_rounded(multiplier: Sums, shift: Sums, sums: Sums) -> Sums:
    """The sum * multiplier / 2^31, halves up, then / 2^-shift, halves away from zero.

    Source: B. Jacob et al., "Quantization and Training of Neural Networks for Efficient
    Integer-Arithmetic-Only Inference", 2018, and gemmlowp's fixedpoint.h.
    """
    product = sums * multiplier
    nudge = np.where(product >= 0, 1 << 30, 1 - (1 << 30))
    high = np.sign(product + nudge) * (np.abs(product + nudge) >> 31)  # a division truncates
    mask = (np.int64(1) << -shift) - 1
    rest, half = high & mask, (mask >> 1) + (high < 0)
    return (high >> -shift) + (rest > half)


def fixed_anything(rng: np.random.Generator) -> tuple[Sums, Sums, Sums]:
    """Factors of every size below 1, sums of every size."""
    multiplier = rng.integers(1 << 30, 1 << 31, COUNT)
    sums = rng.integers(-(2**31), 2**31, COUNT) >> rng.integers(0, 31, COUNT)
    return multiplier, rng.integers(-30, 1, COUNT), sums


def fixed_ties(rng: np.random.Generator) -> tuple[Sums, Sums, Sums]:
    """Sums whose products lie next to a half."""
    multiplier, shift = rng.integers(1 << 30, 1 << 31, COUNT), rng.integers(-22, 1, COUNT)
    halves = rng.integers(-140, 140, COUNT) + 0.5
    near = halves * 2.0**31 / multiplier * np.exp2(-shift.astype(np.float64))
    sums = np.rint(near) + rng.integers(-2, 3, COUNT)
    return multiplier, shift, np.clip(sums, -(2**31), 2**31 - 1).astype(np.int64)


@pytest.mark.parametrize("zero_point", [-128, -10, 127])
@pytest.mark.parametrize("cases", [fixed_anything, fixed_ties])
def test_on_an_avr_it_is_fixed_point_rounded_twice(
    cases: Callable[[np.random.Generator], tuple[Sums, Sums, Sums]],
    zero_point: int,
    tmp_path: Path,
) -> None:
    """One product of 24 by 24 bits decides as both roundings do, or leaves it to them."""
    multiplier, shift, sums = cases(np.random.default_rng(zero_point + 300))
    fields = [("multiplier", np.int32), ("sum", np.int32), ("shift", np.int32)]
    given = np.empty(len(sums), fields)
    given["multiplier"], given["sum"], given["shift"] = multiplier, sums, shift
    names = ("prologue", "fixed_point", "by_2_16", "requantize_fixed")
    main = FIXED_MAIN.replace("ZERO_POINT", str(zero_point))
    found = answered(names, ("avr",), main, given.tobytes(), tmp_path)
    expected = np.clip(twice_rounded(multiplier, shift, sums) + zero_point, -128, 127)
    assert np.array_equal(found, expected.astype(np.int8))
