"""Which kernel each operator gets: the fastest or smallest, within limits of flash and RAM.

Flash adds up over the groups of nodes; RAM is what the worst step needs. So the candidates that fit
the RAM are known, and of those the fastest within the flash are found by dynamic programming over
what is not worse in both, flash and instructions (the multiple-choice knapsack: H. Kellerer,
U. Pferschy, D. Pisinger, "Knapsack Problems", 2004, chapter 11).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from convert.compiler.memory.moves import insert
from convert.compiler.memory.overlap import reuse
from convert.compiler.memory.plan import lifetimes, needed, plan
from convert.compiler.program import Program, Step
from convert.compiler.targets import costs
from convert.compiler.targets.options import Optimize, Options
from runtime.errors import ModelError

_PADDING, _PADDING_BYTES = 0.05, 128
"""What more of flash, as a share and in bytes, --optimize size takes for a faster kernel: weights
that are padded to whole words or vectors."""
_EQUAL = 0.03  # what estimates do not tell apart: a share of the instructions
_MOST = 4_000  # choices that are followed at once; of more, those nearest to others are dropped

Candidate = tuple[Step, ...]
"""The calls that compute a group of nodes, in one way of several."""
Assemble = Callable[[Sequence[Candidate]], Program]
"""Makes a program of one candidate for each group."""


def select(groups: Sequence[Sequence[Candidate]], assemble: Assemble, options: Options) -> Program:
    """The program of the best candidate for each group.

    Raises ModelError when no choice keeps the limits.
    """
    program = assemble([best(group, options.optimize) for group in groups])
    if _fits(program, options):
        return program
    return _Limits(groups, assemble, options).fastest()


def best(candidates: Sequence[Candidate], optimize: Optimize) -> Candidate:
    """The fastest, or of those hardly slower the smallest; for size, of those hardly larger."""
    if optimize is Optimize.SIZE:
        most = min(map(_flash, candidates)) * (1 + _PADDING) + _PADDING_BYTES
        candidates = [candidate for candidate in candidates if _flash(candidate) <= most]
    longest = min(map(instructions, candidates)) * (1 + _EQUAL)
    fast = [candidate for candidate in candidates if instructions(candidate) <= longest]
    return min(fast, key=lambda candidate: (_flash(candidate), instructions(candidate)))


def instructions(candidate: Candidate) -> int:
    """Instructions that a candidate takes, estimated."""
    return sum(step.instructions for step in candidate)


def arena(program: Program, options: Options) -> int:
    """Bytes of RAM that a program needs."""

    def priced(step: Step) -> Step:
        return costs.priced(step, options.target, options.match)

    return -(-plan(insert(reuse(program), priced)).size // 4) * 4


def _fits(program: Program, options: Options) -> bool:
    flash, ram = options.max_flash, options.max_ram
    if flash is not None and program.flash > flash:
        return False
    return ram is None or arena(program, options) <= ram


def _flash(candidate: Candidate) -> int:
    return sum(step.flash for step in candidate)


@dataclass(frozen=True)
class _Choice:
    """A candidate for each of the first groups."""

    flash: int
    instructions: int
    taken: tuple[Candidate, ...] = ()


class _Limits:
    """The search within limits."""

    def __init__(
        self, groups: Sequence[Sequence[Candidate]], assemble: Assemble, options: Options
    ) -> None:
        self.groups, self.assemble, self.options = groups, assemble, options
        smallest = [min(group, key=_scratch) for group in groups]
        self.bytes = [
            [self._needed(smallest, number, candidate) for candidate in group]
            for number, group in enumerate(groups)
        ]

    def _needed(self, others: Sequence[Candidate], number: int, candidate: Candidate) -> int:
        """Bytes of the arena that the candidate's steps need at least."""
        program = reuse(self.assemble([*others[:number], candidate, *others[number + 1 :]]))
        first = sum(len(other) for other in others[:number])
        lives = lifetimes(program)
        steps = range(first, first + len(candidate))
        return max((needed(program, lives, step) for step in steps), default=0)

    def fastest(self) -> Program:
        """The program with the fewest instructions that keeps the limits; raises ModelError.

        A plan may need more than its steps do; then the limit for them is lowered, to the end.
        """
        limit = self.options.max_ram
        if limit is None:
            limit = max((need for needs in self.bytes for need in needs), default=0)
        while (choice := self._choose(limit)) is not None:
            program = self.assemble(choice.taken)
            if _fits(program, self.options):
                return program
            limit = self._largest(choice) - 1
        raise ModelError(self._explained())

    def _largest(self, choice: _Choice) -> int:
        """What the steps of a choice need at the worst moment."""
        needs = zip(self.groups, self.bytes, choice.taken, strict=True)
        return max(need[_position(group, taken)] for group, need, taken in needs)

    def _choose(self, limit: int) -> _Choice | None:
        """The fastest choice within the flash whose steps need ``limit`` bytes at most."""
        choices = [_Choice(0, 0)]
        for group, needs in zip(self.groups, self.bytes, strict=True):
            fitting = [
                candidate for candidate, need in zip(group, needs, strict=True) if need <= limit
            ]
            choices = self._not_worse(
                [
                    _Choice(
                        choice.flash + _flash(candidate),
                        choice.instructions + instructions(candidate),
                        (*choice.taken, candidate),
                    )
                    for choice in choices
                    for candidate in fitting
                ]
            )
        return min(choices, key=lambda choice: choice.instructions, default=None)

    def _not_worse(self, choices: Sequence[_Choice]) -> list[_Choice]:
        """Those within the flash that no other is as good as in both, flash and instructions."""
        kept: list[_Choice] = []
        for choice in sorted(choices, key=lambda c: (c.flash, c.instructions)):
            if self.options.max_flash is not None and choice.flash > self.options.max_flash:
                break
            if not kept or choice.instructions < kept[-1].instructions:
                kept.append(choice)
        step = -(-len(kept) // _MOST)
        return kept[:1] + kept[1::step] if step > 1 else kept

    def _explained(self) -> str:
        """Why there is no choice: what the model needs at least."""
        flash, ram = self.options.max_flash, self.options.max_ram
        least_flash = sum(min(map(_flash, group)) for group in self.groups)
        if flash is not None and least_flash > flash:
            return f"the model needs {least_flash:,} bytes of flash at least, {flash:,} allowed"
        least_ram = arena(self._leanest(), self.options)
        if ram is not None and least_ram > ram:
            return f"the model needs {least_ram:,} bytes of RAM at least, {ram:,} allowed"
        return (
            f"no choice of kernels keeps both {flash:,} bytes of flash and {ram:,} bytes of RAM: "
            "allow more of either"
        )

    def _leanest(self) -> Program:
        """The program whose steps need the least."""
        pairs = zip(self.groups, self.bytes, strict=True)
        return self.assemble([group[needs.index(min(needs))] for group, needs in pairs])


def _scratch(candidate: Candidate) -> int:
    """Bytes of scratch."""
    bytes_ = sum(step.scratch.size for step in candidate if step.scratch)
    return bytes_ + sum(4 * step.scratch_words for step in candidate)


def _position(group: Sequence[Candidate], candidate: Candidate) -> int:
    return next(n for n, other in enumerate(group) if other is candidate)
