"""What an AVR needs that other cores do not: constants as inputs are copied to RAM first."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from convert.compiler.operators.common.lowering import LoweringContext
from convert.compiler.program import Buffer, Home, Step


def fetched(steps: Sequence[Step], site: LoweringContext) -> list[Step]:
    """``steps`` with a copy of each constant input in front of them, which kernels read in RAM.

    Raises ValueError for what no avr-gcc computes: its double has the 32 bits of float.
    """
    if any(table.ctype == "double" for step in steps for table in step.tables):
        raise ValueError(
            "LiteRT's reference kernels compute it in 64-bit double, which avr-gcc does not have: "
            "choose --match xnnpack or --match tflm"
        )
    return [one for step in steps for one in _fetched(step, site)]


def _fetched(step: Step, site: LoweringContext) -> Iterator[Step]:
    inputs = []
    for buffer in step.inputs:
        if buffer.home is Home.FLASH:
            read = Buffer(f"{buffer.name}_in_ram", buffer.size, buffer.ctype, Home.ARENA, 4)
            tables = tuple(table for table in step.tables if table.name == buffer.name)
            yield site.step(
                "fetch",
                {"count": buffer.size},
                tables,
                inputs=[buffer],
                output=read,
                why="a constant, copied to RAM",
                as_bytes=True,
            )
            buffer = read
        inputs.append(buffer)
    yield replace(step, inputs=tuple(inputs))
