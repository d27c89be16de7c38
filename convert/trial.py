"""Conversions tried and checked, so that nothing is trained in vain."""

from collections.abc import Callable

from convert import float_tflite, tflite
from convert.compiler.build import compile_model
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
