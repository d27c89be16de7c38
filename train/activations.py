"""A layer or a function as Keras tells it, and one spelling for each activation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from runtime.errors import ModelError
from train.nodes import Array, Node

WAY_OUT = (
    "replace it, or save the whole network as a SavedModel (model.export('folder')) or as a float "
    ".tflite and give that"
)
"""What to do about a layer that is not known by its configuration."""


@dataclass(frozen=True)
class Call:
    """A layer or a function applied to something, as Keras tells it."""

    name: str  # of the layer
    kind: str  # its class, or the function's name
    config: Mapping[str, Any]
    weights: Sequence[Array]
    inputs: tuple[str, ...]
    given: tuple[tuple[int, ...], ...]  # shapes of the inputs, without the batch
    shape: tuple[int, ...]  # of the output, without the batch
    keras: int  # the version: 2 or 3
    constants: tuple[Any, ...] = ()  # of a function: its arguments in order, None for a tensor
    layer: Any = None

    def node(self, kind: str, config: Mapping[str, Any], **more: Any) -> Node:
        """A node that computes this call's output from its inputs."""
        return Node(self.name, kind, config, self.inputs, self.shape, **more)

    def taken(self, *keys: str) -> dict[str, Any]:
        """Those entries of the configuration."""
        return {key: self.config[key] for key in keys if key in self.config}

    def fail(self, why: str) -> ModelError:
        """The error that names this layer."""
        return ModelError(f"layer {self.name!r} ({self.kind}) {why}")


CURES = {
    "LayerNormalization": "BatchNormalization, which costs nothing once it is folded",
    "GroupNormalization": "BatchNormalization, which costs nothing once it is folded",
    "Bidirectional": "a layer of one direction, an LSTM or a GRU by itself",
    "elu": "ReLU or LeakyReLU",
    "selu": "ReLU or LeakyReLU",
}
"""What to put in the place of a layer, or an activation, that no way leads to int8 for."""


def without_int8(where: str, kind: str) -> ModelError:
    """The error for ``kind`` of CURES at the place ``where``."""
    return ModelError(
        f"{where}, which cannot become int8: use {CURES[kind]} instead, and train the network again"
    )


ACTIVATIONS = frozenset(
    ("sigmoid", "tanh", "swish", "gelu", "elu", "selu", "exponential", "softplus", "softsign")
)
"""What an Activation of Keras 2 is left to do, by its name."""
_SAME = {"silu": "swish", "hard_silu": "hard_swish"}


def activation(call: Call, what: Any, behind: str) -> Node | None:
    """The node of the activation ``what``, which reads ``behind``; None: it is linear."""
    if isinstance(what, Mapping):  # a serialized function, or a layer that serves as one
        inner = what.get("config")
        name = inner if isinstance(inner, str) else what.get("class_name", "?")
        options = inner if isinstance(inner, Mapping) else {}
    else:
        name, options = "linear" if what is None else str(what), {}
    kind, config = named(call, _SAME.get(name, name), options)
    if kind == "Activation" and config["activation"] == "linear":
        return None
    return Node(f"{call.name}_{name}", kind, config, (behind,), call.shape)


def named(call: Call, name: str, options: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Kind and configuration of the activation ``name``, or of the layer of that class."""
    if name in ("relu", "relu6", "ReLU"):
        return _relu({"max_value": 6.0} if name == "relu6" else options)
    if name in ("leaky_relu", "LeakyReLU"):
        # Both functions have 0.2, the layers 0.3; Keras 2 calls it alpha.
        default = 0.2 if name == "leaky_relu" else 0.3
        slope = options.get("negative_slope", options.get("alpha", default))
        return "LeakyReLU", {"alpha": float(slope)}
    if name in ("softmax", "Softmax"):
        return "Softmax", {"axis": options.get("axis", -1)}
    if name in ("ELU", "elu") and float(options.get("alpha", 1.0)) != 1:
        return "ELU", {"alpha": float(options["alpha"])}
    if name == "hard_sigmoid":
        return "Activation", {"activation": "hard_sigmoid" if call.keras == 2 else "hard_sigmoid6"}
    name = "elu" if name == "ELU" else name
    if name in ACTIVATIONS or name in ("linear", "hard_swish"):
        return "Activation", {"activation": name}
    raise call.fail(f"has the activation {name!r}, which is not known here: {WAY_OUT}")


def _relu(options: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    slope = float(np.asarray(options.get("negative_slope") or 0))
    threshold = float(np.asarray(options.get("threshold") or 0))
    highest = options.get("max_value")
    config: dict[str, Any] = {"max_value": None if highest is None else float(highest)}
    if slope and not threshold and highest is None:
        return "LeakyReLU", {"alpha": slope}
    if slope or threshold:
        config |= {"negative_slope": slope, "threshold": threshold}
    return "ReLU", config
