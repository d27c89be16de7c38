"""The answer that something is none of the classes: contract, calibration, and who obeys it."""

import json
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from scipy import optimize, special

from convert import calibration
from convert.calibration import HeldOut
from runtime import evaluate, predict
from runtime.contract import Contract
from runtime.dataset import NONE, OTHER, Examples, apart
from runtime.errors import ModelError
from runtime.tasks import digits, meaning
from runtime.tasks.meaning import Classes
from tests.tiny import MADE
from train import lessons

Run = Callable[..., subprocess.CompletedProcess[str]]
ABC = Classes(("a", "b", "c"), none_logit=0.0)


def held_out(count: int, seed: int = 1) -> HeldOut:
    """Logits that are three times too sure, of which a fifth belongs to none of three classes."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, 1.5, (count, 4))
    logits[:, 3] = 0
    chances = special.softmax(logits, axis=1)
    labels = np.array([rng.choice(4, p=row) for row in chances])
    return HeldOut((3 * logits[:, :3]).astype(np.float32), np.where(labels == 3, OTHER, labels))


def test_the_temperature_is_that_of_the_least_surprise() -> None:
    """By SciPy's search and its own logarithms, with what belongs to none as one more class."""
    found = held_out(4_000)
    wide = np.pad(found.scores.astype(float), ((0, 0), (0, 1)))
    place = found.labels % 4

    def surprise(temperature: float) -> float:
        return float(-special.log_softmax(wide / temperature, axis=1)[range(4_000), place].mean())

    best = optimize.minimize_scalar(surprise, bounds=(0.25, 4), method="bounded").x
    fitted = calibration.temperature(ABC, found)
    assert fitted == pytest.approx(best, rel=0.01)
    assert fitted == pytest.approx(3, rel=0.1)


def test_probabilities_are_as_often_right_as_they_say() -> None:
    """Fitted on one half, counted on another: in each fifth of the sureness within 4 points."""
    fitted = calibration.fitted(ABC, held_out(6_000))
    other = held_out(6_000, seed=2)
    sure = fitted.probabilities(other.scores)
    largest, right = sure.max(axis=1), sure.argmax(axis=1) == other.labels
    for low in (0.3, 0.5, 0.7, 0.9):
        inside = (largest >= low) & (largest < low + 0.2)
        assert right[inside].mean() == pytest.approx(largest[inside].mean(), abs=0.04)


def test_probabilities_are_scipys_softmax_with_one_more_logit() -> None:
    """They leave a rest, which is that it is none of the classes."""
    scores = np.array([[2.0, -1.0, 0.5], [-9, -9, -9]], np.float32)
    found = replace(ABC, temperature=1.7, none_logit=0.25, threshold=0.4)
    wide = np.concatenate([scores, np.full((2, 1), 0.25)], axis=1)
    expected = special.softmax(wide.astype(float) / 1.7, axis=1)[:, :3]
    np.testing.assert_allclose(found.probabilities(scores), expected, rtol=1e-6)
    assert found.none(found.probabilities(scores)).tolist() == [False, True]
    assert replace(found, threshold=None).none(found.probabilities(scores)).tolist() == [False] * 2


def test_without_others_few_right_answers_are_refused() -> None:
    """At most 0.1 %; a hundredth more would refuse more than that."""
    found = held_out(5_000)
    known = found.labels != OTHER
    found = HeldOut(found.scores[known], found.labels[known])
    fitted = calibration.fitted(replace(ABC, none_logit=None), found)
    assert fitted.threshold is not None
    largest = fitted.probabilities(found.scores).max(axis=1)
    right = largest[found.scores.argmax(axis=1) == found.labels]
    assert np.mean(right < fitted.threshold) <= 0.001 < np.mean(right < fitted.threshold + 0.01)


def test_with_others_the_threshold_costs_least_of_all_hundredths() -> None:
    """Counted one by one."""
    found = held_out(2_000)
    fitted = calibration.fitted(ABC, found)
    largest = fitted.probabilities(found.scores).max(axis=1)
    known = found.labels != OTHER
    right = known & (found.scores.argmax(axis=1) == found.labels)

    def cost(least: float) -> float:
        return calibration.DEAR * float(np.mean(largest[right] < least)) + float(
            np.mean(largest[~known] >= least)
        )

    assert fitted.threshold is not None
    assert cost(fitted.threshold) <= min(cost(step / 100) for step in range(100)) + 1e-12


def test_little_that_is_held_out_fits_nothing() -> None:
    """99 examples leave the meaning as it is."""
    assert calibration.fitted(ABC, held_out(99)) == ABC


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"temperature": 0}, "temperature 0"),
        ({"temperature": float("nan")}, "temperature nan"),
        ({"temperature": 2, "scores": "probabilities"}, "temperature 2"),
        ({"threshold": 1.5}, "threshold 1.5"),
        ({"none_logit": float("inf")}, "none_logit inf"),
        ({"none_logit": 0, "scores": "independent"}, "none_logit 0"),
    ],
)
def test_what_cannot_be_is_refused(change: dict[str, object], said: str) -> None:
    """In one line, as the rest of a contract is."""
    with pytest.raises(ModelError, match=said):
        meaning.of(ABC.describe() | change)


def test_a_contract_keeps_it_and_one_of_before_has_none(tmp_path: Path) -> None:
    """Fields that are not there are not written: every answer is one of the classes."""
    known = replace(ABC, temperature=1.25, threshold=0.3)
    assert meaning.of(json.loads(json.dumps(known.describe()))) == known
    plain = Classes(("a", "b"))
    assert set(plain.describe()) == {"kind", "labels", "scores"}
    old = Contract(MADE["photo"][1], (plain,)).describe() | {"contract": 2}
    (tmp_path / "contract.json").write_text(json.dumps(old), encoding="utf-8")
    from runtime import contract

    assert contract.read(tmp_path / "contract.json").outputs == (plain,)


def model(meaning: Classes, scores: np.ndarray) -> SimpleNamespace:
    """What answers ``scores``, whatever it is asked."""
    about = SimpleNamespace(backend="none", version="0", kernels="default")
    return SimpleNamespace(
        reals=lambda given: [scores[: len(given)]],
        contract=Contract(digits.TASK, (meaning,)),
        task=digits.TASK,
        interpreter=about,
    )


def test_predict_says_that_it_is_none() -> None:
    """In the table, in JSON and in a doubt; the classes stand there all the same."""
    known = replace(ABC, threshold=0.5)
    asked = model(known, np.array([[-3.0, -1.0, -4.0]], np.float32))
    answer = predict.Answer("x.png", np.zeros((28, 28), np.uint8), asked.reals([0]), 0.5)
    assert predict.cells(asked, answer, 2)[1] == "no digit"
    told = predict.as_json(asked, answer, 2)
    assert (told["label"], told["none"], told["top"][0]["label"]) == (None, True, "b")
    (doubt,) = predict.unsure(asked, answer)
    assert doubt.startswith("no digit; if it is one, b (")


def test_evaluate_counts_what_is_refused() -> None:
    """Of a class "none" that the model has not, and of those that it has."""
    inputs = np.zeros((6, 28, 28), np.uint8)
    names = ("a", "b", "c", NONE)
    data = Examples(inputs, np.array([0, 1, 2, 2, 3, 3]), names, "made up")
    kept, others = apart(data)
    assert (kept.names, kept.labels.tolist()) == (names[:3], [0, 1, 2, 2])
    assert others is not None
    assert len(others) == 2
    rows = np.eye(3, dtype=np.float32)[[0, 1, 2, 2]] * 9 - 4
    rows[3] = -4  # c, and refused
    asked = model(replace(ABC, threshold=0.5), rows)
    result = evaluate.evaluate(asked, data)
    assert result.refusal == evaluate.Refusal(0.5, 1, 3, 2, 0)
    text = evaluate.as_text("m", asked, data, {0: result})
    assert "1 of 4 refused, of the rest 100.00% right; of 2 of no class 0 refused" in text


def test_none_beside_one_class_is_a_class() -> None:
    """Two folders, one of them called none, are a question with two answers."""
    data = Examples(np.zeros((2, 4), np.uint8), np.array([0, 1]), ("bird", NONE), "made up")
    assert apart(data) == (data, None)


def test_digits_are_taught_with_what_is_none() -> None:
    """Drawn pictures of no class, about a quarter; other classes are left as they are."""
    rng = np.random.default_rng(1)
    pictures = np.zeros((200, 28, 28), np.uint8)
    pictures[:, 6:22, 9:19] = rng.integers(100, 256, (200, 16, 10))
    given = Examples(pictures, np.arange(200) % 10, tuple("0123456789"), "made up")
    assert lessons.enlarged(digits.TASK, given) is given
    taught = lessons.enlarged(digits.TASK, given, drawings=True)
    assert (taught.labels[:200] == given.labels).all()
    assert np.sum(taught.labels == OTHER) == 56
    assert len(taught) > 256
    letters = replace(given, names=tuple("abcdefghij"))
    assert lessons.enlarged(digits.TASK, letters, drawings=True) is letters


def test_a_class_called_none_is_learnt_as_none(tmp_path: Path, run: Run) -> None:
    """Training, fine-tuning, calibration, evaluation: red and green pictures, others of any colour.

    The network has two outputs; nearly all of what is none is refused, nearly none of the rest.
    """
    rng = np.random.default_rng(4)
    colours = rng.uniform(0, 255, (1_500, 3))
    colours = colours[np.abs(colours[:, 0] - colours[:, 1]) < 60]
    every = np.concatenate([[(220, 30, 60)] * 300, [(40, 200, 60)] * 300, colours])
    noise = rng.normal(0, 15, (len(every), 16, 16, 3))
    x = np.clip(every[:, None, None] + noise, 0, 255).astype(np.uint8)
    y = np.repeat(["red", "green", NONE], [300, 300, len(colours)])
    np.savez(tmp_path / "colours.npz", x=x, y=y)
    given, out = ["--data", tmp_path / "colours.npz"], tmp_path / "out"
    run("convert.export", *given, "--preset", "nano", "--channels", "2,4", "--out", out)
    (output,) = json.loads((out / "colours-nano/contract.json").read_text())["outputs"]
    assert (output["labels"], output["none_logit"]) == (["green", "red"], 0.0)
    asked = [*given, "--model", out / "colours-nano", "--json"]
    told = json.loads(run("runtime.evaluate", *asked).stdout)
    assert told["accuracy"] > 0.98
    assert told["refusal"]["others"] > 80
    assert told["refusal"]["others_refused"] > 0.9 * told["refusal"]["others"]
    assert told["refusal"]["refused"] < 0.05 * told["count"]
