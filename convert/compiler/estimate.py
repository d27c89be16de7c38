"""What a compiled model costs, layer by layer, before anything is flashed."""

from typing import Any

from convert.compiler.emit.unit import Unit
from convert.compiler.memory.plan import needed
from convert.compiler.targets.options import Target
from convert.compiler.toolchain import Cost
from runtime.console import table

CYCLES = 1.4
"""Of an instruction on a Cortex-M4, on the average of what ``firmware.bench`` estimates for the
networks of ``convert.networks`` from Arm's instruction timings."""


def report(unit: Unit) -> str:
    """The table of ``--estimate``: op, shapes, MACs, kernel and why, flash, RAM."""
    program, plan = unit.program, unit.plan
    rows = []
    for number, step in enumerate(program.steps):
        alive = needed(program, plan.lives, number)
        rows.append(
            (
                step.title,
                step.shapes,
                f"{step.macs:,}",
                f"{step.instructions:,}",
                step.kernel,
                step.why,
                f"{step.flash:,}",
                f"{alive:,}",
            )
        )
    work = f"{sum(step.instructions for step in program.steps):,}"
    flash, macs = f"{program.flash:,}", f"{sum(step.macs for step in program.steps):,}"
    rows.append(("total", "", macs, work, "", "", flash, f"{unit.arena:,}"))
    header = (
        "operator",
        "shapes",
        "MACs",
        "cycles" if unit.options.target is Target.AVR else "instructions",
        "kernel",
        "why",
        "flash, bytes",
        "RAM, bytes",
    )
    return "\n".join(
        [
            table(header, rows),
            "",
            *_cycles(unit),
            f"flash: {unit.flash:,} bytes of tables; code comes on top",
            f"RAM: {unit.arena:,} bytes of arena; {_bound(unit)}",
            *([f"state: {unit.state:,} bytes of RAM, kept between runs"] if unit.state else []),
            *(f"note: {note}" for note in program.notes),
        ]
    )


def _cycles(unit: Unit) -> list[str]:
    """What the numbers are, and what instructions take on the core whose timing is documented."""
    work = sum(step.instructions for step in unit.program.steps)
    if unit.options.target is Target.AVR:
        time = f"{work / 16_000:,.0f} ms at 16 MHz"
        return [f"cycles: estimated from counts of the kernels in simavr; {time}"]
    said = "instructions: estimated from counts of the kernels; firmware.bench counts them"
    if unit.options.target is not Target.CORTEX_M4:
        return [said]
    cycles = f"{CYCLES * work:,.0f} without wait states, estimated: {CYCLES} per instruction"
    return [said, f"cycles: about {cycles}"]


def _bound(unit: Unit) -> str:
    """The lower bound of the arena, and why it is missed where it is."""
    bound, missed = unit.plan.lower_bound, unit.plan.size - unit.plan.lower_bound
    said = f"lower bound, what the worst step needs: {bound:,}"
    if missed <= 0:
        return said
    return f"{said}; {missed:,} more for alignment and for overlaps that chains move down"


def as_data(unit: Unit) -> dict[str, Any]:
    """The same figures for machines, in bytes."""
    program, lives = unit.program, unit.plan.lives
    steps = [
        {
            "operator": step.title,
            "shapes": step.shapes,
            "macs": step.macs,
            "instructions": step.instructions,
            "kernel": step.kernel,
            "flash": step.flash,
            "ram": needed(program, lives, number),
        }
        for number, step in enumerate(program.steps)
    ]
    return {
        "steps": steps,
        "flash": unit.flash,
        "ram": unit.arena,
        "state": unit.state,
        "notes": list(program.notes),
    }


def measured(cost: Cost, command: str) -> str:
    """What a compiler made of it, in one line."""
    return (
        f"{command}: {cost.code:,} bytes of code, {cost.tables:,} of constants, {cost.ram:,} of "
        f"static RAM, at most {cost.stack:,} of stack"
    )


def dump(unit: Unit) -> str:
    """Every stage of the compilation, for those who want to follow it."""
    lines = ["graph:"]
    for node in unit.network.nodes:
        inputs = ", ".join(f"t{tensor.number}{list(tensor.shape)}" for tensor in node.inputs)
        output = ", ".join(f"t{tensor.number}{list(tensor.shape)}" for tensor in node.outputs)
        lines.append(f"  {node.index:3} {node.op:18} {inputs} -> {output}")
    lines.append("steps:")
    for number, step in enumerate(unit.program.steps):
        inputs = ", ".join(buffer.name for buffer in step.inputs)
        scratch = f", scratch {step.scratch.size}" if step.scratch else ""
        lines.append(f"  {number:3} {step.kernel:18} {inputs} -> {step.output.name}{scratch}")
    lines.append("arena:")
    for life in sorted(unit.plan.lives, key=lambda life: (life.first, life.buffer.name)):
        start = unit.plan.offsets[life.buffer.name]
        span = f"bytes {start:6}..{start + life.buffer.size:6}"
        lines.append(f"  {life.buffer.name:14} {span}  steps {life.first}..{life.last}")
    return "\n".join(lines)
