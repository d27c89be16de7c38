"""Where each buffer lies in the arena, and for how long; scratch is one of them, for its step.

A placement is found by trying orders of first fit; the lower bound, what must be there at once at
the worst moment, says how far from the best possible the result can be.
"""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from convert.compiler.program import Buffer, Program

Leads = Mapping[tuple[str, str], int | None]
"""Of an output and the input that it may lie over: how far before; None: at the same place."""
Neighbours = Mapping[str, frozenset[str]]

_EXHAUSTIVE = 7  # up to this many buffers every order is tried
_TRIES = 1_000  # random orders otherwise


@dataclass(frozen=True)
class Life:
    """A buffer and the steps, first and last, during which its bytes matter."""

    buffer: Buffer
    first: int
    last: int

    def meets(self, other: "Life") -> bool:
        """Whether both are alive at some step."""
        return self.first <= other.last and other.first <= self.last


@dataclass(frozen=True)
class Plan:
    """The arena."""

    offsets: dict[str, int]  # by buffer name, bytes from the start
    size: int  # bytes
    lower_bound: int  # bytes that no placement can go below
    lives: tuple[Life, ...]


def plan(program: Program) -> Plan:
    """Place every buffer of ``program`` so that those alive together do not overlap."""
    lives = lifetimes(program)
    bound = max(needed(program, lives, number) for number in range(max(1, len(program.steps))))
    overlaps, beside = leads(program, lives), neighbours(lives)
    best: dict[str, int] | None = None
    size = 0
    for order in _orders(lives):
        offsets = first_fit(order, overlaps, beside)
        total = max(offsets[life.buffer.name] + life.buffer.size for life in lives)
        if best is None or total < size:
            best, size = offsets, total
        if size == bound:
            break
    return Plan(best or {}, size, bound, lives)


def lifetimes(program: Program) -> tuple[Life, ...]:
    """First and last step of every buffer. Inputs live from the start, outputs to the end."""
    spans: dict[str, tuple[Buffer, int, int]] = {}
    last_step = max(0, len(program.steps) - 1)
    numbers = range(len(program.steps))
    used = [(buffer, number) for number in numbers for buffer in program.buffers(number)]
    used += [(buffer, 0) for buffer in program.inputs]
    used += [(buffer, last_step) for buffer in program.outputs]
    for buffer, at in used:
        known, first, last = spans.get(buffer.name, (buffer, at, at))
        if buffer.alignment > known.alignment:
            known = buffer
        spans[buffer.name] = (known, min(first, at), max(last, at))
    return tuple(Life(*span) for span in spans.values())


def needed(program: Program, lives: Sequence[Life], number: int) -> int:
    """Bytes that step ``number`` cannot do without, overlapping what may overlap."""
    alive = sum(life.buffer.size for life in lives if life.first <= number <= life.last)
    return alive - (_saved(program, lives, number) if program.steps else 0)


def leads(program: Program, lives: Sequence[Life]) -> Leads:
    """The pairs of outputs and inputs that may overlap, and how."""
    life = {life.buffer.name: life for life in lives}
    asked_for = {buffer.name for buffer in program.outputs}  # after the last step, too
    found: dict[tuple[str, str], int | None] = {}
    for number, step in enumerate(program.steps):
        if step.lead is None and not step.in_place:
            continue
        if not (step.inputs[0].in_arena and step.output.in_arena):
            continue
        source, output = life[step.inputs[0].name], life[step.output.name]
        # Only where the step is all that both are alive for: it is what the lead was computed for.
        if source.last != number or output.first != number or source == output:
            continue
        if source.buffer.name in asked_for:
            continue
        if step.lead is not None or output.buffer.size <= source.buffer.size:
            found[output.buffer.name, source.buffer.name] = step.lead
    return found


def _saved(program: Program, lives: Sequence[Life], number: int) -> int:
    """Bytes that the output of step ``number`` can at best share with its input."""
    step = program.steps[number]
    found, pair = leads(program, lives), (step.output.name, step.inputs[0].name)
    if pair not in found:
        return 0
    lead, apart = found[pair] or 0, step.inputs[0].size + step.output.size
    return apart - max(step.inputs[0].size + max(lead, 0), step.output.size)


def neighbours(lives: Sequence[Life]) -> Neighbours:
    """For each buffer those that are alive together with it."""
    return {
        life.buffer.name: frozenset(
            other.buffer.name for other in lives if other is not life and life.meets(other)
        )
        for life in lives
    }


def first_fit(order: Sequence[Life], leads: Leads, beside: Neighbours) -> dict[str, int]:
    """Place buffers one by one, each as low as those placed before allow."""
    offsets: dict[str, int] = {}
    placed: dict[str, Life] = {}
    for life in order:
        taken = sorted(
            between
            for name in beside[life.buffer.name]
            if name in placed
            for between in _forbidden(life.buffer, placed[name].buffer, offsets[name], leads)
        )
        place = 0
        for start, end in taken:
            if start < place < end:
                place = -(-end // life.buffer.alignment) * life.buffer.alignment
        offsets[life.buffer.name] = place
        placed[life.buffer.name] = life
    return offsets


def _forbidden(
    buffer: Buffer, other: Buffer, offset: int, leads: Leads
) -> Sequence[tuple[int, int]]:
    """Between which offsets ``buffer`` cannot start beside the placed ``other``."""
    below, above = offset - buffer.size, offset + other.size
    is_output = (buffer.name, other.name) in leads
    pair = (buffer.name, other.name) if is_output else (other.name, buffer.name)
    if pair not in leads:
        return [(below, above)]
    lead = leads[pair]
    if lead is None:
        return [(below, offset), (offset, above)]
    return [(max(below, offset - lead), above) if is_output else (below, min(above, offset + lead))]


def _orders(lives: Sequence[Life]) -> Iterator[Sequence[Life]]:
    """Orders worth trying: by size, by span, in time; then all, or many at random from a seed.

    Each also with what one step alone needs, as scratch, at the end: it fills the gaps.
    """
    by_size = sorted(lives, key=lambda life: (-life.buffer.size, life.first))
    by_span = sorted(lives, key=lambda life: (life.first - life.last, -life.buffer.size))
    in_time = sorted(lives, key=lambda life: (life.first, -life.buffer.size))
    for order in (by_size, by_span, in_time, in_time[::-1]):
        yield order
        yield sorted(order, key=_is_brief)
    if len(lives) <= _EXHAUSTIVE:
        yield from itertools.permutations(by_size)
        return
    rng = np.random.default_rng(0)
    for _ in range(_TRIES // 2):
        order = [by_size[i] for i in rng.permutation(len(by_size))]
        yield order
        yield sorted(order, key=_is_brief)


def _is_brief(life: Life) -> bool:
    return life.first == life.last
