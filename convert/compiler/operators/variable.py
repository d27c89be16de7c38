"""VAR_HANDLE, READ_VARIABLE, ASSIGN_VARIABLE: what a streaming network keeps between runs.

A value that was read keeps its bytes when the variable is assigned later; the order is that of the
operators. Bytes are copied, whatever scales the tensors have.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from convert.compiler.arithmetic.match import Match
from convert.compiler.ir import DTYPES, Array, Node, State, Tensor
from convert.compiler.operators import call_once
from convert.compiler.operators.call_once import Key, never
from convert.compiler.operators.common.definition import Operator
from convert.compiler.operators.common.lowering import LoweringContext, state_buffer
from convert.compiler.operators.common.reader import OperatorReader
from convert.compiler.program import Buffer, Step


@dataclass(frozen=True)
class Access(Node):
    """Reads the variable into its only output, or assigns its only input to it."""

    variable: State
    is_defined: bool  # whether every runtime agrees on what it holds before the first run

    @property
    def states(self) -> tuple[State, ...]:
        """The variable."""
        return (self.variable,)


def declare(reader: OperatorReader) -> Mapping[int, State]:
    """The variable, unless nothing ever gives it a value."""
    if len(reader.operator.outputs) != 1:
        raise reader.fail(f"has {len(reader.operator.outputs)} outputs, expected one")
    (number,), known = reader.operator.outputs, _handles(reader)
    for other, state in reader.variables.items():
        if known.get(other) == known[number]:
            return {number: state}
    found = call_once.initial(reader.model).get(known[number])
    if found is not None:
        return {number: State(f"variable{number}", found.dtype, found.value)}
    undefined = _assigned(reader, known[number])
    return {} if undefined is None else {number: undefined}


def _handles(reader: OperatorReader) -> Mapping[int, Key]:
    """Which variables the tensors of handles stand for, up to this one."""
    found: dict[int, Key] = {}
    for index, operator in enumerate(reader.model.operators[: reader.index + 1]):
        if operator.name == "VAR_HANDLE":
            one = OperatorReader(reader.model, index, operator, reader.options_type)
            found |= dict.fromkeys(operator.outputs, call_once.key(one))
    return found


def _assigned(reader: OperatorReader, key: Key) -> State | None:
    """A variable that no CALL_ONCE initializes, of the type that is assigned to it.

    TensorFlow Lite Micro fills it with the low byte of that value's zero point.
    """
    handles: set[int] = set()
    for index, operator in enumerate(reader.model.operators):
        one = OperatorReader(reader.model, index, operator, reader.options_type)
        if operator.name == "VAR_HANDLE" and call_once.key(one) == key:
            handles |= set(operator.outputs)
        if operator.name == "ASSIGN_VARIABLE" and set(operator.inputs[:1]) & handles:
            value = one.operand(1, *DTYPES)
            low = value.zero_point & 0xFF
            initial = np.frombuffer(bytes([low]) * value.bytes, value.numpy).reshape(value.shape)
            name = f"variable{reader.operator.outputs[0]}"
            return State(name, value.dtype, initial, is_given=False)
    return None


def _variable(reader: OperatorReader) -> State:
    if not reader.has(0) or reader.operator.inputs[0] not in reader.variables:
        raise reader.fail("its first input is not the handle of a variable that has a value")
    return reader.variables[reader.operator.inputs[0]]


def _check(reader: OperatorReader, state: State, tensor: Tensor) -> None:
    """Raise ModelError unless ``tensor`` has the variable's type and shape."""
    if (tensor.dtype, tensor.shape) != (state.dtype, state.initial.shape):
        raise reader.fail(
            f"{tensor.name!r} is {tensor.dtype} {list(tensor.shape)}, the variable "
            f"{state.dtype} {list(state.initial.shape)}"
        )


def read(reader: OperatorReader) -> Node:
    """The checked READ_VARIABLE."""
    state, output = _variable(reader), reader.output(*DTYPES)
    _check(reader, state, output)
    before = reader.model.operators[: reader.index]
    assigned = any(
        reader.variables.get(other.inputs[0]) == state
        for other in before
        if other.name == "ASSIGN_VARIABLE"
    )
    defined = state.is_given or assigned
    return Access(reader.index, reader.operator.name, (), (output,), state, defined)


def assign(reader: OperatorReader) -> Node:
    """The checked ASSIGN_VARIABLE."""
    state, value = _variable(reader), reader.operand(1, *DTYPES)
    _check(reader, state, value)
    if reader.operator.outputs:
        raise reader.fail("has an output, expected none")
    return Access(reader.index, reader.operator.name, (value,), (), state, is_defined=True)


def copied(node: Access, inputs: Sequence[Array], match: Match) -> Sequence[Array]:
    """For READ_VARIABLE its output and the variable, for ASSIGN_VARIABLE the variable."""
    del match
    return [inputs[0]] * (len(node.outputs) + 1)


def lower(node: Access, site: LoweringContext) -> Sequence[Step]:
    """A copy."""
    if not node.is_defined and site.match is not Match.TFLM:
        raise ValueError(
            "reads a variable that nothing initializes, whose content LiteRT does not define"
        )
    state = state_buffer(node.variable)
    source: Tensor | Buffer = node.inputs[0] if node.inputs else state
    output: Tensor | Buffer = node.outputs[0] if node.outputs else state
    fields = {"size": (1,) * 5, "stride": (0,) * 5, "start": 0, "run": node.variable.bytes}
    return [site.step("move", fields, (), inputs=(source,), output=output, as_bytes=True)]


OPERATORS = (
    Operator("VAR_HANDLE", never, never, never, options="VarHandleOptions", declare=declare),
    Operator("READ_VARIABLE", read, copied, lower, loads=True),
    Operator("ASSIGN_VARIABLE", assign, copied, lower, stores=True),
)
