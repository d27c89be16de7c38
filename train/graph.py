"""From the network as it is trained to the graph that is quantized, which computes the same."""

from collections.abc import Iterator, Sequence
from typing import Any

from train.nodes import INPUT, Graph, Node
from train.parts import take_apart
from train.rewrite import deployed, without_softmax
from train.tf import keras, tf


def deployment_graph(model: keras.Model) -> keras.Model:
    """The graph that computes what ``model`` computes, arranged for int8; logits, no softmax.

    Raises ModelError, naming the layer, for what cannot be deployed this way.
    """
    graph, _ = without_softmax(take_apart(model))
    return assemble(deployed(graph))


def assemble(graph: Graph) -> keras.Model:
    """The Keras model of ``graph``, its layers named like the nodes."""
    layers = {node.name: _layer(node) for node in graph.nodes if node.kind != INPUT}
    if graph.is_chain:
        first, *_ = graph.nodes
        model = keras.Sequential(
            [keras.layers.InputLayer(first.shape, name=first.name)], name="int8"
        )
        for layer in layers.values():
            model.add(layer)
    else:
        model = _functional(graph, layers)
    for node in graph.nodes:
        if node.weights:
            layers[node.name].set_weights(node.weights)
    return model


def _functional(graph: Graph, layers: dict[str, Any]) -> keras.Model:
    values = {name: keras.Input(graph[name].shape, name=name) for name in graph.inputs}
    for node in graph.nodes:
        if node.kind != INPUT:
            given = [values[name] for name in node.inputs]
            values[node.name] = layers[node.name](given if len(given) > 1 else given[0])
    inputs = [values[name] for name in graph.inputs]
    return keras.Model(inputs, [values[name] for name in graph.outputs], name="int8")


def _layer(node: Node) -> Any:
    config = dict(node.config)
    function = _FUNCTIONS.get(config.get("activation", ""))
    if function:
        config["activation"] = function
    return getattr(keras.layers, node.kind)(name=node.name, **config)


def walk(model: keras.Model, given: Sequence[Any]) -> Iterator[tuple[Any, tuple[str, ...], Any]]:
    """Each layer of what ``assemble`` made, with the names of what it reads, and its output.

    ``given`` are the values of the inputs. A value is let go behind its last reader.
    """
    nodes = [
        node
        for depth in sorted(model._nodes_by_depth, reverse=True)
        for node in model._nodes_by_depth[depth]
    ]
    last = {id(tensor): node for node in nodes for tensor in node.keras_inputs}
    values = {id(tensor): value for tensor, value in zip(model.inputs, given, strict=True)}
    names = {id(tensor): name for tensor, name in zip(model.inputs, model.input_names, strict=True)}
    for node in nodes:
        sources = [id(tensor) for tensor in node.keras_inputs]
        if not sources:
            continue
        result = id(node.outputs)
        read = [values[source] for source in sources]
        values[result] = node.layer(read if len(read) > 1 else read[0], training=False)
        yield node.layer, tuple(names[source] for source in sources), values[result]
        names[result] = node.layer.name
        for source in {source for source in sources if last[source] is node}:
            del values[source]


def hard_sigmoid(x: Any) -> Any:
    """As Keras 3 has it, and PyTorch; Keras 2 has another."""
    return tf.nn.relu6(x + 3.0) / 6.0


def hard_swish(x: Any) -> Any:
    """A sigmoid-like gate of straight lines, times its input."""
    return x * tf.nn.relu6(x + 3.0) * (1 / 6)


_FUNCTIONS = {"hard_sigmoid6": hard_sigmoid, "hard_swish": hard_swish}
"""Activations that Keras 2 has no name for."""
