"""Metadata: read by TensorFlow's own tool, in the way of no interpreter."""

import json
import os
import subprocess
import sys
import zipfile
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest

from runtime import worker
from runtime.dataset import Examples
from tests.bundle.conftest import Bundle

RANGES = {"uint8": (0.0, 255.0), "int8": (-128.0, 127.0), "float32": (0.0, 1.0)}
SHOW = """
import sys
from tensorflow_lite_support.metadata.python.metadata import MetadataDisplayer
shown = MetadataDisplayer.with_model_file(sys.argv[1])
assert shown.get_packed_associated_file_list() == ["labels.txt"]
assert shown.get_associated_file_buffer("labels.txt") == open(sys.argv[2], "rb").read()
print(shown.get_metadata_json())
"""


def test_tensorflow_s_tool_reads_the_metadata(bundle: Bundle, metadata_tools: Path) -> None:
    """Name, description, version, normalization, ranges and label file are those of the model."""
    done = subprocess.run(
        [sys.executable, "-c", SHOW, bundle.folder / "model.tflite", bundle.folder / "labels.txt"],
        env=os.environ | {"PYTHONPATH": str(metadata_tools)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    shown = json.loads(done.stdout)
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


def test_labels_lie_behind_the_model_as_they_are(bundle: Bundle) -> None:
    """Stored, not compressed: Android's reader of associated files knows nothing else."""
    with zipfile.ZipFile(bundle.folder / "model.tflite") as archive:
        (entry,) = archive.infolist()
        assert entry.filename == "labels.txt"
        assert entry.compress_type == zipfile.ZIP_STORED
        assert archive.read(entry).decode().split() == list("0123456789")


@pytest.mark.parametrize(
    "who", [("litert", "default"), ("tensorflow", "default"), ("tflite-runtime", "reference")]
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


def as_input(pixels: np.ndarray, io: str) -> np.ndarray:  # type: ignore[type-arg]
    if io == "float32":
        return pixels.astype(np.float32) / np.float32(255)
    return pixels if io == "uint8" else (pixels ^ 128).view(np.int8)
