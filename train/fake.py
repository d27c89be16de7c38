"""Fake quantization by tensorflow-model-optimization, whose import alone takes seconds."""

import re
import warnings
from contextlib import AbstractContextManager
from typing import Any

from runtime.errors import ModelError

from train.tf import keras, silence  # isort: skip - must come before what imports TensorFlow
import tensorflow_model_optimization as tfmot

_API = tfmot.quantization.keras


class OutputAlone(_API.QuantizeConfig):  # type: ignore[name-defined] # ships no types
    """A layer without weights, whose output is quantized, or is not.

    An average or a copy of codes has the range of its input: a range of its own would cost an
    operator that changes from one to the other.
    """

    def __init__(self, *, quantizes: bool) -> None:
        self.quantizes = quantizes

    def get_weights_and_quantizers(self, layer: Any) -> list[Any]:  # noqa: ARG002 - of the library
        """There are none."""
        return []

    def get_activations_and_quantizers(self, layer: Any) -> list[Any]:  # noqa: ARG002
        """There are none."""
        return []

    def set_quantize_weights(self, layer: Any, quantize_weights: list[Any]) -> None:
        """There are none."""

    def set_quantize_activations(self, layer: Any, quantize_activations: list[Any]) -> None:
        """There are none."""

    def get_output_quantizers(self, layer: Any) -> list[Any]:  # noqa: ARG002
        """One with a moving average of the range, as other layers have it."""
        options = {"num_bits": 8, "per_axis": False, "symmetric": False, "narrow_range": False}
        return [_API.quantizers.MovingAverageQuantizer(**options)] if self.quantizes else []

    def get_config(self) -> dict[str, bool]:
        """What makes the same again."""
        return {"quantizes": self.quantizes}


def scope() -> AbstractContextManager[Any]:
    """In which a network with fake quantization can be read from a file."""
    return _API.quantize_scope({"OutputAlone": OutputAlone})


def quantized(graph: keras.Model) -> keras.Model:
    """``graph`` with fake quantization, its ranges not set; raises ModelError in one line."""
    try:
        with warnings.catch_warnings(), silence(tell=False), scope():
            warnings.simplefilter("ignore")
            if not any(_config(layer) for layer in graph.layers):
                return _API.quantize_model(graph)
            whole = keras.models.clone_model(graph, clone_function=_annotated)
            whole.set_weights(graph.get_weights())
            return _API.quantize_apply(whole)
    except Exception as error:  # it raises whatever it stumbles over
        raise ModelError(_reason(error)) from error


def _annotated(layer: keras.layers.Layer) -> keras.layers.Layer:
    config = _config(layer)
    return _API.quantize_annotate_layer(layer, **({"quantize_config": config} if config else {}))


def _config(layer: keras.layers.Layer) -> OutputAlone | None:
    """How ``layer`` is quantized where the library knows no way, or a costly one."""
    if isinstance(layer, keras.layers.AveragePooling2D):
        return OutputAlone(quantizes=False)
    if isinstance(layer, keras.layers.UpSampling2D) and layer.interpolation == "nearest":
        return OutputAlone(quantizes=False)
    if isinstance(layer, (keras.layers.Multiply, keras.layers.Subtract)):
        return OutputAlone(quantizes=True)
    return None


def _reason(error: Exception) -> str:
    """Why tensorflow-model-optimization does not take a graph."""
    unknown = re.match(r"Layer (\S+?):<class '.*\.(\w+)'> is not supported", str(error))
    if unknown:
        return f"tensorflow-model-optimization does not take layer {unknown[1]!r}, a {unknown[2]}"
    function = re.match(r"Activation <function (\w+) at \w+> not supported", str(error))
    if function:
        return f"tensorflow-model-optimization does not take the activation {function[1]}"
    first = (str(error).strip() or type(error).__name__).splitlines()[0]
    return f"tensorflow-model-optimization does not take the network ({first[:120]})"
