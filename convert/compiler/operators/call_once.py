"""CALL_ONCE: at the first run another subgraph gives variables their constants."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NoReturn

from convert.compiler.ir import DTYPES, Array, State
from convert.compiler.operators.common.definition import Operator
from convert.compiler.operators.common.reader import OperatorReader
from convert.tflite import Model

Key = tuple[bytes, bytes]
"""What a variable is known by, in every subgraph: container and shared name."""
ACCESSES = ("READ_VARIABLE", "ASSIGN_VARIABLE")


@dataclass(frozen=True)
class Initial:
    """What a variable holds before anything is assigned in a run."""

    dtype: str
    value: Array  # [...]


def key(reader: OperatorReader) -> Key:
    """Which variable a VAR_HANDLE stands for."""
    return reader.option("Container") or b"", reader.option("SharedName") or b""


def declare(reader: OperatorReader) -> Mapping[int, State]:
    """Check it; the variables are declared where their handles are."""
    constants(reader)
    if any(other.name in ACCESSES for other in reader.model.operators[: reader.index]):
        raise reader.fail("comes behind operators that read or assign variables")
    return {}


def initial(model: Model) -> Mapping[Key, Initial]:
    """What every CALL_ONCE of ``model`` gives to variables."""
    found: dict[Key, Initial] = {}
    for index, operator in enumerate(model.operators):
        if operator.name == "CALL_ONCE":
            found |= constants(OperatorReader(model, index, operator, "CallOnceOptions"))
    return found


def constants(reader: OperatorReader) -> Mapping[Key, Initial]:
    """What this CALL_ONCE gives to variables."""
    number, others = reader.option("InitSubgraphIndex"), reader.model.subgraphs
    if not 1 <= number <= len(others):
        raise reader.fail(f"there is no further subgraph {number}")
    graph = others[number - 1]
    if any((graph.inputs, graph.outputs, reader.operator.inputs, reader.operator.outputs)):
        raise reader.fail(f"subgraph {number} has inputs or outputs")
    parts = {"tensors": graph.tensors, "operators": graph.operators}
    inside = replace(reader.model, **parts, inputs=(), outputs=(), subgraphs=())
    handles: dict[int, Key] = {}
    found: dict[Key, Initial] = {}
    for index, operator in enumerate(graph.operators):
        if operator.name == "VAR_HANDLE":
            one = OperatorReader(inside, index, operator, "VarHandleOptions")
            handles |= dict.fromkeys(operator.outputs, key(one))
        elif operator.name == "ASSIGN_VARIABLE":
            one = OperatorReader(inside, index, operator)
            found[_handle(one, handles)] = Initial(one.raw(1).dtype, one.constant(1, *DTYPES))
        else:
            raise reader.fail(
                f"subgraph {number} has {operator.name}; only constants can be assigned there"
            )
    return found


def _handle(reader: OperatorReader, handles: Mapping[int, Key]) -> Key:
    if not reader.has(0) or reader.operator.inputs[0] not in handles:
        raise reader.fail("its first input is not the handle of a variable")
    return handles[reader.operator.inputs[0]]


def never(*_: Any) -> NoReturn:
    """In place of what is not called of an operator that only declares."""
    raise TypeError("an operator that declares variables computes nothing")


OPERATORS: Sequence[Operator] = (
    Operator("CALL_ONCE", never, never, never, options="CallOnceOptions", declare=declare),
)
