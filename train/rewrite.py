"""The same function with fewer operators, and those that int8 takes best.

Batch normalisation goes into the convolution or dense layer before it or behind it, or stays as a
convolution of one value for each channel. ReLU goes before max-pooling, where it becomes part of
the convolution: both are monotone, so they commute exactly.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from train.nodes import Graph, Node, unique

Scores = Literal["logits", "probabilities", "independent", "values"]
"""What an output is: of classes before or behind a softmax; behind a sigmoid each; any other."""
_ABSORB = ("Conv2D", "DepthwiseConv2D", "Conv2DTranspose", "Dense")
_AVERAGES = ("AveragePooling2D", "GlobalAveragePooling2D", "UpSampling2D", "Cropping2D")
_MONOTONE = ("MaxPooling2D", "GlobalMaxPooling2D")
_MOVING = ("Flatten", "Reshape")


class Scaling(NamedTuple):
    """real = (value - mean) / deviation; one number each, or one for each channel."""

    mean: tuple[float, ...]
    deviation: tuple[float, ...]


Numbers = npt.NDArray[Any]
"""float32 as trained, or float64 as computed."""


class Affine(NamedTuple):
    """factor * x + shift, for each channel."""

    factor: Numbers
    shift: Numbers


def deployed(graph: Graph) -> Graph:
    """``graph``, whose output scores are what they shall be, arranged for int8."""
    return _lift(fuse_relu(relu_before_pool(fold(graph)))).ordered()


def without_scaling(graph: Graph) -> tuple[Graph, dict[str, Scaling | None]]:
    """``graph`` without the scales that its inputs begin with, and what these are."""
    found: dict[str, Scaling | None] = {}
    for name in graph.inputs:
        total = None
        while (scale := _leading(graph, name)) is not None:
            factor, shift = (np.asarray(part, np.float64) for part in _affine(scale))
            if total is not None:
                factor, shift = total.factor * factor, total.shift * factor + shift
            total = Affine(factor, shift)
            graph = graph.without(scale.name)
        found[name] = None if total is None else scaling_of(total)
    return graph, found


def _leading(graph: Graph, name: str) -> Node | None:
    """The scale that alone reads the input ``name``, if its factors are positive."""
    behind = graph.only_consumer(name)
    scales = behind is not None and behind.kind == "BatchNormalization"
    return behind if behind and scales and np.all(_affine(behind).factor > 0) else None


def scaling_of(affine: Affine) -> Scaling:
    """The scaling that computes ``affine``, whose factors are positive."""
    parts = (-affine.shift / affine.factor, 1 / affine.factor)
    values = ([_told(float(value)) for value in part] for part in parts)
    return Scaling(*(tuple(part[:1] if len(set(part)) == 1 else part) for part in values))


def _told(value: float) -> float:
    """As float32 computes with it; 127.5 where the rounding of 1/127.5 has left 127.49999."""
    plain = float(f"{value:.5g}")
    return plain if abs(plain - value) <= 2e-7 * abs(value) else float(np.float32(value)) + 0.0


def without_softmax(graph: Graph) -> tuple[Graph, tuple[Scores, ...]]:
    """``graph`` with logits where it ends in a softmax, and what each output is.

    A sigmoid stays: its values are bounded, and its grid in int8 is fixed.
    """
    kinds: list[Scores] = []
    for output in graph.outputs:
        node = graph[output]
        while node.kind in _MOVING:
            node = graph[node.inputs[0]]
        kind: Scores = "values"
        if node.kind == "Softmax" and _over_classes(node):
            kind = "logits"
            graph = _skip(graph, output, node)
        elif node.kind == "Softmax":
            kind = "probabilities"
        elif node.config.get("activation") == "sigmoid":
            kind = "independent"
        kinds.append(kind)
    return graph.ordered(), tuple(kinds)


def _over_classes(node: Node) -> bool:
    return node.config["axis"] in (-1, len(node.shape))


def _skip(graph: Graph, output: str, node: Node) -> Graph:
    """``graph`` whose ``output`` does without ``node``, which others may still read."""
    if output == node.name and graph.consumers(node.name):
        outputs = (node.inputs[0] if name == output else name for name in graph.outputs)
        return replace(graph, outputs=tuple(outputs))
    return graph.without(node.name)


def _affine(node: Node) -> Affine:
    gamma, beta, mean, variance = node.weights
    factor = gamma / np.sqrt(variance + node.config["epsilon"])
    return Affine(factor, (0 - mean) * factor + beta)


def fold(graph: Graph) -> Graph:
    """Put each batch normalisation into a layer before or behind it, where that is exact."""
    for name in [node.name for node in graph.nodes if node.kind == "BatchNormalization"]:
        node = graph[name]
        affine = _affine(node)
        scaled = graph[node.inputs[0]]
        if scaled.kind == node.kind and graph.only_consumer(scaled.name):
            graph = graph.changed(_composed(scaled, affine)).without(name)
        elif before := _reach_back(graph, node, affine):
            graph = graph.changed(_fold_back(before, node)).without(node.name)
        elif behind := _reach_forward(graph, node, affine):
            repeats = graph[behind.inputs[0]].shape[-1] // len(affine.factor)
            tiled = Affine(*(np.tile(part, repeats) for part in affine))
            graph = graph.changed(_fold_forward(behind, tiled)).without(node.name)
    return graph


def _composed(first: Node, then: Affine) -> Node:
    """The scale ``first`` followed by another, as one."""
    factor, shift = _affine(first)
    none = np.zeros_like(factor)
    weights = (then.factor * factor, then.factor * shift + then.shift, none, none + 1)
    return replace(first, config={"epsilon": 0.0}, weights=weights)


def _passes(node: Node, affine: Affine) -> bool:
    """Whether scaling before ``node`` is the same as scaling behind it."""
    return node.kind in _AVERAGES or (node.kind in _MONOTONE and bool(np.all(affine.factor > 0)))


def _reach_back(graph: Graph, norm: Node, affine: Affine) -> Node | None:
    """The layer of weights whose output ``norm`` scales, and nobody else reads."""
    node = graph[norm.inputs[0]]
    while graph.only_consumer(node.name):
        if node.kind in _ABSORB:
            return node
        if not _passes(node, affine):
            return None
        node = graph[node.inputs[0]]
    return None


def _reach_forward(graph: Graph, norm: Node, affine: Affine) -> Node | None:
    """The layer of weights, without padding, that alone reads what ``norm`` gives."""
    node = graph.only_consumer(norm.name)
    while node is not None and not _takes_scale(node):
        flattens = node.kind in _MOVING and len(node.shape) == 1
        if not _passes(node, affine) and not flattens:
            return None
        node = graph.only_consumer(node.name)
    return node


def _takes_scale(node: Node) -> bool:
    """Whether what comes before can be part of the weights: zeros of a padding are not scaled."""
    unpadded = (
        node.config.get("padding", "valid") == "valid" or max(node.config["kernel_size"]) == 1
    )
    plain = node.kind in ("Conv2D", "DepthwiseConv2D") and node.config.get("groups", 1) == 1
    return node.kind == "Dense" or (plain and unpadded)


def _fold_back(layer: Node, norm: Node) -> Node:
    kernel = layer.weights[0]
    gamma, beta, mean, variance = norm.weights
    factor = gamma / np.sqrt(variance + norm.config["epsilon"])
    bias = layer.weights[1] if layer.config["use_bias"] else np.zeros(len(factor), np.float32)
    shape = {"DepthwiseConv2D": kernel.shape[2:], "Conv2DTranspose": (*factor.shape, 1)}
    scaled = kernel * factor.reshape(shape.get(layer.kind, factor.shape))
    return _weighted(layer, scaled, (bias - mean) * factor + beta)


def _fold_forward(layer: Node, affine: Affine) -> Node:
    kernel = layer.weights[0].astype(np.float64)  # [..., in, out], depthwise [..., in, multiplier]
    factor, shift = (part[:, None] for part in affine)
    spatial = tuple(range(kernel.ndim - 2))
    moved = np.sum(kernel * shift, axis=spatial)
    moved = moved.ravel() if layer.kind == "DepthwiseConv2D" else moved.sum(axis=0)
    bias = layer.weights[1] if layer.config["use_bias"] else 0
    return _weighted(layer, kernel * factor, moved + bias)


def _weighted(layer: Node, kernel: Numbers, bias: Numbers) -> Node:
    weights = (kernel.astype(np.float32), bias.astype(np.float32))
    return replace(layer, config={**layer.config, "use_bias": True}, weights=weights)


def relu_before_pool(graph: Graph) -> Graph:
    """Swap each max-pooling with the ReLU that alone reads it."""
    for name in [node.name for node in graph.nodes if node.kind == "MaxPooling2D"]:
        pool = graph[name]
        relu = graph.only_consumer(pool.name)
        source = graph[pool.inputs[0]]
        alone = graph.only_consumer(source.name) is not None
        if relu is not None and relu.kind in ("ReLU", "LeakyReLU") and alone:
            first = replace(relu, inputs=pool.inputs, shape=source.shape)
            second = replace(pool, inputs=(relu.name,))
            graph = _swapped(graph, pool, relu, first, second)
    return graph


def _swapped(graph: Graph, pool: Node, relu: Node, first: Node, second: Node) -> Graph:
    """``graph`` with ``first`` and ``second`` for ``pool`` and ``relu``; readers read the last."""
    kept: list[Node] = []
    for node in graph.nodes:
        if node.name == pool.name:
            kept += [first, second]
        elif node.name != relu.name:
            kept.append(node.reading({relu.name: pool.name}))
    outputs = tuple(pool.name if name == relu.name else name for name in graph.outputs)
    return Graph(tuple(kept), graph.inputs, outputs)


def fuse_relu(graph: Graph) -> Graph:
    """Make each plain ReLU the activation of the convolution or dense layer that it alone reads."""
    for name in [node.name for node in graph.nodes if node.kind == "ReLU"]:
        relu = graph[name]
        before = graph[relu.inputs[0]]
        plain = relu.config["max_value"] is None and not relu.config.get("threshold")
        if plain and before.kind in ("Conv2D", "Dense") and graph.only_consumer(before.name):
            activated = replace(before, config={**before.config, "activation": "relu"})
            graph = graph.changed(activated).without(relu.name)
    return graph


def _lift(graph: Graph) -> Graph:
    """Make all layers those of [height, width, channels]; a scale becomes a convolution."""
    for name in [node.name for node in graph.nodes]:
        node = graph[name]
        scale = node.kind == "BatchNormalization"
        made = _as_convolution(node) if scale else node
        if made.lifted:
            graph = graph.replaced(node.name, *_reshaped(graph, made))
        elif scale:
            graph = graph.changed(made)
    return _cancel(graph)


def _as_convolution(norm: Node) -> Node:
    """A depthwise convolution of 1x1: one factor and one shift for each channel."""
    factor, shift = (part.astype(np.float32) for part in _affine(norm))
    config = {"kernel_size": (1, 1), "use_bias": True}
    weights = (factor[None, None, :, None], shift)
    lifted = len(norm.shape) != 3
    return replace(norm, kind="DepthwiseConv2D", config=config, weights=weights, lifted=lifted)


def _reshaped(graph: Graph, node: Node) -> Iterator[Node]:
    """``node`` with a reshape before it, to three dimensions, and one behind it."""
    taken = {other.name for other in graph.nodes}
    source = graph[node.inputs[0]]
    up = unique(f"{node.name}_up", taken)
    yield Node(
        up, "Reshape", {"target_shape": _lifted(source.shape)}, node.inputs, _lifted(source.shape)
    )
    whole = node.shape if node.kind.startswith("Global") else _lifted(node.shape)
    yield replace(node, inputs=(up,), shape=whole, lifted=False)
    if whole != node.shape:
        down = unique(f"{node.name}_down", taken)
        yield Node(down, "Reshape", {"target_shape": node.shape}, (node.name,), node.shape)


def _lifted(shape: tuple[int, ...]) -> tuple[int, ...]:
    """[length, channels] as [1, length, channels], and more or fewer dimensions alike."""
    return (1, int(np.prod(shape[:-1])), shape[-1])


def _cancel(graph: Graph) -> Graph:
    """Leave out chains of reshapes that end in the shape that they begin with."""
    names: dict[str, str] = {}
    for node in graph.nodes:
        if node.kind not in _MOVING:
            continue
        source = graph[node.inputs[0]]
        while source.kind in _MOVING and source.shape != node.shape:
            source = graph[source.inputs[0]]
        if source.shape == node.shape:
            names[node.name] = source.name
    for name, source_name in names.items():
        names[name] = names.get(source_name, source_name)
    nodes = tuple(node.reading(names) for node in graph.nodes if node.name not in names)
    outputs = tuple(names.get(name, name) for name in graph.outputs)
    return Graph(nodes, graph.inputs, outputs).ordered()
