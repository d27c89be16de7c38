"""Conversions tried and checked, so that nothing is trained in vain."""

from collections.abc import Callable, Sequence

import numpy as np

from convert import float_tflite, tflite
from convert.compiler.build import compile_model
from convert.parity import FLOATS
from runtime import interpreter
from runtime.errors import ModelError


def converted(make: Callable[[], bytes]) -> bytes:
    """What ``make`` gives; raises ModelError, in one line, for whatever a converter raises."""
    try:
        return make()
    except ModelError:
        raise
    except Exception as error:  # the converter raises whatever it stumbles over
        reason = " ".join(str(error).split())[:200]
        raise ModelError(f"TensorFlow cannot convert the network: {reason}") from error


def verified(content: bytes, name: str) -> int:
    """How many QUANTIZE operators an int8 ``.tflite`` has; raises ModelError if it is not sound."""
    graph = tflite.parse(content, name)
    if left := float_tflite.floats(graph):
        raise float_tflite.stays_float(left)
    compile_model(graph, "model")
    return sum(operator.name == "QUANTIZE" for operator in graph.operators)


def keeps_state(model: tflite.Model) -> bool:
    """Whether one run of ``model`` may see what an earlier one left."""
    recurrent = ("UNIDIRECTIONAL_SEQUENCE_LSTM", "SVDF")
    variables = any(tensor.is_variable for tensor in model.tensors)
    return variables or any(n.endswith("_VARIABLE") or n in recurrent for n in model.op_names)


def independent(content: bytes, inputs: Sequence[FLOATS], *who: str) -> list[FLOATS]:
    """The outputs [count, ...], where no example sees what an earlier one left."""
    if not keeps_state(tflite.parse(content)):
        return interpreter.run_all(content, inputs, *who)
    rows = [
        interpreter.run_all(content, [values[row : row + 1] for values in inputs], *who)
        for row in range(len(inputs[0]))
    ]
    return [np.concatenate(column) for column in zip(*rows, strict=True)]
