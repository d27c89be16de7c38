"""What the runtimes lack of an operator that they have: some types, and many dimensions."""

from collections.abc import Sequence
from dataclasses import dataclass

from convert.compiler.arithmetic.match import RUNTIME, Match
from convert.compiler.ir import DTYPES, Node

ALL = tuple(DTYPES)


@dataclass(frozen=True)
class Limits:
    """Types and dimensions that the runtimes have an operator for."""

    types: Sequence[str] = ALL  # LiteRT
    micro: Sequence[str] = ALL  # TensorFlow Lite Micro
    micro_rank: int = 8

    def check(self, node: Node, match: Match) -> None:
        """Raise ValueError for what the runtime refuses."""
        types = self.micro if match is Match.TFLM else self.types
        if node.output.dtype not in types:
            raise ValueError(f"{RUNTIME[match]} lacks it for {node.output.dtype}")
        rank = max(len(tensor.shape) for tensor in (*node.inputs, *node.outputs))
        if match is Match.TFLM and rank > self.micro_rank:
            raise ValueError(f"{RUNTIME[match]} has it for up to {self.micro_rank} dimensions")


def without(*types: str) -> Sequence[str]:
    """All types but these."""
    return tuple(dtype for dtype in ALL if dtype not in types)


NONE = Limits()
PLAIN = ("INT8", "FLOAT32")
"""The types of operators that TensorFlow Lite Micro has for networks alone."""
