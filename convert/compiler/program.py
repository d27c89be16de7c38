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
class Keep:
    """Rows at the end of a buffer that are needed again: they move to its top."""

    place: int  # 1: what the first part makes
    start: int  # where they lie, bytes from the buffer's start
    count: int  # bytes


@dataclass(frozen=True)
class Call:
    """One part of a chain on some rows."""

    part: int  # reads the place of this number, writes the next
    variant: int  # of the part
    source: int  # bytes from the start of what it reads
    output: int  # of what it writes
    source_step: int = 0  # bytes by which that moves from band to band
    output_step: int = 0


@dataclass(frozen=True)
class Loop:
    """Bands that differ only by where they lie."""

    count: int
    calls: tuple[Keep | Call, ...]


@dataclass(frozen=True)
class Bands:
    """A chain of kernels that runs a few rows at a time: what lies between never exists whole.

    Place 0 is the step's input, then come ``rows``, and the output last.
    """

    parts: tuple[tuple["Step", ...], ...]  # each kernel, in variants for numbers of rows
    rows: tuple[Buffer, ...]  # the rows of what lies between that are there at once
    loops: tuple[Loop, ...]
    height: int  # rows of the output in a band
    rows_made: int  # of the whole output


@dataclass(frozen=True)
class Step:
    """One call of a kernel, or a chain of them in bands."""

    kernel: str  # the C function, and the file it stands in
    operators: tuple[str, ...]  # that it does in one: ("CONV_2D", "MAX_POOL_2D")
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
    bands: Bands | None = None  # what is done instead of one call
    note: str = ""  # for the header and the report
    was: str = (
        ""  # the buffer of its output before it was merged with that of an input; "": it was not
    )

    @property
    def made(self) -> str:
        """The name of what it makes, wherever that lies."""
        return self.was or self.output.name

    @property
    def title(self) -> str:
        """Its operators, for the reader."""
        return " + ".join(self.operators)

    @property
    def flash(self) -> int:
        """Bytes of constant tables."""
        return sum(table.size for table in self.tables)

    @property
    def kernels(self) -> tuple[str, ...]:
        """The C functions that it calls."""
        if not self.bands:
            return (self.kernel,)
        moves = any(isinstance(c, Keep) for loop in self.bands.loops for c in loop.calls)
        return (*(part[0].kernel for part in self.bands.parts), *(["keep_rows"] if moves else []))

    @property
    def structs(self) -> int:
        """How many structs of constants its kernels take."""
        return sum(map(len, self.bands.parts)) if self.bands else 1

    @property
    def buffers(self) -> tuple[Buffer, ...]:
        """What must lie in the arena while the kernel runs, but for its scratch words."""
        rows = self.bands.rows if self.bands else ()
        every = (*self.inputs, self.output, *rows, *([self.scratch] if self.scratch else []))
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
