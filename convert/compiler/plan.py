"""Where each buffer lies in the arena, and for how long.

A placement is found by trying a few orders of first fit; the lower bound, what is alive at once at
the worst moment, says how far from the best possible the result can be.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from convert.compiler.program import Buffer, Program

_EXHAUSTIVE = 7  # up to this many buffers every order is tried


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
    bound = max(
        sum(life.buffer.size for life in lives if life.first <= step <= life.last)
        for step in range(max(1, len(program.steps)))
    )
    best: dict[str, int] | None = None
    size = 0
    for order in _orders(lives):
        offsets = first_fit(order)
        total = max(offsets[life.buffer.name] + life.buffer.size for life in lives)
        if best is None or total < size:
            best, size = offsets, total
        if size == bound:
            break
    return Plan(best or {}, size, bound, lives)


def lifetimes(program: Program) -> tuple[Life, ...]:
    """First and last step of every buffer. Input lives from the start, output to the end."""
    spans: dict[str, tuple[Buffer, int, int]] = {}
    for number, step in enumerate(program.steps):
        for buffer in step.buffers:
            _, first, _ = spans.get(buffer.name, (buffer, number, number))
            spans[buffer.name] = (buffer, first, number)
    for buffer, at in ((program.input, 0), (program.output, max(0, len(program.steps) - 1))):
        _, first, last = spans.get(buffer.name, (buffer, at, at))
        spans[buffer.name] = (buffer, min(first, at), max(last, at))
    return tuple(Life(*span) for span in spans.values())


def first_fit(order: Sequence[Life]) -> dict[str, int]:
    """Place buffers one by one, each as low as those placed before allow."""
    placed: list[tuple[int, Life]] = []
    for life in order:
        taken = sorted(
            (offset, offset + other.buffer.size) for offset, other in placed if life.meets(other)
        )
        place = 0
        for start, end in taken:
            if start - place >= life.buffer.size:
                break
            place = max(place, end)
        placed.append((place, life))
    return {life.buffer.name: offset for offset, life in placed}


def _orders(lives: Sequence[Life]) -> list[Sequence[Life]]:
    by_size = sorted(lives, key=lambda life: (-life.buffer.size, life.first))
    by_span = sorted(lives, key=lambda life: (life.first - life.last, -life.buffer.size))
    in_time = sorted(lives, key=lambda life: (life.first, -life.buffer.size))
    orders: list[Sequence[Life]] = [by_size, by_span, in_time, in_time[::-1]]
    if len(lives) <= _EXHAUSTIVE:
        orders += itertools.permutations(by_size)
    return orders
