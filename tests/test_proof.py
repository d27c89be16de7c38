"""A float network is judged before anything is proven against it, and cannot hide behind int8."""

from dataclasses import replace

import numpy as np
import pytest

from convert import proof
from runtime.dataset import Examples, Floats
from runtime.errors import GateError
from runtime.tasks.meaning import Classes, Reconstruction, Values
from runtime.tasks.photo import Photo
from runtime.tasks.scaling import NAMED, Scaling
from runtime.tasks.tensor import Arrays

NAMES = ("dark", "bright")
SHAPE = (4, 4, 3)


def pictures(count: int = 200) -> Examples:
    """Dark pictures and bright ones, in turn."""
    rng = np.random.default_rng(0)
    labels = np.arange(count) % 2
    inputs = rng.integers(0, 80, (count, *SHAPE)) + 175 * labels[:, None, None, None]
    return Examples(inputs.astype(np.uint8), labels, NAMES, "made up")


def task(scaling: str) -> Photo:
    return Photo(SHAPE, NAMED[scaling])


def by_sign(real: Floats) -> Floats:
    """What a network has learnt whose pixels were -1..1: bright is above zero."""
    mean = real.mean(axis=(1, 2, 3))
    return np.asarray(np.stack([-mean, mean], axis=1))


def test_a_network_that_is_fed_as_in_training_passes() -> None:
    """All of its answers are right, and the interval is that of 200 of 200 (Wilson by hand)."""
    found = proof.check(by_sign, Classes(NAMES), task("-1..1"), pictures(), None)
    assert found is not None
    assert (found.measure, found.figure, found.count) == ("accuracy", 1.0, 200)
    z = 1.959964
    assert found.interval.low == pytest.approx(200 / (200 + z**2), abs=1e-6)


@pytest.mark.parametrize("wrong", ["0..1", "0..255"])
def test_another_scaling_that_is_clearly_better_is_named_with_both_figures(wrong: str) -> None:
    """Fed with positive pixels it always says bright: half, where -1..1 reads all."""
    with pytest.raises(GateError, match=r"50\.0 %.*100\.0 % scaled -1\.\.1.*--scaling -1\.\.1"):
        proof.check(by_sign, Classes(NAMES), task(wrong), pictures(), None)


def test_light_and_dark_exchanged_is_named() -> None:
    """What has learnt ink as high values, and gets paper as high values, reads nothing."""
    with pytest.raises(GateError, match=r"0\.0 %.*100\.0 % with the brightness inverted"):
        proof.check(lambda r: -by_sign(r), Classes(NAMES), task("-1..1"), pictures(), None)


def test_red_and_blue_exchanged_is_named() -> None:
    """A network of another library's order of channels."""
    plain = pictures()
    inputs = plain.inputs.copy()
    inputs[..., 1:] = np.random.default_rng(1).integers(0, 256, inputs[..., 1:].shape)
    red = plain.with_inputs(inputs)

    def by_blue(real: Floats) -> Floats:
        blue = real[..., 2].mean(axis=(1, 2))
        return np.asarray(np.stack([-blue, blue], axis=1))

    with pytest.raises(GateError, match=r"100\.0 % with red and blue swapped"):
        proof.check(by_blue, Classes(NAMES), task("-1..1"), red, None)


def nothing_learnt(real: Floats) -> Floats:
    return np.random.default_rng(2).normal(0, 1, (len(real), 2)).astype(np.float32)


def test_chance_is_not_enough() -> None:
    """What guesses is no better than always saying the same; --min-accuracy 0 lets it pass."""
    asked = (nothing_learnt, Classes(NAMES), task("0..1"), pictures())
    with pytest.raises(GateError, match=r"always saying the same gives 50\.0 %.*not learnt"):
        proof.check(*asked, None)
    assert proof.check(*asked, 0.0) is not None


def test_the_least_accuracy_is_what_is_asked_for() -> None:
    """Nine of ten right: 0.9 passes, 0.95 does not."""
    examples = pictures()
    labels = np.where(np.arange(200) % 10 < 1, 1 - examples.labels, examples.labels)
    wrong = replace(examples, labels=labels)
    asked = (by_sign, Classes(NAMES), task("-1..1"), wrong)
    found = proof.check(*asked, 0.9)
    assert found is not None
    assert found.figure == pytest.approx(0.9)
    with pytest.raises(GateError, match=r"reads 90\.0 %.*asks for 95\.0 %"):
        proof.check(*asked, 0.95)


def numbers(count: int = 100) -> Examples:
    """Two numbers, and their sum as the answer."""
    inputs = np.random.default_rng(3).normal(0, 1, (count, 2)).astype(np.float32)
    none = np.zeros(count, np.int64)
    return Examples(inputs, none, (), "sums", inputs.sum(axis=1, keepdims=True))


def test_a_regression_must_beat_the_mean() -> None:
    """The sum is the answer; always 5 is worse than the middle of all answers."""
    arrays = Arrays((2,), Scaling())
    right = proof.check(lambda r: r.sum(axis=1), Values(("y",)), arrays, numbers(), None)
    assert right is not None
    assert (right.measure, right.figure) == ("mean absolute error", pytest.approx(0, abs=1e-6))
    with pytest.raises(GateError, match="always giving the mean"):
        proof.check(lambda r: np.full(len(r), 5.0), Values(("y",)), arrays, numbers(), None)


def test_a_reconstruction_must_beat_the_mean() -> None:
    """What gives zeros where the mean is 3 has not learnt its input."""
    arrays = Arrays((2,), Scaling())
    moved = numbers().with_inputs(numbers().inputs + 3)
    assert proof.check(lambda r: 0.9 * r, Reconstruction(2), arrays, moved, None) is not None
    with pytest.raises(GateError, match="reconstruction error"):
        proof.check(lambda r: 0 * r, Reconstruction(2), arrays, moved, None)


def test_without_labels_nothing_is_judged() -> None:
    """None says that there was nothing to judge by."""
    bare = replace(pictures(), names=())
    assert proof.check(by_sign, Classes(NAMES), task("0..1"), bare, None) is None


def test_a_network_that_was_trained_here_is_not_suspected() -> None:
    """Its scaling is known, though another happens to read these pictures better."""
    asked = (by_sign, Classes(NAMES), task("0..1"), pictures())
    with pytest.raises(GateError, match="was trained on that"):
        proof.check(*asked, None)
    found = proof.check_trained(*asked, 0.0)
    assert found is not None
    assert found.figure < 0.9
