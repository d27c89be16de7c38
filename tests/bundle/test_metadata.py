"""Metadata: read by TensorFlow's own tool, in the way of no interpreter."""

import json
import os
import subprocess
import sys
import zipfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from convert.bundle import border
from runtime import worker
from runtime.dataset import Examples
from tests.bundle.conftest import Bundle, Other

RANGES = {"uint8": (0.0, 255.0), "int8": (-128.0, 127.0), "float32": (0.0, 1.0)}
SHOW = """
import pathlib, sys
from tensorflow_lite_support.metadata.python.metadata import MetadataDisplayer
shown = MetadataDisplayer.with_model_file(sys.argv[1])
labels = pathlib.Path(sys.argv[2])
assert shown.get_packed_associated_file_list() == ["labels.txt"] * labels.exists()
if labels.exists():
    assert shown.get_associated_file_buffer("labels.txt") == labels.read_bytes()
print(shown.get_metadata_json())
"""


def test_tensorflow_s_tool_reads_the_metadata(bundle: Bundle, metadata_tools: Path) -> None:
    """Name, description, version, normalization, ranges and label file are those of the model."""
    shown = displayed(bundle, metadata_tools)
    assert shown["name"] == "micro"
    assert shown["description"] == "Reads one 28x28 greyscale picture as one of 10 classes."
    assert shown["version"] == version("thimble")
    (network,) = shown["subgraph_metadata"]
    (given,), (answer,) = network["input_tensor_metadata"], network["output_tensor_metadata"]
    assert given["content"] == {
        "content_properties_type": "ImageProperties",
        "content_properties": {
            "color_space": "GRAYSCALE",
            "default_size": {"width": 28, "height": 28},
        },
    }
    normalization = {"mean": [0.0], "std": [255.0]}
    assert given["process_units"] == [
        {"options_type": "NormalizationOptions", "options": normalization}
    ]
    low, high = RANGES[bundle.io]
    assert given["stats"] == {"min": [low], "max": [high]}
    (file,) = answer["associated_files"]
    assert (file["name"], file["type"]) == ("labels.txt", "TENSOR_AXIS_LABELS")


def displayed(bundle: Bundle, tools: Path) -> dict[str, Any]:
    """What TensorFlow's tool says of a bundled model and its label file."""
    done = subprocess.run(
        [sys.executable, "-c", SHOW, bundle.folder / "model.tflite", bundle.folder / "labels.txt"],
        env=os.environ | {"PYTHONPATH": str(tools)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    shown: dict[str, Any] = json.loads(done.stdout)
    return shown


SUMMARIES = {
    "colour": "Reads one 32x24 colour picture as one of 4 classes.",
    "grey": "Reads one 20x28 greyscale picture as one of 3 classes.",
    "two": "Reads one 16x16 colour picture as one of 2 classes.",
    "windows": "Gives 2 values for one array of 16x3 numbers.",
    "tags": "Reads one array of 12 numbers as one of 4 classes.",
    "autoencoder": "Reconstructs one array of 24 numbers; the error says how odd it is.",
}
ANSWERS = {
    "colour": ["logits"],
    "grey": ["probabilities"],
    "two": ["probabilities", "values"],
    "windows": ["values"],
    "tags": ["probabilities"],
    "autoencoder": ["reconstruction"],
}


def test_tensorflow_s_tool_reads_those_of_any_task(other: Other, metadata_tools: Path) -> None:
    """What it is, its size and colours, mean and deviation, and what each output is."""
    shown, case = displayed(other, metadata_tools), other.case
    assert shown["description"] == SUMMARIES[case.name]
    (network,) = shown["subgraph_metadata"]
    (given,) = network["input_tensor_metadata"]
    (unit,) = given["process_units"]
    scaling = case.contract.task.scaling
    assert unit["options"]["mean"] == pytest.approx(scaling.mean)
    assert unit["options"]["std"] == pytest.approx(scaling.deviation)
    if case.contract.task.kind == "image":
        height, width, channels = case.contract.task.shape
        told = given["content"]["content_properties"]
        assert told["default_size"] == {"width": width, "height": height}
        assert told.get("color_space") == {1: "GRAYSCALE", 3: "RGB"}[channels]
    else:
        assert given["content"]["content_properties_type"] == "FeatureProperties"
    answers = network["output_tensor_metadata"]
    assert [answer["name"] for answer in answers] == ANSWERS[case.name]
    files = [file for answer in answers for file in answer.get("associated_files", [])]
    assert [file["name"] for file in files] == ["labels.txt"] * bool(case.contract.labels)
    is_axis = bool(files) and files[0].get("type") == "TENSOR_AXIS_LABELS"
    assert is_axis == (bool(files) and case.name != "two")


def test_labels_lie_behind_the_model_as_they_are(bundle: Bundle) -> None:
    """Stored, not compressed: Android's reader of associated files knows nothing else."""
    with zipfile.ZipFile(bundle.folder / "model.tflite") as archive:
        (entry,) = archive.infolist()
        assert entry.filename == "labels.txt"
        assert entry.compress_type == zipfile.ZIP_STORED
        assert archive.read(entry).decode().split() == list("0123456789")


@pytest.mark.parametrize(
    ("bundle", "who"),
    [
        ("uint8", ("tensorflow", "default")),
        *((io, ("litert", "default")) for io in border.IO),
        *((io, ("tflite-runtime", "reference")) for io in border.IO),
    ],
    indirect=["bundle"],
)
def test_interpreters_do_not_mind_metadata(
    bundle: Bundle, who: tuple[str, str], int8: Path, digits: Examples
) -> None:
    """The bundled model's answers are the int8 model's in each of them."""
    images = digits.inputs[:50]
    found = worker.answers(bundle.folder / "model.tflite", images, *who).argmax(axis=1)
    assert (found == worker.answers(int8, images, *who).argmax(axis=1)).all()


def test_tensorflow_lite_micro_does_not_mind_either(
    bundle: Bundle, int8: Path, digits: Examples
) -> None:
    """Its outputs for the bundled model are those for the int8 model."""
    from tflite_micro.python.tflite_micro import runtime as micro

    inner = micro.Interpreter.from_file(str(int8))
    outer = micro.Interpreter.from_file(str(bundle.folder / "model.tflite"))
    details = inner.get_output_details(0)["quantization_parameters"]
    scale, zero_point = details["scales"][0], details["zero_points"][0]
    for image in digits.inputs[:50, ..., None]:
        inner.set_input((image[None] ^ 128).view(np.int8), 0)
        outer.set_input(as_input(image[None], bundle.io), 0)
        inner.invoke()
        outer.invoke()
        expected = inner.get_output(0).astype(np.int32)
        if bundle.io == "uint8":
            expected += 128
        if bundle.io == "float32":
            expected = (expected - zero_point).astype(np.float32) * np.float32(scale)
        assert (outer.get_output(0) == expected).all()


def as_input(pixels: np.ndarray, io: str) -> np.ndarray:
    if io == "float32":
        return pixels.astype(np.float32) / np.float32(255)
    return pixels if io == "uint8" else (pixels ^ 128).view(np.int8)
