"""NEG, which in LiteRT is that of the byte, whatever the scales are."""

from convert.compiler.arithmetic.match import Match
from convert.compiler.ir import Node
from convert.compiler.operators.common import lookup
from convert.compiler.operators.common.reader import OperatorReader


def read(reader: OperatorReader) -> Node:
    """The checked node; the byte's negative is the number's only where the zero points are 0."""
    node = lookup.read(reader)
    reader.same_quantization((node.input, node.output))
    return node


def function(node: Node, match: Match) -> lookup.Function:
    """What becomes of a stored number: -128 stays."""
    del node, match
    return lambda x: (128 - x) % 256 - 128


OPERATORS = (
    lookup.operator("NEG", function, read, lacking={Match.TFLM: "has it for floats only"}),
)
