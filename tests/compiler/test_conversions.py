"""Conversions where they are hardest: infinities, halves, compilers that bend floats."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from convert import tflite
from convert.compiler import simulate
from convert.compiler.arithmetic.match import Match
from convert.compiler.build import compile_model
from convert.compiler.frontend.read import read
from convert.compiler.targets.options import Options
from tests.compiler import harness
from tests.compiler.builder import Builder
from tests.compiler.runtimes import RUN
from tests.compiler.test_exact import same
from tests.compiler.test_refuse import attempt

X, R, M = Match.XNNPACK, Match.REF, Match.TFLM
FAST = ("-O3", "-ffast-math")  # fuses, reorders, and takes what is not finite not to exist
FAR = (3e38, -3e38, 2.0**31, -(2.0**31), 1e10, -1e10)
NONE = (np.nan, np.inf, -np.inf)


def conversion(op: str, types: tuple[str, str], count: int, scale: float) -> bytes:
    """``op`` of a row; types of 8 and 16 bits have ``scale``, and the middle as zero point."""
    b = Builder()
    x, y = (
        b.tensor((count,), None if t in PLAIN else scale, 128 * (t == "UINT8"), dtype=t)
        for t in types
    )
    b.add(op, [x], y)
    return b.pack([x], y)


PLAIN = ("FLOAT32", "BOOL", "INT32")


def reals(scale: float, seed: int, far: tuple[float, ...]) -> np.ndarray:
    """Halves of steps, their neighbours, all sizes, and ``far``: [4, count], shuffled."""
    rng = np.random.default_rng(seed)
    step = np.float32(scale)
    halves = (rng.integers(-600, 601, 300) / 2).astype(np.float32) * step
    near = [np.nextafter(halves, np.float32(side)) for side in (-np.inf, np.inf)]
    sizes = (rng.normal(0, 1, 200) * 2.0 ** rng.integers(-40, 30, 200)).astype(np.float32) * step
    every = np.concatenate([halves, *near, sizes, np.array(far * 4, np.float32), [0, -0.0]])
    return rng.permutation(every[: len(every) // 4 * 4].astype(np.float32)).reshape(4, -1)


@dataclass(frozen=True)
class Case:
    """A conversion in a mode, with real numbers for it besides ordinary ones."""

    op: str
    kind: str  # the output's type
    match: Match
    far: tuple[float, ...] = ()


ALL = (*FAR, *NONE)
CASES = [
    *(Case("QUANTIZE", kind, X, ALL) for kind in ("INT8", "UINT8")),
    *(Case("QUANTIZE", "INT8", match) for match in (R, M)),
    Case("QUANTIZE", "UINT8", R),
    *(Case("QUANTIZE", "INT16", match) for match in Match),
    *(
        Case("CAST", kind, match, ALL)
        for match in Match
        for kind in ("INT8", "INT16", "INT32", "BOOL")
    ),
    *(Case("CAST", "UINT8", match, ALL) for match in (X, R)),
]


@pytest.mark.parametrize("flags", [("-O2", *harness.SANITIZERS), FAST], ids=["sanitized", "fast"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.op} {case.kind} {case.match}")
def test_real_numbers_of_every_kind(case: Case, flags: tuple[str, ...], tmp_path: Path) -> None:
    """The runtime's bytes, with -ffast-math too, wherever the runtime is defined."""
    match = case.match
    scales = (1.0, 0.0235, 3.7, 1 / 255, 49 / 1024)
    given = [[reals(scale, seed, case.far)] for seed, scale in enumerate(scales)]
    contents = [
        conversion(case.op, ("FLOAT32", case.kind), rows[0].shape[1], scale)
        for rows, scale in zip(given, scales, strict=True)
    ]
    compiled = harness.compile_all(contents, Options(match))
    program = harness.build(tmp_path, compiled, 4, ["gcc", *harness.WARNINGS, *flags])
    answers = harness.run([program], compiled, given)
    for content, rows, answer in zip(contents, given, answers, strict=True):
        expected = RUN[match](content, rows)[0]
        assert same(answer[0], expected)
        network = read(tflite.parse(content))
        assert same(
            np.stack([simulate.run(network, match, [row], {})[0] for row in rows[0]]), expected
        )


@pytest.mark.parametrize("match", [R, M, X])
def test_what_no_runtime_defines_is_clamped(match: Match, tmp_path: Path) -> None:
    """2^31 steps or more to int16, and to int8 but for XNNPACK: C and NumPy agree on the ends."""
    kind = "INT16" if match is X else "INT8"
    row = np.array([*FAR, *NONE], np.float32)
    compiled = harness.compile_all(
        [conversion("QUANTIZE", ("FLOAT32", kind), 9, 1)], Options(match)
    )
    compiler = (*harness.SANITIZED, *harness.WARNINGS, "-fsanitize=float-cast-overflow")
    program = harness.build(tmp_path, compiled, 1, compiler)
    answer = harness.run([program], compiled, [[row[None]]])[0][0][0]
    low, high = np.iinfo(answer.dtype).min, np.iinfo(answer.dtype).max
    assert answer.tolist() == [high, low] * 3 + [low, high, low]
    assert same(answer, simulate.run(compiled[0].unit.network, match, [row], {})[0])


def folded(op: str, dtype: str, data: np.ndarray, out: tuple[str, float | None, int]) -> int:
    """How many operators are left of ``op`` on a constant, behind which something is added."""
    b = Builder()
    x = b.tensor(data.shape, 0.1, 0)
    constant = b.tensor(data.shape, None if dtype == "FLOAT32" else 0.1, 0, data)
    y, z = b.tensor(data.shape, *out[1:], dtype=out[0]), b.tensor(data.shape, 0.2, 0)
    b.add(op, [constant], y)
    b.add("ADD", [x, y], z)
    return len(read(tflite.parse(b.pack([x], z))).nodes)


def test_constants_fold_where_all_runtimes_agree() -> None:
    """A half rounds to even in one and away in the others: it waits for the runtime."""
    exact, half = np.array([1.0, 2.0], np.float32), np.array([0.5, 2.0], np.float32)
    assert folded("QUANTIZE", "FLOAT32", exact, ("INT8", 1.0, 0)) == 1
    assert folded("QUANTIZE", "FLOAT32", half, ("INT8", 1.0, 0)) == 2
    assert folded("QUANTIZE", "FLOAT32", exact * np.float32(1e30), ("INT8", 1.0, 0)) == 2


@pytest.mark.parametrize("match", list(Match))
def test_a_constant_that_waits_is_the_runtime_s(match: Match, tmp_path: Path) -> None:
    """A constant half is quantized when the C runs, as the runtime does it."""
    b = Builder()
    x, y, z = b.tensor((2,), 0.1, 0), b.tensor((2,), 1.0, 0), b.tensor((2,), 0.2, 0)
    half = b.tensor((2,), data=np.array([0.5, -1.5], np.float32))
    b.add("QUANTIZE", [half], y)
    b.add("ADD", [x, y], z)
    content, row = b.pack([x], z), np.array([[3, 4]], np.int8)
    compiled = harness.compile_all([content], Options(match))
    program = harness.build(tmp_path, compiled, 1, ["gcc", "-O1", *harness.WARNINGS])
    answer = harness.run([program], compiled, [[row]])[0][0]
    assert same(answer, RUN[match](content, [row])[0])


def test_a_real_input_can_be_anything() -> None:
    """A channel that is constant for inputs of 0 to 1 alone is not left out."""
    b = Builder()
    x, inner = b.tensor((1, 2, 2, 1)), b.tensor((1, 2, 2, 1), 0.01, 0)
    b.graph.tensors[x].type = 0  # FLOAT32
    b.add("QUANTIZE", [x], inner)
    data = np.array([-1, 1], np.int8).reshape(2, 1, 1, 1)  # the first is below 0 for 0 to 1
    w, bias = b.tensor((2, 1, 1, 1), 0.01, 0, data), b.tensor((2,), 1e-4, 0, np.zeros(2, np.int32))
    y = b.tensor((1, 2, 2, 2), 0.01, -128)
    options = {"strideH": 1, "strideW": 1, "dilationHFactor": 1, "dilationWFactor": 1}
    b.add("CONV_2D", [inner, w, bias], y, padding=0, fusedActivationFunction=1, **options)
    unit = compile_model(tflite.parse(b.pack([x], y)), "model").unit
    step = next(step for step in unit.program.steps if step.kernel.startswith("conv"))
    table = next(table for table in step.tables if "weights" in table.name)
    assert table.values.ravel().tolist() == [-1, 1]


def test_types_that_a_runtime_lacks_are_refused() -> None:
    """By name, with the modes that have them."""

    def refused(op: str, types: tuple[str, str], match: Match) -> str:
        return attempt(conversion(op, types, 20, 0.1), match)

    for types in (("FLOAT32", "UINT8"), ("UINT8", "UINT8"), ("UINT8", "INT16")):
        assert "choose --match xnnpack or --match ref" in refused("QUANTIZE", types, M)
        assert not refused("QUANTIZE", types, R)
    assert "no runtime has" in refused("QUANTIZE", ("INT16", "UINT8"), X)
    assert "no UINT8; choose" in refused("CAST", ("UINT8", "FLOAT32"), M)
    assert not refused("CAST", ("UINT8", "FLOAT32"), X)
    assert "INT32, expected one scale" in refused("QUANTIZE", ("INT16", "INT32"), X)
    assert "expected FLOAT32" in refused("DEQUANTIZE", ("INT8", "INT16"), X)
    assert "no cast" in refused("CAST", ("INT8", "INT8"), X)


def test_numbers_without_a_scale_are_for_cast_alone() -> None:
    """An unquantized input is what it says; anything but CAST wants a scale."""
    b = Builder()
    x, real, y = b.tensor((4,)), b.tensor((4,), dtype="FLOAT32"), b.tensor((4,), 0.1, 0)
    b.graph.tensors[x].type = 3  # UINT8
    b.add("CAST", [x], real)
    b.add("QUANTIZE", [real], y)
    assert attempt(b.pack([x], y)) == ""
    for op in ("RESHAPE", "RELU"):
        b = Builder()
        x, y = b.tensor((4,)), b.tensor((4,), 0.1, 0)
        b.add(op, [x], y)
        assert "scale" in attempt(b.pack([x], y))
