"""A network with a head of classes and a head of values: each is judged by what it means."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from convert import export, request, sweep
from convert.report import document
from runtime import contract, evaluate, interpreter, predict
from runtime.dataset import Examples
from runtime.errors import DataError, GateError, ModelError
from runtime.reading import Source, archives, split
from runtime.tasks.scaling import Scaling
from runtime.tasks.tensor import Arrays
from train.tf import configure, keras

NAMES = np.array(["ant", "bee", "cat"])
SHAPE = (6,)


@pytest.fixture(scope="module")
def data() -> dict[str, np.ndarray]:
    """Which of three numbers is the largest, and two sums of all."""
    rng = np.random.default_rng(0)
    x = rng.normal(0, 1, (1200, *SHAPE)).astype(np.float32)
    sums = (x @ rng.normal(0, 1, (6, 2))).astype(np.float32)
    return {"x": x, "y_what": NAMES[x[:, :3].argmax(axis=1)], "size": sums}


@pytest.fixture(scope="module")
def network(data: dict[str, np.ndarray], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Trained by Keras itself; one head ends in softmax."""
    configure(0)
    of = keras.layers
    given = of.Input(SHAPE)
    x = of.Dense(16, activation="relu")(of.Dense(16, activation="relu")(given))
    heads = [of.Dense(3, activation="softmax", name="what")(x), of.Dense(2, name="size")(x)]
    model = keras.Model(given, heads)
    model.compile("adam", ["sparse_categorical_crossentropy", "mse"])
    truth = [np.searchsorted(NAMES, data["y_what"]), data["size"]]
    model.fit(data["x"], truth, epochs=40, verbose=0)
    path = tmp_path_factory.mktemp("two") / "two.keras"
    model.save(path)
    return path


@pytest.fixture(scope="module")
def exported(network: Path, data: dict[str, np.ndarray]) -> Path:
    """The folder of its export, fine-tuned on both heads."""
    np.savez(network.with_name("two.npz"), **data)
    words = ["--model", network, "--data", network.with_name("two.npz"), "--out", network.parent]
    assert export.main([str(word) for word in words]) == 0
    return network.with_name("two")


def kept_back(data: dict[str, np.ndarray], path: Path) -> Examples:
    """The part that the export has kept back."""
    source = Source(path, outputs=("what", "size"))
    found = archives.read(Arrays(SHAPE, Scaling()), source)
    test = split.three(found)[2]
    assert len(test) == len(data["x"]) // 5
    return test


def by_litert(folder: Path, name: str, x: np.ndarray) -> list[np.ndarray]:
    """Both outputs as reals, worked out from the file's own scales."""
    path = folder / name
    loaded = interpreter.load(path)
    given = x
    if loaded.input.dtype == np.int8:
        codes = np.rint(x / np.float32(loaded.input.scale)) + loaded.input.zero_point
        given = np.clip(codes, -128, 127).astype(np.int8)
    answers = interpreter.run_all(path, [given[:, None]], "litert", "default", fresh=True)
    return [
        one[:, 0].astype(np.float32)
        if tensor.dtype == np.float32
        else np.float32(tensor.scale) * (one[:, 0].astype(np.int32) - tensor.zero_point)
        for one, tensor in zip(answers, loaded.outputs, strict=True)
    ]


def test_each_output_is_judged_by_what_it_means(
    exported: Path, network: Path, data: dict[str, np.ndarray]
) -> None:
    """Accuracy, error, RMSE and SQNR of both are those that NumPy makes of LiteRT's answers."""
    report = document.read(exported / "report.json")
    assert report["quantize"] == "qat"
    test = kept_back(data, network.with_name("two.npz"))
    what, size = report["judged"]
    assert (what["output"], what["kind"]) == ("what", "classes")
    assert (size["output"], size["kind"]) == ("size", "values")
    answers = {
        "float": by_litert(exported, "model_float.tflite", test.inputs),
        "int8": by_litert(exported, "model.tflite", test.inputs),
    }
    for who, (classes, values) in answers.items():
        right = classes.argmax(axis=1) == test.labels
        assert what[who]["accuracy"] == pytest.approx(right.mean())
        missed = np.abs(values - test.of(1).targets).mean(axis=0)
        assert [one[who]["mae"] for one in size["values"]] == pytest.approx(missed.tolist(), 1e-4)
    for number, told in enumerate(report["parity"]["outputs"]):
        real, int8 = answers["float"][number], answers["int8"][number]
        rmse = np.sqrt(np.mean((real - int8) ** 2))
        assert told["name"] == ("what", "size")[number]
        assert told["rmse"] == pytest.approx(rmse, rel=1e-3)
        noise = 10 * np.log10(np.sum(real**2) / np.sum((real - int8) ** 2))
        assert told["sqnr_db"] == pytest.approx(noise, abs=0.01)
    manifest = json.loads((exported / "manifest.json").read_text())
    assert manifest["outputs"]["size"]["mean_absolute_error"]["int8"] == pytest.approx(
        np.abs(answers["int8"][1] - test.of(1).targets).mean(), rel=1e-4
    )


def test_the_report_tells_of_both(exported: Path) -> None:
    """Under the names of the outputs, from the verdict on."""
    page = (exported / "report.html").read_text()
    assert "Output what, classes" in page
    assert "Output size, values" in page
    assert "size0: int8 is off by" in page.partition("</header>")[0]
    table = (exported / "report.md").read_text()
    assert "| size: mean absolute error, int8" in table
    assert "## Confusion of what (int8" in table


def test_the_contract_names_them(exported: Path) -> None:
    """And comes back as it was."""
    known = contract.read(exported / "contract.json")
    assert known.names == ("what", "size")
    assert known.labels == tuple(NAMES)
    assert known.describe() == json.loads((exported / "contract.json").read_text())
    told = json.loads((exported / "contract.json").read_text())
    told["outputs"][1]["name"] = "what"
    (exported.parent / "twice.json").write_text(json.dumps(told))
    with pytest.raises(ModelError, match="two outputs are called the same"):
        contract.read(exported.parent / "twice.json")


def test_evaluate_judges_both(
    exported: Path, network: Path, data: dict[str, np.ndarray], capsys: pytest.CaptureFixture[str]
) -> None:
    """The same figures as the export's; what the data say nothing of is named."""
    words = ["--model", str(exported), "--data", str(network.with_name("two.npz"))]
    assert evaluate.main([*words, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    what, size = document.read(exported / "report.json")["judged"]
    assert told["accuracy"] == told["outputs"]["what"]["accuracy"] == what["int8"]["accuracy"]
    missed = np.mean([one["int8"]["mae"] for one in size["values"]])
    assert told["outputs"]["size"]["mean_absolute_error"] == pytest.approx(missed, rel=1e-5)
    half = network.with_name("half.npz")
    np.savez(half, x=data["x"], size=data["size"])
    assert evaluate.main([*words[:3], str(half)]) == 0
    text = capsys.readouterr().out
    assert "size: mean absolute error" in text
    assert "not judged, as the data say nothing of them: what" in text
    np.savez(half, x=data["x"])
    with pytest.raises(DataError, match="says nothing of the outputs what, size"):
        evaluate.main([*words[:3], str(half)])


def test_predict_says_both(
    exported: Path, data: dict[str, np.ndarray], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A column for each, called by the outputs' names."""
    np.save(tmp_path / "few.npy", data["x"][:3])
    words = ["--model", str(exported), str(tmp_path / "few.npy")]
    assert predict.main([*words, "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["examples"]
    classes, values = by_litert(exported, "model.tflite", data["x"][:3])
    for row, scores, pair in zip(rows, classes, values, strict=True):
        first, second = row["outputs"]
        assert (first["name"], first["label"]) == ("what", NAMES[scores.argmax()])
        assert list(second["values"].values()) == pytest.approx(pair.tolist(), rel=1e-6)
    assert predict.main(words) == 0
    header = capsys.readouterr().out.splitlines()[1]
    assert [cell.strip() for cell in header.strip("|").split("|")] == [
        "example", "what", "sure", "size0", "size1", "ms"
    ]  # fmt: skip


def test_what_judges_one_says_which(
    exported: Path, network: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Robustness is that of the first output."""
    words = [str(exported / "model.tflite"), "--data", str(network.with_name("two.npz"))]
    assert sweep.main([*words, "--images", "20"]) == 0
    assert "judged by output 'what' of 2" in capsys.readouterr().out


def requested(network: Path, name: str, **more: Any) -> request.Request:
    """An export of the network with the data of that name."""
    places = {"--model": network, "--data": network.with_name(name), "--out": network.parent / "b"}
    words = [str(word) for pair in places.items() for word in pair]
    return replace(request.requested(export.parser().parse_args(words)), **more)


def test_an_output_that_the_data_say_nothing_of(
    network: Path, data: dict[str, np.ndarray], capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is trained then, which is said first; the output is compared, and not judged."""
    np.savez(network.with_name("what.npz"), x=data["x"], y=data["y_what"])
    found = export.export(requested(network, "what.npz"))
    told = capsys.readouterr().out
    assert "post-training quantization (the data do not say what output 'size' shall give" in told
    assert "the data say nothing of output 'size', which is compared and not judged" in told
    assert [one.int8 is None for one in found.judged] == [False, True]
    assert len(found.outputs) == 2
    with pytest.raises(ModelError, match="--quantize qat is not possible: the data do not say"):
        export.export(requested(network, "what.npz", quantize="qat"))


def test_the_second_output_is_gated_too(network: Path, data: dict[str, np.ndarray]) -> None:
    """A head that has not learnt the data is named before anything is trained."""
    wrong = data | {"size": np.random.default_rng(1).permutation(data["size"])}
    np.savez(network.with_name("wrong.npz"), **wrong)
    with pytest.raises(GateError, match=r"output 'size': the float network has a mean absolute"):
        export.export(requested(network, "wrong.npz"))
    with pytest.raises(GateError, match=r"output 'size': the mean absolute error of int8"):
        export.export(requested(network, "two.npz", max_drop=0.5))


@pytest.mark.parametrize(
    "called",
    [("y0", "y1"), ("y_1", "y_2"), ("labels_what", "target_size"), ("what", "size"), ("y", "size")],
)
def test_how_answers_are_called(
    called: tuple[str, str], data: dict[str, np.ndarray], tmp_path: Path
) -> None:
    """By number from 0 or 1, or by the output's name; parts of a split are told as ever."""
    what, size = called
    part = {"x_train": data["x"], f"{what}_train": data["y_what"], f"{size}_train": data["size"]}
    whole = {"x": data["x"], what: data["y_what"], size: data["size"]}
    for arrays, name in ((part, "train"), (whole, "all")):
        np.savez(tmp_path / "x.npz", **arrays)
        source = Source(tmp_path / "x.npz", outputs=("what", "size"))
        found = archives.read(Arrays(SHAPE, Scaling()), source)[name]
        assert (NAMES[found.labels] == data["y_what"]).all()
        np.testing.assert_array_equal(found.of(1).targets, data["size"])
        some = found.take(np.array([5, 3]))
        np.testing.assert_array_equal(some.of(1).targets, data["size"][[5, 3]])


def test_numbers_beyond_the_outputs_are_refused(tmp_path: Path) -> None:
    """With the names that the outputs have."""
    np.savez(tmp_path / "x.npz", x=np.zeros((4, 6)), y1=np.arange(4), y3=np.arange(4))
    source = Source(tmp_path / "x.npz", outputs=("what", "size"))
    with pytest.raises(DataError, match=r"numbered 1, 3, the network 2 outputs.*what, size"):
        archives.read(Arrays(SHAPE, Scaling()), source)


def test_class_names_of_a_further_output(tmp_path: Path) -> None:
    """Are an array of their own."""
    kinds = {"y_a": np.arange(4) % 2, "y_b": np.arange(4) % 3}
    named = {"names_a": np.array(["no", "yes"]), "names_b": np.array(["x", "y", "z"])}
    np.savez(tmp_path / "x.npz", x=np.zeros((4, 6)), **kinds, **named)
    source = Source(tmp_path / "x.npz", outputs=("a", "b"))
    (found,) = archives.read(Arrays(SHAPE, Scaling()), source).values()
    assert (found.of(0).names, found.of(1).names) == (("no", "yes"), ("x", "y", "z"))
