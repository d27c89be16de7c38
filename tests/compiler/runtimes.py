"""The runtimes that generated code must equal, run in this process."""

from collections.abc import Callable, Sequence

import numpy as np
from ai_edge_litert.interpreter import Interpreter, OpResolverType
from tflite_micro.python.tflite_micro import runtime as micro

from convert.compiler.arithmetic.match import Match

ARENA = 1 << 22
"""Bytes for TensorFlow Lite Micro; its default depends on the file's size and can be too few."""

Arrays = Sequence[np.ndarray]
"""One for each input, or each output: [count, *shape]."""


def _litert(kernels: OpResolverType) -> Callable[[bytes, Arrays], list[np.ndarray]]:
    def run(content: bytes, inputs: Arrays) -> list[np.ndarray]:
        interpreter = Interpreter(model_content=content, experimental_op_resolver_type=kernels)
        interpreter.allocate_tensors()
        places = [details["index"] for details in interpreter.get_input_details()]
        results = [details["index"] for details in interpreter.get_output_details()]
        answers: list[list[np.ndarray]] = []
        for row in zip(*inputs, strict=True):
            for place, one in zip(places, row, strict=True):
                interpreter.set_tensor(place, one)
            interpreter.invoke()
            answers.append([interpreter.get_tensor(result).copy() for result in results])
        return [np.stack(column) for column in zip(*answers, strict=True)]

    return run


def _tflm(content: bytes, inputs: Arrays) -> list[np.ndarray]:
    interpreter = micro.Interpreter.from_bytes(content, arena_size=ARENA)
    outputs = _output_count(content)
    answers: list[list[np.ndarray]] = []
    for row in zip(*inputs, strict=True):
        for place, one in enumerate(row):
            interpreter.set_input(one, place)
        interpreter.invoke()
        answers.append([interpreter.get_output(n).copy() for n in range(outputs)])
    return [np.stack(column) for column in zip(*answers, strict=True)]


def _output_count(content: bytes) -> int:
    from ai_edge_litert import schema_py_generated as schema

    return int(schema.Model.GetRootAs(content).Subgraphs(0).OutputsLength())


RUN = {
    Match.XNNPACK: _litert(OpResolverType.AUTO),
    Match.REF: _litert(OpResolverType.BUILTIN_REF),
    Match.TFLM: _tflm,
}
"""Outputs for inputs given in turn to one interpreter, by mode; raises what the runtime raises."""
