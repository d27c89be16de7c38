"""The files of an export, and the manifest that lists them."""

import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from typing import Any

from convert import carray, publish, quantize, tflite
from convert.bundle import build
from convert.compiler.build import compile_model
from convert.parity import Parity
from convert.report import document, findings, gathered, page, tables
from convert.report.findings import Exported
from train import store
from train.data import Dataset
from train.graph import deployment_graph
from train.loop import Epoch
from train.tf import keras


@dataclass(frozen=True)
class Provenance:
    """Where a result comes from."""

    name: str  # of the model
    io: str  # what the bundled model takes and gives: "uint8", "float32" or "int8"
    origin: str  # of the float model, a phrase for people
    options: Mapping[str, str]  # of the command, without paths
    quantize: str  # "qat" or "ptq"
    allowed_drop: float  # percentage points of accuracy that int8 might lose
    float_training: Sequence[Epoch] | None  # learning curves; None: not kept
    fine_tuning: Sequence[Epoch] | None  # None: there was none
    qat: bytes | None  # the fine-tuned network with its fake quantization, .h5; None: as above
    public: str = "model"  # starts every public name of the C


def collect(
    provenance: Provenance,
    model: keras.Model,
    graph: tflite.Model,
    dataset: Dataset,
    result: Parity,
) -> dict[str, bytes]:
    """Every file of the result, by name. The same input gives the same bytes: no date, no path."""
    facts = _facts(provenance, graph, dataset)
    compiled = compile_model(graph, provenance.public, source="model.tflite")
    exported = Exported(model, graph, compiled)
    answers = findings.answers(exported, dataset.test)
    files = {
        "model.tflite": graph.content,
        "model_float.tflite": quantize.float32(deployment_graph(model)),
        "float.keras": store.dump(model),
        **({"qat.h5": provenance.qat} if provenance.qat else {}),
        "labels.txt": "".join(f"{name}\n" for name in dataset.names).encode(),
        **carray.generate(graph, "model.tflite", dataset.names, provenance.public).files(),
        **compiled.files(),
        build.NAME: build.bundle(graph, provenance.name, provenance.io, dataset.test),
    }
    found = {
        "version": document.VERSION,
        **facts,
        **_history(provenance),
        **findings.measure(exported, dataset.test, result, answers),
        **gathered.nothing(),
        "files": publish.listed(files),
    }
    title = f"{provenance.name}: int8 against float"
    files |= {
        "report.md": tables.as_markdown(result, title, dataset.source, dataset.names).encode(),
        **page.files(found),
    }
    accuracy = {"float": result.float_accuracy, "int8": result.int8_accuracy}
    manifest = {**facts, "accuracy": accuracy, "files": publish.listed(files)}
    return files | {"manifest.json": document.dump(manifest)}


def _history(provenance: Provenance) -> dict[str, Any]:
    curves = {"float": provenance.float_training, "fine_tuning": provenance.fine_tuning}
    return {
        "allowed_drop_points": provenance.allowed_drop,
        "training": {
            name: None if rows is None else [asdict(row) for row in rows]
            for name, rows in curves.items()
        },
    }


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
