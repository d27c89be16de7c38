"""Examples in the type that a model's own input has."""

import numpy as np

from convert.tflite import Model, Tensor
from runtime import interpreter
from runtime.classifier import as_type
from runtime.dataset import Array, Floats
from runtime.tasks.task import Task


def as_runtime(tensor: Tensor) -> interpreter.Tensor:
    """The same tensor as an interpreter tells of it."""
    scale, zero_point = (tensor.scales[0], tensor.zero_points[0]) if tensor.scales else (0.0, 0)
    dtype = np.dtype(tensor.dtype.lower())
    return interpreter.Tensor(tensor.name, tensor.shape, dtype, scale, zero_point)


def fed(task: Task, examples: Array, graph: Model) -> Array:
    """``examples`` [count, *task.stored_shape] as the only input of ``graph`` takes them."""
    return of_type(task.real(examples), graph)


def of_type(real: Floats, graph: Model) -> Array:
    """Real values [count, *shape] as the only input of ``graph`` takes them."""
    return as_type(real, as_runtime(graph.tensors[graph.inputs[0]]))
