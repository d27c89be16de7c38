"""validate and client with a model of one's own: its inputs, its labels, its mistakes."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from convert.compare import __main__ as compare
from firmware import client, validate
from runtime import worker
from runtime.errors import DataError, DeviceError, ThimbleError
from tests.firmware.networks import MODELS

BOARD = ("--board", "mps2-an386")


@pytest.fixture
def model(tmp_path: Path) -> Any:
    """Writes one of MODELS to a folder of its own, with labels if there are any."""

    def write(name: str, labels: tuple[str, ...] = ()) -> Path:
        folder = tmp_path / name
        folder.mkdir()
        path = folder / f"{name}.tflite"
        path.write_bytes(MODELS[name]())
        if labels:
            (folder / "labels.txt").write_text("\n".join(labels))
        return path

    return write


def validated(path: Path, *more: str | Path) -> dict[str, Any]:
    """What validate leaves in the image's folder."""
    out = path.parent / "out"
    words = [*BOARD, "--model", str(path), "--out", str(out), *map(str, more)]
    assert validate.main(words) == 0
    (found,) = out.glob("*/validation.json")
    return dict(json.loads(found.read_text()))


def test_random_inputs_are_said_to_be_random(
    model: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """The verdict has no accuracy, and says where one would come from."""
    found = validated(model("conv1d"), "--images", "8")
    told = capsys.readouterr().out
    assert found["data"] == {"source": "random numbers over the whole range, and its ends",
                             "images": 8, "random": True}  # fmt: skip
    assert (found["accuracy"], found["confusion"], found["problems"]) == (None, None, [])
    assert "not known: give --data" in told
    assert "Confusion" not in told
    assert found["device"]["inputs"][0]["shape"] == [1, 128, 3]


def test_inputs_of_a_file(model: Any, tmp_path: Path) -> None:
    """By name in any order, by their own order, quantized or real: the device gives the same."""
    path = model("two-inputs")
    rng = np.random.default_rng(1)
    left, right = (rng.integers(-128, 128, (5, 1, 3, 4)).astype(np.int8) for _ in range(2))
    wanted = worker.run(path, [left, right], "litert", "default")
    real = (left.astype(np.float32) - 3) * np.float32(0.05)
    ways: dict[str, dict[str, np.ndarray]] = {
        "named": {"right": right, "left": left},
        "ordered": {"a": left, "b": right},
        "real": {"left": real[:, 0], "right": right},
    }
    for name, arrays in ways.items():
        np.savez(tmp_path / f"{name}.npz", **arrays)
        found = validated(path, "--inputs", tmp_path / f"{name}.npz")
        assert found["data"] == {"source": f"{name}.npz", "images": 5, "random": False}
        (recorded,) = (path.parent / "out").glob("*/answers.npz")
        with np.load(recorded) as answers:
            np.testing.assert_array_equal(answers["input"], left)
            np.testing.assert_array_equal(answers["input1"], right)
            np.testing.assert_array_equal(answers["output"], wanted[0][:, 0])
            np.testing.assert_array_equal(answers["output1"], wanted[1][:, 0])
        assert compare.main([str(path), str(recorded)]) == 0


@pytest.mark.parametrize(
    ("arrays", "says"),
    [
        ({"left": np.zeros((2, 3, 4), np.int8)}, "lacks 'right'"),
        ({"left": np.zeros((2, 3, 5), np.int8), "right": np.zeros((2, 3, 4), np.int8)}, "shape"),
        ({"left": np.zeros((2, 3, 4), np.int8), "right": np.zeros((3, 3, 4), np.int8)}, "as many"),
        ({"left": np.zeros((0, 3, 4), np.int8), "right": np.zeros((0, 3, 4), np.int8)}, "no input"),
        ({"left": np.zeros((2, 3, 4), np.int32), "right": np.zeros((2, 3, 4), np.int8)}, "int32"),
        ({"left": np.full((2, 3, 4), np.nan), "right": np.zeros((2, 3, 4), np.int8)}, "has nan at"),
    ],
)
def test_wrong_inputs_are_one_line(
    arrays: dict[str, np.ndarray], says: str, model: Any, tmp_path: Path
) -> None:
    """With the file and what the model takes, before anything is built."""
    file = tmp_path / "wrong.npz"
    np.savez(file, **arrays)
    path = model("two-inputs")
    with pytest.raises(DataError, match=says) as error:
        validate.main([*BOARD, "--model", str(path), "--inputs", str(file), "--out", str(tmp_path)])
    assert "\n" not in str(error.value)
    assert "wrong.npz" in str(error.value)


def test_data_of_a_task_are_judged(model: Any, tmp_path: Path) -> None:
    """Arrays with labels: accuracy and confusion are those of LiteRT."""
    path = model("conv1d", labels=("down", "left", "right", "up"))
    rng = np.random.default_rng(2)
    given = rng.normal(0, 2, (30, 128, 3)).astype(np.float32)
    labels = rng.integers(0, 4, 30)
    names = np.array(["down", "left", "right", "up"])
    np.savez(tmp_path / "windows.npz", x=given, y=names[labels])
    found = validated(path, "--data", tmp_path / "windows.npz")
    codes = np.clip(np.rint(given / np.float32(0.05)) - 3, -128, 127).astype(np.int8)
    read = worker.run(path, [codes[:, None]], "litert", "default")[0].reshape(30, 4).argmax(axis=1)
    assert found["problems"] == []
    assert found["accuracy"] == np.mean(read == labels)
    assert np.array(found["confusion"]).sum() == 30


def test_client_answers_with_the_labels_of_the_model(
    model: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every example of a file, the best labels first."""
    path = model("conv1d", labels=("down", "left", "right", "up"))
    given = np.random.default_rng(3).normal(0, 2, (2, 128, 3)).astype(np.float32)
    np.save(tmp_path / "windows.npy", given)
    words = [str(tmp_path / "windows.npy"), *BOARD, "--model", str(path), "--top", "2", "--json"]
    assert client.main(words) == 0
    found = json.loads(capsys.readouterr().out)["examples"]
    codes = np.clip(np.rint(given / np.float32(0.05)) - 3, -128, 127).astype(np.int8)
    scores = worker.run(path, [codes[:, None]], "litert", "default")[0].reshape(2, 4)
    labels = np.array(["down", "left", "right", "up"])
    for one, row in zip(found, scores, strict=True):
        told = [best["label"] for best in one["top"]]
        assert told == labels[np.argsort(-row.astype(int), kind="stable")[:2]].tolist()
        assert one["instructions"] > 1000


def test_client_gives_the_values_of_several_outputs(
    model: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A model of two inputs takes a file with both; what cannot be read is one line."""
    np.savez(tmp_path / "pair.npz", left=np.ones((1, 3, 4)), right=np.ones((1, 3, 4)))
    path, broken = model("two-inputs"), tmp_path / "broken.npz"
    broken.write_bytes(b"no arrays")
    words = [str(tmp_path / "pair.npz"), str(broken), *BOARD, "--model", str(path)]
    assert client.main(words) == 1
    told = capsys.readouterr()
    assert told.err.count("\n") == 1
    assert "broken.npz" in told.err
    (row,) = (line for line in told.out.splitlines() if "pair.npz" in line)
    assert "(12)" in row


def test_client_needs_the_model_for_its_labels(model: Any, tmp_path: Path) -> None:
    """A device with an unknown model, or with another one than is named, is one clear line."""
    from convert.compiler.targets.options import Options
    from firmware import deployment
    from firmware.hello import Hello

    conv, other = model("conv1d"), model("running")
    unit = deployment.load(str(conv), Options()).compiled.unit
    rest = {"stored": None, "inputs": (), "outputs": (), "sha256": unit.network.sha256}
    hello = Hello(0, 0, 1, 1, 1, 0, 1, board="x", model="conv1d", match="xnnpack", **rest)
    with pytest.raises(DeviceError, match=r"none of the bundled models: name its .tflite"):
        client.known(hello, None)
    with pytest.raises(DeviceError, match="is another model"):
        client.known(hello, str(other))
    assert client.known(hello, str(conv)).path == conv
    with pytest.raises(ThimbleError):
        client.main([str(tmp_path / "x.npy"), *BOARD, "--model", str(tmp_path / "none.tflite")])
