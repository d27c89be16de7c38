"""Examples in the type that a model's own input has, and the contract that says what they are."""

from pathlib import Path

import numpy as np

from convert.compiler import ir
from convert.compiler.operators.common.reader import QUANTIZED
from convert.tflite import Model, Tensor
from runtime import contract, interpreter
from runtime.classifier import as_type
from runtime.contract import Contract
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


def contract_of(path: Path, network: ir.Graph) -> Contract | None:
    """What the network in the file ``path`` is for.

    None: it has several inputs, or one that is no real number. Raises ModelError for a contract or
    labels beside it that do not fit it.
    """
    given = network.input
    if len(network.inputs) != 1 or given.shape[:1] != (1,):
        return None
    if given.dtype != "FLOAT32" and not (given.dtype in QUANTIZED and given.scale):
        return None
    return contract.of(path, _as_read(given), [_as_read(one) for one in network.outputs])


def _as_read(tensor: ir.Tensor) -> interpreter.Tensor:
    """``tensor`` as an interpreter tells of it."""
    return interpreter.Tensor(
        tensor.name, tensor.shape, tensor.numpy, float(tensor.scale), tensor.zero_point
    )
