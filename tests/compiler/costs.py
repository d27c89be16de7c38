"""Fits what kernels take: ``python -m tests.compiler.costs FILES``, writes targets/costs.json.

Each file, and random models of every kind, are compiled with each kernel that can do them, run in
the emulator, and counted step by step; then the coefficients that give the counts with the least
relative error are found for each core, mode and kernel: least squares without negative ones (C. L.
Lawson, R. J. Hanson, "Solving Least Squares Problems", 1974, chapter 23).
"""

import argparse
import itertools
import json
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from unittest import mock

import numpy as np
from scipy.optimize import nnls

from convert import tflite
from convert.compiler import select
from convert.compiler.arithmetic.match import Match
from convert.compiler.build import Compiled, compile_model
from convert.compiler.choice import Candidate
from convert.compiler.memory import moves
from convert.compiler.targets import costs
from convert.compiler.targets.options import Optimize, Options, Target
from firmware import count
from runtime.errors import ThimbleError
from tests.compiler import models
from tests.compiler.models import classic
from tests.compiler.models.base import Random
from tests.compiler.test_exact import inputs_of

SEEDS = (3, 4, 5)
_COMPUTED = 25  # instructions; a call that takes no more was computed by the compiler
_ROUNDS, _NEAR = 20, 0.02
"""Of reweighting, and the relative error that counts as none: the sum of absolute errors is made
small, not that of squares."""

Sample = tuple[str, dict[str, float], int]
"""A kernel, what there was to do, and the instructions that it took."""


def varied(target: Target) -> list[bytes]:
    """Convolutions of many shapes, larger than the random models are, as far as they fit."""
    most = 14 if target is Target.AVR else 40
    r = np.random.default_rng(0)
    found = [
        classic.conv_pool(
            Random(seed),
            channels=int(r.choice([1, 1, 2, 3, 4, 8, 12, 16, 32])),
            taps=int(r.choice([1, 2, 3, 3, 5, 5])),
            pooled=bool(seed % 2),
            most=most,
        )
        for seed in range(36)
    ]
    found += [
        classic.depthwise(Random(seed), channels=int(r.integers(2, 40)), widest=most, taps=taps)
        for seed, taps in enumerate([3, 3, None] * 4)
    ]
    found += [
        classic.depthwise(Random(seed), channels=1, multiplier=4 + seed, widest=most)
        for seed in range(6)
    ]
    found += [
        classic.depthwise(Random(seed), channels=1 + seed % 3, multiplier=4, widest=most, taps=taps)
        for seed, taps in enumerate([5, 7, 8] * 2)
    ]
    found += [
        classic.conv_pool(Random(seed), channels=channels, taps=taps, pooled=False, most=most)
        for seed, (channels, taps) in enumerate(
            [(1, 7), (1, 9), (2, 7), (3, 9), (1, 8), (4, 7)] * 2
        )
    ]
    return found + [models.random("UNIDIRECTIONAL_SEQUENCE_LSTM", seed) for seed in range(12)]


def candidates_of(content: bytes, options: Options) -> set[str]:
    """The kernels that could do something in a model."""
    found = set[str]()
    honest = select.best

    def best(candidates: Sequence[Candidate], optimize: Optimize) -> Candidate:
        found.update(step.kernel for candidate in candidates for step in candidate)
        return honest(candidates, optimize)

    with mock.patch.object(select, "best", best):
        compile_model(tflite.parse(content), "model", options)
    return found


def compiled_with(content: bytes, kernel: str, options: Options) -> Compiled:
    """A model compiled with ``kernel`` wherever it can be taken."""
    honest = select.best

    def best(candidates: Sequence[Candidate], optimize: Optimize) -> Candidate:
        chosen = [way for way in candidates if way[0].kernel == kernel]
        return chosen[0] if chosen else honest(candidates, optimize)

    with mock.patch.object(select, "best", best), mock.patch.object(moves, "_COST", 1):
        return compile_model(tflite.parse(content), "model", options)


def counted(compiled: Compiled, content: bytes) -> list[Sample]:
    """The steps of a model, run once on random input."""
    inputs = [one[0] for one in inputs_of(content, np.random.default_rng(0))]
    found = count.count(compiled, inputs)
    steps = zip(compiled.unit.program.steps, found.steps, strict=True)
    return [(step.kernel, costs.work(step), taken) for step, taken in steps if taken > _COMPUTED]


def samples_of(job: tuple[bytes, Target, Match]) -> list[Sample]:
    """The samples that a model gives for a core; none where the mode does not take it."""
    content, target, match = job
    options = Options(match, target)
    try:
        kernels = sorted(candidates_of(content, options))
        ways = _ways(content, kernels, options)
        return [sample for way in ways for sample in counted(way, content)]
    except ThimbleError as error:
        print(f"left out: {error}", file=sys.stderr)
        return []


def _ways(content: bytes, kernels: Sequence[str], options: Options) -> Iterator[Compiled]:
    taken = set[tuple[str, ...]]()
    for kernel in kernels:
        one = compiled_with(content, kernel, options)
        steps = tuple(step.kernel for step in one.unit.program.steps)
        if steps not in taken:
            taken.add(steps)
            yield one


def fitted(samples: Sequence[Sample]) -> dict[str, dict[str, float]]:
    """The coefficients of each kernel."""
    by_kernel = defaultdict[str, list[Sample]](list)
    for sample in samples:
        by_kernel[sample[0]].append(sample)
    return {kernel: _fit(rows) for kernel, rows in sorted(by_kernel.items())}


def _fit(rows: Sequence[Sample]) -> dict[str, float]:
    names = sorted({name for _, work, _ in rows for name in work})
    taken = np.array([taken for _, _, taken in rows], float)
    matrix = np.array([[work.get(name, 0) for name in names] for _, work, _ in rows], float)
    units = np.maximum(matrix.max(axis=0), 1e-12)
    matrix /= units
    found, _ = nnls(matrix, taken, maxiter=1000)
    for _ in range(_ROUNDS):
        size = np.maximum(taken, matrix @ found)  # so that no row counts for more than its error
        weights = 1 / np.sqrt(np.maximum(abs(matrix @ found - taken) / size, _NEAR))
        found, _ = nnls(matrix * (weights / size)[:, None], taken * weights / size, maxiter=1000)
    kept = zip(names, found / units, strict=True)
    return {name: float(f"{value:.4g}") for name, value in kept if value > 0}


def main(argv: Sequence[str] | None = None) -> int:
    """Count, fit, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path, help="int8 models to count besides")
    parser.add_argument("--core", action="append", type=Target, help="only this core, repeatable")
    arguments = parser.parse_args(argv)
    files = [path.read_bytes() for path in arguments.files]
    table = json.loads(costs.PATH.read_text()) if costs.PATH.exists() else {}
    with ProcessPoolExecutor(2) as pool:
        for target, match in itertools.product(arguments.core or costs.COUNTED, Match):
            kinds = [models.random(k, seed) for k in models.covering(match) for seed in SEEDS]
            jobs = [(content, target, match) for content in [*files, *kinds, *varied(target)]]
            samples = [one for part in pool.map(samples_of, jobs) for one in part]
            table.setdefault(target.value, {})[match.value] = fitted(samples)
            costs.PATH.write_text(json.dumps(table, indent=1, sort_keys=True) + "\n")
            print(f"{target} {match}: {len(samples)} steps")
    return 0


if __name__ == "__main__":
    sys.exit(main())
