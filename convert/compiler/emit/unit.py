"""What the text is made from."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from convert.compiler.arithmetic.match import Match
from convert.compiler.ir import Array, Graph
from convert.compiler.memory.plan import Plan
from convert.compiler.operators.common.lowering import ALIGNMENT
from convert.compiler.program import CTYPES, Program, Table
from convert.compiler.targets.options import Options


@dataclass(frozen=True)
class Unit:
    """Everything that the text is made from."""

    name: str  # C identifier that starts every public name
    origin: str  # the command that makes it again
    version: str  # of the tool
    options: Options
    network: Graph  # of the file
    lowered: Graph  # the same without what can never change; the program computes this one
    program: Program
    plan: Plan
    golden: Sequence[Sequence[Array]]  # [vectors][outputs]
    seeds: Sequence[int]  # of the golden inputs

    @property
    def match(self) -> Match:
        """The runtime whose bytes it gives."""
        return self.options.match

    @property
    def arena(self) -> int:
        """The arena's size in bytes, as the C compiler lays it out."""
        return -(-self.plan.size // 4) * 4

    @cached_property
    def states(self) -> dict[str, int]:
        """Where each state lies in the state's struct, bytes, by its name."""
        offsets, place = {}, 0
        for state in self.network.states:
            alignment = ALIGNMENT[CTYPES[state.dtype]]
            place = -(-place // alignment) * alignment
            offsets[state.name] = place
            place += state.bytes
        return offsets

    @property
    def state(self) -> int:
        """Bytes that are kept from one run to the next, as the C compiler lays them out."""
        if not self.states:
            return 0
        last = self.network.states[-1]
        return -(-(self.states[last.name] + last.bytes) // 4) * 4

    @property
    def initial(self) -> tuple[Table, ...]:
        """What states begin with, where that is not one number everywhere."""
        return tuple(
            Table(f"{state.name}_initial", CTYPES[state.dtype], state.initial.ravel(), "[elements]")
            for state in self.network.states
            if state.initial.size and (state.initial != state.initial.flat[0]).any()
        )

    @property
    def tables(self) -> tuple[Table, ...]:
        """Every constant array of the C but the golden vectors."""
        return (*self.program.tables, *self.initial)

    @property
    def flash(self) -> int:
        """Bytes of the tables."""
        return sum(table.size for table in self.tables)

    @property
    def crc(self) -> int:
        """The CRC-32 of all tables, as the self-test computes it."""
        crc = 0
        for item in self.tables:
            little = item.values.astype(item.values.dtype.newbyteorder("<"))
            crc = zlib.crc32(little.tobytes(), crc)
        return crc
