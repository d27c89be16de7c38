"""The arena: nothing alive is overwritten, and nothing is wasted."""

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from convert import tflite
from convert.compiler.arithmetic.match import Match
from convert.compiler.build import compile_model
from convert.compiler.emit.unit import Unit
from convert.compiler.memory import moves
from convert.compiler.memory.overlap import lead
from convert.compiler.memory.plan import Life, first_fit, neighbours
from convert.compiler.program import Buffer
from convert.compiler.targets.options import Optimize, Options, Target
from tests.compiler import chains, harness, models
from tests.compiler.builder import Builder
from tests.compiler.models.base import Random
from tests.compiler.runtimes import RUN
from tests.compiler.test_exact import inputs_of
from tests.compiler.test_refuse import changed


def unit(content: bytes) -> Unit:
    return compile_model(tflite.parse(content), "model").unit


def test_overlap_is_as_large_as_it_can_be() -> None:
    """Found by trying: the smallest lead at which walking the rows loses no byte."""
    rng = np.random.default_rng(3)
    for _ in range(300):
        content = models.random("CONV_2D", int(rng.integers(1 << 30)))
        found = unit(content)
        node = found.network.nodes[0]
        computed = lead(node.input, node.output, node.window)
        read = node.input.shape[2] * node.input.shape[3]
        written = node.output.shape[2] * node.output.shape[3]

        def loses(ahead: int, read: int = read, written: int = written, node=node) -> bool:
            stride, top = node.window.stride[0], node.window.before[0]
            firsts = [max(0, y * stride - top) for y in range(node.output.shape[1])]
            return any((y + 1) * written - ahead > first * read for y, first in enumerate(firsts))

        assert not loses(computed)
        assert loses(computed - 1)


@pytest.mark.parametrize("match", list(Match))
def test_chains_of_layers_keep_their_bytes(match: Match, tmp_path: Path) -> None:
    """Convolutions and poolings behind each other, sharing memory: still the runtime's bytes."""
    contents = [chain(seed) for seed in range(25)]
    given = []
    for seed, content in enumerate(contents):
        shape = unit(content).network.input.shape
        given.append([np.random.default_rng(seed).integers(-128, 128, (4, *shape), np.int8)])
    expected = [RUN[match](content, x) for content, x in zip(contents, given, strict=True)]
    compiled = harness.compile_all(contents, Options(match))
    program = harness.build(tmp_path, compiled, 4, harness.SANITIZED)
    answers = harness.run([program], compiled, given)
    for number, (answer, y) in enumerate(zip(answers, expected, strict=True)):
        assert np.array_equal(answer, y), number


def chain(seed: int) -> bytes:
    """Three to five random layers, some of them read twice."""
    make = Random(seed)
    rng, b = make.rng, Builder()
    shape, scale, zero = (1, 12, 11, int(rng.integers(1, 6))), 0.05, 3
    first = x = b.tensor(shape, scale, zero)
    for _ in range(rng.integers(3, 6)):
        kind = rng.integers(4)
        if kind == 0:
            channels = int(rng.integers(1, 9))
            w = b.tensor(
                (channels, 3, 3, shape[3]),
                0.02,
                0,
                rng.integers(-127, 128, (channels, 3, 3, shape[3])).astype(np.int8),
            )
            bias = b.tensor((channels,), 0.001, 0, np.zeros(channels, np.int32))
            shape = (*shape[:3], channels)
            y = b.tensor(shape, 0.05, 3)
            b.add("CONV_2D", [x, w, bias], y, strideH=1, strideW=1, padding=0,
                  dilationHFactor=1, dilationWFactor=1, fusedActivationFunction=0)  # fmt: skip
        elif kind == 1 and min(shape[1:3]) > 3:
            shape = (1, -(-shape[1] // 2), -(-shape[2] // 2), shape[3])
            y = b.tensor(shape, 0.05, 3)
            b.add("MAX_POOL_2D", [x], y, filterHeight=2, filterWidth=2, strideH=2, strideW=2,
                  padding=0, fusedActivationFunction=0)  # fmt: skip
        elif kind == 2:
            y = b.tensor(shape, 0.07, -4)
            b.add("RELU", [x], y)
            z = b.tensor(shape, 0.05, 3)
            b.add("ADD", [x, y], z, fusedActivationFunction=0)
            y = z
        else:
            y = b.tensor(shape, 0.05, 3)
            b.add("QUANTIZE", [x], y)
        x = y
    return b.pack([first], x)


def convolutions(seed: int) -> bytes:
    """Many convolutions of the same shape behind each other."""
    make, b = Random(seed), Builder()
    channels = int(make.rng.integers(2, 7))
    shape = (1, 15, 9, channels)
    first = x = b.tensor(shape, 0.05, 3)
    for _ in range(make.rng.integers(6, 12)):
        data = make.rng.integers(-127, 128, (channels, 3, 3, channels)).astype(np.int8)
        w = b.tensor(data.shape, 0.02, 0, data)
        bias = b.tensor((channels,), 0.001, 0, np.zeros(channels, np.int32))
        y = b.tensor(shape, 0.05, 3)
        b.add("CONV_2D", [x, w, bias], y, strideH=1, strideW=1, padding=0,
              dilationHFactor=1, dilationWFactor=1, fusedActivationFunction=0)  # fmt: skip
        x = y
    return b.pack([first], x)


def test_moves_bring_long_chains_to_their_bound(tmp_path: Path, monkeypatch: Any) -> None:
    """With moves, which may take what they like here, nearly the bound, and the runtime's bytes."""
    monkeypatch.setattr(moves, "_COST", 1)
    contents = [convolutions(seed) for seed in range(8)]
    compiled = harness.compile_all(contents, Options())
    for one in compiled:
        assert "move_bytes" in {step.kernel for step in one.unit.program.steps}
        assert one.unit.plan.size <= 1.05 * one.unit.plan.lower_bound
    shapes = [one.unit.network.input.shape for one in compiled]
    rng = np.random.default_rng(1)
    given = [[rng.integers(-128, 128, (4, *shape), np.int8)] for shape in shapes]
    program = harness.build(tmp_path, compiled, 4, harness.SANITIZED)
    answers = harness.run([program], compiled, given)
    for answer, content, x in zip(answers, contents, given, strict=True):
        assert np.array_equal(answer, RUN[Match.XNNPACK](content, x))


def test_moves_are_not_made_where_they_cost_too_much(monkeypatch: Any) -> None:
    """Within a share of the instructions, or not at all."""
    monkeypatch.setattr(moves, "_COST", 0)
    steps = unit(convolutions(1)).program.steps
    assert "move_bytes" not in {step.kernel for step in steps}


@pytest.mark.parametrize("make", [chain, convolutions])
def test_nothing_alive_overlaps(make: Callable[[int], bytes]) -> None:
    """Of two buffers alive together, only an input and its output share bytes, by the lead."""
    for seed in range(60 if make is chain else 10):
        found = unit(make(seed))
        plan, steps = found.plan, found.program.steps
        for one, other in itertools.combinations(plan.lives, 2):
            a, b = plan.offsets[one.buffer.name], plan.offsets[other.buffer.name]
            if not one.meets(other) or a + one.buffer.size <= b or b + other.buffer.size <= a:
                continue
            (step,) = [
                step
                for step in steps
                if {step.output.name, step.inputs[0].name} == {one.buffer.name, other.buffer.name}
            ]
            distance = plan.offsets[step.inputs[0].name] - plan.offsets[step.output.name]
            if step.lead is None:
                assert step.in_place
                assert distance == 0
            else:
                assert distance >= step.lead


def test_plan_is_close_to_its_bound() -> None:
    """Within three per cent of what no placement can go below, and mostly at it.

    Inputs, outputs and scratch words begin at a multiple of 4 bytes, which the bound knows nothing
    of.
    """
    plans = [unit(chain(seed)).plan for seed in range(60)]
    assert all(plan.size <= 1.03 * plan.lower_bound for plan in plans)
    assert sum(plan.size < plan.lower_bound + 4 for plan in plans) > 55


def test_first_fit_uses_gaps() -> None:
    """A small buffer goes between two that leave room, above them when they do not."""
    tall = [Life(Buffer(name, size), 0, 2) for name, size in (("a", 10), ("b", 4))]
    early = Life(Buffer("c", 10), 0, 0)
    late = Life(Buffer("d", 6), 1, 2)
    lives = [tall[0], early, tall[1], late]
    offsets = first_fit(lives, {}, neighbours(lives))
    assert offsets == {"a": 0, "c": 10, "b": 20, "d": 10}


def lookups(b: Builder, x: int, count: int) -> list[int]:
    """So many curves behind each other, which work in place; the tensors, ``x`` first."""
    found = [x]
    for _ in range(count):
        y = b.tensor((1, 4, 4, 3), 1 / 256, -128)
        b.add("LOGISTIC", [found[-1]], y)
        found.append(y)
    return found


def read_later() -> bytes:
    """What a curve works on is added to its result."""
    b = Builder()
    first = b.tensor((1, 4, 4, 3), 0.05, 3)
    x, y, z = lookups(b, first, 3)[1:]
    a, c = b.tensor((1, 4, 4, 3), 0.02, 0), b.tensor((1, 4, 4, 3), 0.03, 0)
    b.add("ADD", [x, z], a, fusedActivationFunction=0)
    b.add("ADD", [y, a], c, fusedActivationFunction=0)
    return b.pack([first], c)


def outputs_on_the_way() -> bytes:
    """What a curve works on is an output of the network; so is what it becomes."""
    b = Builder()
    first = b.tensor((1, 4, 4, 3), 0.05, 3)
    found = lookups(b, first, 4)
    return b.pack([first], [found[2], found[3], found[4]])


@pytest.mark.parametrize("make", [read_later, outputs_on_the_way])
@pytest.mark.parametrize("optimize", list(Optimize))
def test_what_is_needed_later_is_not_overwritten(
    make: Callable[[], bytes], optimize: Optimize, tmp_path: Path
) -> None:
    """Steps that work in place do so where nothing else needs what they were given."""
    content = make()
    given = inputs_of(content, np.random.default_rng(0))
    wanted = RUN[Match.XNNPACK](content, given)
    compiled = harness.compile_all([content], Options(optimize=optimize))
    program = harness.build(tmp_path, compiled, len(given[0]), harness.SANITIZED)
    (found,) = harness.run([program], compiled, [given])
    for left, right in zip(found, wanted, strict=True):
        np.testing.assert_array_equal(left, right)


def test_what_nothing_else_needs_is_overwritten() -> None:
    """A chain of curves takes the bytes of one tensor."""
    b = Builder()
    first = b.tensor((1, 4, 4, 3), 0.05, 3)
    assert unit(b.pack([first], lookups(b, first, 4)[-1])).arena == 48


@pytest.mark.parametrize("target", [Target.GENERIC, Target.CORTEX_M4, Target.CORTEX_M55])
@pytest.mark.parametrize("optimize", list(Optimize))
def test_outputs_may_be_anywhere_in_a_network(
    target: Target, optimize: Optimize, tmp_path: Path
) -> None:
    """The last layer's input, too, which the last layer may lie over only where nobody asks."""

    def two_outputs(model: Any) -> None:
        graph = model.subgraphs[0]
        graph.outputs = [operator.outputs[0] for operator in graph.operators[-2:]]

    contents = [changed(chains.model(seed, 3), two_outputs) for seed in range(12)]
    given = [inputs_of(content, np.random.default_rng(0)) for content in contents]
    compiled = harness.compile_all(contents, Options(target=target, optimize=optimize))
    program = harness.build(tmp_path, compiled, len(given[0][0]), harness.SANITIZED)
    found = harness.run([program], compiled, given)
    for number, content in enumerate(contents):
        wanted = RUN[Match.XNNPACK](content, given[number])
        for left, right in zip(found[number], wanted, strict=True):
            np.testing.assert_array_equal(left, right)
