"""The helper of every library rounds as NumPy does, and so as the contract says."""

import ctypes
from pathlib import Path

import numpy as np
import pytest

from convert.package import text
from tests.package import packaged

HEADER = Path(text.__file__).parent / "templates/common/thimble_quantize.h"
C = """
#include "thimble_quantize.h"
void all(const float *real, int32_t *steps, int32_t count, float scale, int32_t zero, int32_t *ends)
{
    for (int32_t i = 0; i < count; i++)
        steps[i] = thimble_quantize(real[i], scale, zero, ends[0], ends[1]);
}
"""


@pytest.fixture(scope="module")
def helper(tmp_path_factory: pytest.TempPathFactory) -> ctypes.CDLL:
    work = tmp_path_factory.mktemp("quantize")
    (work / "all.c").write_text(C)
    flags = ["-std=c99", "-O2", "-shared", "-fPIC", "-Wall", "-Wextra", "-Wconversion", "-Werror"]
    packaged.run("gcc", *flags, "-I", HEADER.parent, "all.c", "-o", "all.so", cwd=work)
    return ctypes.CDLL(str(work / "all.so"))


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int16])
@pytest.mark.parametrize("scale", [1 / 255, 0.1, 0.5, 3.7e-5, 12.0])
def test_every_real_number_becomes_numpys_step(
    scale: float, dtype: type, helper: ctypes.CDLL
) -> None:
    """Half to even, clipped; ties, huge numbers and infinities too; what is no number is zero."""
    limits, rng = np.iinfo(dtype), np.random.default_rng(5)
    zero = int(limits.min // 2 + 3)
    ties = (np.arange(-40_000, 40_000, dtype=np.float32) + np.float32(0.5)) * np.float32(scale)
    spread = rng.normal(0, 100 * scale, 100_000).astype(np.float32)
    odd = np.array([0.0, -0.0, 1e38, -1e38, np.inf, -np.inf, 1e-40, np.nan], np.float32)
    reals = np.concatenate([ties, spread, odd])
    found = np.zeros(len(reals), np.int32)
    ends = np.array([limits.min, limits.max], np.int32)
    pointer = ctypes.c_void_p
    helper.all(
        *(pointer(reals.ctypes.data), pointer(found.ctypes.data), ctypes.c_int32(len(reals))),
        *(ctypes.c_float(scale), ctypes.c_int32(zero), pointer(ends.ctypes.data)),
    )
    with np.errstate(over="ignore", invalid="ignore"):
        steps = np.rint(reals / np.float32(scale)).astype(np.float64)
    expected = np.clip(np.where(np.isnan(steps), 0, steps) + zero, limits.min, limits.max)
    np.testing.assert_array_equal(found, expected)
