"""Kernels for particular cores give the runtimes' bytes: on this machine and on emulated cores."""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from convert import tflite
from convert.compiler import select
from convert.compiler.arithmetic import winograd
from convert.compiler.arithmetic.match import Match
from convert.compiler.build import Compiled, compile_model
from convert.compiler.choice import Candidate
from convert.compiler.targets.options import Optimize, Options, Target
from runtime import classifier, reading
from runtime.errors import ModelError
from runtime.tasks.digits import TASK
from tests.compiler import cores, harness, models
from tests.compiler.models import classic
from tests.compiler.models.base import Random
from tests.compiler.runtimes import RUN
from tests.compiler.test_exact import INPUTS, inputs_of

LONG = os.environ.get("THIMBLE_LONG") == "1"
CORES = tuple(target for target in Target if target.is_core and target is not Target.AVR)
CHANNELS = {
    "conv_single": (1,),
    "conv_packed": (1, 3, 4, 5, 36),
    "conv_vectors": (1, 3, 4, 5, 16, 36),
    "conv_pixels": (1, 3, 4, 5, 36),
    "winograd": (1, 3, 4, 5, 36),
    "winograd_nested": (1, 3, 4, 5, 36),
}
WORDS = ("conv_single", "conv_packed", "winograd", "dense_packed", "depthwise_four")
PAIRS = (*WORDS, "winograd_nested", "conv_pixels", "depthwise_lines")
VECTORS = ("conv_vectors", "dense_vectors", "depthwise_vectors", "depthwise_four", "add_vectors")
SCALAR = (*WORDS, "conv_pixels", "depthwise_pixels")
STUDIED = (Target.CORTEX_M0, Target.CORTEX_M4, Target.CORTEX_M55, Target.RISCV32)
"""A core of each kind."""
KERNELS = {
    Target.CORTEX_M0: SCALAR,
    Target.CORTEX_M3: SCALAR,
    Target.CORTEX_M4: PAIRS,
    Target.CORTEX_M7: PAIRS,
    Target.CORTEX_M33: PAIRS,
    Target.CORTEX_M55: VECTORS,
    Target.RISCV32: (*SCALAR, "winograd_nested"),
}


def contents_for(kernel: str) -> list[bytes]:
    """Random models that ``kernel`` is for: shapes, strides, paddings, poolings, extremes."""
    if kernel.startswith("dense"):
        return [models.random("FULLY_CONNECTED", seed) for seed in range(16)]
    if kernel == "add_vectors":
        return [models.random(op, seed) for op in ("ADD", "SUB") for seed in range(16)]
    return depthwise_for(kernel) if kernel.startswith("depthwise") else convolutions_for(kernel)


def depthwise_for(kernel: str) -> list[bytes]:
    if kernel == "depthwise_vectors":
        channels = [1 + 5 * seed % 37 for seed in range(40)]
        return [
            classic.depthwise(Random(seed), channels=count, widest=(11, 30)[seed % 2])
            for seed, count in enumerate(channels)
        ]
    if kernel == "depthwise_lines":
        shapes = [(2 + seed % 9, 1 + seed % 7 // 5) for seed in range(30)]
        return [
            classic.depthwise(Random(seed), channels=channels, multiplier=multiplier, taps=3)
            for seed, (channels, multiplier) in enumerate(shapes)
        ]
    least, step = (4, 4) if kernel == "depthwise_four" else (4, 1)
    return [
        classic.depthwise(Random(seed), channels=least + step * seed % 36) for seed in range(20)
    ]


def convolutions_for(kernel: str) -> list[bytes]:
    if kernel == "conv_pixels":
        found = [models.random("CONV_2D", seed) for seed in range(20)]
        return found + [
            classic.conv_pool(Random(seed), channels=1 + seed % 9, taps=1 + seed % 5, pooled=False)
            for seed in range(40)
        ]
    taps = (3, 5) if kernel.startswith("winograd") else (1, 2, 3, 5)
    found = [
        classic.conv_pool(Random(seed), channels=channels, taps=size, pooled=seed % 3 > 0)
        for seed, (channels, size) in enumerate(
            (c, t) for _ in range(3) for c in CHANNELS[kernel] for t in taps
        )
    ]
    if kernel == "winograd_nested":
        found = [
            classic.conv_pool(Random(seed), channels=channels, taps=size, pooled=seed % 3 > 0)
            for seed in range(12)
            for channels in CHANNELS[kernel]
            for size in taps
        ]
        found = [content for content in found if _width(content) <= 16]
    if kernel == "conv_vectors":
        found += [
            classic.conv_pool(Random(seed), channels=16, taps=1, pooled=seed % 2 > 0, most=40)
            for seed in range(8)
        ]
    if kernel in ("conv_packed", "conv_vectors"):
        found += [models.random("CONV_2D", seed) for seed in range(100, 120)]
    return found


def _width(content: bytes) -> int:
    """Of the only input."""
    model = tflite.parse(content)
    return int(model.tensors[model.inputs[0]].shape[2])


def force(monkeypatch: pytest.MonkeyPatch, kernel: str) -> None:
    """Let the compiler take ``kernel`` wherever it can."""
    honest = select.best

    def best(candidates: Sequence[Candidate], optimize: Optimize) -> Candidate:
        chosen = [way for way in candidates if way[0].kernel == kernel]
        return chosen[0] if chosen else honest(candidates, optimize)

    monkeypatch.setattr(select, "best", best)


def expected_of(
    contents: Sequence[bytes], options: Options
) -> tuple[list[Compiled], list[list[np.ndarray]], list[list[np.ndarray]]]:
    """The compiled models that the runtime does not refuse, inputs, and its answers."""
    kept, given, expected = [], [], []
    for seed, content in enumerate(contents):
        x = inputs_of(content, np.random.default_rng(seed))
        try:
            y = RUN[options.match](content, x)
        except (RuntimeError, ValueError):
            continue
        kept.append(content)
        given.append(x)
        expected.append(y)
    assert len(kept) > 0.7 * len(contents)
    return harness.compile_all(kept, options), given, expected


def check(answers: Sequence[list[np.ndarray]], expected: Sequence[list[np.ndarray]]) -> None:
    for number, (answer, y) in enumerate(zip(answers, expected, strict=True)):
        assert np.array_equal(answer, y), number


def used(compiled: Sequence[Compiled], kernel: str) -> int:
    return sum(any(s.kernel == kernel for s in one.unit.program.steps) for one in compiled)


def contents_on(kernel: str) -> list[bytes]:
    """A third of ``contents_for`` by chance, but 24 at least; all of them with LONG."""
    contents = contents_for(kernel)
    if LONG:
        return contents
    least = min(len(contents), 24)
    order = np.random.default_rng(0).permutation(len(contents))
    return [contents[index] for index in order[: max(least, len(contents) // 3)]]


RISCV_OWN = ("conv_packed", "conv_pixels", "winograd_nested", "dense_packed")
"""Kernels that bring all C of RISC-V's own; the rest is that of the Cortex-M0."""
HERE = [
    (target, kernel, match)
    for target in STUDIED
    for kernel in (RISCV_OWN if target is Target.RISCV32 else KERNELS[target])
    for match in (Match.XNNPACK, Match.TFLM)
    if (target, match) != (Target.RISCV32, Match.TFLM)
]


@pytest.mark.parametrize(("target", "kernel", "match"), HERE)
def test_kernel_equals_the_runtime_here(
    target: Target, kernel: str, match: Match, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In portable C, under the sanitizers: 0 differing bytes, nothing outside the arena."""
    if (kernel, match) == ("add_vectors", Match.TFLM):
        pytest.skip("it adds as XNNPACK does")
    force(monkeypatch, kernel)
    contents = contents_on(kernel)
    compiled, given, expected = expected_of(contents, Options(match, target))
    assert used(compiled, kernel) > 0.6 * len(compiled)
    compiler = [*harness.SANITIZED, *harness.WARNINGS]
    program = harness.build(tmp_path, compiled, INPUTS, compiler)
    check(harness.run([program], compiled, given), expected)


@pytest.mark.parametrize(
    ("target", "kernel"), [(target, kernel) for target in CORES for kernel in KERNELS[target]]
)
def test_kernel_equals_the_runtime_on_the_core(
    kernel: str, target: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the core's own instructions, in the emulator: 0 differing bytes."""
    force(monkeypatch, kernel)
    contents = contents_on(kernel)
    compiled, given, expected = expected_of(contents, Options(target=target))
    assert used(compiled, kernel) > 0.6 * len(compiled)
    check(cores.run(tmp_path, target, compiled, given), expected)


@pytest.mark.parametrize("kernel", [kernel for kernel in VECTORS if kernel != "add_vectors"])
def test_vectors_in_fixed_point_equal_the_runtime_on_the_core(
    kernel: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Requantization of vectors in fixed point, in the emulator: 0 differing bytes."""
    force(monkeypatch, kernel)
    options = Options(Match.TFLM, Target.CORTEX_M55)
    compiled, given, expected = expected_of(contents_on(kernel), options)
    assert used(compiled, kernel) > 0.6 * len(compiled)
    check(cores.run(tmp_path, Target.CORTEX_M55, compiled, given), expected)


@pytest.mark.parametrize("match", [Match.XNNPACK, Match.TFLM])
@pytest.mark.parametrize("target", STUDIED[:3])
def test_depthwise_of_one_channel_is_a_convolution(
    target: Target, match: Match, tmp_path: Path
) -> None:
    """Many filters of one channel take a convolution's kernel, with the runtime's bytes."""
    contents = [
        classic.depthwise(Random(seed), channels=1, multiplier=1 + seed % 9, widest=30)
        for seed in range(20)
    ]
    compiled, given, expected = expected_of(contents, Options(match, target))
    assert sum(used(compiled, kernel) for kernel in CHANNELS) > 0.6 * len(compiled)
    check(cores.run(tmp_path, target, compiled, given), expected)


@pytest.mark.parametrize("optimize", list(Optimize))
@pytest.mark.parametrize("target", CORES)
def test_bundled_models_equal_the_runtime_on_the_core(
    target: Target, optimize: Optimize, tmp_path: Path
) -> None:
    """The presets, in every mode, on noise and extremes."""
    for match in Match:
        contents = [classifier.find(name).read_bytes() for name in ("nano", "micro", "small")]
        folder = tmp_path / match
        folder.mkdir()
        compiled, given, expected = expected_of(contents, Options(match, target, optimize))
        check(cores.run(folder, target, compiled, given), expected)


@pytest.mark.skipif(not LONG, reason="takes minutes: THIMBLE_LONG=1")
@pytest.mark.parametrize("optimize", list(Optimize))
@pytest.mark.parametrize("target", CORES)
def test_presets_equal_the_runtime_on_real_images(
    target: Target, optimize: Optimize, tmp_path: Path
) -> None:
    """0 bytes differ on the first 1,000 test images, for each preset."""
    pixels = reading.judged_on(TASK, None).inputs[:1000]
    x = [(pixels[:, None, :, :, None].astype(np.int16) - 128).astype(np.int8)]
    contents = [classifier.find(name).read_bytes() for name in classifier.bundled()]
    compiled = harness.compile_all(contents, Options(target=target, optimize=optimize))
    answers = cores.run(tmp_path, target, compiled, [x] * len(contents))
    check(answers, [RUN[Match.XNNPACK](content, x) for content in contents])


@pytest.mark.parametrize("compiler", ["gcc", "clang"])
@pytest.mark.parametrize("optimize", list(Optimize))
def test_no_warning(compiler: str, optimize: Optimize, model_path: Path, tmp_path: Path) -> None:
    """Clean under every warning, as portable C."""
    compiled = compile_model(
        tflite.read(model_path), "model", Options(Match.XNNPACK, Target.CORTEX_M4, optimize)
    )
    harness.build(tmp_path, [compiled], 0, [compiler, *harness.WARNINGS, "-O2"])


@pytest.mark.parametrize("optimize", list(Optimize))
@pytest.mark.parametrize("target", CORES)
def test_other_compilers_build_it(
    target: Target, optimize: Optimize, model_path: Path, tmp_path: Path
) -> None:
    """Clang compiles it for the core as well, where the C body stands in for the assembly."""
    compiled = compile_model(
        tflite.read(model_path), "model", Options(Match.XNNPACK, target, optimize)
    )
    for name, content in compiled.files().items():
        (tmp_path / name).write_bytes(content)
    core = [f"-mcpu={target}", "-mthumb", "--target=arm-none-eabi"]
    if target is Target.RISCV32:
        core = ["-march=rv32imc", "-mabi=ilp32", "--target=riscv32"]
    words = [
        "clang",
        *core,
        "-ffreestanding",
        *harness.WARNINGS,
        "-O2",
        "-c",
        "model.c",
        "-o",
        "model.o",
    ]
    subprocess.run(words, cwd=tmp_path, check=True)


@pytest.mark.parametrize("taps", winograd.POINTS)
def test_winograd_is_exact(taps: int) -> None:
    """For random and extreme integers the matrices give the convolution, and nothing is left."""
    exact = winograd.transform(taps)
    rng = np.random.default_rng(taps)
    inverse = exact.inverse * (exact.divisor // 8) % (1 << 32)
    assert inverse == 1
    for number in range(200):
        d = rng.integers(-255, 256, taps + 3) if number else np.full(taps + 3, 255)
        g = rng.integers(-127, 128, taps) if number else np.full(taps, -127)
        products = (exact.filters @ g) * (exact.inputs @ d)
        found = exact.outputs @ products
        wanted = [int(np.dot(d[j : j + taps], g)) for j in range(4)]
        assert list(found) == [exact.divisor * value for value in wanted]


@pytest.mark.parametrize("taps", winograd.ROWS)
def test_what_is_nested_is_exact(taps: int) -> None:
    """Along y the products, added as mac_nested adds them, are twice two rows' convolution."""
    rng = np.random.default_rng(taps)
    filters = np.array(winograd.ROWS[taps])
    for _ in range(200):
        d, g = rng.integers(-255, 256, 6), rng.integers(-127, 128, taps)
        slots = [d[2] - d[1], d[1] + d[2], d[0] - d[2], d[3] - d[1]]
        if taps == 5:
            slots[2:2], slots[3:] = [d[4]], [d[0] - d[2], d[3] - d[4], d[3] - d[1], d[5] - d[4]]
        c, *rest = (filters @ g) * slots
        b, a, last = (sum(part) for part in np.split(np.array(rest), 3))
        wanted = [2 * int(np.dot(d[row : row + taps], g)) for row in range(2)]
        assert [a + b + c, last + b - c] == wanted


def test_winograd_is_refused_where_it_could_overflow() -> None:
    """Filters whose sums could leave 28 bits are left to another kernel; real ones are not."""
    loud = np.full((1, 5, 5, 8192), 127, np.int8)
    bias = np.zeros(1, np.int32)
    assert not winograd.fits(loud, bias, 0)
    assert winograd.fits(loud[..., :16], bias, -128)
    assert not winograd.fits(loud[..., :16], np.full(1, 1 << 28, np.int32), 0)
    assert not winograd.fits(loud[..., :16], bias, -128, nested=True)
    assert winograd.fits(loud[..., :16] // 4, bias, -128, nested=True)


def test_speed_marks_choose_winograd_and_size_marks_do_not(model_path: Path) -> None:
    """Tables: with size no more than plain C's; RAM: 12 KB for speed and 5.5 KB for size."""
    model = tflite.read(model_path)
    plain = compile_model(model, "model").unit
    for target in (Target.CORTEX_M4, Target.CORTEX_M7, Target.CORTEX_M33):
        fast = compile_model(model, "model", Options(target=target)).unit
        options = Options(target=target, optimize=Optimize.SIZE)
        small = compile_model(model, "model", options).unit
        assert "winograd_nested" in {step.kernel for step in fast.program.steps}
        assert small.program.flash <= plain.program.flash < fast.program.flash
        assert small.arena <= 5.5 * 1024
        assert fast.arena <= 12 * 1024


def test_limits_are_kept(model_path: Path) -> None:
    """With less flash or RAM than the fastest kernels need, the compiler takes smaller ones."""
    model = tflite.read(model_path)
    free = compile_model(model, "model", Options(target=Target.CORTEX_M4)).unit
    for limits in ({"max_flash": 250_000}, {"max_ram": 8_000}, {"max_ram": 5_200}):
        unit = compile_model(model, "model", Options(target=Target.CORTEX_M4, **limits)).unit
        assert unit.program.flash <= limits.get("max_flash", free.program.flash)
        assert unit.arena <= limits.get("max_ram", free.arena)
        work = [sum(s.instructions for s in u.program.steps) for u in (free, unit)]
        assert work[0] < work[1]
        (limit,) = limits.items()
        assert f"--{limit[0].replace('_', '-')} {limit[1]}" in unit.origin
    with pytest.raises(ModelError, match=r"needs 243,392 bytes of flash at least, 1,000 allowed"):
        compile_model(model, "model", Options(target=Target.CORTEX_M4, max_flash=1000))


LINEAR = (
    "CONV_2D groups",
    "CONV_2D groups pooled",
    "CONV_2D batch",
    "CONV_2D batch pooled",
    "CONV_2D line",
    "CONV_2D bare bias",
    "CONV_2D int16",
    "CONV_2D int16 int32",
    "CONV_2D int4",
    "DEPTHWISE_CONV_2D batch",
    "DEPTHWISE_CONV_2D int16",
    "DEPTHWISE_CONV_2D int4",
    "FULLY_CONNECTED rows",
    "FULLY_CONNECTED rank 4 kept",
    "FULLY_CONNECTED int16",
    "FULLY_CONNECTED int4 odd",
    "MAX_POOL_2D int16",
)


@pytest.mark.parametrize("match", [Match.XNNPACK, Match.TFLM])
@pytest.mark.parametrize("target", STUDIED)
def test_every_shape_and_width_on_the_core(target: Target, match: Match, tmp_path: Path) -> None:
    """Groups, batches, rows, 16-bit activations, 4-bit weights: what no fast kernel is made for."""
    kinds = [kind for kind in LINEAR if match in models.only().get(kind, tuple(Match))]
    contents = [models.random(kind, seed) for kind in kinds for seed in range(4)]
    compiled, given, expected = expected_of(contents, Options(match, target))
    check(cores.run(tmp_path, target, compiled, given), expected)
