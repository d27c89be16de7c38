"""The figures of report.json are those that the interpreters, Keras, NumPy and the C give."""

import base64
import io
import json
import re
from typing import Any

import jsonschema
import numpy as np
import pytest
from PIL import Image
from scipy import stats

from convert.report import document
from runtime.dataset import Examples
from tests.report.conftest import NANO
from train import store


@pytest.fixture(scope="module")
def answers(digits: Examples) -> np.ndarray:
    """LiteRT's own outputs, int8 [count, 10], by its plain interface."""
    from ai_edge_litert.interpreter import Interpreter

    judge = Interpreter(str(NANO))
    judge.allocate_tensors()
    (given,), (asked,) = judge.get_input_details(), judge.get_output_details()
    found = []
    for pixels in digits.inputs:
        # int8 pixel = uint8 pixel - 128, because the scale is 1/255 and the zero point -128
        judge.set_tensor(given["index"], (pixels[None, ..., None] ^ 128).view(np.int8))
        judge.invoke()
        found.append(judge.get_tensor(asked["index"])[0].copy())
    return np.array(found)


@pytest.fixture(scope="module")
def float_logits(digits: Examples) -> np.ndarray:
    """Keras's answers, float32 [count, 10]."""
    model = store.load(store.pretrained("nano"))
    return model.predict(digits.inputs[..., None] / np.float32(255), verbose=0)


def test_accuracy_and_confusion(found, answers, float_logits, digits) -> None:
    """Both accuracies, their difference and every cell of the matrix, counted again."""
    parity, truth, read = found["parity"], digits.labels, answers.argmax(axis=1)
    right = float_logits.argmax(axis=1) == truth
    assert parity["images"] == len(truth) == 359
    assert parity["int8_accuracy"] == pytest.approx(np.mean(read == truth))
    assert parity["float_accuracy"] == pytest.approx(np.mean(right))
    drop = 100 * (np.mean(right) - np.mean(read == truth))
    assert parity["drop_points"] == pytest.approx(drop, abs=1e-6)
    (part,) = found["judged"]
    for t in range(10):
        for r in range(10):
            assert part["confusion"][t][r] == np.sum((truth == t) & (read == r))
    most = max(np.sum((truth == t) & (read == r)) for t in range(10) for r in range(10) if t != r)
    assert part["confused"][0]["count"] == most


def test_trust_in_the_accuracy_is_scipys(found, answers, float_logits, digits) -> None:
    """Intervals by Wilson's method, and the exact test of whether float and int8 differ."""
    (part,) = found["judged"]
    right = {
        "float": float_logits.argmax(axis=1) == digits.labels,
        "int8": answers.argmax(axis=1) == digits.labels,
    }
    for name, one in right.items():
        low, high = stats.binomtest(int(one.sum()), one.size).proportion_ci(0.95, "wilson")
        assert (part[name]["low"], part[name]["high"]) == pytest.approx((low, high))
        assert part[name]["accuracy"] == pytest.approx(one.mean())
    alone = [int(np.sum(right[a] & ~right[b])) for a, b in (("float", "int8"), ("int8", "float"))]
    assert [part["paired"][f"only_{name}"] for name in ("float", "int8")] == alone
    expected = stats.binomtest(alone[0], sum(alone)).pvalue if sum(alone) else 1
    assert part["paired"]["p"] == pytest.approx(expected)


def test_wrongly_read_images(found, answers, float_logits, digits) -> None:
    """They are those, with both answers, the softmax of each, and the image itself."""
    (tensor,) = found["network"]["outputs"]
    logits = (answers.astype(np.float64) - tensor["zero_point"]) * tensor["scale"]
    listed = {one["index"]: one for one in found["judged"][0]["errors"]}
    reads = float_logits.argmax(axis=1), answers.argmax(axis=1)
    wrong = (reads[0] != digits.labels) | (reads[1] != digits.labels)
    assert list(listed) == np.flatnonzero(wrong).tolist()
    assert len(listed) > 3
    for index, one in listed.items():
        assert one["truth"] == digits.labels[index]
        for name, scores in (("float", float_logits[index]), ("int8", logits[index])):
            shares = np.exp(scores) / np.exp(scores).sum()
            assert one[f"{name}_read"] == scores.argmax()
            assert one[f"{name}_confidence"] == pytest.approx(shares.max(), abs=1e-5)
        png = Image.open(io.BytesIO(base64.b64decode(one["example"]["picture"].split(",")[1])))
        np.testing.assert_array_equal(255 - np.asarray(png), digits.inputs[index])


def test_costs_are_those_of_the_c(found, made) -> None:
    """Arena and tables as model.h promises them; MACs by the formula for a convolution."""
    header, costs = made["model.h"].decode(), found["costs"]
    macros = dict(re.findall(r"#define (MODEL_\w+) (\d+)", header))
    assert costs["arena"]["bytes"] == costs["targets"][0]["ram"] == int(macros["MODEL_ARENA_SIZE"])
    assert costs["targets"][0]["flash"] == int(macros["MODEL_TABLES_SIZE"])
    assert sum(table["bytes"] for table in costs["tables"]) == int(macros["MODEL_TABLES_SIZE"])
    # nano: 5x5x4 and 5x5x12 convolutions without padding, each pooled by 2, then 10 outputs
    assert [step["macs"] for step in costs["steps"]] == [
        24 * 24 * 25 * 4,
        8 * 8 * 25 * 4 * 12,
        4 * 4 * 12 * 10,
    ]
    assert [step["operators"] for step in costs["steps"]] == [[0, 1], [2, 3], [5]]
    targets = {(row["target"], row["optimize"]) for row in costs["targets"]}
    assert len(targets) == len(costs["targets"]) == 17


def test_arena_has_room_for_what_is_alive(found) -> None:
    """Every buffer lies inside; of those alive together only an output overlaps, its input."""
    part = found["costs"]["arena"]
    for one in part["buffers"]:
        assert 0 <= one["offset"] <= part["bytes"] - one["bytes"]
        for other in part["buffers"]:
            together = one["first"] <= other["last"] and other["first"] <= one["last"]
            apart = (
                one["offset"] + one["bytes"] <= other["offset"]
                or other["offset"] + other["bytes"] <= one["offset"]
            )
            eaten = one["last"] == other["first"] or other["last"] == one["first"]
            assert one is other or not together or apart or eaten
    outputs = {one["holds"]: one["bytes"] for one in part["buffers"]}
    assert outputs["input"] == 28 * 28
    assert (outputs["pool1"], outputs["pool2"], outputs["logits"]) == (12 * 12 * 4, 4 * 4 * 12, 10)


def test_histograms_count_every_value(found, answers) -> None:
    """The last layer's is that of LiteRT's outputs; all sum up to images times values."""
    rows = found["layers"]["rows"]
    assert (
        rows[-1]["histogram"]["int8"] == np.bincount(answers.ravel() + 128, minlength=256).tolist()
    )
    for row in rows:
        counts, size = row["histogram"], found["layers"]["images"] * np.prod(row["shape"])
        assert sum(counts["int8"]) == size
        assert sum(counts["float"]) + counts["float_below"] + counts["float_above"] == size
        if row["weights"]:
            assert sum(row["weights"]["histogram"]["int8"]) == row["weights"]["count"]


def test_maps_and_filters_are_those_of_the_networks(found, digits) -> None:
    """Float maps are Keras's; filters are the int8 weights that LiteRT reads in the file."""
    from ai_edge_litert.interpreter import Interpreter

    from runtime.image import to_float
    from train.tf import keras

    model = store.load(store.pretrained("nano"))
    ends = keras.Model(model.input, [model.get_layer(f"relu{n}").output for n in (1, 2)])
    maps = found["pictures"]["maps"]
    for entry, expected in zip(maps, ends(to_float(digits.inputs[:1])), strict=True):
        real = np.frombuffer(base64.b64decode(entry["float32"]), "<f4").reshape(entry["shape"])
        np.testing.assert_allclose(real, expected[0], atol=1e-4)
        codes = np.frombuffer(base64.b64decode(entry["int8"]), np.int8).reshape(entry["shape"])
        stored = (codes.astype(np.float64) - entry["zero_point"]) * entry["scale"]
        assert np.corrcoef(stored.ravel(), real.ravel())[0, 1] > 0.99
    judge = Interpreter(str(NANO))
    judge.allocate_tensors()
    kernels = [op["inputs"][1] for op in judge._get_ops_details() if op["op_name"] == "CONV_2D"]
    for entry, number in zip(found["pictures"]["filters"], kernels, strict=True):
        shown = np.frombuffer(base64.b64decode(entry["int8"]), np.int8).reshape(entry["shape"])
        np.testing.assert_array_equal(shown, judge.get_tensor(number)[..., 0])


def test_files_are_listed_with_their_hashes(found, made) -> None:
    """Every file but the reports and the manifest, which cannot hold their own."""
    assert set(found["files"]) == {
        name for name in made if not name.startswith(("report", "manifest"))
    }
    manifest = json.loads(made["manifest.json"])["files"]
    assert all(manifest[name] == entry for name, entry in found["files"].items())


def test_schema_explains_everything(found) -> None:
    """It is sound, says something of each figure, and admits nothing that it does not explain."""
    schema = json.loads(document.SCHEMA.read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(found, schema, jsonschema.Draft202012Validator)
    for name, entry in _properties(schema):
        assert entry.get("description") or "$ref" in entry, name
    for part in _objects(schema):
        assert "additionalProperties" in part, part.get("description")


def _objects(node: Any) -> Any:
    if isinstance(node, dict):
        if "object" in np.atleast_1d(node.get("type", "")):
            yield node
        for child in node.values():
            yield from _objects(child)
    elif isinstance(node, list):
        for child in node:
            yield from _objects(child)


def _properties(schema: Any) -> Any:
    for part in _objects(schema):
        yield from part.get("properties", {}).items()
