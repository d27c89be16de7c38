"""The files of an export, and the manifest that lists them."""

import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from typing import Any

from convert import carray, publish
from convert.bundle import build
from convert.compiler.build import compile_model
from convert.network import Network
from convert.parity import Judged
from convert.quantizing import Made
from convert.report import document, findings, gathered, page, tables
from runtime import contract
from train.data import Dataset
from train.loop import Epoch


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
    given: Mapping[str, bytes] = field(default_factory=dict)  # the float network's own file


def collect(
    provenance: Provenance, network: Network, made: Made, dataset: Dataset
) -> dict[str, bytes]:
    """Every file of the result, by name. The same input gives the same bytes: no date, no path."""
    graph, labels = made.graph, made.contract.labels
    facts = _facts(provenance, made, dataset)
    compiled = compile_model(graph, provenance.public, source="model.tflite")
    files = {
        "model.tflite": graph.content,
        **_float_forms(network, provenance),
        contract.NAME: document.dump(made.contract.describe()),
        **({contract.LABELS: "".join(f"{name}\n" for name in labels).encode()} if labels else {}),
        **carray.generate(graph, "model.tflite", labels, provenance.public).files(),
        **compiled.files(),
        **build.files(graph, provenance.name, provenance.io, made.contract, dataset.test),
    }
    found = {
        "version": document.VERSION,
        **facts,
        **_history(provenance),
        **findings.measure(network, made, compiled, dataset.test),
        **gathered.nothing(),
        "files": publish.listed(files),
    }
    title = f"{provenance.name}: int8 against float"
    classes = [getattr(one, "labels", ()) for one in made.contract.outputs]
    written = tables.as_markdown(made.parity, title, dataset.source, classes)
    files |= {"report.md": written.encode(), **page.files(found)}
    curves = {"training": found["training"]}
    manifest = {**facts, **_accuracy(made), **curves, "files": publish.listed(files)}
    return files | {"manifest.json": document.dump(manifest)}


def _float_forms(network: Network, provenance: Provenance) -> dict[str, bytes]:
    """The float network as files; none of what came as int8."""
    forms = {
        "model_float.tflite": network.float32(),
        **provenance.given,
        "qat.h5": provenance.qat,
    }
    return {name: content for name, content in forms.items() if content is not None}


def _accuracy(made: Made) -> dict[str, Any]:
    """How good both networks are on the test part, by what they are judged by."""
    first, *others = map(_figures, made.parity.judged)
    if not others:
        return first
    names = made.parity.names
    return {**first, "outputs": dict(zip(names, (first, *others), strict=True))}


def _figures(one: Judged) -> dict[str, Any]:
    """How good an output is in both networks; empty: that is not known."""
    if one.int8 is None:
        return {}
    judged = {"float": one.real, "int8": one.int8}
    known = {name: found.figure for name, found in judged.items() if found is not None}
    return {one.int8.measure.replace(" ", "_"): known}


def _history(provenance: Provenance) -> dict[str, Any]:
    curves = {"float": provenance.float_training, "fine_tuning": provenance.fine_tuning}
    return {
        "allowed_drop_points": provenance.allowed_drop,
        "training": {
            name: None if rows is None else [asdict(row) for row in rows]
            for name, rows in curves.items()
        },
    }


def _facts(provenance: Provenance, made: Made, dataset: Dataset) -> dict[str, Any]:
    graph = made.graph
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
        "task": made.contract.task.describe(),
        "labels": list(made.contract.labels),
        "operators": list(graph.op_names),
    }


def _versions() -> dict[str, str]:
    """What the result depends on besides the input."""
    packages = ("thimble", "tensorflow", "tf_keras", "tensorflow-model-optimization", "numpy")
    python = ".".join(map(str, sys.version_info[:2]))
    return {"python": python} | {name: version(name) for name in packages}
