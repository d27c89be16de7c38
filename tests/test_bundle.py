"""What is committed ready-made is what the tools give."""

import hashlib
import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from convert import export, tflite
from convert.compiler.targets.options import Options
from convert.request import Request
from firmware import deployment
from runtime import classifier, worker
from runtime.dataset import Examples
from train import curves, presets, store
from train.model import build

ROOT = Path(__file__).parents[1]
NAMED = ("litert", "default")


@pytest.mark.parametrize("name", presets.PRESETS)
def test_manifest_is_that_of_the_bundled_model(name: str) -> None:
    """The model's sha256, labels and data are those of the export that made it."""
    model_path = classifier.find(name)
    manifest = json.loads(model_path.with_name("manifest.json").read_text())
    content = model_path.read_bytes()
    assert manifest["files"]["model.tflite"]["sha256"] == hashlib.sha256(content).hexdigest()
    told = model_path.with_name("contract.json").read_bytes()
    assert manifest["files"]["contract.json"]["sha256"] == hashlib.sha256(told).hexdigest()
    assert manifest["task"] == json.loads(told)["task"]
    assert manifest["labels"] == model_path.with_name("labels.txt").read_text().split()
    assert manifest["data"]["source"] == "MNIST"
    assert manifest["model"] == name


@pytest.mark.parametrize("name", presets.PRESETS)
def test_the_bundled_model_keeps_its_curves(name: str) -> None:
    """One row for each epoch of fine-tuning; the last is about as good as what came of it."""
    manifest = json.loads(classifier.find(name).with_name("manifest.json").read_text())
    rows = manifest["training"]["fine_tuning"]
    epochs = presets.find(name).recipe.qat_epochs
    assert [row["epoch"] for row in rows] == list(range(1, epochs + 1))
    assert abs(rows[-1]["validation_accuracy"] - manifest["accuracy"]["int8"]) < 0.005
    kept = curves.beside(store.pretrained(name))
    told = None if kept is None else [asdict(row) for row in kept]
    assert manifest["training"]["float"] == told


def test_generated_c_is_what_the_compiler_gives() -> None:
    """The example in firmware/generated is the bundled model's C, byte for byte."""
    files = deployment.load("base", Options()).files()
    assert set(files) == {"model.c", "model.h", "deployment.h"}
    for name, content in files.items():
        assert (ROOT / "firmware/generated" / name).read_bytes() == content, name


@pytest.mark.parametrize("name", presets.PRESETS)
def test_bundled_model_reads_mnist_as_well_as_it_says(name: str, mnist: Examples) -> None:
    """The accuracy in the manifest is what LiteRT measures."""
    model_path = classifier.find(name)
    answers = worker.answers(model_path, mnist.inputs, *NAMED).argmax(axis=1)
    manifest = json.loads(model_path.with_name("manifest.json").read_text())
    assert np.mean(answers == mnist.labels) == manifest["accuracy"]["int8"]


def test_export_gives_the_bundled_model_again(
    mnist: Examples, model_path: Path, tmp_path: Path
) -> None:
    """Another machine rounds the fine-tuning differently: the same network, the same answers."""
    export.export(Request(presets.find("base"), tmp_path))
    made, bundled = tflite.read(tmp_path / "base/model.tflite"), tflite.read(model_path)
    assert made.op_names == bundled.op_names
    assert [t.shape for t in made.tensors] == [t.shape for t in bundled.tensors]
    for ours, theirs in zip(made.tensors, bundled.tensors, strict=True):
        if ours.is_constant and ours.dtype == "INT8":
            left, right = (np.frombuffer(t.data, np.int8).astype(int) for t in (ours, theirs))
            assert np.mean(np.abs(left - right) <= 2) > 0.99, ours.name
    left = worker.answers(tmp_path / "base/model.tflite", mnist.inputs, *NAMED).argmax(axis=1)
    right = worker.answers(model_path, mnist.inputs, *NAMED).argmax(axis=1)
    assert np.mean(left == right) > 0.998
    assert np.mean(left == mnist.labels) >= 0.994


@pytest.mark.parametrize("name", presets.PRESETS)
def test_pretrained_model_has_the_preset_s_architecture(name: str) -> None:
    """The float model of each preset loads and has that preset's layers and sizes."""
    model = store.load(store.pretrained(name))
    expected = build(presets.find(name).network)
    assert [type(x) for x in model.layers] == [type(x) for x in expected.layers]
    assert [w.shape for w in model.get_weights()] == [w.shape for w in expected.get_weights()]


def test_pretrained_models_are_small() -> None:
    """Together under 2 MB."""
    assert sum(path.stat().st_size for path in store.PRETRAINED.iterdir()) < 2_000_000


@pytest.mark.parametrize(
    ("name", "least"),
    [("small", 0.993), ("micro", 0.991), ("nano", 0.988), ("pico", 0.987), ("femto", 0.985)],
)
def test_small_presets_reach_their_marks(
    name: str, least: float, mnist: Examples, tmp_path: Path
) -> None:
    """Int8 by post-training quantization, which takes seconds, on 10,000 test images."""
    request = Request(presets.find(name), tmp_path, quantize="ptq", max_drop=1.0)
    found = export.export(request)
    assert found.images == len(mnist)
    assert found.int8 is not None
    assert found.int8.figure >= least
