"""Moves of buffers within the arena, where they lower its peak.

Overlaps go down only: each output of a chain begins below its input, so a long chain needs more
than any of its steps. A buffer that is moved up between two steps begins anew. All moves that could
help are tried at once, and those without which the arena is as small are left out again.
"""

from collections.abc import Callable
from dataclasses import replace

from convert.compiler.memory.plan import Leads, leads, lifetimes, plan
from convert.compiler.program import Program, Step

_KERNEL = "move_bytes"
_COST = 0.02  # of the program's instructions that moves may take
_GAIN = 0.05  # of the arena that they must save
_FEW = 40  # moves that are tried at once; of more, those of the largest buffers


def insert(program: Program, priced: Callable[[Step], Step]) -> Program:
    """``program`` with the moves that lower its peak, if it is worth it.

    ``priced`` says what instructions a step takes.
    """
    now = plan(program)
    if now.size <= (1 + _GAIN) * now.lower_bound:
        return program
    kept = set(_movable(program))
    best = plan(_with(program, kept, priced)).size
    if not kept or best > (1 - _GAIN) * now.size:
        return program
    for number in sorted(kept):
        if plan(_with(program, kept - {number}, priced)).size <= best:
            kept -= {number}
    moved = _with(program, kept, priced)
    return moved if _is_cheap(program, moved) else program


def _movable(program: Program) -> list[int]:
    """The steps in front of which their input may be moved: links within chains of overlaps."""
    found = leads(program, lifetimes(program))
    steps, over = program.steps, {output for output, _ in found}
    links = [
        number
        for number, step in enumerate(steps)
        if _overlaps(step, found) and step.inputs[0].name in over
    ]
    return sorted(links, key=lambda number: -steps[number].inputs[0].size)[:_FEW]


def _overlaps(step: Step, found: Leads) -> bool:
    return bool(step.inputs) and (step.output.name, step.inputs[0].name) in found


def _with(program: Program, numbers: set[int], priced: Callable[[Step], Step]) -> Program:
    """``program`` with the first input of each of the steps ``numbers`` moved in front of it."""
    steps: list[Step] = []
    for number, step in enumerate(program.steps):
        if number in numbers:
            move = priced(_move(step))
            steps += [move, replace(step, inputs=(move.output, *step.inputs[1:]))]
        else:
            steps.append(step)
    return replace(program, steps=tuple(steps))


def _move(step: Step) -> Step:
    """The move of the first input of ``step``, to wherever the plan says."""
    source = step.inputs[0]
    return Step(
        _KERNEL,
        ("move",),
        f"{source.size} bytes",
        "q",
        (source,),
        replace(source, name=f"{source.name}_moved"),
        {"count": source.size},
        (),
        why="lets the next output lie below",
        lead=-source.size,  # it overlaps as it likes
        as_bytes=True,
    )


def _is_cheap(program: Program, moved: Program) -> bool:
    """Whether the moves take a small share of the instructions."""
    work = sum(step.instructions for step in program.steps)
    return sum(step.instructions for step in moved.steps) - work <= _COST * work
