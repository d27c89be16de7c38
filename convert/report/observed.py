"""What both networks do inside, as plain data: each layer's figures, histograms and pictures."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from convert.layers import INT8S, Layer
from convert.parity import FLOATS
from convert.report import examples
from convert.report.document import packed
from convert.tflite import Tensor
from runtime.dataset import Examples

IMAGES = 500
"""Test images, the first ones, that the layers are measured on."""
SHOWN = 100
"""Wrongly read examples that are kept as pictures; more are listed without."""
FILTERS, MAPS = 6, 4
"""Convolutions and blocks that there are pictures of: the first ones."""
MAP = 16_384
"""Values of a block's output beyond which there is no picture of it."""

Json = dict[str, Any]


def layers(captured: Sequence[Layer]) -> list[Json]:
    """Shape, quantization, deviation from float and histograms of each layer."""
    return [
        {
            "operator": layer.index,
            "name": layer.name,
            "kind": layer.operator,
            "shape": list(layer.output.shape[1:]),
            "scale": layer.output.scales[0],
            "zero_point": layer.output.zero_points[0],
            "sqnr_db": _finite(layer.sqnr_db),
            "saturation": layer.saturation,
            "histogram": _histogram(layer.real, layer.stored, layer.output),
            "weights": _weights(layer),
        }
        for layer in captured
    ]


def _weights(layer: Layer) -> Json | None:
    kept = layer.weights
    if kept is None:
        return None
    return {
        "count": kept.stored.size,
        "shape": list(kept.stored.shape),
        "scales": {
            "count": len(kept.tensor.scales),
            "least": min(kept.tensor.scales),
            "most": max(kept.tensor.scales),
        },
        "sqnr_db": _finite(kept.sqnr_db),
        "histogram": _histogram(kept.real, kept.stored, kept.tensor),
    }


def _histogram(real: FLOATS, stored: INT8S, tensor: Tensor) -> Json:
    """How many values have each code -128..127; the float ones by the code next to them."""
    shape = [1] * stored.ndim
    if len(tensor.scales) > 1:
        shape[tensor.axis] = -1
    scales = np.array(tensor.scales).reshape(shape)
    codes = np.rint(real / scales + np.array(tensor.zero_points).reshape(shape))
    inside = codes[(codes >= -128) & (codes <= 127)]
    return {
        "int8": _counts(stored),
        "float": _counts(inside),
        "float_below": int(np.sum(codes < -128)),
        "float_above": int(np.sum(codes > 127)),
    }


def _counts(codes: npt.NDArray[Any]) -> list[int]:
    return np.bincount(codes.ravel().astype(np.int64) + 128, minlength=256).tolist()


def attach(errors: Sequence[Json], test: Examples, *, ink: bool) -> list[Json]:
    """``errors`` with the examples that they are of, as long as there is room for pictures."""
    found = [described(test, one["index"], ink=ink) for one in errors[:SHOWN]]
    kept = [*examples.within(found), *[None] * (len(errors) - len(found))]
    return [{**one, "example": shown} for one, shown in zip(errors, kept, strict=True)]


def described(test: Examples, index: int, *, ink: bool) -> Json:
    """One example in its own form; ``ink``: as ink on white paper."""
    return examples.described(test.inputs[index], ink=ink)


def pictures(captured: Sequence[Layer], test: Examples, *, ink: bool) -> Json:
    """The first test image, what each block makes of it, and the convolutions' filters."""
    followers: Sequence[Layer | None] = [*captured[1:], None]
    blocks = [
        layer
        for layer, after in zip(captured, followers, strict=True)
        if layer.stored.ndim == 4 and after and after.weights
    ]
    return {
        "image": {
            "index": 0,
            "truth": int(test.labels[0]) if test.names else None,
            "example": described(test, 0, ink=ink),
        },
        "filters": [
            _filters(layer, layer.weights.stored)
            for layer in captured
            if layer.weights and layer.operator.endswith("CONV_2D")
        ][:FILTERS],
        "maps": [_maps(layer) for layer in blocks if layer.stored[0].size <= MAP][:MAPS],
    }


def _filters(layer: Layer, stored: INT8S) -> Json:
    """The filters that read the first input channel, int8 [filter, height, width]."""
    depthwise = layer.operator == "DEPTHWISE_CONV_2D"
    values = stored[0].transpose(2, 0, 1) if depthwise else stored[..., 0]
    shape = list(values.shape)
    return {"layer": layer.name, "shape": shape, "int8": packed(values)}


def _maps(layer: Layer) -> Json:
    """What the first image becomes, [height, width, channel], in both networks."""
    return {
        "layer": layer.name,
        "shape": list(layer.stored.shape[1:]),
        "scale": layer.output.scales[0],
        "zero_point": layer.output.zero_points[0],
        "int8": packed(layer.stored[0]),
        "float32": packed(layer.real[0].astype("<f4")),
    }


def _finite(decibels: float) -> float | None:
    """JSON has no infinity: None where nothing differs, or nothing is there to differ."""
    return decibels if np.isfinite(decibels) else None
