"""Chains in bands of rows: the runtimes' bytes, less RAM, and only where that is wanted."""

import os
from pathlib import Path

import numpy as np
import pytest

from convert.compiler import lower
from convert.compiler.arithmetic.match import Match
from convert.compiler.build import Compiled
from convert.compiler.targets.options import Options, Target
from tests.compiler import chains, cores, harness
from tests.compiler.test_cores import check, expected_of
from tests.compiler.test_exact import INPUTS

LONG = os.environ.get("THIMBLE_LONG") == "1"
MODELS = 150 if LONG else 24
CORES = (Target.CORTEX_M0, Target.CORTEX_M4, Target.CORTEX_M55)


def anyhow(
    monkeypatch: pytest.MonkeyPatch, options: Options, first: int
) -> tuple[list[Compiled], list[list[np.ndarray]], list[list[np.ndarray]]]:
    """Random models in random bands, inputs, and the runtime's answers."""
    monkeypatch.setattr(lower, "select", chains.Anything(first))
    contents = [chains.model(seed, 2 + seed % 3) for seed in range(first, first + MODELS)]
    compiled, given, expected = expected_of(contents, options)
    assert sum(banded(one) > 0 for one in compiled) > 0.7 * len(compiled)
    return compiled, given, expected


def banded(compiled: Compiled) -> int:
    """Chains in bands of a model."""
    return sum(step.bands is not None for step in compiled.unit.program.steps)


@pytest.mark.spread
@pytest.mark.parametrize("match", list(Match))
@pytest.mark.parametrize("target", [Target.GENERIC, *CORES])
def test_any_bands_give_the_runtime_bytes_here(
    target: Target, match: Match, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Any chain of any kernels in bands of any height, under the sanitizers; nothing outside."""
    compiled, given, expected = anyhow(monkeypatch, Options(match, target), 1000)
    compiler = ["gcc", "-O1", *harness.WARNINGS, *harness.SANITIZERS]
    program = harness.build(tmp_path, compiled, INPUTS, compiler)
    check(harness.run([program], compiled, given), expected)


@pytest.mark.spread
@pytest.mark.parametrize("target", CORES)
def test_any_bands_give_the_runtime_bytes_on_the_core(
    target: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the core's own instructions, in the emulator."""
    compiled, given, expected = anyhow(monkeypatch, Options(target=target), 2000)
    check(cores.run(tmp_path, target, compiled, given), expected)
