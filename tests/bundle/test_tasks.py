"""Bundles of networks that are not for digits: what they say, and what a port makes of that."""

import json
import re
import subprocess
import zipfile
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from convert import tflite
from convert.bundle import border, build, texts
from runtime.classifier import Model
from runtime.contract import Contract
from runtime.errors import GateError, ModelError
from runtime.tasks.meaning import Classes, Reconstruction
from tests.bundle import makers
from tests.bundle.conftest import Other
from tests.bundle.test_contract import decoded
from train.tf import keras, silence, tf

PORT = Path(__file__).with_name("image_port.mjs")
NOTES = {"README.md", "android.md", "ios.md", "web.md"}


def said(other: Other, file: str = "contract.json") -> dict[str, Any]:
    found: dict[str, Any] = json.loads((other.folder / file).read_text())
    return found


def test_the_archive_has_what_its_readme_lists(other: Other) -> None:
    """Labels where there are classes, pictures where the network takes them."""
    names = set(zipfile.ZipFile(BytesIO(other.content)).namelist())
    expected = NOTES | {"contract.json", "model.tflite", "vectors.json"}
    expected |= {"labels.txt"} if other.case.contract.labels else set()
    assert {name for name in names if "/" not in name} == expected
    shown = {name for name in names - expected if name.endswith(".png")}
    assert bool(shown) == (other.case.contract.task.kind == "image")
    assert {Path(name).suffix for name in names - expected - shown} == {".java", ".swift"}
    readme = (other.folder / "README.md").read_text()
    assert set(re.findall(r"`([\w.]+\.(?:json|md|tflite|txt))`", readme)) == expected - {
        "README.md"
    }


def test_the_runtime_reads_the_contract(other: Other) -> None:
    """Task and meanings come back as they were, beside the bundled model."""
    model = Model(other.folder / "model.tflite", backend="litert")
    assert model.contract == other.case.contract


def test_the_contract_says_what_litert_says(other: Other) -> None:
    """Types, shapes, scales and zero points of the input and of every output."""
    from ai_edge_litert.interpreter import Interpreter

    judge, told = Interpreter(str(other.folder / "model.tflite")), said(other)["model"]
    pairs = [(told["input"], judge.get_input_details()[0])]
    pairs += zip(told.get("outputs", [told["output"]]), judge.get_output_details(), strict=True)
    for mine, details in pairs:
        assert mine["type"] == other.io == np.dtype(details["dtype"]).name
        assert mine["shape"] == details["shape"].tolist()
        if other.io != "float32":
            assert (mine["scale"], mine["zero_point"]) == details["quantization"]
    assert told["output"] == told.get("outputs", [told["output"]])[0]


def by_rule(values: list[float], told: dict[str, Any]) -> np.ndarray:
    """The model's input as ``model.input.value`` says it, the rule read as an expression."""
    one, shape = told["model"]["input"], told["model"]["input"]["shape"]
    rule, *_ = one["value"].split(";")
    rule, *clipped = rule.split(", clipped to ")
    scaling, f32 = told["task"]["scaling"], np.float32
    given = np.array(values, f32).reshape(shape)
    names = {"pixel": given, "value": given, "round": np.rint, "zero_point": one.get("zero_point")}
    names |= {key: np.array(scaling[key], f32) for key in ("mean", "deviation")}
    names["scale"] = f32(one.get("scale", 1))
    rule = re.sub(r"\b(\d+(\.\d+)?)\b", r"f32(\1)", rule)
    found = eval(rule, {"f32": f32}, names)  # noqa: S307 - the rule is the contract's
    if clipped:
        found = np.clip(found, *map(int, clipped[0].split("..")))
    return np.asarray(found, one["type"])


def test_vectors_hold_by_the_contract_s_rule_alone(other: Other) -> None:
    """In both of LiteRT's interfaces, for every output; each vector says what the first means."""
    from ai_edge_litert.compiled_model import CompiledModel
    from ai_edge_litert.interpreter import Interpreter

    path, told = str(other.folder / "model.tflite"), said(other)
    judge, compiled = Interpreter(path), CompiledModel.from_file(path)
    judge.allocate_tensors()
    (given,), answers = compiled.create_input_buffers(0), compiled.create_output_buffers(0)
    details = judge.get_output_details()
    for vector in said(other, "vectors.json")["vectors"]:
        values = vector.get("pixels", vector.get("values"))
        fed = by_rule(values, told)
        judge.set_tensor(judge.get_input_details()[0]["index"], fed)
        judge.invoke()
        found = [judge.get_tensor(one["index"]).ravel() for one in details]
        expected = vector.get("outputs", [vector["output"]])
        assert [one.tolist() for one in found] == expected
        given.write(fed)
        compiled.run_by_index(0, [given], answers)
        for answer, want in zip(answers, expected, strict=True):
            assert answer.read(len(want), fed.dtype.type).tolist() == want
        check(vector, told, values, found[0])


def check(vector: dict[str, Any], told: dict[str, Any], values: list[float], found: Any) -> None:
    """What a vector says of its first output, computed once more from the contract."""
    answer, meaning = told["model"]["output"], told["outputs"][0]
    real = found.astype(np.float64)
    if answer["type"] != "float32":
        real = answer["scale"] * (real - answer["zero_point"])
    if meaning["kind"] == "classes":
        labels = meaning["labels"]
        best = int(real[0] > 0.5) if meaning["scores"] == "binary" else int(found.argmax())
        assert vector["label"] == labels[best]
        if "threshold" in meaning and meaning["scores"] == "logits":
            logits = [*real, *([meaning["none_logit"]] if "none_logit" in meaning else [])]
            powers = np.exp(np.array(logits) / meaning.get("temperature", 1))
            sure = (powers / powers.sum())[: len(labels)].max()
            assert vector["none"] == (sure < meaning["threshold"])
    elif meaning["kind"] == "values":
        np.testing.assert_allclose(vector["reals"], real, rtol=1e-6)
    else:
        mean, deviation = (np.array(told["task"]["scaling"][key]) for key in ("mean", "deviation"))
        error = np.mean(((np.array(values) - mean) / deviation - real) ** 2)
        assert vector["error"] == pytest.approx(error, rel=1e-5)
        assert vector["odd"] == (error > meaning["threshold"])


def test_vectors_show_more_than_one_answer() -> None:
    """Odd and usual inputs of the autoencoder, both classes or more of the others."""
    for name, key in (("autoencoder", "odd"), ("two", "label"), ("tags", "label")):
        case = makers.made(name)
        content = build.files(case.graph, name, "uint8", case.contract, case.test)[build.NAME]
        found = json.loads(zipfile.ZipFile(BytesIO(content)).read("vectors.json"))["vectors"]
        assert len({str(vector[key]) for vector in found}) > 1, name


@pytest.mark.parametrize("other", [(n, "uint8") for n in ("colour", "grey", "two")], indirect=True)
def test_a_port_from_the_contract_s_text_gives_the_same_pixels(other: Other) -> None:
    """Every pixel of every vector, to the last bit: crop, letterbox, stretch, grey and colour."""
    vectors = said(other, "vectors.json")["vectors"]
    pictures = [decoded(other.folder / vector["picture"]) for vector in vectors]
    done = subprocess.run(
        ["node", PORT, other.folder / "contract.json"],
        input=json.dumps(pictures),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    for vector, pixels in zip(vectors, json.loads(done.stdout), strict=True):
        assert pixels == vector["pixels"], vector["picture"]


@pytest.mark.parametrize("other", [("colour", "uint8"), ("grey", "uint8")], indirect=True)
def test_vectors_have_every_awkward_picture(other: Other) -> None:
    """Alpha, palettes, grey, EXIF; larger and smaller, wider and taller than the network's."""
    found = {path.stem: Image.open(path) for path in (other.folder / "vectors").iterdir()}
    height, width, _ = other.case.contract.task.shape
    assert {found["faded"].mode, found["cut-out"].mode} == {"RGBA"}
    assert (found["palette"].mode, found["grey"].mode) == ("P", "L")
    turns = [found[name].getexif()[0x0112] for name in ("turned", "turned-back", "mirrored")]
    assert turns == [6, 8, 5]
    assert found["large"].height >= 4 * height
    assert found["large"].width >= 4 * width
    assert found["small"].width < width
    assert min(found["strip"].size) == 4
    assert np.asarray(found["faded"])[..., 3].min() == 0


def test_notes_are_filled_in(other: Other) -> None:
    """No place or condition is left open, and nothing in them is of another task."""
    for name in NOTES:
        text = (other.folder / name).read_text()
        assert not re.search(r"\{\{|\}\}(?!\))|<!-- (if|end)", text), name
        assert not re.search(r"28x28|\b784\b|\bink\b|digits", text), name
        if name != "README.md":
            assert "**Not run:**" in text
    has_labels = bool(other.case.contract.labels)
    assert ("labels" in (other.folder / "android.md").read_text()) == has_labels


def test_a_note_takes_no_place_that_is_not_known() -> None:
    """A misspelt place would be seen, not left empty."""
    assert texts.filled("<!-- if a b -->\nx\n<!-- end -->\n{{c}}", {"b"}, {"c": "y"}) == "x\ny"
    assert texts.filled("<!-- if a -->\nx\n<!-- end -->\ny", {"b"}, {}) == "y"
    with pytest.raises(KeyError, match="odd"):
        texts.filled("{{odd}}", set(), {})


def test_a_network_of_two_inputs_is_told_of(capsys: pytest.CaptureFixture[str]) -> None:
    """There is no bundle, and a line that says why."""
    case = makers.made("tags")
    twice = replace(case.graph, inputs=case.graph.inputs * 2)
    assert build.files(twice, "twice", "uint8", case.contract, case.test) == {}
    assert capsys.readouterr().out == (
        "no bundle.zip: the network has 2 inputs, a bundle is for one\n"
    )


def test_16_bits_go_into_float32_alone(capsys: pytest.CaptureFixture[str]) -> None:
    """int16 activations have no uint8 border; behind a float32 one they give the same answers."""
    case, graph = makers.made("tags"), tflite.parse(converted("int16"))
    assert graph.tensors[graph.inputs[0]].dtype == "INT16"
    assert build.files(graph, "wide", "uint8", case.contract, case.test) == {}
    assert re.fullmatch(
        r"no bundle.zip: uint8 cannot stand for its input '.*', int16: --io float32 can\n",
        capsys.readouterr().out,
    )
    assert build.NAME in build.files(graph, "wide", "float32", case.contract, case.test)


@pytest.mark.parametrize("io", border.IO)
@pytest.mark.parametrize("inside", ["float32", "uint8"])
def test_a_network_of_another_border_gets_the_one_that_is_asked_for(io: str, inside: str) -> None:
    """A ready model takes float32 or uint8: its border is taken off, or another one put around."""
    case, graph = makers.made("tags"), tflite.parse(converted(inside))
    content = build.files(graph, "ready", io, case.contract, case.test)[build.NAME]
    bundled = tflite.parse(zipfile.ZipFile(BytesIO(content)).read("model.tflite"))
    tensors = [bundled.tensors[number] for number in bundled.inputs + bundled.outputs]
    assert {tensor.dtype.lower() for tensor in tensors} == {io}
    if inside == "float32" and io == "int8":
        assert not {"QUANTIZE", "DEQUANTIZE"} & {*bundled.op_names}


def converted(border_type: str) -> bytes:
    """A network for the case "tags" by TensorFlow's own converter."""
    source = keras.layers.Input((12,), 1)
    net = keras.Model(source, keras.layers.Dense(4, "sigmoid")(source))
    converter = tf.lite.TFLiteConverter.from_keras_model(net)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    kinds = tf.lite.OpsSet
    wide = kinds.EXPERIMENTAL_TFLITE_BUILTINS_ACTIVATIONS_INT16_WEIGHTS_INT8
    is_wide = border_type == "int16"
    converter.target_spec.supported_ops = [wide if is_wide else kinds.TFLITE_BUILTINS_INT8]
    inputs = makers.made("tags").test.inputs
    converter.representative_dataset = lambda: ([one[None]] for one in inputs)
    kind = tf.dtypes.as_dtype(border_type)
    converter.inference_input_type = converter.inference_output_type = kind
    with silence():
        return bytes(converter.convert())


@pytest.mark.parametrize("output", [0, 1])
def test_a_difference_in_any_output_stops_it(output: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The scale of the first or the second output's weights is another behind the border."""
    case, honest = makers.made("two"), border.with_io

    def wrong(graph: tflite.Model, io: str) -> bytes:
        model = border.schema.ModelT.InitFromPackedBuf(graph.content, 0)
        network = model.subgraphs[0]
        number = network.outputs[output]
        if output == 0:  # behind the sigmoid
            number = next(one.inputs[0] for one in network.operators if number in one.outputs)
        maker = next(one for one in network.operators if number in one.outputs)
        weights = network.tensors[maker.inputs[1]].quantization
        weights.scale = weights.scale * 3
        return honest(tflite.parse(border.pack(model)), io)

    monkeypatch.setattr(border, "with_io", wrong)
    with pytest.raises(GateError, match=r"\d+ outputs of the bundled model differ"):
        build.files(case.graph, "two", "float32", case.contract, case.test)


def test_an_unknown_type_is_an_error() -> None:
    """Not a note: the command is wrong, not the network."""
    case = makers.made("tags")
    with pytest.raises(ModelError, match=r"'int16'.*uint8, float32, int8"):
        build.files(case.graph, "tags", "int16", case.contract, case.test)


def test_a_reconstruction_without_a_threshold_says_so() -> None:
    """Neither vectors nor notes judge then."""
    case = makers.made("autoencoder")
    known = Contract(case.contract.task, (Reconstruction(24),))
    content = build.files(case.graph, "plain", "uint8", known, case.test)[build.NAME]
    archive = zipfile.ZipFile(BytesIO(content))
    vectors = json.loads(archive.read("vectors.json"))["vectors"]
    assert all("error" in vector and "odd" not in vector for vector in vectors)
    assert "isOdd" not in archive.read("web.md").decode()
    meant = json.loads(archive.read("contract.json"))["model"]["output"]["meaning"]
    assert "no threshold is known" in meant


def test_no_softmax_of_probabilities() -> None:
    """The contract asks for one of logits alone."""
    for name, asked in (("colour", True), ("grey", False), ("tags", False), ("two", False)):
        case = makers.made(name)
        first = case.contract.outputs[0]
        assert isinstance(first, Classes)
        content = build.files(case.graph, name, "uint8", case.contract, case.test)[build.NAME]
        told = json.loads(zipfile.ZipFile(BytesIO(content)).read("contract.json"))
        assert ("are their softmax" in told["model"]["output"]["meaning"]) == asked
