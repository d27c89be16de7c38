"""The contract alone is enough to write a port, and the vectors are enough to prove it."""

import base64
import hashlib
import json
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageOps

from runtime import image, paper
from runtime.classifier import Classifier
from runtime.errors import ImageError
from tests.bundle.conftest import Bundle

PORT = Path(__file__).with_name("port.mjs")


def contract(bundle: Bundle) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((bundle.folder / "contract.json").read_text())
    return found


def vectors(bundle: Bundle) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((bundle.folder / "vectors.json").read_text())[
        "vectors"
    ]
    return found


def decoded(path: Path) -> dict[str, Any]:
    """A picture as any platform's decoder gives it: upright, 8 bits, red, green, blue, alpha."""
    picture = ImageOps.exif_transpose(Image.open(path))
    rgba = base64.b64encode(picture.convert("RGBA").tobytes()).decode()
    alpha = picture.mode == "RGBA"
    return {"width": picture.width, "height": picture.height, "alpha": alpha, "rgba": rgba}


def test_contract_says_what_litert_says_of_the_model(bundle: Bundle) -> None:
    """Types, shapes, scales, zero points, labels and sha256 are the file's."""
    from ai_edge_litert.interpreter import Interpreter

    path = bundle.folder / "model.tflite"
    judge = Interpreter(str(path))
    said = contract(bundle)
    assert said["model"]["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert said["labels"] == (bundle.folder / "labels.txt").read_text().split()
    for place, (details,) in (
        ("input", judge.get_input_details()),
        ("output", judge.get_output_details()),
    ):
        told = said["model"][place]
        assert told["type"] == bundle.io == np.dtype(details["dtype"]).name
        assert told["shape"] == details["shape"].tolist()
        if bundle.io != "float32":
            assert (told["scale"], told["zero_point"]) == details["quantization"]


def test_a_port_in_javascript_gives_the_same_pixels(bundle: Bundle) -> None:
    """Written from contract.json: every pixel of every vector, and which pictures are blank."""
    pictures = [decoded(bundle.folder / vector["picture"]) for vector in vectors(bundle)]
    done = subprocess.run(
        ["node", PORT, bundle.folder / "contract.json"],
        input=json.dumps(pictures),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    for vector, pixels in zip(vectors(bundle), json.loads(done.stdout), strict=True):
        assert pixels == vector.get("pixels"), vector["picture"]


def test_vectors_are_what_the_runtime_gives(bundle: Bundle) -> None:
    """From the picture's file to the label; blank ones are refused."""
    classifier = Classifier(bundle.folder / "model.tflite", backend="litert")
    for vector in vectors(bundle):
        picture = bundle.folder / vector["picture"]
        if vector.get("blank"):
            with pytest.raises(ImageError, match="nothing to read"):
                classifier.predict(picture)
            continue
        assert image.normalize(image.read(picture)).ravel().tolist() == vector["pixels"]
        assert classifier.predict(picture).label == vector["label"]


def test_vectors_hold_in_the_interpreter_and_in_the_compiled_model(bundle: Bundle) -> None:
    """Outputs equal both of LiteRT's interfaces, fed by the contract's rule alone."""
    from ai_edge_litert.compiled_model import CompiledModel
    from ai_edge_litert.interpreter import Interpreter

    path = str(bundle.folder / "model.tflite")
    judge, compiled = Interpreter(path), CompiledModel.from_file(path)
    judge.allocate_tensors()
    (given,), (answer,) = compiled.create_input_buffers(0), compiled.create_output_buffers(0)
    for vector in vectors(bundle):
        if vector.get("blank"):
            continue
        values = by_rule(np.array(vector["pixels"]), contract(bundle)["model"]["input"])
        judge.set_tensor(judge.get_input_details()[0]["index"], values)
        judge.invoke()
        found = judge.get_tensor(judge.get_output_details()[0]["index"])
        assert found.ravel().tolist() == vector["output"]
        given.write(values)
        compiled.run_by_index(0, [given], [answer])
        assert answer.read(10, values.dtype.type).tolist() == vector["output"]


def by_rule(pixels: np.ndarray, told: dict[str, Any]) -> np.ndarray:
    values = pixels / 255
    if told["type"] != "float32":
        values = np.rint(values / told["scale"]) + told["zero_point"]
    return values.astype(told["type"]).reshape(told["shape"])


def test_vectors_have_every_awkward_kind(bundle: Bundle) -> None:
    """Colour, alpha, EXIF, light on dark, hairlines, noise, and pictures with nothing in them."""
    pictures = {
        Path(v["picture"]).stem: Image.open(bundle.folder / v["picture"]) for v in vectors(bundle)
    }
    assert pictures["colour"].mode == "RGB"
    assert pictures["transparent"].mode == pictures["card"].mode == "RGBA"
    assert pictures["turned"].getexif()[0x0112] == 6
    assert max(pictures["shaded"].size) > image.WORKING
    light = np.asarray(pictures["light-on-dark"], np.float32) / 255
    assert paper.is_light_on_dark(light)
    blank = {Path(v["picture"]).stem for v in vectors(bundle) if v.get("blank")}
    assert blank == {"blank", "too-faint"}
