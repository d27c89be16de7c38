"""A Keras model, of version 2 or 3, taken apart into nodes."""

from dataclasses import replace
from typing import Any

from runtime.errors import ModelError
from train.activations import WAY_OUT, Call
from train.nodes import INPUT, Graph, Node, unique
from train.spelling import FUNCTIONS, spell
from train.tf import tf

_FUNCTIONS_AS_LAYERS = ("TFOpLambda", "SlicingOpLambda")


def take_apart(model: Any) -> Graph:
    """The nodes of ``model``; raises ModelError, naming the layer, for what is not known."""
    return _Reader(model).graph


class _Reader:
    """Goes through a model and those within it, and collects nodes."""

    def __init__(self, model: Any) -> None:
        self.keras = 3 if type(model).__module__.startswith("keras.src") else 2
        self.nodes: dict[str, Node] = {}
        self.known: dict[int, str] = {}  # a symbolic tensor's id -> the node that computes it
        whole = _functional(model)
        for tensor in _flat(whole.inputs):
            self._input(tensor)
        inputs = tuple(self.nodes)
        self._go_through(whole)
        outputs = tuple(self.known[id(tensor)] for tensor in _flat(whole.outputs))
        self.graph = Graph(tuple(self.nodes.values()), inputs, outputs).ordered()

    def _input(self, tensor: Any) -> None:
        name = unique(_made_by(tensor).name, self.nodes.keys())
        if tensor.dtype not in ("float32", tf.float32):
            raise ModelError(
                f"input {name!r} is {_dtype(tensor)}: only float32 inputs are known here"
            )
        self.nodes[name] = Node(name, INPUT, {}, (), _shape(tensor, name))
        self.known[id(tensor)] = name

    def _go_through(self, model: Any) -> None:
        """Collect the nodes of ``model``, whose inputs are known."""
        for depth in sorted(model._nodes_by_depth, reverse=True):
            for node in model._nodes_by_depth[depth]:
                layer = node.operation if self.keras == 3 else node.layer
                if type(layer).__name__ != "InputLayer":
                    self._apply(layer, node)

    def _apply(self, layer: Any, node: Any) -> None:
        given = list(node.input_tensors if self.keras == 3 else node.keras_inputs)
        results = _flat(node.output_tensors if self.keras == 3 else node.outputs)
        if hasattr(layer, "layers") and hasattr(layer, "inputs"):
            self._inner(layer, given, results)
            return
        if len(results) != 1:
            raise ModelError(f"layer {layer.name!r} has {len(results)} outputs: {WAY_OUT}")
        call = self._call(layer, node, given, results[0])
        last = call.inputs[0] if call.inputs else ""
        renamed: dict[str, str] = {}
        for made in self._spelled(layer, call):
            name = unique(made.name, self.nodes.keys())
            self.nodes[name] = replace(made.reading(renamed), name=name)
            renamed[made.name] = last = name
        self.known[id(results[0])] = last

    def _spelled(self, layer: Any, call: Call) -> list[Node]:
        if hasattr(layer, "get_weights") and type(layer).__name__ not in _FUNCTIONS_AS_LAYERS:
            return spell(call)
        if call.kind not in FUNCTIONS:
            raise ModelError(f"the function {call.kind} ({call.name!r}) is not known: {WAY_OUT}")
        return FUNCTIONS[call.kind](call)

    def _call(self, layer: Any, node: Any, given: list[Any], result: Any) -> Call:
        config = layer.get_config() if hasattr(layer, "get_config") else {}
        kind = type(layer).__name__
        lambda_ = kind in _FUNCTIONS_AS_LAYERS
        weights = [] if lambda_ or not hasattr(layer, "get_weights") else layer.get_weights()
        whole = node.arguments if self.keras == 3 else None
        args = whole.args if whole else node.call_args
        named = whole.kwargs if whole else node.call_kwargs
        # A file may turn positions into names.
        arguments = (*args, *(value for key, value in named.items() if key != "name"))
        inputs = tuple(self.known[id(tensor)] for tensor in given)
        return Call(
            layer.name,
            config["function"] if lambda_ else kind,
            config,
            weights,
            inputs,
            tuple(self.nodes[name].shape for name in inputs),
            _shape(result, layer.name),
            self.keras,
            tuple(None if _is_symbolic(value) else value for value in arguments),
            layer,
        )

    def _inner(self, model: Any, given: list[Any], results: list[Any]) -> None:
        """A model that is used as a layer."""
        whole = _functional(model)
        for tensor, source in zip(_flat(whole.inputs), given, strict=True):
            self.known[id(tensor)] = self.known[id(source)]
        self._go_through(whole)
        for tensor, source in zip(results, _flat(whole.outputs), strict=True):
            self.known[id(tensor)] = self.known[id(source)]


def _functional(model: Any) -> Any:
    """``model`` as a graph of layers; raises ModelError for one that is only Python code."""
    whole = model
    if type(model).__name__ == "Sequential" and not hasattr(model, "_nodes_by_depth"):
        whole = getattr(model, "_functional", None)
    if getattr(whole, "_nodes_by_depth", None) and _flat(whole.inputs):
        return whole
    if type(model).__name__ == "Sequential":
        raise ModelError(
            f"the Sequential {model.name!r} does not know its input: give it an Input(shape) first"
        )
    raise ModelError(
        f"{model.name!r} is a {type(model).__name__}, a model that is Python code and no graph of "
        f"layers: {WAY_OUT}"
    )


def _flat(structure: Any) -> list[Any]:
    return list(tf.nest.flatten(structure))


def _made_by(tensor: Any) -> Any:
    history = tensor._keras_history
    return getattr(history, "layer", None) or history.operation


def _is_symbolic(value: Any) -> bool:
    return hasattr(value, "_keras_history")


def _dtype(tensor: Any) -> str:
    return getattr(tensor.dtype, "name", str(tensor.dtype))


def _shape(tensor: Any, name: str) -> tuple[int, ...]:
    """Without the batch; raises ModelError where a dimension is open."""
    sides = tuple(tensor.shape)[1:]
    if None in sides:
        raise ModelError(
            f"{name!r} has shape {[*sides]}, with an open dimension: build the network for one size"
        )
    return tuple(int(side) for side in sides)
