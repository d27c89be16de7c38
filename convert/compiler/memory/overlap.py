"""How a layer's output may lie over its own input, because it walks both from top to bottom.

A row of the output needs input rows from some first one on; what lies above that row has been read
for the last time. So the output may start below the input in memory and follow the reading. This is
the overlap of "diagonal" memory planning, computed exactly for each layer.
"""

from collections.abc import Sequence
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
    steps = list(program.steps)
    outputs = program.outputs
    for number, step in enumerate(steps):
        source = step.inputs[0]
        later = [buffer for other in steps[number + 1 :] for buffer in other.inputs]
        if not step.in_place or source in later or source in (*outputs, step.output):
            continue
        if not (source.in_arena and step.output.in_arena) or _written(steps[:number], step.output):
            continue
        if source.size == step.output.size and source.alignment >= step.output.alignment:
            merged = replace(source, ctype=step.output.ctype)
            steps[number:] = [_renamed(other, step.output, merged) for other in steps[number:]]
            outputs = tuple(merged if buffer == step.output else buffer for buffer in outputs)
    return replace(program, steps=tuple(steps), outputs=outputs)


def _written(steps: Sequence[Step], buffer: Buffer) -> bool:
    """Whether an earlier step has already put a part into ``buffer``."""
    return any(step.output == buffer for step in steps)


def _renamed(step: Step, old: Buffer, new: Buffer) -> Step:
    inputs = tuple(new if buffer == old else buffer for buffer in step.inputs)
    return replace(step, inputs=inputs, output=new if step.output == old else step.output)
