"""What the outputs of a network mean."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from runtime.dataset import Floats
from runtime.errors import ModelError

SCORES = ("logits", "probabilities", "independent", "binary")
"""What a classifier gives: numbers before a softmax, behind it, each class by a sigmoid, or one
sigmoid for the second of two classes."""


@dataclass(frozen=True)
class Classes:
    """One number for each class; the largest is the answer."""

    labels: tuple[str, ...]
    scores: str = "logits"  # one of SCORES

    @property
    def values(self) -> int:
        """How many numbers the output has."""
        return 1 if self.scores == "binary" else len(self.labels)

    def by_class(self, output: Floats) -> Floats:
        """An output [count, ...] as scores [count, classes]; the largest is the answer."""
        flat = output.reshape(len(output), -1)
        return np.concatenate([1 - flat, flat], axis=1) if self.scores == "binary" else flat

    def probabilities(self, scores: Floats) -> Floats:
        """For scores [..., classes] how sure the network is of each class, 0..1."""
        if self.scores == "logits":
            return softmax(scores)
        return np.clip(scores, 0, 1)

    def describe(self) -> dict[str, Any]:
        """For a contract."""
        return {"kind": "classes", "labels": list(self.labels), "scores": self.scores}


@dataclass(frozen=True)
class Values:
    """Numbers that are the answer by themselves: a regression."""

    names: tuple[str, ...]

    @property
    def values(self) -> int:
        """How many numbers the output has."""
        return len(self.names)

    def describe(self) -> dict[str, Any]:
        """For a contract."""
        return {"kind": "values", "names": list(self.names)}


@dataclass(frozen=True)
class Reconstruction:
    """The input once more, as the network can: how far off it is says how odd the input was."""

    size: int  # numbers, as many as the input has
    threshold: float | None = None  # mean squared error above which an input is odd; None: unknown

    @property
    def values(self) -> int:
        """How many numbers the output has."""
        return self.size

    def errors(self, given: Floats, found: Floats) -> Floats:
        """Mean squared error of each example, [count], of both [count, ...]."""
        difference = (given.reshape(len(given), -1) - found.reshape(len(found), -1)).astype(float)
        return np.asarray(np.mean(difference**2, axis=1), np.float32)

    def describe(self) -> dict[str, Any]:
        """For a contract."""
        return {"kind": "reconstruction", "size": self.size, "threshold": self.threshold}


Meaning = Classes | Values | Reconstruction


def of(described: Mapping[str, Any]) -> Meaning:
    """What ``describe`` said; raises ModelError for what it never says."""
    kind = described.get("kind")
    if kind == "classes":
        return _classes(_unique(described["labels"]), described["scores"])
    if kind == "values":
        return Values(_unique(described["names"]))
    if kind == "reconstruction":
        threshold = described["threshold"]
        if threshold is not None and not 0 <= float(threshold) < np.inf:
            raise ModelError(f"the threshold {threshold} is no error: export it again")
        return Reconstruction(
            int(described["size"]), None if threshold is None else float(threshold)
        )
    raise ModelError(f"an output of the kind {kind!r} is not known: export it again")


def _classes(labels: tuple[str, ...], scores: object) -> Classes:
    if scores not in SCORES:
        raise ModelError(f"the scores {scores!r} are none of {', '.join(SCORES)}: export it again")
    if scores == "binary" and len(labels) != 2:
        raise ModelError(f"it is binary and has {len(labels)} labels, not 2: export it again")
    return Classes(labels, str(scores))


def _unique(names: list[str]) -> tuple[str, ...]:
    if not isinstance(names, list) or not names:
        raise ModelError(f"{names!r} is no list of names: export it again")
    told = tuple(str(name) for name in names)
    if len(set(told)) != len(told) or not all(name.strip() for name in told):
        raise ModelError(
            f"a name of {', '.join(told)} stands there twice, or is blank: export it again"
        )
    return told


def softmax(scores: Floats) -> Floats:
    """Probabilities [..., classes] from logits; the largest is subtracted so that none overflows.

    Summed in float64, so that they add up to 1 as well as float32 can say.
    """
    powers = np.exp(scores.astype(np.float64) - scores.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True), np.float32)
