"""One spelling for each layer, whichever Keras it comes from and however it was written.

A layer of activations, an ``activation=`` of another layer, a string, a function of TensorFlow: all
become the same node. What works along one dimension is written as its two-dimensional twin, and
what only training needs becomes nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from train.activations import WAY_OUT, Call, activation, named
from train.nodes import Node

Spelling = Callable[[Call], list[Node]]
TRAINING_ONLY = frozenset(
    (
        *("Dropout", "SpatialDropout1D", "SpatialDropout2D", "AlphaDropout", "GaussianDropout"),
        *("GaussianNoise", "ActivityRegularization", "Identity", "RandomFlip", "RandomRotation"),
        *("RandomZoom", "RandomTranslation", "RandomContrast", "RandomBrightness"),
        *("RandomHeight", "RandomWidth"),
    )
)
"""Layers that do nothing outside of training."""
LONGEST = 64
"""Steps of a recurrent layer that becomes operators of its own for each step."""


def spell(call: Call) -> list[Node]:
    """The nodes that compute ``call``, the last of them its output; none: it does nothing.

    Raises ModelError, naming the layer and a way out, for what is not known.
    """
    if call.config.get("data_format") == "channels_first":
        raise call.fail("has its channels first: build the network with channels last")
    if call.kind in TRAINING_ONLY:
        return []
    spelling = SPELLINGS.get(call.kind)
    if spelling is None:
        raise call.fail(f"is not known here: {WAY_OUT}")
    nodes = spelling(call)
    last = nodes[-1].name if nodes else call.inputs[0]
    if call.kind in _ACTIVATED and (more := activation(call, call.config["activation"], last)):
        nodes.append(more)
    return nodes


def twice(value: Any, first: int = 1) -> tuple[int, int]:
    """A size along one dimension, [length], as that along two: [``first``, length]."""
    return (first, int(np.ravel(value)[0]))


def _convolution(call: Call) -> list[Node]:
    keys = ("filters", "padding", "groups", "use_bias", "depth_multiplier")
    sizes = ("kernel_size", "strides", "dilation_rate")
    config = call.taken(*keys, *sizes)
    kind = call.kind.replace("1D", "2D")
    if call.kind.endswith("2D"):
        return [call.node(kind, config, weights=tuple(call.weights))]
    config |= {size: twice(config[size]) for size in sizes}
    kernel, *bias = call.weights
    before: list[Node] = []
    if config["padding"] == "causal":
        config["padding"] = "valid"
        before = [_causal(call, config)]
    inputs = tuple(node.name for node in before) or call.inputs
    weights = (kernel[None], *bias)
    return [*before, Node(call.name, kind, config, inputs, call.shape, weights, lifted=True)]


def _causal(call: Call, config: Mapping[str, Any]) -> Node:
    left = config["dilation_rate"][1] * (config["kernel_size"][1] - 1)
    length, channels = call.given[0]
    shape = (length + left, channels)
    padding = {"padding": ((0, 0), (left, 0))}
    return Node(f"{call.name}_padding", "ZeroPadding2D", padding, call.inputs, shape, lifted=True)


def _separable(call: Call) -> list[Node]:
    """A depthwise convolution, and a pointwise one behind it."""
    flat = call.kind.endswith("1D")
    depth, point, *bias = call.weights
    channels = depth.shape[-2] * depth.shape[-1]
    keys = ("kernel_size", "strides", "dilation_rate", "padding", "depth_multiplier")
    inner = Call(
        f"{call.name}_depthwise",
        "DepthwiseConv1D" if flat else "DepthwiseConv2D",
        call.taken(*keys) | {"use_bias": False},
        [depth],
        call.inputs,
        call.given,
        (*call.shape[:-1], channels),
        call.keras,
    )
    config = {"filters": point.shape[-1], "kernel_size": (1, 1), "use_bias": bool(bias)}
    weights = (point[None] if flat else point, *bias)
    first = _convolution(inner)
    second = Node(call.name, "Conv2D", config, (inner.name,), call.shape, weights, flat)
    return [*first, second]


def _transposed(call: Call) -> list[Node]:
    keys = ("filters", "padding", "use_bias")
    sizes = ("kernel_size", "strides", "dilation_rate", "output_padding")
    config = call.taken(*keys) | {key: call.config[key] for key in sizes if call.config.get(key)}
    if call.kind.startswith("Conv2D"):
        return [call.node("Conv2DTranspose", config, weights=tuple(call.weights))]
    config |= {
        key: twice(config[key], int(key != "output_padding")) for key in sizes & config.keys()
    }
    kernel, *bias = call.weights
    return [call.node("Conv2DTranspose", config, weights=(kernel[None], *bias), lifted=True)]


def _plain(*keys: str, kind: str = "") -> Spelling:
    """A layer with those entries of its configuration, and the weights as they are."""

    def spelling(call: Call) -> list[Node]:
        config = call.taken(*keys)
        return [call.node(kind or call.kind, config, weights=tuple(call.weights))]

    return spelling


def _pool(call: Call) -> list[Node]:
    config = call.taken("pool_size", "strides", "padding", "keepdims", "interpolation", "size")
    if call.kind.endswith("2D"):
        return [call.node(call.kind, config)]
    if config.get("keepdims"):
        raise call.fail("keeps the dimension that it pools: put a Reshape behind it instead")
    config |= {key: twice(config[key]) for key in ("pool_size", "strides", "size") if key in config}
    return [call.node(call.kind.replace("1D", "2D"), config, lifted=True)]


def _padding(call: Call) -> list[Node]:
    key = "cropping" if "Cropping" in call.kind else "padding"
    config = call.taken(key)
    if call.kind.endswith("2D"):
        return [call.node(call.kind, config)]
    sides = config[key]
    config[key] = ((0, 0), (sides, sides) if isinstance(sides, int) else tuple(sides))
    return [call.node(call.kind.replace("1D", "2D"), config, lifted=True)]


def _layer_of_activation(call: Call) -> list[Node]:
    kind, config = named(call, call.kind, call.config)
    return [call.node(kind, config)]


def _activation_layer(call: Call) -> list[Node]:
    node = activation(call, call.config["activation"], call.inputs[0])
    return [replace(node, name=call.name)] if node else []


def _function(name: str) -> Spelling:
    def spelling(call: Call) -> list[Node]:
        kind, config = named(call, name, call.config)
        return [call.node(kind, config)]

    return spelling


def scale(call: Call, gamma: Any, beta: Any) -> Node:
    """Gamma * x + beta, each one number or one for each channel."""
    channels = call.shape[-1]
    try:
        values = [np.broadcast_to(np.ravel(np.float64(v)), channels) for v in (gamma, beta)]
    except ValueError:
        raise call.fail("scales by more than its channels: only those of the last axis") from None
    ones = np.ones(channels)
    statistics = (0 * ones, ones)
    return call.node("BatchNormalization", {"epsilon": 0.0}, weights=(*values, *statistics))


def _batch_normalization(call: Call) -> list[Node]:
    axis = call.config.get("axis", -1)
    if np.ravel(axis).tolist() not in ([-1], [len(call.shape)]):
        raise call.fail(
            f"normalizes axis {axis}: only the last one, of the channels, is known here"
        )
    left = iter(call.weights)
    count = call.shape[-1]
    gamma = next(left) if call.config["scale"] else np.ones(count, np.float32)
    beta = next(left) if call.config["center"] else np.zeros(count, np.float32)
    mean, variance = left
    config = {"epsilon": call.config["epsilon"]}
    return [call.node("BatchNormalization", config, weights=(gamma, beta, mean, variance))]


def _normalization(call: Call) -> list[Node]:
    mean, variance = (np.asarray(v, np.float64) for v in (call.layer.mean, call.layer.variance))
    deviation = np.maximum(np.sqrt(variance), 1e-7)  # as Keras guards it
    if call.config.get("invert"):
        return [scale(call, deviation, mean)]
    return [scale(call, 1 / deviation, -mean / deviation)]


def _rescaling(call: Call) -> list[Node]:
    values = (np.asarray(call.config[key], np.float64) for key in ("scale", "offset"))
    return [scale(call, *values)]


def _arithmetic(kind: str) -> Spelling:
    """A function of two tensors, or of one and a constant, which is a scale."""

    def spelling(call: Call) -> list[Node]:
        if len(call.inputs) == 2:
            if not kind:
                raise call.fail(f"is not known here: {WAY_OUT}")
            return [call.node(kind, {})]
        first, second = (*call.constants, None, None)[:2]
        if (first is None) == (second is None):
            raise call.fail(f"has no constant that is known here: {WAY_OUT}")
        number = np.asarray(second if first is None else first, np.float64)
        factors: dict[str, tuple[Any, Any]] = {
            "Add": (1, number),
            "Subtract": (1, -number) if first is None else (-1, number),
            "Multiply": (number, 0),
        }
        if kind == "" and first is None:
            return [scale(call, 1 / number, 0)]
        if kind not in factors:
            raise call.fail(f"is not known here: {WAY_OUT}")
        return [scale(call, *factors[kind])]

    return spelling


def _recurrent(call: Call) -> list[Node]:
    for key in ("return_state", "stateful"):
        if call.config.get(key):
            raise call.fail(f"has {key}=True: only whole sequences are known here; {WAY_OUT}")
    keys = ("units", "activation", "recurrent_activation", "use_bias", "return_sequences")
    config = call.taken(*keys, "go_backwards", "reset_after")
    # The fused LSTM of TensorFlow Lite has only these; all others become a step for each row.
    plain = (config["activation"], config.get("recurrent_activation")) == ("tanh", "sigmoid")
    config["unroll"] = call.kind != "LSTM" or not plain or bool(config.get("go_backwards"))
    if config["unroll"] and call.given[0][0] > LONGEST:
        raise call.fail(
            f"has {call.given[0][0]} steps: all but a plain LSTM is unrolled, {LONGEST} steps at "
            "most: take fewer, or an LSTM"
        )
    return [call.node(call.kind, config, weights=tuple(call.weights))]


def _each_time(call: Call) -> list[Node]:
    inner = call.config["layer"]
    if inner["class_name"] != "Dense":
        raise call.fail(f"applies a {inner['class_name']}: only Dense is known here; {WAY_OUT}")
    config = inner["config"]
    kept = {key: config[key] for key in ("units", "use_bias")}
    nodes = [call.node("Dense", kept, weights=tuple(call.weights))]
    more = activation(call, config["activation"], call.name)
    return [*nodes, more] if more else nodes


_POOLS = ("MaxPooling", "AveragePooling", "GlobalMaxPooling", "GlobalAveragePooling", "UpSampling")
SPELLINGS: dict[str, Spelling] = {
    **dict.fromkeys(("Conv1D", "Conv2D", "DepthwiseConv1D", "DepthwiseConv2D"), _convolution),
    **dict.fromkeys(("SeparableConv1D", "SeparableConv2D"), _separable),
    **dict.fromkeys(("Conv1DTranspose", "Conv2DTranspose"), _transposed),
    "Dense": _plain("units", "use_bias"),
    "BatchNormalization": _batch_normalization,
    "Normalization": _normalization,
    "Rescaling": _rescaling,
    **dict.fromkeys(("ReLU", "LeakyReLU", "ELU", "Softmax"), _layer_of_activation),
    "PReLU": _plain("shared_axes"),
    "Activation": _activation_layer,
    **{
        f"{kind}{rank}D": _pool
        for kind in [
            "MaxPooling",
            "AveragePooling",
            "GlobalMaxPooling",
            "GlobalAveragePooling",
            "UpSampling",
        ]
        for rank in (1, 2)
    },
    **{f"{kind}{rank}D": _padding for kind in ("ZeroPadding", "Cropping") for rank in (1, 2)},
    **dict.fromkeys(("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum"), _plain()),
    "Concatenate": _plain("axis"),
    "Flatten": _plain(),
    "Reshape": _plain("target_shape"),
    "Permute": _plain("dims"),
    "RepeatVector": _plain("n"),
    **dict.fromkeys(("LSTM", "GRU", "SimpleRNN"), _recurrent),
    "TimeDistributed": _each_time,
}
"""How each layer is spelled, by its class."""

FUNCTIONS: dict[str, Spelling] = {
    **dict.fromkeys(("Add", "math.add", "__operators__.add"), _arithmetic("Add")),
    **dict.fromkeys(
        ("Subtract", "math.subtract", "__operators__.subtract"), _arithmetic("Subtract")
    ),
    **dict.fromkeys(
        ("Multiply", "math.multiply", "__operators__.multiply"), _arithmetic("Multiply")
    ),
    **dict.fromkeys(("Divide", "TrueDivide", "math.truediv", "math.divide"), _arithmetic("")),
    **dict.fromkeys(("ReLU", "Relu", "nn.relu"), _function("ReLU")),
    **dict.fromkeys(("Relu6", "nn.relu6"), _function("relu6")),
    **dict.fromkeys(("Sigmoid", "nn.sigmoid", "math.sigmoid"), _function("sigmoid")),
    **dict.fromkeys(("Tanh", "nn.tanh", "math.tanh"), _function("tanh")),
    **dict.fromkeys(("Silu", "nn.silu", "nn.swish"), _function("swish")),
    **dict.fromkeys(("Softmax", "nn.softmax"), _function("softmax")),
}
"""How each function is spelled that a model applies without a layer, by Keras 2's or 3's name."""

_ACTIVATED = frozenset(
    (
        *("Conv1D", "Conv2D", "DepthwiseConv1D", "DepthwiseConv2D", "SeparableConv1D"),
        *("SeparableConv2D", "Conv1DTranspose", "Conv2DTranspose", "Dense"),
    )
)
