"""From the network as it is trained to the graph that is quantized: the same function, fewer ops.

Batch normalisation is folded into its convolution; ReLU goes before max-pooling, where it becomes
part of the convolution; dropout and a final softmax disappear. Max-pool and ReLU commute exactly,
because both are monotone, so only the folding changes any float, and that by rounding alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from runtime.errors import ModelError
from train.tf import keras

Array = npt.NDArray[np.float32]
_SUPPORTED = (
    "Conv2D",
    "DepthwiseConv2D",
    "Dense",
    "BatchNormalization",
    "MaxPooling2D",
    "AveragePooling2D",
    "ReLU",
    "Activation",
    "Softmax",
    "Flatten",
    "Reshape",
    "Dropout",
)
_WITH_ACTIVATION = ("Conv2D", "Dense")


@dataclass(frozen=True)
class Stage:
    """One layer, taken apart: what it is, how it is configured, and its weights."""

    kind: str  # the Keras class
    config: dict[str, Any]
    weights: list[Array] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The layer's name in the model it came from."""
        return str(self.config["name"])

    def applies(self, activation: str) -> bool:
        """Whether this layer is nothing but ``activation``, however it is spelled."""
        if self.kind == "ReLU":
            plain = self.config.get("max_value") is None and not self.config.get("threshold")
            return activation == "relu" and plain and not self.config.get("negative_slope")
        if self.kind == "Softmax":
            return activation == "softmax"
        return self.kind == "Activation" and self.config["activation"] == activation

    def with_activation(self, activation: str) -> "Stage":
        """The same layer, followed by ``activation``."""
        return Stage(self.kind, self.config | {"activation": activation}, self.weights)


def deployment_graph(model: keras.Model) -> keras.Sequential:
    """The graph that computes what ``model`` computes, arranged for int8.

    Raises ModelError, naming the layer, for what cannot be deployed this way.
    """
    stages = _drop_training_only(take_apart(model))
    stages = _fuse_relu(_relu_before_pool(_fold_batch_norm(stages)))
    return assemble(stages, model.input_shape[1:])


def take_apart(model: keras.Model) -> list[Stage]:
    """The layers of a linear chain, in order, without its input layer."""
    layers = [layer for layer in model.layers if not isinstance(layer, keras.layers.InputLayer)]
    for layer in layers:
        kind = type(layer).__name__
        if kind not in _SUPPORTED:
            raise ModelError(
                f"layer {layer.name!r} is a {kind}: supported are {', '.join(_SUPPORTED)}"
            )
        if len(layer.inbound_nodes) != 1 or isinstance(layer.input, list):
            raise ModelError(f"layer {layer.name!r} is not part of a simple chain of layers")
    return [Stage(type(x).__name__, x.get_config(), x.get_weights()) for x in layers]


def assemble(stages: Sequence[Stage], shape: tuple[int, ...]) -> keras.Sequential:
    """Build the chain of ``stages`` for inputs of ``shape`` [height, width, channels]."""
    model = keras.Sequential([keras.layers.InputLayer(shape, name="image")], name="int8")
    for stage in stages:
        layer = getattr(keras.layers, stage.kind).from_config(stage.config)
        model.add(layer)
        layer.set_weights(stage.weights)
    return model


def _drop_training_only(stages: Sequence[Stage]) -> list[Stage]:
    kept = [stage for stage in stages if stage.kind != "Dropout"]
    if kept and kept[-1].applies("softmax"):
        kept.pop()
    if kept and kept[-1].config.get("activation") == "softmax":
        kept[-1] = kept[-1].with_activation("linear")
    return kept


def _fold_batch_norm(stages: Sequence[Stage]) -> list[Stage]:
    folded: list[Stage] = []
    for stage in stages:
        if stage.kind != "BatchNormalization":
            folded.append(stage)
            continue
        before = folded.pop() if folded else None
        linear = before is not None and before.config.get("activation", "linear") == "linear"
        if before is None or before.kind != "Conv2D" or not linear:
            raise ModelError(
                f"batch normalisation {stage.name!r} must stand right behind a convolution"
            )
        folded.append(_fold(before, stage))
    return folded


def _fold(convolution: Stage, norm: Stage) -> Stage:
    kernel = convolution.weights[0]  # [height, width, in, out]
    out = kernel.shape[-1]
    bias = convolution.weights[1] if convolution.config["use_bias"] else np.zeros(out, np.float32)
    left = iter(norm.weights)
    gamma = next(left) if norm.config["scale"] else np.ones(out, np.float32)
    beta = next(left) if norm.config["center"] else np.zeros(out, np.float32)
    mean, variance = left
    factor = gamma / np.sqrt(variance + norm.config["epsilon"])
    weights = [kernel * factor, (bias - mean) * factor + beta]
    return Stage("Conv2D", convolution.config | {"use_bias": True}, weights)


def _relu_before_pool(stages: Sequence[Stage]) -> list[Stage]:
    ordered = list(stages)
    for i in range(len(ordered) - 1):
        if ordered[i].kind == "MaxPooling2D" and ordered[i + 1].applies("relu"):
            ordered[i], ordered[i + 1] = ordered[i + 1], ordered[i]
    return ordered


def _fuse_relu(stages: Sequence[Stage]) -> list[Stage]:
    fused: list[Stage] = []
    for stage in stages:
        before = fused[-1] if fused else None
        linear = before is not None and before.config.get("activation") == "linear"
        if before and linear and before.kind in _WITH_ACTIVATION and stage.applies("relu"):
            fused[-1] = before.with_activation("relu")
        else:
            fused.append(stage)
    return fused
