"""Kernels are chosen within limits wherever any choice keeps them, and the choice always ends."""

import itertools

import numpy as np
import pytest

from convert import tflite
from convert.compiler.arithmetic.match import Match
from convert.compiler.choice import arena
from convert.compiler.frontend.read import read
from convert.compiler.lower import fuse, lower
from convert.compiler.operators.common.lowering import LoweringContext
from convert.compiler.program import Buffer, Program
from convert.compiler.targets.candidates import candidates
from convert.compiler.targets.options import Options, Target
from runtime.errors import ModelError
from tests.compiler.builder import Builder
from tests.compiler.models.base import Random


def convolutions(seed: int) -> bytes:
    """Two small convolutions behind each other."""
    r, b = Random(seed), Builder()
    shape = (1, *(int(n) for n in r.rng.integers(4, 22, 2)), int(r.pick(1, 3, 7)))
    first = x = b.tensor(shape, 0.05, 3)
    for _ in range(2):
        filters, size = int(r.rng.integers(1, 9)), int(r.pick(1, 3, 5))
        data = r.rng.integers(-20, 21, (filters, size, size, shape[3])).astype(np.int8)
        w, bias = (
            b.tensor(data.shape, 0.02, 0, data),
            b.tensor((filters,), 0.001, 0, np.zeros(filters, np.int32)),
        )
        shape = (*shape[:3], filters)
        y = b.tensor(shape, 0.05, 3)
        b.add("CONV_2D", [x, w, bias], y, strideH=1, strideW=1, padding=0,
              dilationHFactor=1, dilationWFactor=1, fusedActivationFunction=0)  # fmt: skip
        x = y
    return b.pack([first], x)


def every_choice(content: bytes) -> list[tuple[int, int]]:
    """Flash and RAM of each choice of candidates that there is."""
    network = read(tflite.parse(content))
    buffers = {
        t.number: Buffer(f"t{t.number}", t.bytes, alignment=4 if t in border else 1)
        for border in [(*network.inputs, *network.outputs)]
        for node in network.nodes
        for t in (*node.inputs, *node.outputs)
    }
    groups = [
        candidates(
            LoweringContext(g, f"op{g[0].index}", Match.XNNPACK, lambda t: buffers[t.number]),
            Target.CORTEX_M4,
        )
        for g in fuse(network)
    ]
    ends = [(buffers[t.number],) for t in (network.input, network.output)]
    programs = [
        Program(tuple(step for one in choice for step in one), *ends)
        for choice in itertools.product(*groups)
    ]
    return [
        (program.flash, arena(program, Options(target=Target.CORTEX_M4))) for program in programs
    ]


@pytest.mark.parametrize("seed", range(8))
def test_limits_are_kept_wherever_any_choice_keeps_them(seed: int) -> None:
    """Random limits around what the choices need: found if one fits, else refused."""
    content = convolutions(seed)
    needs, rng = every_choice(content), np.random.default_rng(seed)
    network = read(tflite.parse(content))

    for _ in range(12):
        flash, ram = (
            int(rng.choice(column) + rng.integers(-3, 4)) for column in zip(*needs, strict=True)
        )
        options = Options(target=Target.CORTEX_M4, max_flash=flash, max_ram=ram)
        possible = any(f <= flash and r <= ram for f, r in needs)
        try:
            program = lower(network, options)
        except ModelError:
            assert not possible, (flash, ram, needs)
            continue

        assert program.flash <= flash
        assert arena(program, options) <= ram
        assert possible or any(step.bands for step in program.steps)


def test_what_is_needed_at_least_is_said() -> None:
    """One line with the number of bytes."""
    network = read(tflite.parse(convolutions(1)))
    with pytest.raises(ModelError, match="bytes of flash at least"):
        lower(network, Options(target=Target.CORTEX_M4, max_flash=1))
    with pytest.raises(ModelError, match="bytes of RAM at least"):
        lower(network, Options(target=Target.CORTEX_M4, max_ram=1))
