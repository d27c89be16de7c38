"""Whether a model is int8 from end to end; an operator that is not is refused by name."""

from convert.tflite import FIXED_SHAPE, Model, Tensor
from runtime.errors import ModelError

_CONSTANTS = ("INT8", "INT16", "INT32", "INT64")  # weights; an LSTM's; biases, shapes, axes
_KEPT = ("INT8", "INT16")  # from one step to the next; an LSTM's cell has 16 bits by definition
_CURE = "quantize weights and activations"


def check(model: Model, name: str = "model") -> None:
    """Raise ModelError unless every operator of ``model`` computes in int8, with static shapes.

    Constants may be int8 (weights), int16 (an LSTM's), int32 (biases, shapes, axes) or int64.
    """
    for place, numbers in (("input", model.inputs), ("output", model.outputs)):
        if not numbers:
            raise ModelError(f"{name} has no {place}, expected one at least")
    for index, operator in enumerate(model.operators):
        for number in (*operator.inputs, *operator.outputs):
            tensor = model.tensors[number]
            if number >= 0 and (problem := _problem(tensor)):  # -1: an input that is left out
                raise ModelError(
                    f"operator {index} {operator.name} of {name} is not full int8: tensor "
                    f"{tensor.name!r} {problem}"
                )
    for number in (*model.inputs, *model.outputs):
        if problem := _problem(model.tensors[number]):
            raise ModelError(f"{name}: tensor {model.tensors[number].name!r} {problem}")


def _problem(tensor: Tensor) -> str:
    """What keeps ``tensor`` from being part of an int8 model; empty when nothing does."""
    if tensor.is_constant:
        return "" if tensor.dtype in _CONSTANTS else f"is a constant of {tensor.dtype}; {_CURE}"
    if tensor.is_variable and tensor.dtype in _KEPT:
        return ""
    return _problem_of_activation(tensor)


def _problem_of_activation(tensor: Tensor) -> str:
    if tensor.dtype != "INT8":
        return f"is {tensor.dtype}; {_CURE}"
    if not tensor.scales:
        return f"has no scale; {_CURE}"
    if not tensor.has_fixed_shape:
        return f"has shape {list(tensor.signature)}; {FIXED_SHAPE}"
    if 0 in tensor.shape:
        return f"has shape {list(tensor.shape)}, without a value"
    if tensor.shape and tensor.shape[0] != 1:
        return f"has batch {tensor.shape[0]}, expected 1"
    return ""
