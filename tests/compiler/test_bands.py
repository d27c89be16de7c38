"""Chains in bands of rows: the runtimes' bytes, less RAM, and only where that is wanted."""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import pytest

from convert import tflite
from convert.compiler import estimate, lower, select
from convert.compiler.arithmetic.match import Match
from convert.compiler.build import Compiled, compile_model
from convert.compiler.program import Bands, Call, Step
from convert.compiler.targets.options import Optimize, Options, Target
from firmware import count as counting
from runtime.errors import ModelError
from tests.compiler import chains, cores, harness
from tests.compiler.test_cores import check, expected_of
from tests.compiler.test_exact import INPUTS

LONG = os.environ.get("THIMBLE_LONG") == "1"
MODELS = 150 if LONG else 16
ON_CORE = 60 if LONG else 16  # as many as an image holds
CORES = (Target.CORTEX_M0, Target.CORTEX_M4, Target.CORTEX_M55)


def anyhow(
    monkeypatch: pytest.MonkeyPatch, options: Options, first: int, count: int
) -> tuple[list[Compiled], list[list[np.ndarray]], list[list[np.ndarray]]]:
    """Random models in random bands, inputs, and the runtime's answers."""
    monkeypatch.setattr(lower, "select", chains.Anything(first))
    contents = [chains.model(seed, 2 + seed % 3) for seed in range(first, first + count)]
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
    compiled, given, expected = anyhow(monkeypatch, Options(match, target), 1000, MODELS)
    compiler = [*harness.SANITIZED, *harness.WARNINGS]
    program = harness.build(tmp_path, compiled, INPUTS, compiler)
    check(harness.run([program], compiled, given), expected)


@pytest.mark.spread
@pytest.mark.parametrize("target", CORES)
def test_any_bands_give_the_runtime_bytes_on_the_core(
    target: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the core's own instructions, in the emulator."""
    compiled, given, expected = anyhow(monkeypatch, Options(target=target), 2000, ON_CORE)
    check(cores.run(tmp_path, target, compiled, given), expected)


def test_no_band_overwrites_the_state_that_others_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where input and output of a chain lie in one state, there is no chain."""
    monkeypatch.setattr(lower, "select", chains.Anything(0))
    compiled, given, expected = expected_of([chains.ring(seed) for seed in range(5)], Options())
    for one in compiled:
        assert [step.kernel for step in one.unit.program.steps][:2] == ["max_pool", "max_pool"]
    program = harness.build(tmp_path, compiled, INPUTS, harness.SANITIZED)
    check(harness.run([program], compiled, given), expected)


def compiled_for(rows: int, **options: Any) -> Compiled:
    """A pair of layers with a large map between them."""
    model = tflite.parse(chains.separable(rows))
    return compile_model(model, "model", Options(target=Target.CORTEX_M4, **options))


def test_size_takes_bands_where_they_save_much() -> None:
    """Two kilobytes at least, and an eighth of the arena; no table more."""
    for rows in (4, 8, 16, 32, 64):
        fast, small = (compiled_for(rows, optimize=optimize) for optimize in Optimize)
        with mock.patch.object(select, "_WORTH", 1 << 30):
            whole = compiled_for(rows, optimize=Optimize.SIZE)
        assert not banded(fast)
        assert not banded(whole)
        assert banded(small) == (rows > 8)
        if banded(small):
            assert small.unit.arena <= min(whole.unit.arena - 2048, 0.875 * whole.unit.arena)
            assert small.unit.flash == whole.unit.flash
        else:
            assert small.files() == whole.files()


def test_limit_of_ram_is_kept_by_bands_as_high_as_it_allows() -> None:
    """The less RAM, the lower the bands, the more instructions; and what is needed at least."""
    free = compiled_for(32)
    least = compiled_for(32, optimize=Optimize.SIZE).unit.arena
    found = [
        compiled_for(32, max_ram=ram) for ram in range(free.unit.arena - 4, least + 512, -1500)
    ]
    assert all(banded(one) == 1 for one in found)
    limits = [one.unit.options.max_ram for one in found]
    assert all(one.unit.arena <= (ram or 0) for one, ram in zip(found, limits, strict=True))
    heights = [step.bands.height for one in found for step in one.unit.program.steps if step.bands]
    assert heights == sorted(heights, reverse=True)
    assert len(set(heights)) > 2
    with pytest.raises(ModelError, match="bytes of RAM at least") as refused:
        compiled_for(32, max_ram=1000)
    needed = int(str(refused.value).split()[3].replace(",", ""))
    assert compiled_for(32, max_ram=needed).unit.arena == needed
    with pytest.raises(ModelError, match=f"needs {needed:,} bytes of RAM at least"):
        compiled_for(32, max_ram=needed - 1)


def test_what_runs_in_bands_is_said() -> None:
    """In the header, in the estimate, and at the loop in the C."""
    found = compiled_for(64, optimize=Optimize.SIZE)
    note = r"operators 0 and 1 run in bands of \d+ rows: what lies between, \[64, 16, 32\], never"
    assert re.search(note, found.files()["model.h"].decode())
    assert re.search(f"note: {note}", estimate.report(found.unit))
    c = found.files()["model.c"].decode()
    assert re.search(r"/\* rows \d+\.\.\d+ of the output, \d+ at a time \*/", c)
    assert "keep_rows(a + " in c


def test_estimates_of_bands_are_right() -> None:
    """Instructions of a chain, counted in the emulator: within 15 per cent."""
    for rows in (16, 33):
        found = compiled_for(rows, max_ram=compiled_for(rows).unit.arena - 3000)
        assert banded(found) == 1
        given = np.random.default_rng(1).integers(-128, 128, (1, rows, 16, 8)).astype(np.int8)
        taken = counting.count(found, [given]).total
        assert abs(found.unit.program.steps[0].instructions / taken - 1) < 0.15


def test_output_lies_over_the_input_as_far_as_it_can() -> None:
    """Found by following the bands: no row is overwritten that a later band reads."""
    for seed in range(40):
        anything = chains.Anything(seed)
        with mock.patch.object(lower, "select", anything):
            found = compile_model(tflite.parse(chains.model(seed, 3)), "model").unit
        for step in found.program.steps:
            if step.bands:
                assert followed(step, step.bands) == step.lead


def followed(step: Step, bands: Bands) -> int:
    """How far the output must begin before the input, by the calls: what is written, then read."""
    reads, writes, end_of_input = [], [], 0
    for call, band in every_call(bands):
        variant = bands.parts[call.part][call.variant]
        if call.part == 0:
            start = call.source + band * call.source_step
            reads.append((len(writes), start))
            end_of_input = max(end_of_input, start + variant.inputs[0].size)
        if call.part == len(bands.parts) - 1:
            writes.append(call.output + band * call.output_step + variant.output.size)
    assert writes[-1] == step.output.size
    return max(
        end - min((start for band, start in reads if band > number), default=end_of_input)
        for number, end in enumerate(writes)
    )


def every_call(bands: Bands) -> Iterator[tuple[Call, int]]:
    """The calls of kernels, in order, with the number of the band in its loop."""
    for loop in bands.loops:
        for band in range(loop.count):
            yield from ((call, band) for call in loop.calls if isinstance(call, Call))
