"""What a compiled model costs, as plain data: each step, the arena over time, flash, every core."""

from collections.abc import Mapping
from typing import Any

from convert.compiler.build import compile_model
from convert.compiler.emit.unit import Unit
from convert.compiler.memory.plan import needed
from convert.compiler.targets.options import Optimize, Options, Target
from convert.tflite import Model

Json = dict[str, Any]


def costs(model: Model, plain: Unit, names: Mapping[int, str]) -> Json:
    """The costs of ``plain``, the C that is published, and of the kernels of every core.

    ``names`` has the layer of each operator that computes.
    """
    return {
        "steps": _steps(plain),
        "arena": _arena(plain, names),
        "tables": _tables(plain),
        "targets": _targets(model, plain),
    }


def _steps(unit: Unit) -> list[Json]:
    """The calls of the C, in order; a kernel may compute several operators."""
    program = unit.program
    ends = {f"t{node.output.number}": node.index for node in unit.network.nodes}
    steps = []
    for number, step in enumerate(program.steps):
        last = ends.get(step.output.name, -1)  # a move within the arena is none of the file's
        first = last - step.title.count(" + ")  # fused operators stand next to each other
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
    writers = {node.output.number: node for node in unit.network.nodes}
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


def _targets(model: Model, plain: Unit) -> list[Json]:
    """The costs on each core, and of plain C, which is the same for all."""
    rows = [_target(plain)]
    for target in Target:
        for optimize in Optimize if target.is_core else ():
            options = Options(target=target, optimize=optimize)
            rows.append(_target(compile_model(model, "model", options).unit))
    return rows


def _target(unit: Unit) -> Json:
    steps = unit.program.steps
    known = all(step.instructions for step in steps)
    return {
        "target": str(unit.options.target),
        "optimize": str(unit.options.optimize),
        "flash": unit.program.flash,
        "ram": unit.arena,
        "instructions": sum(step.instructions for step in steps) if known else None,
    }
