"""What an operator is given to make kernel calls of a node, and how it makes one."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from convert.compiler.arithmetic.match import Match
from convert.compiler.ir import Node, State, Tensor, Window
from convert.compiler.program import CTYPES, Buffer, Home, Step, Table


@dataclass(frozen=True)
class LoweringContext:
    """A group of fused nodes that asks for kernels."""

    group: Sequence[Node]
    name: str  # starts the names of its tables
    match: Match
    place: Callable[[Tensor], Buffer]

    def step(
        self,
        kernel: str,
        fields: Mapping[str, Any],
        tables: tuple[Table, ...],
        *,
        inputs: Sequence[Tensor | Buffer] | None = None,
        output: Tensor | Buffer | None = None,
        **more: Any,
    ) -> Step:
        """A call of ``kernel`` from the group's inputs to its output, unless others are given.

        The kernel's C function takes: a pointer to its struct of ``fields``, a pointer to each
        input, the output, each of ``states``, the scratch bytes, the scratch words; those that
        there are. ``more`` are further fields of the Step.
        """
        if more.get("batch", 1) > 1:
            more["lead"] = None  # it was computed for one image
        nodes = self.group
        given = nodes[0].inputs if inputs is None else inputs
        to: Tensor | Buffer | None = output
        if to is None:
            to = nodes[-1].output
        first, last = _tensor(given, nodes[0].inputs), _tensor([to], nodes[-1].outputs)
        buffers = tuple(map(self._buffer, given))
        constant = tuple(t for t in map(self._table, given) if t)
        return Step(
            kernel,
            tuple(node.op for node in nodes),
            f"{_shape(first)} -> {_shape(last)}",
            f"{_real(first)} -> {_real(last)}",
            buffers,
            self._buffer(to),
            dict(fields),
            (*tables, *constant),
            layer=last.name if last else "",
            **more,
        )

    def numbered(self, number: int) -> "LoweringContext":
        """The same for the call ``number`` of several, whose tables need names of their own."""
        return replace(self, name=f"{self.name}_{number}") if number else self

    def _buffer(self, of: Tensor | Buffer) -> Buffer:
        if isinstance(of, Buffer):
            return of
        table = self._table(of)
        if table is None:
            return self.place(of)
        ctype = table.ctype
        return Buffer(table.name, table.size, ctype, Home.FLASH, ALIGNMENT[ctype])

    def _table(self, of: Tensor | Buffer) -> Table | None:
        """The table of a constant operand."""
        if isinstance(of, Buffer) or of.data is None:
            return None
        values = of.data.reshape(of.shape or (1,))
        return Table(f"t{of.number}", CTYPES[of.dtype], values, "constant operand")


ALIGNMENT = {"int8_t": 1, "uint8_t": 1, "int16_t": 2, "int32_t": 4, "float": 4}
"""Bytes that an element of each type is aligned to."""


def state_buffer(state: State) -> Buffer:
    """Where a state lies."""
    ctype = CTYPES[state.dtype]
    return Buffer(state.name, state.bytes, ctype, Home.STATE, ALIGNMENT[ctype])


def _tensor(given: Sequence[Tensor | Buffer | None], otherwise: Sequence[Tensor]) -> Tensor | None:
    """The first tensor to tell the reader of the C about."""
    for one in (*given, *otherwise):
        if isinstance(one, Tensor):
            return one
    return None


def _shape(tensor: Tensor | None) -> str:
    return str(list(tensor.shape[1:])) if tensor else "state"


def _real(tensor: Tensor | None) -> str:
    if tensor is None or not tensor.scale:
        return "q"
    return f"{tensor.scale:.9g} * (q - {tensor.zero_point})".replace("- -", "+ ")


def image(tensor: Tensor) -> dict[str, int]:
    """The fields of C's struct image; missing dimensions are 1."""
    height, width, channels = (1, 1, 1, *tensor.shape)[-3:]
    return {"height": height, "width": width, "channels": channels}


def window(of: Window) -> dict[str, int]:
    """The fields of C's struct window."""
    names = ("height", "width", "stride_y", "stride_x", "dilation_y", "dilation_x", "top", "left")
    return dict(zip(names, (*of.size, *of.stride, *of.dilation, *of.before), strict=True))
