"""A template: copy it to ``operators/NAME.py`` and make it the operator that you need.

As it stands it is an operator EXAMPLE that gives the largest of each row of an int8 tensor, with a
kernel of its own. It is not registered, but tested (tests/compiler/test_template.py). An operator
that maps byte to byte needs no kernel: see ``leaky_relu.py`` and ``common/lookup.py``; one that
only moves elements needs none either: see ``transpose.py`` and ``common/movement.py``.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from convert.compiler.arithmetic.match import Match
from convert.compiler.ir import Array, Node
from convert.compiler.operators.common.definition import Operator
from convert.compiler.operators.common.lowering import LoweringContext
from convert.compiler.operators.common.reader import OperatorReader
from convert.compiler.program import Step


@dataclass(frozen=True)
class Example(Node):
    """What is read from the file besides inputs and outputs becomes a field."""

    length: int  # of a row


def read(reader: OperatorReader) -> Node:
    """The checked node: compute every shape again, and believe nothing that the file says."""
    (source,), output = reader.inputs(1), reader.output()
    if not source.shape:
        raise reader.fail(f"input {source.name!r} has no dimension")
    reader.expect(output, source.shape[:-1])
    reader.same_quantization((source, output))
    return Example(reader.index, reader.operator.name, (source,), (output,), source.shape[-1])


def compute(node: Example, inputs: Sequence[Array], match: Match) -> Sequence[Array]:
    """The NumPy reference, from the runtimes' formulas; ``match`` says whose."""
    del node, match  # all runtimes agree here
    return [np.max(inputs[0], axis=-1)]


def lower(node: Example, site: LoweringContext) -> Sequence[Step]:
    """The calls in plain C; the fields are those of C's struct, in kernels/portable/example.h."""
    fields = {"rows": node.output.size, "length": node.length}
    return [site.step("example", fields, ())]


OPERATORS = (Operator("EXAMPLE", read, compute, lower),)
"""Name the schema's table of options, where there is one: ``options="ExampleOptions"``."""
