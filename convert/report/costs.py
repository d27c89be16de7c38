"""What a compiled model costs, as plain data: steps, arena, flash, every core and every board."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from convert import footprint
from convert.boards import Board
from convert.compiler.arithmetic.match import Match
from convert.compiler.build import Compiled, compile_model
from convert.compiler.emit.unit import Unit
from convert.compiler.estimate import CYCLES
from convert.compiler.memory.plan import needed
from convert.compiler.targets.options import Optimize, Options, Target
from convert.tflite import Model
from runtime.errors import ModelError

Json = dict[str, Any]


def costs(model: Model, plain: Compiled, names: Mapping[int, str], boards: Sequence[Board]) -> Json:
    """The costs of ``plain``, the C that is published, of the kernels of every core, on ``boards``.

    ``names`` has the layer of each operator that computes.
    """
    compiled = dict(_compiled(model, plain.unit.match))
    return {
        "steps": _steps(plain.unit),
        "arena": _arena(plain.unit, names),
        "tables": _tables(plain.unit),
        "targets": [_target(plain), *map(_target, compiled.values())],
        "boards": [
            _board(board, model, compiled[Target(board.target), Optimize.SPEED])
            for board in boards
            if (Target(board.target), Optimize.SPEED) in compiled
        ],
    }


def _compiled(model: Model, match: Match) -> Iterator[tuple[tuple[Target, Optimize], Compiled]]:
    """The C of ``model`` for every core; not for an AVR where ``match`` needs a double it lacks."""
    for target in Target:
        for optimize in Optimize if target.is_core else ():
            options = Options(match, target, optimize)
            try:
                yield (target, optimize), compile_model(model, "model", options)
            except ModelError:
                if target is not Target.AVR:
                    raise


def _steps(unit: Unit) -> list[Json]:
    """The calls of the C, in order; a kernel may compute several operators."""
    program = unit.program
    ends = {f"t{one.number}": node.index for node in unit.network.nodes for one in node.outputs}
    steps = []
    for number, step in enumerate(program.steps):
        last = ends.get(step.output.name, -1)  # a move within the arena is none of the file's
        first = last - len(step.operators) + 1  # fused operators stand next to each other
        steps.append(
            {
                "operators": list(range(first, last + 1)) if last >= 0 else [],
                "title": step.title,
                "kernel": step.kernel,
                "why": step.why,
                "macs": step.macs,
                "instructions": step.instructions or None,
                "flash": step.flash,
                "ram": needed(program, unit.plan.lives, number),
            }
        )
    return steps


def _arena(unit: Unit, names: Mapping[int, str]) -> Json:
    """Which bytes of the arena hold what during which steps."""
    writers = {one.number: node for node in unit.network.nodes for one in node.outputs}
    holds = {f"t{number}": names.get(node.index, node.op) for number, node in writers.items()}
    holds |= {buffer.name: "input" for buffer in unit.program.inputs}
    words = [unit.program.words(number) for number in range(len(unit.program.steps))]
    holds |= {buffer.name: "sums" for buffer in words if buffer}
    buffers = [
        {
            "holds": holds.get(life.buffer.name, "window"),
            "offset": unit.plan.offsets[life.buffer.name],
            "bytes": life.buffer.size,
            "first": life.first,
            "last": life.last,
        }
        for life in unit.plan.lives
    ]
    return {
        "bytes": unit.arena,
        "lower_bound": unit.plan.lower_bound,
        "buffers": sorted(buffers, key=lambda buffer: (buffer["first"], buffer["offset"])),
    }


def _tables(unit: Unit) -> list[Json]:
    """The constant arrays in flash, in the order of the C."""
    owner = {table.name: n for n, step in enumerate(unit.program.steps) for table in step.tables}
    return [
        {
            "name": table.name,
            "type": table.ctype,
            "axes": table.axes,
            "step": owner[table.name],
            "bytes": table.size,
        }
        for table in unit.program.tables
    ]


def _target(compiled: Compiled) -> Json:
    unit, needed = compiled.unit, footprint.need(compiled)
    return {
        "target": str(unit.options.target),
        "optimize": str(unit.options.optimize),
        "flash": unit.program.flash,
        "ram": unit.arena,
        **_work(unit),
        "image": {"flash": needed.flash, "ram": needed.ram},
    }


def _work(unit: Unit) -> Json:
    """Instructions where all kernels' are known; cycles where the core's timing is documented."""
    steps = unit.program.steps
    known = all(step.instructions for step in steps)
    instructions = sum(step.instructions for step in steps) if known else None
    timed = instructions and unit.options.target is Target.CORTEX_M4
    return {
        "instructions": instructions,
        "cycles": round(CYCLES * instructions) if instructions and timed else None,
    }


def _board(board: Board, model: Model, whole: Compiled) -> Json:
    """What ``board`` has, and what of it the fastest C that fits takes; null where none fits."""
    found = footprint.fitted(model, whole, board.flash, board.ram, board.stack)
    facts = {
        "board": board.name,
        "title": board.title,
        "core": board.core,
        "target": board.target,
        "clock": board.clock,
        "flash": board.flash,
        "ram": board.ram,
    }
    if found is None:
        needed = footprint.need(whole, board.stack)
        nothing = {"instructions": None, "cycles": None, "milliseconds": None, "image": None}
        return facts | nothing | {"smaller": False, "lacks": _lacks(board, needed)}
    needed = footprint.need(found, board.stack)
    image = {
        "flash": needed.flash,
        "ram": needed.ram,
        "tables": found.unit.flash,
        "arena": found.unit.arena,
    }
    work = _work(found.unit)
    cycles = work["cycles"]
    return {
        **facts,
        **work,
        "milliseconds": round(1000 * cycles / board.clock, 6) if cycles else None,
        "image": image,
        "smaller": found is not whole,
        "lacks": None,
    }


def _lacks(board: Board, needed: footprint.Need) -> Json:
    """Bytes that are missing for the fastest C; not even the smallest fits."""
    return {
        "flash": max(0, needed.flash - board.flash),
        "ram": max(0, needed.ram - board.ram),
    }
