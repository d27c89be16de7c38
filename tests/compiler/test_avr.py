"""C for AVR gives the runtimes' bytes in simavr, and keeps out of RAM what is constant."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from convert import tflite
from convert.compiler.arithmetic.match import Match
from convert.compiler.build import Compiled, compile_model
from convert.compiler.targets.options import Optimize, Options, Target
from firmware import count_avr
from runtime import classifier
from runtime.errors import ModelError
from tests.compiler import harness, models
from tests.compiler.builder import Builder
from tests.compiler.models import classic
from tests.compiler.models.base import Random
from tests.compiler.runtimes import RUN
from tests.compiler.test_cores import check, expected_of, force, used

RUNS = 2  # the extremes: of random inputs the first two
KINDS = (
    *("CONV_2D groups", "CONV_2D groups pooled", "CONV_2D batch pooled", "CONV_2D int16"),
    *("DEPTHWISE_CONV_2D", "DEPTHWISE_CONV_2D batch", "FULLY_CONNECTED rows", "ADD"),
    *(
        "ADD broadcast",
        "MUL",
        "MAX_POOL_2D",
        "AVERAGE_POOL_2D",
        "MEAN",
        "SOFTMAX",
        "SOFTMAX int16",
        "LOGISTIC",
    ),
    *("PAD", "CONCATENATION", "RESIZE_BILINEAR", "LOG_SOFTMAX", "TRANSPOSE_CONV", "GATHER"),
)
"""Whatever an AVR's 16-bit int, two address spaces or 32-bit double could get wrong."""


def answers(
    folder: Path, compiled: Sequence[Compiled], given: Sequence[list[np.ndarray]]
) -> list[list[np.ndarray]]:
    """What each model answers on the emulated chip: [runs, *shape] for each output."""
    found = count_avr.run(folder, compiled, given)
    return [
        [np.array([run.outputs[n] for run in runs]) for n in range(len(runs[0].outputs))]
        for runs in found
    ]


def hold(folder: Path, contents: Sequence[bytes], options: Options) -> list[Compiled]:
    """Assert that what fits the chip gives the runtime's bytes."""
    compiled, given, expected = expected_of(contents, options)
    fitting = [n for n, one in enumerate(compiled) if count_avr.fits(one)]
    assert len(fitting) > 0.7 * len(compiled)
    chosen = [compiled[n] for n in fitting]
    cut = [[array[-RUNS:] for array in given[n]] for n in fitting]
    check(answers(folder, chosen, cut), [[y[-RUNS:] for y in expected[n]] for n in fitting])
    return chosen


def convolutions() -> list[bytes]:
    """Windows of three and five, pooled and not, which lines are for, and others."""
    shapes = [(1, 5), (3, 3), (4, 5), (2, 1), (5, 2), (1, 3)]
    return [
        classic.conv_pool(Random(seed), channels=channels, taps=taps, pooled=seed % 2 == 0)
        for seed, (channels, taps) in enumerate(shapes)
    ]


@pytest.mark.parametrize("match", [Match.XNNPACK, Match.TFLM])
def test_operators_equal_the_runtime(match: Match, tmp_path: Path) -> None:
    """0 differing bytes; nothing outside the arena is written; the self-tests pass."""
    kinds = [kind for kind in KINDS if match in models.only().get(kind, tuple(Match))]
    hold(tmp_path, [models.random(kind, 5) for kind in kinds], Options(match, Target.AVR))


@pytest.mark.parametrize("match", [Match.XNNPACK, Match.TFLM])
@pytest.mark.parametrize("kernel", ["conv_lines", "conv_pairs"])
def test_convolutions_equal_the_runtime(
    kernel: str, match: Match, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the kernels in assembly, and requantization by one product of 24 by 24 bits."""
    force(monkeypatch, kernel)
    compiled = hold(tmp_path, convolutions(), Options(match, Target.AVR))
    assert used(compiled, kernel) >= 2


def test_portable_bodies_equal_the_runtime(tmp_path: Path) -> None:
    """The C beside the assembly, under the sanitizers, on this machine."""
    contents = [*convolutions(), models.random("DEPTHWISE_CONV_2D", 5)]
    compiled, given, expected = expected_of(contents, Options(target=Target.AVR))
    compiler = [*harness.SANITIZED, *harness.WARNINGS]
    program = harness.build(tmp_path, compiled, len(given[0][0]), compiler)
    check(harness.run([program], compiled, given), expected)


def test_presets_equal_the_runtime(tmp_path: Path) -> None:
    """For speed and for size; and the kernels take a tenth of what plain C takes."""
    content = classifier.find("nano").read_bytes()
    rng = np.random.default_rng(0)
    given = [rng.integers(-128, 128, (RUNS, 1, 28, 28, 1)).astype(np.int8)]
    expected = RUN[Match.XNNPACK](content, given)
    cycles = []
    for name, options in (
        ("fast", Options(target=Target.AVR)),
        ("small", Options(target=Target.AVR, optimize=Optimize.SIZE)),
        ("plain", Options()),  # its tables lie in RAM
    ):
        compiled = compile_model(tflite.parse(content), name, options)
        (runs,) = count_avr.run(tmp_path, [compiled], [given])
        for run, y in zip(runs, expected[0], strict=True):
            assert np.array_equal(run.outputs[0], y)
        cycles.append(sum(runs[0].steps))
        estimated = sum(step.instructions for step in compiled.unit.program.steps)
        assert name == "plain" or abs(estimated / cycles[-1] - 1) < 0.15
    assert cycles[0] < 1_750_000
    assert cycles[0] <= cycles[1] < cycles[2] / 9


@pytest.mark.parametrize("flags", ["-O1", "-Os -flto"])
def test_every_optimization_gives_the_same(
    flags: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the assembly changes, the compiler knows, however much it sees; Arduino takes LTO.

    Not -O3: of the self-test, avr-gcc 5.4 makes code that overwrites a register in use.
    """
    words = (*flags.split(), "-std=gnu99", "-Wall", "-Waddr-space-convert", "-Werror")
    monkeypatch.setattr(count_avr, "OPTIONS", words)
    hold(tmp_path, [classifier.find("nano").read_bytes()], Options(target=Target.AVR))


def test_nothing_constant_lies_in_ram(tmp_path: Path) -> None:
    """No byte of .data or .bss in what is generated: the arena is the caller's."""
    for name, content in (
        ("nano", classifier.find("nano").read_bytes()),
        ("constant", models.random("ADD broadcast", 5)),
        ("softmax", models.random("SOFTMAX", 5)),
    ):
        compiled = compile_model(tflite.parse(content), name, Options(target=Target.AVR))
        for file, text in compiled.files().items():
            (tmp_path / file).write_bytes(text)
        words = ["avr-gcc", "-mmcu=atmega328p", "-Os", "-c", f"{name}.c", "-o", f"{name}.o"]
        subprocess.run(words, cwd=tmp_path, check=True)
        sizes = (
            subprocess.run(
                ["avr-size", f"{name}.o"], cwd=tmp_path, check=True, capture_output=True, text=True
            )
            .stdout.splitlines()[1]
            .split()
        )
        assert sizes[1:3] == ["0", "0"], name


def test_what_needs_double_is_refused() -> None:
    """avr-gcc's double has 32 bits: one line that says what to choose instead."""
    model = tflite.read(classifier.find("nano"))
    with pytest.raises(ModelError, match="64-bit double, which avr-gcc does not have: choose"):
        compile_model(model, "model", Options(Match.REF, Target.AVR))


@pytest.mark.parametrize("words", [["-std=c99"], ["-std=c11"], ["-x", "c++"]])
def test_strict_c_is_one_error(words: list[str], tmp_path: Path) -> None:
    """It says with what to compile, and nothing else."""
    model = tflite.read(classifier.find("nano"))
    for file, text in compile_model(model, "model", Options(target=Target.AVR)).files().items():
        (tmp_path / file).write_bytes(text)
    compiler = ["avr-gcc", "-mmcu=atmega328p", *words, "-Os", "-c", "model.c"]
    done = subprocess.run(compiler, cwd=tmp_path, capture_output=True, text=True, check=False)
    errors = [line for line in done.stderr.splitlines() if "error:" in line]
    assert done.returncode != 0
    assert len(errors) == 1 or "c++" in words
    assert "compile as C with -std=gnu99 or another gnu: __flash is GNU C" in errors[0]


def flat(count: int) -> bytes:
    """LOGISTIC of so many bytes, in place: the arena."""
    b = Builder()
    x, y = b.tensor((1, count), 0.05, 3), b.tensor((1, count), 1 / 256, -128)
    b.add("LOGISTIC", [x], y)
    return b.pack([x], y)


def table(inputs: int) -> bytes:
    """A dense layer with 8 bytes of weights for each input."""
    r, b = Random(1), Builder()
    x = b.tensor((1, inputs), 0.02, 1)
    w, bias, scale = r.weights(b, (8, inputs), 8, 0, 0.02)
    y = b.tensor((1, 8), scale, 1)
    b.add("FULLY_CONNECTED", [x, w, bias], y)
    return b.pack([x], y)


@pytest.mark.parametrize(
    ("fits", "above", "says"),
    [
        (flat(32764), flat(32768), "needs 32,768 bytes of RAM at least, 32,767 allowed on an AVR"),
        (table(4095), table(4096), "table op0_weights has 32,768 bytes, and avr-gcc takes 32,767"),
    ],
)
def test_what_avr_gcc_cannot_hold_is_refused(
    fits: bytes, above: bytes, says: str, tmp_path: Path
) -> None:
    """Up to what it takes it compiles; above that there is no C, and one line."""
    compiled = compile_model(tflite.parse(fits), "model", Options(target=Target.AVR))
    for file, text in compiled.files().items():
        (tmp_path / file).write_bytes(text)
    main = '#include "model.h"\nmodel_arena arena;\n'
    (tmp_path / "main.c").write_text(main)
    words = ["avr-gcc", "-mmcu=atmega2560", "-Os", "-c", "model.c", "main.c"]
    subprocess.run(words, cwd=tmp_path, check=True)
    with pytest.raises(ModelError, match=says):
        compile_model(tflite.parse(above), "model", Options(target=Target.AVR))
