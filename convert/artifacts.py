"""The files of an export, and the manifest that lists them."""

import hashlib
import json
import shlex
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from convert import carray, quantize, report, tflite
from convert.bundle import build
from convert.compiler.build import compile_model
from convert.parity import Parity
from train import store
from train.data import Dataset
from train.graph import deployment_graph
from train.tf import keras


@dataclass(frozen=True)
class Provenance:
    """Where a result comes from."""

    name: str  # of the model
    io: str  # what the bundled model takes and gives: "uint8", "float32" or "int8"
    origin: str  # of the float model, a phrase for people
    options: Mapping[str, str]  # of the command, without paths
    quantize: str  # "qat" or "ptq"


def collect(
    provenance: Provenance,
    model: keras.Model,
    graph: tflite.Model,
    dataset: Dataset,
    result: Parity,
) -> dict[str, bytes]:
    """Every file of the result, by name. The same input gives the same bytes: no date, no path."""
    facts = _facts(provenance, graph, dataset)
    title = f"{provenance.name}: int8 against float"
    files = {
        "model.tflite": graph.content,
        "model_float.tflite": quantize.float32(deployment_graph(model)),
        "float.keras": store.dump(model),
        "labels.txt": "".join(f"{name}\n" for name in dataset.names).encode(),
        **carray.generate(graph, "model.tflite", dataset.names).files(),
        **compile_model(graph, "model").files(),
        build.NAME: build.bundle(graph, provenance.name, provenance.io, dataset.test),
        "report.json": _json(report.as_data(result, facts)),
        "report.md": report.as_markdown(result, title, dataset.source, dataset.names).encode(),
    }
    listed = {
        name: {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        for name, content in files.items()
    }
    accuracy = {"float": result.float_accuracy, "int8": result.int8_accuracy}
    return files | {"manifest.json": _json({**facts, "accuracy": accuracy, "files": listed})}


def _facts(provenance: Provenance, graph: tflite.Model, dataset: Dataset) -> dict[str, Any]:
    options = [word for pair in provenance.options.items() for word in pair]
    return {
        "model": provenance.name,
        "float_model": provenance.origin,
        "quantize": provenance.quantize,
        "command": shlex.join(["python", "-m", "convert.export", *options]),
        "data": {
            "source": dataset.source,
            "sha256": dataset.sha256,
            "train_images": len(dataset.train),
            "validation_images": len(dataset.validation),
            "test_images": len(dataset.test),
        },
        "versions": _versions(),
        "labels": list(dataset.names),
        "operators": list(graph.op_names),
        "input": _tensor(graph.tensors[graph.inputs[0]]),
        "output": _tensor(graph.tensors[graph.outputs[0]]),
    }


def _versions() -> dict[str, str]:
    """What the result depends on besides the input."""
    packages = ("thimble", "tensorflow", "tf_keras", "tensorflow-model-optimization", "numpy")
    python = ".".join(map(str, sys.version_info[:2]))
    return {"python": python} | {name: version(name) for name in packages}


def _tensor(tensor: tflite.Tensor) -> dict[str, Any]:
    return {
        "shape": list(tensor.shape),
        "dtype": tensor.dtype,
        "scale": tensor.scales[0],
        "zero_point": tensor.zero_points[0],
    }


def _json(value: Mapping[str, Any]) -> bytes:
    return (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode()
