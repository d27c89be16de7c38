"""Generated C on cores with little memory gives the runtimes' bytes: an AVR, and RV32IMAC."""

import os
import re
import subprocess
from collections.abc import Iterator
from itertools import islice, pairwise
from pathlib import Path

import numpy as np
import pytest

from convert import tflite
from convert.compiler.arithmetic.match import Match
from convert.compiler.build import compile_model
from convert.compiler.emit import kernels
from convert.compiler.targets.options import Options, Target
from runtime.errors import ModelError
from tests.compiler import models, small
from tests.compiler.builder import Builder
from tests.compiler.models import classic
from tests.compiler.models.base import Random
from tests.compiler.runtimes import RUN
from tests.compiler.small import AVR, MEGA, RV32, Core, Job
from tests.compiler.test_exact import inputs_of

LONG = os.environ.get("THIMBLE_LONG") == "1"
PER_KIND = 12 if LONG else 2
TRIED = 40  # seeds of a kind, for models that fit
WORK = 200_000  # multiply-accumulates of a model, at most


def runs(kind: str, match: Match) -> bool:
    """Whether the mode has that kind."""
    return match in models.only().get(kind, tuple(Match))


def jobs(kind: str, match: Match, core: Core) -> Iterator[Job]:
    """Models of that kind that the runtime accepts and an image can hold."""
    for seed in range(TRIED):
        job = job_of(kind, models.random(kind, seed), seed, Options(match))
        if job and job.fits(core):
            yield job


def job_of(kind: str, content: bytes, seed: int, options: Options) -> Job | None:
    """A model with random inputs; none where the runtime refuses it or it takes too long."""
    name = re.sub(r"\W", "_", f"{kind}_{seed}").lower()
    try:
        compiled = compile_model(tflite.parse(content), name, options)
    except ModelError:  # its scales are none that the runtime takes
        return None
    if sum(step.macs for step in compiled.unit.program.steps) > WORK:
        return None
    x = inputs_of(content, np.random.default_rng(seed))
    try:
        y = RUN[options.match](content, x)
    except (RuntimeError, ValueError):
        return None
    return Job((kind, options.match, seed), compiled, x, y)


@pytest.mark.parametrize("match", list(Match))
@pytest.mark.parametrize("core", [AVR, RV32], ids=["avr", "rv32"])
def test_operator_equals_the_runtime(core: Core, match: Match, tmp_path: Path) -> None:
    """Each kind of model, and its self-test: 0 differing bytes, nothing written behind the arena.

    Of what fits the RAM no kind is left out; where double has 32 bits, what needs it is refused.
    """
    every = models.kinds() if LONG else models.covering(match)
    kinds = [kind for kind in every if runs(kind, match)]
    found = {kind: list(islice(jobs(kind, match, core), PER_KIND)) for kind in kinds}
    too_large = [kind for kind in kinds if not found[kind]]
    assert len(too_large) <= (0.15 if core is AVR else 0) * len(kinds), too_large
    every = [job for group in found.values() for job in group]
    able = [job for job in every if core is RV32 or not small.needs_double(job.compiled)]
    small.check(core, tmp_path, able)
    for number, job in enumerate(job for job in every if job not in able):
        assert match is Match.REF or str(job.about[0]).startswith("FULLY_CONNECTED int16")
        (tmp_path / f"refused{number}").mkdir()
        refused(job, tmp_path / f"refused{number}")
    if core is AVR and match is Match.REF:
        assert len(able) < len(every)


def refused(job: Job, folder: Path) -> None:
    """The compiler of a core whose double has 32 bits says what the C needs."""
    small.write(folder, job.compiled)
    words = [*AVR.compiler, "-c", folder / f"{job.compiled.unit.name}.c", "-o", folder / "x.o"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "#error" in done.stderr
    assert "computes in 64-bit double" in done.stderr


def dense_network() -> bytes:
    """Dense layers 1 -> 16 -> 16 -> 1, as they learn a sine."""
    b, r = Builder(), Random(1)
    scale, sizes = 0.02, (1, 16, 16, 1)
    first = x = b.tensor((1, 1), scale, 3)
    for number, (n, m) in enumerate(pairwise(sizes)):
        w, bias, scale = r.weights(b, (m, n), m, 0, scale)
        y = b.tensor((1, m), scale, -128 if number < 2 else 0)
        b.add("FULLY_CONNECTED", [x, w, bias], y, fusedActivationFunction=number < 2)
        x = y
    return b.pack([first], x)


def network() -> bytes:
    """A convolution 3x3 with pooling, 12x12x1 -> 6x6x8, and a dense layer to 10."""
    b, r = Builder(), Random(2)
    strides = {"strideH": 1, "strideW": 1, "dilationHFactor": 1, "dilationWFactor": 1}
    x = b.tensor((1, 12, 12, 1), 1 / 255, -128)
    w, bias, scale = r.weights(b, (8, 3, 3, 1), 8, 0, 1 / 255)
    y = b.tensor((1, 12, 12, 8), scale, -128)
    b.add("CONV_2D", [x, w, bias], y, padding=0, fusedActivationFunction=1, **strides)
    z = b.tensor((1, 6, 6, 8), scale, -128)
    b.add("MAX_POOL_2D", [y], z, padding=1, filterHeight=2, filterWidth=2, strideH=2, strideW=2,
          fusedActivationFunction=0)  # fmt: skip
    flat = b.tensor((1, 288), scale, -128)
    b.add("RESHAPE", [z, b.ints(1, 288)], flat, newShape=[1, 288])
    w, bias, scale = r.weights(b, (10, 288), 10, 0, scale)
    logits = b.tensor((1, 10), scale, 0)
    b.add("FULLY_CONNECTED", [flat, w, bias], logits, fusedActivationFunction=0)
    return b.pack([x], logits)


TARGETS = (Target.CORTEX_M0, Target.CORTEX_M4, Target.CORTEX_M55)
"""One of each folder of kernels."""


@pytest.mark.parametrize("match", [Match.XNNPACK, Match.TFLM])
@pytest.mark.parametrize("target", TARGETS)
def test_the_portable_c_of_other_targets_is_right(
    target: Target, match: Match, tmp_path: Path
) -> None:
    """What stands in for assembly is C for every core, those with a 16-bit int included."""
    made = [
        *(classic.conv_pool(Random(seed), channels=1, taps=3 + seed % 3) for seed in range(6)),
        *(classic.conv_pool(Random(seed), channels=4, taps=3) for seed in range(6)),
        *(classic.depthwise(Random(seed), channels=4) for seed in range(4)),
        *(models.random("FULLY_CONNECTED", seed) for seed in range(4)),
    ]
    options = Options(match, target)
    found = [job_of(f"model {n}", content, n, options) for n, content in enumerate(made)]
    fitting = [job for job in found if job and job.fits(AVR)]
    used = {step.kernel for job in fitting for step in job.compiled.unit.program.steps}
    assert len(fitting) > 0.6 * len(made)
    assert used & {"winograd", "conv_vectors", "conv_packed"}
    assert used & {"dense_packed", "dense_vectors"}
    assert used & {"depthwise_four", "depthwise_lines", "depthwise_pixels", "depthwise_vectors"}
    small.check(AVR, tmp_path, fitting)


def test_8_kilobytes_are_enough(tmp_path: Path) -> None:
    """An ATmega2560 takes a small convolutional network, and a dense one from 1 number to 1."""
    made = [network(), dense_network()]
    for match in (Match.XNNPACK, Match.TFLM):
        jobs = [job_of(f"net {n}", each, n, Options(match)) for n, each in enumerate(made)]
        small.check(MEGA, tmp_path / match, [job for job in jobs if job])
        assert all(job and job.fits(MEGA) for job in jobs)


def test_what_is_too_large_is_refused(model_path: Path, tmp_path: Path) -> None:
    """A table beyond the reach of 16-bit sizes stops the compiler, which names it."""
    small.write(tmp_path, compile_model(tflite.read(model_path), "model"))
    words = [*AVR.compiler, "-c", tmp_path / "model.c", "-o", tmp_path / "x.o"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert re.search(r"size of array .\w+_weights. is too large", done.stderr)


def test_kernels_do_not_trust_int() -> None:
    """No kernel shifts an int; what computes in double says that it needs 64 bits."""
    for path in sorted(Path(kernels.__file__).parents[1].glob("kernels/*/*.h")):
        code = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL)
        assert not re.search(r"(?<![)\w])\d+u? *<<", code), path
        if re.search(r"\bdouble\b", code) and path.stem != "double":
            needed = kernels.needed([path.stem], Match.REF, [path.parent.name])
            assert "double" in [kernel.name for kernel in needed], path


def narrow() -> bytes:
    """A dense layer of 12 inputs behind one of 1: an arena of a few bytes."""
    r, b = Random(3), Builder()
    x, scale = b.tensor((1, 1), 0.02, -3), 0.02
    read = x
    for inputs, outputs in ((1, 12), (12, 12)):
        w, bias, after = r.weights(b, (outputs, inputs), outputs, 0, scale)
        y = b.tensor((1, outputs), after, 5)
        b.add("FULLY_CONNECTED", [read, w, bias], y)
        read, scale = y, after
    return b.pack([x], read)


@pytest.mark.parametrize("flag", ["-O2", "-Os"])
def test_gcc_has_no_word_on_few_inputs(flag: str, tmp_path: Path) -> None:
    """It sees how small the arena is, and follows loops over it beyond what they ever reach."""
    words = ["riscv64-unknown-elf-gcc", "-march=rv32imc", "-mabi=ilp32", flag, *STRICT]
    compiled = compile_model(tflite.parse(narrow()), "model", Options(target=Target.RISCV32))
    for name, content in compiled.files().items():
        (tmp_path / name).write_bytes(content)
    subprocess.run([*words, "-c", "model.c"], cwd=tmp_path, check=True)


STRICT = ("-ffreestanding", "-Wall", "-Wextra", "-Werror")
