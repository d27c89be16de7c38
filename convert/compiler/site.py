"""What a kernel's Python side is given, and how it makes a step of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from convert.compiler.graph import Node, Tensor, Window
from convert.compiler.numerics import Match
from convert.compiler.program import Buffer, Step, Table


@dataclass(frozen=True)
class Site:
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
        source: Tensor | None = None,
        **more: Any,
    ) -> Step:
        """A call of ``kernel`` from the group's inputs, or ``source`` alone, to its output.

        ``more`` are further fields of the Step.
        """
        first, output = self.group[0], self.group[-1].output
        inputs = (source,) if source else first.inputs
        return Step(
            kernel,
            " + ".join(node.op for node in self.group),
            f"{list(inputs[0].shape[1:])} -> {list(output.shape[1:])}",
            f"{_real(inputs[0])} -> {_real(output)}",
            tuple(map(self.place, inputs)),
            self.place(output),
            dict(fields),
            tables,
            **more,
        )


def _real(tensor: Tensor) -> str:
    return f"{tensor.scale:.9g} * (q - {tensor.zero_point})".replace("- -", "+ ")


def image(tensor: Tensor) -> dict[str, int]:
    """The fields of C's struct image; missing dimensions are 1."""
    height, width, channels = (1, 1, 1, *tensor.shape)[-3:]
    return {"height": height, "width": width, "channels": channels}


def window(of: Window) -> dict[str, int]:
    """The fields of C's struct window."""
    names = ("height", "width", "stride_y", "stride_x", "dilation_y", "dilation_x", "top", "left")
    return dict(zip(names, (*of.size, *of.stride, *of.dilation, *of.before), strict=True))
