"""Generated C on cores with little memory gives the runtimes' bytes: an AVR, and RV32IMAC."""

import os
import re
import subprocess
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from convert import tflite
from convert.compiler.arithmetic.match import Match
from convert.compiler.build import compile_model
from convert.compiler.targets.options import Options
from runtime.errors import ModelError
from tests.compiler import models, small
from tests.compiler.runtimes import RUN
from tests.compiler.small import AVR, RV32, Core, Job
from tests.compiler.test_exact import inputs_of

LONG = os.environ.get("THIMBLE_LONG") == "1"
PER_KIND = 12 if LONG else 3
TRIED = 40  # seeds of a kind, for models that fit
WORK = 200_000  # multiply-accumulates of a model, at most


def runs(kind: str, match: Match) -> bool:
    """Whether the mode has that kind."""
    return match in models.only().get(kind, tuple(Match))


def jobs(kind: str, match: Match, core: Core) -> Iterator[Job]:
    """Models of that kind that the runtime accepts and an image can hold."""
    for seed in range(TRIED):
        content = models.random(kind, seed)
        name = re.sub(r"\W", "_", f"{kind}_{seed}").lower()
        try:
            compiled = compile_model(tflite.parse(content), name, Options(match))
        except ModelError:  # its scales are none that the runtime takes
            continue
        x = inputs_of(content, np.random.default_rng(seed))
        job = Job((kind, match, seed), compiled, x, [])
        work = sum(step.macs for step in compiled.unit.program.steps)
        if work > WORK or not job.fits(core):
            continue
        try:
            y = RUN[match](content, x)
        except (RuntimeError, ValueError):
            continue
        yield Job(job.about, compiled, x, y)


@pytest.mark.parametrize("match", list(Match))
@pytest.mark.parametrize("core", [AVR, RV32], ids=["avr", "rv32"])
def test_operator_equals_the_runtime(core: Core, match: Match, tmp_path: Path) -> None:
    """Each kind of model, and its self-test: 0 differing bytes, nothing written behind the arena.

    Of what fits the RAM no kind is left out; where double has 32 bits, what needs it is refused.
    """
    kinds = [kind for kind in models.kinds() if runs(kind, match)]
    found = {kind: list(islice(jobs(kind, match, core), PER_KIND)) for kind in kinds}
    too_large = [kind for kind in kinds if not found[kind]]
    assert len(too_large) <= (0.15 if core is AVR else 0) * len(kinds), too_large
    every = [job for group in found.values() for job in group]
    able = [job for job in every if core is RV32 or not small.needs_double(job.compiled)]
    small.check(core, tmp_path, able)
    for number, job in enumerate(job for job in every if job not in able):
        assert match is Match.REF
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
