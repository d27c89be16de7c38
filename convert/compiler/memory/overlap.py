"""How a layer's output may lie over its own input, because it walks both from top to bottom.

A row of the output needs input rows from some first one on; what lies above that row has been read
for the last time. So the output may start below the input in memory and follow the reading. This is
the overlap of "diagonal" memory planning, computed exactly for each layer.
"""

from collections.abc import Mapping
from dataclasses import replace

from convert.compiler.ir import Tensor, Window
from convert.compiler.program import Buffer, Program, Step

_ONE = Window((1, 1), (1, 1), (1, 1), (0, 0))


def lead(
    source: Tensor, output: Tensor, window: Window, pool: Window = _ONE, together: int = 1
) -> int:
    """Bytes by which the output must start before the input so that no byte is lost.

    ``window`` slides over ``source``, ``pool`` over what that gives; row y of ``output``, and so
    many rows ``together`` with it, is written while input rows from its first one on are still
    needed. May be negative.
    """
    written = output.shape[2] * output.shape[3]
    read = source.shape[2] * source.shape[3]

    def first(row: int) -> int:
        above = max(0, row * pool.stride[0] - pool.before[0])
        return min(source.shape[1], max(0, above * window.stride[0] - window.before[0]))

    height, images = output.shape[1], output.shape[0]
    one = max(
        min(row + together, height) * written - first(row) * read
        for row in range(0, height, together)
    )
    # Each image after the first is written so much later, and read so much later.
    later = height * written - source.shape[1] * read
    return (one + max(0, (images - 1) * later)) * source.numpy.itemsize


def reuse(program: Program) -> Program:
    """Let steps that can work in place do so, where nothing else needs their input afterwards."""
    last_read = {one: number for number, step in enumerate(program.steps) for one in step.inputs}
    became: dict[Buffer, Buffer] = {}
    written: set[Buffer] = set()
    steps: list[Step] = []
    for number, original in enumerate(program.steps):
        step = _renamed(original, became)
        source, output = step.inputs[0], step.output
        kept = (became.get(one, one) for one in program.outputs)
        is_free = last_read[source] <= number and source not in (*kept, output)
        if step.in_place and is_free and output not in written and _same_place(source, output):
            merged = replace(source, ctype=output.ctype)
            became[output] = merged
            last_read[merged] = max(last_read.get(merged, number), last_read.get(output, number))
            step = replace(step, output=merged, was=output.name)
        written.add(step.output)
        steps.append(step)
    outputs = tuple(became.get(one, one) for one in program.outputs)
    return replace(program, steps=tuple(steps), outputs=outputs)


def _same_place(source: Buffer, output: Buffer) -> bool:
    """Whether ``output`` can lie just where ``source`` does."""
    return (
        source.in_arena
        and output.in_arena
        and source.size == output.size
        and source.alignment >= output.alignment
    )


def _renamed(step: Step, became: Mapping[Buffer, Buffer]) -> Step:
    inputs = tuple(became.get(one, one) for one in step.inputs)
    output = became.get(step.output, step.output)
    if inputs == step.inputs and output == step.output:
        return step
    was = step.output.name if output != step.output else ""
    return replace(step, inputs=inputs, output=output, was=was)
