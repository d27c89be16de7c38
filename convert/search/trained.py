"""The values of a trained network, as ``flat`` quantizes them."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from convert.search.flat import Floats, Span, Values
from runtime.dataset import Examples
from runtime.tasks.task import Task
from train import feed, qat
from train.graph import deployment_graph
from train.network import Layer
from train.tf import tf

CALIBRATION = 500
"""Examples that the ranges are taken from."""


def values(chain: Sequence[Layer], model: Any, task: Task, examples: Examples) -> Values:
    """Weights of the Keras ``model`` of ``chain``, and ranges that ``examples`` give."""
    graph = deployment_graph(model)
    weights: dict[str, tuple[Floats, Floats]] = {}
    for layer in graph.layers:
        if found := layer.get_weights():
            kernel = found[0]
            bias = found[1] if len(found) > 1 else np.zeros(_outputs(layer), np.float32)
            weights[layer.name] = kernel, bias
    chosen = qat.calibration(len(examples), 0, CALIBRATION)
    real = task.real(examples.inputs[chosen])
    ranges = _ranges(chain, qat.observe(graph, [tf.constant(real)]))
    ranges[""] = feed.bounds(task) or (float(real.min()), float(real.max()))
    return Values(weights, ranges)


def _outputs(layer: Any) -> int:
    return int(layer.output_shape[-1])


def _ranges(chain: Sequence[Layer], seen: dict[str, Span]) -> dict[str, Span]:
    """By the names of ``chain``: of a convolution what its activation leaves."""
    found = dict(seen)
    for layer in chain:
        active = layer.name.replace("conv", "relu")
        if layer.activation and active in seen:
            found[layer.name] = seen[active]
    return found
