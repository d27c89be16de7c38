"""What is left when every choice is made: kernel calls on buffers. Knows no graph, no text."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class Table:
    """A constant array."""

    name: str
    ctype: str  # "int8_t"
    values: npt.NDArray[Any]  # shaped as ``axes`` says
    axes: str  # "[out_ch, height, width, in_ch]"

    @property
    def size(self) -> int:
        """Bytes of flash."""
        return self.values.nbytes


@dataclass(frozen=True)
class Buffer:
    """A place in the arena for one activation, or for scratch, int8."""

    name: str
    size: int  # bytes


@dataclass(frozen=True)
class Step:
    """One call of a kernel."""

    kernel: str  # the C function, and the file it stands in
    title: str  # "CONV_2D + MAX_POOL_2D"
    shapes: str  # "[28, 28, 1] -> [14, 14, 16]"
    quantization: str  # of input and output, for the reader of the C
    inputs: tuple[Buffer, ...]
    output: Buffer
    fields: dict[str, Any]  # of the kernel's struct, in C's order; empty: none
    tables: tuple[Table, ...]
    macs: int = 0  # multiply-accumulates
    instructions: int = 0  # estimated; 0: unknown
    why: str = "plain C"  # why this kernel was chosen
    patch: Buffer | None = None  # int8 scratch
    sums: int = 0  # int32 scratch, elements
    in_place: bool = False  # the output may lie where the first input lies
    lead: int | None = None  # or over it, when it starts this many bytes before; None: it may not

    @property
    def flash(self) -> int:
        """Bytes of constant tables."""
        return sum(table.size for table in self.tables)

    @property
    def buffers(self) -> tuple[Buffer, ...]:
        """Everything that must lie in the arena while the kernel runs."""
        return (*self.inputs, self.output, *([self.patch] if self.patch else []))


@dataclass(frozen=True)
class Program:
    """All calls in order."""

    steps: tuple[Step, ...]
    input: Buffer
    output: Buffer
    notes: tuple[str, ...] = ()  # what is not matched, for the header and the report
    tables: tuple[Table, ...] = field(init=False)

    def __post_init__(self) -> None:
        found = {table.name: table for step in self.steps for table in step.tables}
        object.__setattr__(self, "tables", tuple(found.values()))

    @property
    def sums(self) -> int:
        """Elements of the int32 scratch that all steps share."""
        return max((step.sums for step in self.steps), default=0)

    @property
    def flash(self) -> int:
        """Bytes of constant tables."""
        return sum(table.size for table in self.tables)


def float_bits(values: npt.NDArray[np.float64]) -> npt.NDArray[np.uint32]:
    """The IEEE bits of ``values`` as float32."""
    return values.astype(np.float32).view(np.uint32)
