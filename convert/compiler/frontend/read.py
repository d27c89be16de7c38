"""From a ``.tflite`` to a checked graph, or to one line that says what cannot be compiled.

What can be computed now is: constants, and all that follows from the shapes of tensors. What no
output needs is left out. Every tensor must be written once, before it is read.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from convert.compiler import ir
from convert.compiler.operators import registry
from convert.compiler.operators.common.definition import Operator
from convert.compiler.operators.common.reader import (
    SHIFTED,
    OperatorReader,
    Reshaped,
    activation_tensor,
)
from convert.tflite import Model
from runtime.errors import ModelError


def read(model: Model) -> ir.Graph:
    """The checked graph of ``model``; raises ModelError naming operators or tensors."""
    if not model.inputs or not model.outputs:
        counts = f"{len(model.inputs)} inputs and {len(model.outputs)} outputs"
        raise ModelError(f"the model has {counts}, expected one of each at least")
    if missing := unsupported(model):
        names = ", ".join(f"{name} ({count})" for name, count in missing.items())
        raise ModelError(f"not supported: {names}; supported operators are {', '.join(registry())}")
    _check_variables(model)
    return _Reading(model).graph()


def _check_variables(model: Model) -> None:
    """Raise ModelError where a tensor keeps its value from run to run and is something else, too.

    An operator that has a state reads it from such a tensor. What runtimes make of others differs.
    """
    written = {number for operator in model.operators for number in operator.outputs}
    for number, tensor in enumerate(model.tensors):
        if tensor.is_variable and (tensor.is_constant or number in (*written, *model.inputs)):
            raise ModelError(
                f"tensor {tensor.name!r} is marked as a state (is_variable), and is a constant, an "
                "input or an operator's output: convert the network again"
            )


def unsupported(model: Model) -> dict[str, int]:
    """The operators that cannot be compiled, by name, and how many there are of each."""
    counts = Counter(name for name in model.op_names if name not in registry())
    return dict(sorted(counts.items()))


@dataclass
class _Reading:
    """What is known while the operators are read, one by one."""

    model: Model
    folded: dict[int, ir.Array] = field(default_factory=dict)
    variables: dict[int, ir.State] = field(default_factory=dict)
    reshaped: list[str] = field(default_factory=list)
    written: set[int] = field(default_factory=set)
    done: list[ir.Folded] = field(default_factory=list)  # folded operators

    def graph(self) -> ir.Graph:
        """All of it."""
        inputs = tuple(
            activation_tensor(self.model, number, "input", *ir.DTYPES, SHIFTED, plain=True)
            for number in self.model.inputs
        )
        self.written = {tensor.number for tensor in inputs}
        if len(self.written) != len(inputs):
            raise ModelError("one tensor is two inputs of the model")
        nodes = tuple(self._nodes())
        return ir.Graph(
            _needed(nodes, self.model.outputs),
            inputs,
            tuple(self._output(number) for number in self.model.outputs),
            hashlib.sha256(self.model.content).hexdigest(),
            tuple(self.done),
            tuple(self.reshaped),
        )

    def _nodes(self) -> Iterator[ir.Node]:
        for index, operator in enumerate(self.model.operators):
            of = registry()[operator.name]
            reader = OperatorReader(
                self.model, index, operator, of.options, self.folded, self.variables
            )
            self._check_written(reader)
            if of.declare is not None:
                self.variables.update(of.declare(reader))
            elif not self._fold(of, reader):
                node = self._read(of, reader)
                for tensor in node.inputs:
                    if tensor.data is None and tensor.number not in self.written:
                        raise reader.fail(f"reads {tensor.name!r} before any operator wrote it")
                yield node
            self.written.update(operator.outputs)

    def _read(self, of: Operator, reader: OperatorReader) -> ir.Node:
        """The node, with the shapes of its outputs as they are, not as the file guessed them."""
        while True:
            try:
                node = of.read(replace(reader, model=self.model))
            except Reshaped as found:
                self._pin(reader, found.number, found.shape)
                continue
            for tensor in node.outputs:
                self._pin(reader, tensor.number, tensor.shape)
            return node

    def _pin(self, reader: OperatorReader, number: int, shape: tuple[int, ...]) -> None:
        """From now on tensor ``number`` has just this shape."""
        tensors = list(self.model.tensors)
        if tensors[number].signature == shape == tensors[number].shape:
            return
        if tensors[number].shape != shape:
            self.reshaped.append(f"{reader.where}: tensor {tensors[number].name!r}")
        tensors[number] = replace(tensors[number], shape=shape, signature=shape)
        self.model = replace(self.model, tensors=tuple(tensors))

    def _check_written(self, reader: OperatorReader) -> None:
        for number in reader.operator.outputs:
            if number in self.written or self.model.tensors[number].is_constant:
                name = self.model.tensors[number].name
                raise reader.fail(f"writes {name!r}, which is written already")

    def _fold(self, of: Operator, reader: OperatorReader) -> bool:
        """Compute the outputs now, where that can be; says whether it was."""
        values = of.fold(reader) if of.fold else None
        if values is None:
            return False
        if len(values) != len(reader.operator.outputs):
            raise reader.fail(f"has {len(reader.operator.outputs)} outputs, computed {len(values)}")
        for number, value in zip(reader.operator.outputs, values, strict=True):
            claimed = self.model.tensors[number]
            if value.shape != claimed.shape and not claimed.may_be(value.shape):
                raise reader.fail(f"its output has shape {claimed.shape}, computed {value.shape}")
            self._pin(reader, number, value.shape)
            self.folded[number] = value
        numbers = (*reader.operator.inputs, *reader.operator.outputs)
        types = tuple(self.model.tensors[number].dtype for number in numbers if number >= 0)
        self.done.append(ir.Folded(reader.index, reader.operator.name, types))
        return True

    def _output(self, number: int) -> ir.Tensor:
        tensor = activation_tensor(self.model, number, "output", *ir.DTYPES, SHIFTED, plain=True)
        if number in self.folded or self.model.tensors[number].is_constant:
            raise ModelError(f"output {tensor.name!r} is constant: it does not depend on the input")
        if number not in self.written or number in self.model.inputs:
            raise ModelError(f"output {tensor.name!r} is not written by any operator")
        return tensor


def _needed(nodes: tuple[ir.Node, ...], outputs: tuple[int, ...]) -> tuple[ir.Node, ...]:
    """The nodes that an output or a state depends on, in the same order."""
    wanted, kept = set(outputs), []
    for node in reversed(nodes):
        if node.states or any(tensor.number in wanted for tensor in node.outputs):
            wanted.update(tensor.number for tensor in node.inputs)
            kept.append(node)
    return tuple(reversed(kept))
