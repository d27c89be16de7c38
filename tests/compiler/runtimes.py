"""The runtimes that generated code must equal, run in this process."""

from collections.abc import Callable

import numpy as np
from ai_edge_litert.interpreter import Interpreter, OpResolverType
from tflite_micro.python.tflite_micro import runtime as micro

from convert.compiler.numerics import Match


def _litert(kernels: OpResolverType) -> Callable[[bytes, np.ndarray], np.ndarray]:
    def run(content: bytes, inputs: np.ndarray) -> np.ndarray:
        interpreter = Interpreter(model_content=content, experimental_op_resolver_type=kernels)
        interpreter.allocate_tensors()
        place = interpreter.get_input_details()[0]["index"]
        result = interpreter.get_output_details()[0]["index"]
        answers = []
        for one in inputs:
            interpreter.set_tensor(place, one[None])
            interpreter.invoke()
            answers.append(interpreter.get_tensor(result)[0].copy())
        return np.array(answers)

    return run


def _tflm(content: bytes, inputs: np.ndarray) -> np.ndarray:
    interpreter = micro.Interpreter.from_bytes(content)
    answers = []
    for one in inputs:
        interpreter.set_input(one[None], 0)
        interpreter.invoke()
        answers.append(interpreter.get_output(0)[0].copy())
    return np.array(answers)


RUN = {
    Match.XNNPACK: _litert(OpResolverType.AUTO),
    Match.REF: _litert(OpResolverType.BUILTIN_REF),
    Match.TFLM: _tflm,
}
"""Outputs [count, ...] for inputs int8 [count, ...], by mode; raises what the runtime raises."""
