"""Networks that remember: what lies in a state, and a long run beside the runtimes."""

from pathlib import Path

import numpy as np
import pytest

from convert import tflite
from convert.compiler.arithmetic.match import Match
from convert.compiler.build import compile_model
from convert.compiler.frontend.read import read
from convert.compiler.lower import fuse
from convert.compiler.operators import registry
from convert.compiler.resident import resident
from convert.compiler.targets.options import Options, Target
from tests.compiler import harness, models
from tests.compiler.runtimes import RUN

STEPS = 2_000
LONG_RUNS = (
    "READ_VARIABLE",
    "READ_VARIABLE ring",
    "UNIDIRECTIONAL_SEQUENCE_LSTM",
    "SVDF",
)


@pytest.mark.parametrize("match", list(Match))
def test_thousands_of_runs_equal_the_runtime(match: Match, tmp_path: Path) -> None:
    """Every answer of a long sequence, for which the state must be right after every run."""
    contents = [models.random(kind, 3) for kind in LONG_RUNS]
    compiled, rng = harness.compile_all(contents, Options(match)), np.random.default_rng(1)
    given = [
        [
            rng.integers(-128, 128, (STEPS, *tensor.shape)).astype(np.int8)
            for tensor in one.unit.network.inputs
        ]
        for one in compiled
    ]
    compiler = [*harness.SANITIZED, *harness.WARNINGS]
    program = harness.build(tmp_path, compiled, STEPS, compiler)
    answers = harness.run([program], compiled, given)
    for content, x, found in zip(contents, given, answers, strict=True):
        for one, expected in zip(found, RUN[match](content, x), strict=True):
            assert one.tobytes() == expected.tobytes()


def residence(kind: str, seed: int) -> list[bool]:
    """For each READ_VARIABLE and ASSIGN_VARIABLE of a model, whether it copies nothing."""
    network = read(tflite.parse(models.random(kind, seed)))
    found = resident(network, fuse(network))
    return [
        found.get((*node.inputs, *node.outputs)[0].number) == node.states[0]
        for node in network.nodes
        if registry()[node.op].loads or registry()[node.op].stores
    ]


@pytest.mark.parametrize("seed", range(5))
def test_a_ring_copies_nothing(seed: int) -> None:
    """What was kept is read where it is, and what is to be kept is written there at once."""
    assert residence("READ_VARIABLE ring", seed) == [True, True]


def test_a_value_whose_variable_is_assigned_too_early_is_copied() -> None:
    """Random orders of reads and assignments have both: those that lie in the state, and copies."""
    found = [one for seed in range(20) for one in residence("READ_VARIABLE", seed)]
    assert 20 < sum(found) < len(found) - 20


def test_only_the_arena_is_free_between_runs() -> None:
    """The state is apart from the arena, and is reset by a function of its own."""
    compiled = compile_model(tflite.parse(models.random("READ_VARIABLE ring", 1)), "ring")
    header = compiled.files()["ring.h"].decode()
    assert compiled.unit.state == -(-compiled.unit.network.states[0].bytes // 4) * 4
    assert "void ring_reset(ring_state *state);" in header
    assert "ring_run(ring_arena *arena, ring_state *state)" in header


@pytest.mark.parametrize("target", [Target.CORTEX_M0, Target.CORTEX_M4, Target.CORTEX_M55])
@pytest.mark.parametrize("kind", ["READ_VARIABLE ring", "TRANSPOSE_CONV", "SVDF"])
def test_every_target_has_it(kind: str, target: Target) -> None:
    """Targets with kernels of their own take the plain ones for what remembers."""
    assert compile_model(
        tflite.parse(models.random(kind, 2)), "model", Options(target=target)
    ).files()
