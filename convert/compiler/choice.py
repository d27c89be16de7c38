"""Ways to compute groups of nodes, and what a program of them needs."""

from collections.abc import Callable, Sequence
from typing import Protocol

from convert.compiler.memory.moves import insert
from convert.compiler.memory.overlap import reuse
from convert.compiler.memory.plan import plan
from convert.compiler.program import Program, Step
from convert.compiler.targets import costs
from convert.compiler.targets.options import Optimize, Options

_PADDING, _PADDING_BYTES = 0.05, 128
"""What more of flash, as a share and in bytes, --optimize size takes for a faster kernel: weights
that are padded to whole words or vectors."""
_EQUAL = 0.03  # what estimates do not tell apart: a share of the instructions

Candidate = tuple[Step, ...]
"""The calls that compute a group of nodes, or groups behind each other, in one way of several."""
Assemble = Callable[[Sequence[Candidate]], Program]
"""Makes a program of candidates that cover each group once."""
Span = tuple[int, int]
"""The first of some groups behind each other, and the one behind the last."""


class Streams(Protocol):
    """Groups that can run as chains, in bands of rows."""

    def spans(self) -> Sequence[Span]:
        """Which groups."""

    def of(self, span: Span, kernels: Sequence[Sequence[str]]) -> Sequence[Candidate]:
        """The chains of a span, with each choice of ``kernels`` for its groups."""


def best(candidates: Sequence[Candidate], optimize: Optimize) -> Candidate:
    """The fastest, or of those hardly slower the smallest; for size, of those hardly larger."""
    if optimize is Optimize.SIZE:
        most = min(map(flash, candidates)) * (1 + _PADDING) + _PADDING_BYTES
        candidates = [candidate for candidate in candidates if flash(candidate) <= most]
    longest = min(map(instructions, candidates)) * (1 + _EQUAL)
    fast = [candidate for candidate in candidates if instructions(candidate) <= longest]
    return min(fast, key=lambda candidate: (flash(candidate), instructions(candidate)))


def leanest(candidates: Sequence[Candidate]) -> Candidate:
    """The one with the least scratch."""
    return min(candidates, key=_scratch)


def instructions(candidate: Candidate) -> int:
    """Instructions that a candidate takes, estimated."""
    return sum(step.instructions for step in candidate)


def flash(candidate: Candidate) -> int:
    """Bytes of its tables."""
    return sum(step.flash for step in candidate)


def arena(program: Program, options: Options) -> int:
    """Bytes of RAM that a program needs."""

    def priced(step: Step) -> Step:
        return costs.priced(step, options.target, options.match)

    return -(-plan(insert(reuse(program), priced)).size // 4) * 4


def fits(program: Program, options: Options) -> bool:
    """Whether a program keeps the limits."""
    if options.max_flash is not None and program.flash > options.max_flash:
        return False
    return options.max_ram is None or arena(program, options) <= options.max_ram


def _scratch(candidate: Candidate) -> int:
    """Bytes of scratch."""
    bytes_ = sum(step.scratch.size for step in candidate if step.scratch)
    return bytes_ + sum(4 * step.scratch_words for step in candidate)
