"""The search for the fastest choice of kernels within limits of flash and RAM.

Flash adds up over the groups of nodes; RAM is what the worst step needs. So the candidates that fit
the RAM are known, and of those the fastest within the flash are found by dynamic programming over
what is not worse in both, flash and instructions (the multiple-choice knapsack: H. Kellerer,
U. Pferschy, D. Pisinger, "Knapsack Problems", 2004, chapter 11). A chain in bands of rows is one
more candidate, which covers several groups.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from convert.compiler.choice import (
    Assemble,
    Candidate,
    Span,
    Streams,
    arena,
    best,
    fits,
    flash,
    instructions,
    leanest,
)
from convert.compiler.memory.overlap import reuse
from convert.compiler.memory.plan import lifetimes, needed
from convert.compiler.program import Program
from convert.compiler.targets.options import Options
from runtime.errors import ModelError

_ANY = 1 << 62  # bytes: no limit
_MOST = 4_000  # choices that are followed at once; of more, those nearest to others are dropped


@dataclass(frozen=True)
class _Way:
    """A candidate for the groups of a span, and the bytes of the arena that it needs."""

    span: Span
    candidate: Candidate
    need: int


@dataclass(frozen=True)
class _Choice:
    """Candidates that cover the first groups."""

    flash: int = 0
    instructions: int = 0
    need: int = 0  # bytes of the arena, of the worst step
    taken: tuple[Candidate, ...] = ()

    def followed(self, way: _Way) -> "_Choice":
        """The same with ``way`` behind it."""
        return _Choice(
            self.flash + flash(way.candidate),
            self.instructions + instructions(way.candidate),
            max(self.need, way.need),
            (*self.taken, way.candidate),
        )


class Limits:
    """The search within limits."""

    def __init__(
        self,
        groups: Sequence[Sequence[Candidate]],
        assemble: Assemble,
        options: Options,
        streams: Streams,
    ) -> None:
        self.groups, self.assemble, self.options, self.streams = groups, assemble, options, streams
        self.smallest = [leanest(group) for group in groups]
        self.single = [
            [self._way((number, number + 1), candidate) for candidate in group]
            for number, group in enumerate(groups)
        ]
        self.chains: dict[Span, Sequence[_Way]] = {}

    def fastest(self) -> Program:
        """The program with the fewest instructions that keeps the limits; raises ModelError.

        A plan may need more than its steps do; then the limit for them is lowered, to the end.
        """
        limit = self.options.max_ram
        if limit is None:
            limit = max((way.need for ways in self.single for way in ways), default=0)
        while (choice := self._choose(limit)) is not None:
            program = self.assemble(choice.taken)
            if fits(program, self.options):
                return program
            limit = choice.need - 1
        raise ModelError(self._explained())

    def leanest(self, more: float = 0) -> Program:
        """The fastest of the programs whose worst step needs the least, or this share ``more``.

        Within the flash, if that is possible.
        """
        least = self._leanest()
        choice = self._choose(int(least.need * (1 + more))) or least
        return self.assemble(choice.taken)

    def _way(self, span: Span, candidate: Candidate) -> _Way:
        """With the bytes of the arena that the candidate's steps need at least."""
        first, end = span
        program = reuse(self.assemble([*self.smallest[:first], candidate, *self.smallest[end:]]))
        before = sum(len(other) for other in self.smallest[:first])
        lives = lifetimes(program)
        steps = range(before, before + len(candidate))
        return _Way(span, candidate, max((needed(program, lives, n) for n in steps), default=0))

    def _ways(self, limit: int) -> list[list[_Way]]:
        """By the group behind their last: candidates that need ``limit`` bytes at most.

        Chains only where the best kernel of a group needs more: elsewhere they gain nothing.
        """
        found: list[list[_Way]] = [[] for _ in range(len(self.groups) + 1)]
        usual = [best(group, self.options.optimize) for group in self.groups]
        needs = [
            next(way.need for way in ways if way.candidate is candidate)
            for ways, candidate in zip(self.single, usual, strict=True)
        ]
        every = [way for ways in self.single for way in ways]
        for span in self.streams.spans():
            if max(needs[slice(*span)]) > limit:
                every += self._chains(span)
        for way in every:
            if way.need <= limit:
                found[way.span[1]].append(way)
        return found

    def _chains(self, span: Span) -> Sequence[_Way]:
        """The chains of a span, with the best kernel of each group, or that of least scratch."""
        if span not in self.chains:
            kernels = []
            for group in self.groups[slice(*span)]:
                two = best(group, self.options.optimize), leanest(group)
                kernels.append(sorted({one[0].kernel for one in two if len(one) == 1}))
            self.chains[span] = [
                self._way(span, candidate) for candidate in self.streams.of(span, kernels)
            ]
        return self.chains[span]

    def _choose(self, limit: int) -> _Choice | None:
        """The fastest choice within the flash whose steps need ``limit`` bytes at most."""
        choices = [[_Choice()]]
        for ways in self._ways(limit)[1:]:
            followed = [choice.followed(way) for way in ways for choice in choices[way.span[0]]]
            choices.append(self._not_worse(followed))
        return min(choices[-1], key=lambda choice: choice.instructions, default=None)

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

    def _leanest(self) -> _Choice:
        """The choice whose worst step needs the least, whatever flash and time it takes.

        Chains are looked for where the worst step is, as long as that helps.
        """
        least, limit = _Choice(), _ANY
        while (better := self._least(limit)) is not None:
            least, limit = better, better.need - 1
        return least

    def _least(self, limit: int) -> _Choice | None:
        """The same among those that need ``limit`` bytes at most."""
        least: list[_Choice | None] = [_Choice()]
        for ways in self._ways(limit)[1:]:
            followed = (
                before.followed(way) for way in ways if (before := least[way.span[0]]) is not None
            )
            least.append(min(followed, key=lambda choice: choice.need, default=None))
        return least[-1]

    def _explained(self) -> str:
        """Why there is no choice: what the model needs at least."""
        most_flash, ram = self.options.max_flash, self.options.max_ram
        least_flash = sum(min(map(flash, group)) for group in self.groups)
        if most_flash is not None and least_flash > most_flash:
            return (
                f"the model needs {least_flash:,} bytes of flash at least, {most_flash:,} allowed"
            )
        least_ram = arena(self.leanest(), self.options)
        if ram is not None and least_ram > ram:
            return f"the model needs {least_ram:,} bytes of RAM at least, {ram:,} allowed"
        return (
            f"no choice of kernels keeps both {most_flash:,} bytes of flash and {ram:,} bytes of "
            "RAM: allow more of either"
        )
