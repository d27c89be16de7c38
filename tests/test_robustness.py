"""Robustness, as curves and as a table, of networks that are no digits."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter

from convert import sweep
from convert.robustness import changes, judging
from convert.robustness.__main__ import main
from convert.robustness.conditions import ARRAYS
from runtime.dataset import Examples
from runtime.errors import DataError, ModelError
from tests import tiny
from train.augment import Level


@pytest.fixture
def data(tmp_path: Path) -> Callable[[str], list[str]]:
    """Options that name data for a tiny network: sixty random examples."""

    def made(name: str) -> list[str]:
        y = {"y": np.array(["still", "walk"] * 30)} if name == "window" else {}
        np.savez(tmp_path / "x.npz", x=tiny.examples(tiny.MADE[name][1], 60), **y)
        return ["--data", str(tmp_path / "x.npz")]

    return made


@pytest.mark.parametrize("name", ["window", "autoencoder"])
def test_a_sweep_is_what_litert_says(
    name: str, models: dict[str, Path], data: Callable[[str], list[str]]
) -> None:
    """Unchanged examples give the figure of runtime.evaluate's judge; changed ones another."""
    model = models[name]
    assert sweep.main([str(model), *data(name), "--images", "12", "--quiet"]) == 0
    found = json.loads((model.parent / "robustness.json").read_text())
    assert [curve["change"] for curve in found["curves"]] == ["noise", "gain", "missing"]
    clean = {curve["int8"][0] for curve in found["curves"]}
    assert len(clean) == 1
    curves = [curve["int8"] for curve in found["curves"]]
    if name == "window":
        assert found["measure"] == "accuracy"
        assert all(0 <= value <= 1 for curve in curves for value in curve)
    else:
        assert found["measure"] == "reconstruction error"
        assert all(len(set(curve)) == len(curve) for curve in curves)


def test_a_sweep_measures_reconstructions_by_numpy(
    models: dict[str, Path], data: Callable[[str], list[str]]
) -> None:
    """The clean figure is the mean square of LiteRT's answer less the input."""
    known = judging.contract_of(models["autoencoder"])
    path = Path(data("autoencoder")[1])
    x = np.load(path)["x"]
    judged = judging.judged(models["autoencoder"], known, _examples(x))
    runner = Interpreter(str(models["autoencoder"]))
    runner.allocate_tensors()
    (given,), (answer,) = runner.get_input_details(), runner.get_output_details()
    (scale, zero), (step, middle) = given["quantization"], answer["quantization"]
    errors = []
    for one in x:
        codes = np.clip(np.rint(one / np.float32(scale)) + zero, -128, 127).astype(np.int8)
        runner.set_tensor(given["index"], codes[None])
        runner.invoke()
        real = step * (runner.get_tensor(answer["index"])[0].astype(np.float64) - middle)
        errors.append(np.mean((real - one) ** 2))
    assert judged.figure == pytest.approx(np.mean(errors), rel=1e-5)


def _examples(x: np.ndarray) -> Examples:
    return Examples(x, np.zeros(len(x), np.int64), (), "made up")


def test_changes_of_arrays_are_numpys() -> None:
    """A channel less is one channel at its mean; gain is one factor for each example."""
    task = tiny.WINDOW
    examples = _examples(tiny.examples(task, 40))
    middle = examples.inputs.mean(axis=(0, 1))
    less = changes.changed(changes.Condition("", changes.without(1)), task, examples)
    gone = np.isclose(less, middle, atol=1e-5).all(axis=1)
    assert gone.sum(axis=1).tolist() == [1] * 40
    assert set(gone.argmax(axis=1).tolist()) == {0, 1, 2}
    louder = changes.changed(changes.Condition("", changes.gain(0.5)), task, examples)
    factors = (louder - middle) / (examples.inputs - middle)
    assert np.ptp(factors, axis=(1, 2)).max() < 1e-2
    assert 0.5 <= np.median(factors, axis=(1, 2)).min() < np.median(factors, axis=(1, 2)).max()


def test_changes_of_pictures_are_numpys() -> None:
    """Half the contrast, to the bit; brightness is one amount for each; a shift of 0 is none."""
    examples = _examples(tiny.examples(tiny.PHOTO, 10))

    def change(one: changes.Change) -> np.ndarray:
        return changes.changed(changes.Condition("", one), tiny.PHOTO, examples).astype(int)

    pixels = examples.inputs.astype(int)
    assert np.array_equal(change(changes.geometric(Level(), "REFLECT")), pixels)
    expected = np.rint((0.25 + 0.5 * pixels / 255) * 255)
    assert np.abs(change(changes.contrast(0.5)) - expected).max() <= 1
    found = change(changes.brightness(0.2))
    moved = [
        (after - before)[(after > 0) & (after < 255)]
        for after, before in zip(found, pixels, strict=True)
    ]
    assert all(np.ptp(one) <= 1 for one in moved)
    assert len({int(np.median(one)) for one in moved}) > 5


def test_robustness_of_other_tasks(
    models: dict[str, Path], data: Callable[[str], list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    """A column for each change of the task; two tasks do not go into one table."""
    assert main([str(models["window"]), *data("window"), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    (row,) = found["accuracy"].values()
    assert list(row) == [condition.name for condition in ARRAYS]
    with pytest.raises(ModelError, match="is for another task"):
        main([str(models["window"]), str(models["photo"])])
    with pytest.raises(DataError, match="pass --data"):
        main([str(models["photo"])])
