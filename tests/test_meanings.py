"""What an output means, by what the network computes and what the data hold."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from convert import meanings
from convert.network import Output
from runtime.dataset import Examples
from runtime.errors import DataError
from runtime.tasks.meaning import Classes, Reconstruction, Values
from runtime.tasks.scaling import Scaling
from runtime.tasks.tensor import Arrays


def network(size: int, scores: str, inputs: int = 4) -> Any:
    outputs = (Output("out", (size,), scores),)
    return SimpleNamespace(inputs=(SimpleNamespace(shape=(inputs,)),), outputs=outputs)


def examples(names: tuple[str, ...], width: int = 0) -> Examples:
    targets = np.zeros((6, width), np.float32) if width else None
    labels = np.arange(6) % max(1, len(names))
    return Examples(np.zeros((6, 4), np.float32), labels, names, "made up", targets)


@pytest.mark.parametrize(
    ("given", "data", "expected"),
    [
        (network(3, "logits"), examples(("a", "b", "c")), Classes(("a", "b", "c"))),
        (network(3, "values"), examples(("a", "b", "c")), Classes(("a", "b", "c"))),
        (network(2, "independent"), examples(("a", "b")), Classes(("a", "b"), "independent")),
        (network(1, "independent"), examples(("a", "b")), Classes(("a", "b"), "binary")),
        (network(1, "values"), examples((), 1), Values(("out",))),
        (network(2, "values"), examples((), 2), Values(("out0", "out1"))),
        (network(4, "values"), examples(()), Reconstruction(4)),
        (network(4, "values"), examples(("normal", "odd")), Reconstruction(4)),
        (network(2, "logits"), None, Classes(("0", "1"))),
    ],
)
def test_meaning_follows_from_both(given: Any, data: Examples | None, expected: object) -> None:
    """Classes where there are names for them, values where there are targets, else the input."""
    assert meanings.of(given, data) == (expected,)


@pytest.mark.parametrize(
    ("given", "said"),
    [(network(3, "logits"), "3 classes and the data 2"), (network(3, "values"), "gives 3 values")],
)
def test_what_does_not_go_together_is_refused(given: Any, said: str) -> None:
    """The counts are named."""
    with pytest.raises(DataError, match=said):
        meanings.of(given, examples(("a", "b")))


def test_a_reconstruction_learns_from_what_is_usual() -> None:
    """The class of a usual name, else the largest; every other meaning learns from all."""
    data = examples(("odd", "normal"))
    assert meanings.usual(Reconstruction(4), data).labels.tolist() == [1, 1, 1]
    many = replace(data, names=("a", "b"), labels=np.array([0, 0, 0, 0, 1, 1]))
    assert meanings.usual(Reconstruction(4), many).labels.tolist() == [0] * 4
    assert len(meanings.usual(Classes(("odd", "normal")), data)) == 6


def test_the_threshold_is_the_99th_percentile_of_the_errors() -> None:
    """Errors of 0 to 100, each the square of what is missing in all four values."""
    errors = np.arange(101)
    real = np.zeros((101, 4), np.float32)
    found = np.repeat(np.sqrt(errors)[:, None], 4, axis=1).astype(np.float32)
    data = Examples(real, np.zeros(101, np.int64), (), "made up")
    task = Arrays((4,), Scaling())
    made = meanings.with_threshold(Reconstruction(4), task, data, found)
    assert made.threshold == pytest.approx(99, rel=1e-5)
