"""What is left when every choice is made: kernel calls on buffers. Knows no graph, no text."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

CTYPES = {
    "INT8": "int8_t",
    "UINT8": "uint8_t",
    "INT16": "int16_t",
    "INT32": "int32_t",
    "FLOAT32": "float",
    "BOOL": "uint8_t",
}
"""What an element is in C."""


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


class Home(enum.Enum):
    """Where a buffer lies."""

    ARENA = "arena"  # placed by the plan, for as long as its bytes matter
    STATE = "state"  # kept from one run to the next
    FLASH = "flash"  # a table


@dataclass(frozen=True)
class Buffer:
    """A place for a tensor, or for scratch."""

    name: str
    size: int  # bytes
    ctype: str = "int8_t"  # of its elements
    home: Home = Home.ARENA
    alignment: int = 1  # bytes

    @property
    def in_arena(self) -> bool:
        """Whether the plan has to place it."""
        return self.home is Home.ARENA


@dataclass(frozen=True)
class Step:
    """One call of a kernel."""

    kernel: str  # the C function, and the file it stands in
    title: str  # "CONV_2D + MAX_POOL_2D"
    shapes: str  # "[28, 28, 1] -> [14, 14, 16]"
    quantization: str  # of input and output, for the reader of the C
    inputs: tuple[Buffer, ...]
    output: Buffer
    fields: dict[str, Any]  # of the kernel's struct, in C's order
    tables: tuple[Table, ...]
    macs: int = 0  # multiply-accumulates
    work: Mapping[str, float] = field(default_factory=dict)  # what costs are fitted to, by name
    instructions: int = 0  # estimated
    why: str = "plain C"  # why this kernel was chosen
    scratch: Buffer | None = None  # int8
    scratch_words: int = 0  # int32, elements
    in_place: bool = False  # the output may lie where the first input lies
    lead: int | None = None  # or over it, when it starts this many bytes before; None: it may not
    layer: str = ""  # what the file calls it
    states: tuple[Buffer, ...] = ()  # what it reads and writes besides, after the output
    batch: int = 1  # the kernel is called for each of so many equal parts of inputs and output
    as_bytes: bool = False  # the kernel takes bytes, whatever they are

    @property
    def flash(self) -> int:
        """Bytes of constant tables."""
        return sum(table.size for table in self.tables)

    @property
    def buffers(self) -> tuple[Buffer, ...]:
        """What must lie in the arena while the kernel runs, but for its scratch words."""
        every = (*self.inputs, self.output, *([self.scratch] if self.scratch else []))
        return tuple(buffer for buffer in every if buffer.in_arena)


@dataclass(frozen=True)
class Program:
    """All calls in order."""

    steps: tuple[Step, ...]
    inputs: tuple[Buffer, ...]
    outputs: tuple[Buffer, ...]
    notes: tuple[str, ...] = ()  # what is not matched, for the header and the report
    tables: tuple[Table, ...] = field(init=False)

    def __post_init__(self) -> None:
        found = {table.name: table for step in self.steps for table in step.tables}
        object.__setattr__(self, "tables", tuple(found.values()))

    def words(self, number: int) -> Buffer | None:
        """Where the int32 scratch of step ``number`` lies; None: it has none."""
        count = self.steps[number].scratch_words
        return Buffer(f"words{number}", 4 * count, "int32_t", alignment=4) if count else None

    def buffers(self, number: int) -> tuple[Buffer, ...]:
        """Everything that must lie in the arena during step ``number``."""
        words = self.words(number)
        return (*self.steps[number].buffers, *([words] if words else []))

    @property
    def flash(self) -> int:
        """Bytes of constant tables."""
        return sum(table.size for table in self.tables)


def float_bits(values: npt.NDArray[np.float64]) -> npt.NDArray[np.uint32]:
    """The IEEE bits of ``values`` as float32."""
    return values.astype(np.float32).view(np.uint32)
