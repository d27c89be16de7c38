"""Networks of several inputs: quantized and compared with arrays of their own."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from convert import export
from convert.report import __main__ as report
from runtime import interpreter
from runtime.errors import DataError, GateError, ModelError
from tests import zoo
from train.tf import configure, keras

RNG = np.random.default_rng(7)
ARRAYS = {
    "picture": RNG.uniform(0, 1, (40, 12, 12, 3)).astype(np.float32),
    "air": RNG.normal(0, 1, (40, 4)).astype(np.float32),
}


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two inputs, one of them scaled in the network; a head of classes and one of a value."""
    configure(0)
    of = keras.layers
    picture, air = of.Input((12, 12, 3), name="picture"), of.Input((4,), name="air")
    x = of.Conv2D(6, 3, activation="relu")(of.Rescaling(2.0, -1.0)(picture))
    x = of.Concatenate()([of.GlobalAveragePooling2D()(x), of.Dense(5, activation="relu")(air)])
    heads = [of.Dense(3, activation="softmax", name="what")(x), of.Dense(1, name="size")(x)]
    path = tmp_path_factory.mktemp("several") / "mine.keras"
    zoo.randomize(keras.Model([picture, air], heads)).save(path)
    np.savez(path.with_name("x.npz"), **ARRAYS)
    return path


def words(network: Path, *more: str | Path) -> list[str]:
    return [str(word) for word in ("--model", network, "--out", network.parent / "out", *more)]


@pytest.fixture(scope="module")
def exported(network: Path) -> Path:
    assert export.main(words(network, "--inputs", network.with_name("x.npz"))) == 0
    return network.parent / "out/mine"


def run(path: Path, picture: np.ndarray, air: np.ndarray) -> list[np.ndarray]:
    """What LiteRT's default kernels make of real inputs, as reals."""
    loaded = interpreter.load(path)
    by_size = {3: air, 5: picture}  # the batches and the sides
    given = []
    for tensor in loaded.inputs:
        values = by_size[len(tensor.shape) + 1]
        if tensor.dtype == np.int8:
            codes = np.rint(values / np.float32(tensor.scale)) + tensor.zero_point
            values = np.clip(codes, -128, 127).astype(np.int8)
        given.append(values[:, None])
    answers = interpreter.run_all(path, given, "litert", "default", fresh=True)
    return [
        one[:, 0]
        if tensor.dtype == np.float32
        else np.float32(tensor.scale) * (one[:, 0].astype(np.float32) - tensor.zero_point)
        for one, tensor in zip(answers, loaded.outputs, strict=True)
    ]


def test_each_output_is_compared(exported: Path, network: Path) -> None:
    """On the examples that gave no range; RMSE is NumPy's of LiteRT's answers in both networks."""
    manifest = json.loads((exported / "manifest.json").read_text())
    told = manifest["compared"]
    tested = np.sort(np.random.default_rng(0).permutation(40)[28:])
    picture, air = 2 * ARRAYS["picture"][tested] - 1, ARRAYS["air"][tested]
    pairs = [run(exported / f"model{kind}.tflite", picture, air) for kind in ("_float", "")]
    assert list(told["outputs"]) == ["what", "size"]
    assert told["examples"] == len(tested) == 12
    for row, real, int8 in zip(told["outputs"].values(), *pairs, strict=True):
        rmse = np.sqrt(np.mean((int8 - real) ** 2))
        assert row["rmse"] == pytest.approx(rmse, rel=1e-3)
        noise = 10 * np.log10(np.sum(real**2) / np.sum((int8 - real) ** 2))
        assert row["sqnr_db"] == pytest.approx(noise, abs=0.01)
        assert noise > 10
    logits = pairs[0][0]
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    whole = keras.models.load_model(network, compile=False)
    by_keras, _ = whole.predict([ARRAYS["picture"][tested], air], verbose=0)
    np.testing.assert_allclose(shares, by_keras, atol=1e-5)
    assert [row["values"] for row in told["runtimes"][:1]] == [[0, 0]]


def test_the_result_is_whole(exported: Path, network: Path, tmp_path: Path) -> None:
    """Every file is listed, and a report can be made of the model."""
    manifest = json.loads((exported / "manifest.json").read_text())
    there = {path.name for path in exported.iterdir()}
    assert there == {*manifest["files"], "manifest.json"}
    assert {"model.c", "model.h", "model_data.c", "float.keras"} < there
    for name, entry in manifest["files"].items():
        assert entry["sha256"] == hashlib.sha256((exported / name).read_bytes()).hexdigest()
    assert manifest["command"].endswith("--inputs x.npz")
    before = {path.name: path.read_bytes() for path in exported.iterdir()}
    assert export.main(words(network, "--inputs", network.with_name("x.npz"))) == 0
    assert {path.name: path.read_bytes() for path in exported.iterdir()} == before
    assert report.main([str(exported / "model.tflite"), "--out", str(tmp_path)]) == 0


def test_what_does_not_fit_is_one_line(network: Path, tmp_path: Path) -> None:
    """And names what is needed."""
    with pytest.raises(ModelError, match=r"2 inputs: give --inputs .* picture, air instead"):
        export.main(words(network, "--data", network.with_name("x.npz")))
    with pytest.raises(DataError, match="without --data, by ptq"):
        export.main(words(network, "--inputs", network.with_name("x.npz"), "--quantize", "qat"))
    for arrays, said in (
        ({"picture": ARRAYS["picture"]}, "lacks 'air'"),
        ({name: array[:9] for name, array in ARRAYS.items()}, "9 examples, 10 are needed"),
        (ARRAYS | {"air": ARRAYS["air"][:9]}, "not as many of each input"),
        (ARRAYS | {"air": ARRAYS["air"][:, :3]}, "'air' has shape"),
        (ARRAYS | {"air": ARRAYS["air"] * np.nan}, "only finite numbers"),
        (ARRAYS | {"air": np.full(ARRAYS["air"].shape, 1e200)}, "numbers up to 1e\\+15"),
    ):
        np.savez(tmp_path / "x.npz", **arrays)
        with pytest.raises(DataError, match=said):
            export.main(words(network, "--inputs", tmp_path / "x.npz", "--out", tmp_path / "no"))
        assert not (tmp_path / "no/mine").exists()
    one = keras.Sequential([keras.layers.Input((4,)), keras.layers.Dense(2)])
    one.save(tmp_path / "one.keras")
    with pytest.raises(DataError, match=r"has one input: give --data"):
        export.main(words(tmp_path / "one.keras", "--inputs", network.with_name("x.npz")))


def test_ranges_that_were_not_shown_are_refused(network: Path, tmp_path: Path) -> None:
    """Seventy examples of zeros and thirty of anything else: int8 knows nothing of those."""
    order = np.random.default_rng(0).permutation(40)
    arrays = {name: array.copy() for name, array in ARRAYS.items()}
    for array in arrays.values():
        array[order[:28]] = 0
        array[order[28:]] *= 30
    np.savez(tmp_path / "x.npz", **arrays)
    with pytest.raises(GateError, match=r"SQNR of .* dB to float, 10 are needed.*x\.npz"):
        export.main(words(network, "--inputs", tmp_path / "x.npz", "--out", tmp_path / "no"))
    assert not (tmp_path / "no/mine").exists()
