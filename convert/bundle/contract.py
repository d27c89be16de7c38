"""``contract.json`` and ``vectors.json``: what a caller has to do, and proof."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from convert import parity, tflite
from convert.bundle.preprocessing import PARAMETERS, STEPS, TERMS
from runtime import image, interpreter, worker
from runtime.errors import ImageError

VERSION = 1
"""Rises when a port has to change."""

FOLDER = "vectors"
"""Where the vectors' pictures lie in the bundle."""

_ANSWER = "logit = scale * (output - zero_point); the label is that of the largest; probabilities "
_RULES = {
    "float32": {
        "input": "pixel / 255",
        "output": "the logits; the label is that of the largest; probabilities are their softmax",
    },
    "uint8": {
        "input": "round(pixel / 255 / scale) + zero_point, clipped to 0..255",
        "output": _ANSWER + "are their softmax",
    },
    "int8": {
        "input": "round(pixel / 255 / scale) + zero_point, clipped to -128..127",
        "output": _ANSWER + "are their softmax",
    },
}
_PRECISION = (
    "The pixels are those of thimble's runtime, which computes them in 32-bit floats. A port in "
    "another precision may differ by 1 in a pixel. The outputs are those of the runtime that "
    "vectors.json names, for exactly these pixels; a runtime with other rounding may differ by one "
    "step of the output's scale."
)


def describe(graph: tflite.Model, name: str, labels: Sequence[str]) -> dict[str, Any]:
    """The contract of the bundled model ``graph``, as JSON data."""
    given, answer = graph.tensors[graph.inputs[0]], graph.tensors[graph.outputs[0]]
    rules = _RULES[given.dtype.lower()]
    return {
        "contract": VERSION,
        "model": {
            "name": name,
            "file": "model.tflite",
            "sha256": hashlib.sha256(graph.content).hexdigest(),
            "input": _tensor(given) | {"value": rules["input"]},
            "output": _tensor(answer) | {"meaning": rules["output"]},
        },
        "labels": list(labels),
        "preprocessing": {
            "from": "a picture of one digit, drawn or photographed",
            "to": "28x28 pixels of 8 bits, 0 is paper and 255 is ink",
            "terms": TERMS,
            "parameters": PARAMETERS,
            "steps": [{"step": step, "rule": rule} for step, rule in STEPS],
            "blank": "A picture that a step calls blank has no answer: ask for another one.",
        },
        "precision": _PRECISION,
        "vectors": "vectors.json",
    }


def _tensor(tensor: tflite.Tensor) -> dict[str, Any]:
    result: dict[str, Any] = {"type": tensor.dtype.lower(), "shape": list(tensor.shape)}
    if tensor.scales:
        result |= {"scale": tensor.scales[0], "zero_point": tensor.zero_points[0]}
    return result


def vectors(model: Path, pictures: Sequence[Path], labels: Sequence[str]) -> dict[str, Any]:
    """What the runtime makes of each picture, and what ``model`` answers to that, as JSON data."""
    pixels = {path.name: _pixels(path) for path in pictures}
    read = [found for found in pixels.values() if found is not None]
    outputs = iter(worker.answers(model, np.stack(read), *parity.NAMED))
    backend, kernels = parity.NAMED
    version = interpreter.version(interpreter.BACKENDS[backend])
    return {
        "runtime": f"{backend} {version}, {kernels} kernels",
        "vectors": [
            {"picture": f"{FOLDER}/{name}"}
            | ({"blank": True} if found is None else _answer(found, next(outputs), labels))
            for name, found in pixels.items()
        ],
    }


def _pixels(path: Path) -> image.Pixels | None:
    """The network's view of a picture, uint8 [28, 28]; None where there is nothing to read."""
    picture = image.read(path)
    try:
        return image.normalize(picture)
    except ImageError:
        return None


def _answer(
    pixels: image.Pixels, output: npt.NDArray[Any], labels: Sequence[str]
) -> dict[str, Any]:
    return {
        "pixels": pixels.ravel().tolist(),
        "output": output.tolist(),
        "label": labels[int(output.argmax())],
    }


def as_json(value: Mapping[str, Any], indent: int | None = None) -> bytes:
    """``value`` as a JSON file."""
    return (json.dumps(value, indent=indent, ensure_ascii=False) + "\n").encode()
