"""What the outputs of a network mean."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from runtime.dataset import Bools, Floats
from runtime.errors import ModelError

SCORES = ("logits", "probabilities", "independent", "binary")
"""What a classifier gives: numbers before a softmax, behind it, each class by a sigmoid, or one
sigmoid for the second of two classes."""


@dataclass(frozen=True)
class Classes:
    """One number for each class; the largest is the answer."""

    labels: tuple[str, ...]
    scores: str = "logits"  # one of SCORES
    temperature: float = 1.0  # of logits: what they are divided by before the softmax
    none_logit: float | None = None  # of none of the classes, in the softmax; None: it has none
    threshold: float | None = None  # a smaller largest probability is none of them; None: unknown

    @property
    def values(self) -> int:
        """How many numbers the output has."""
        return 1 if self.scores == "binary" else len(self.labels)

    def by_class(self, output: Floats) -> Floats:
        """An output [count, ...] as scores [count, classes]; the largest is the answer."""
        flat = output.reshape(len(output), -1)
        return np.concatenate([1 - flat, flat], axis=1) if self.scores == "binary" else flat

    def probabilities(self, scores: Floats) -> Floats:
        """For scores [..., classes] how sure the network is of each class, 0..1.

        With a ``none_logit`` they sum to less than 1: the rest is that it is none of them.
        """
        if self.scores != "logits":
            return np.clip(scores, 0, 1)
        if self.none_logit is None:
            return softmax(scores, self.temperature)
        none = np.full((*scores.shape[:-1], 1), self.none_logit, scores.dtype)
        return softmax(np.concatenate([scores, none], axis=-1), self.temperature)[..., :-1]

    def none(self, probabilities: Floats) -> Bools:
        """For ``probabilities`` [..., classes] whether the answer is that it is none of them."""
        largest = np.asarray(probabilities, np.float32).max(axis=-1)
        least = 0.0 if self.threshold is None else self.threshold
        return np.asarray(largest < np.float32(least))

    def describe(self) -> dict[str, Any]:
        """For a contract."""
        known = {"kind": "classes", "labels": list(self.labels), "scores": self.scores}
        tempered = {"temperature": self.temperature} if self.temperature != 1 else {}
        beside = {} if self.none_logit is None else {"none_logit": self.none_logit}
        refusing = {} if self.threshold is None else {"threshold": self.threshold}
        return {**known, **tempered, **beside, **refusing}


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
        return _classes(_unique(described["labels"]), described)
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


def _classes(labels: tuple[str, ...], described: Mapping[str, Any]) -> Classes:
    scores = described["scores"]
    if scores not in SCORES:
        raise ModelError(f"the scores {scores!r} are none of {', '.join(SCORES)}: export it again")
    if scores == "binary" and len(labels) != 2:
        raise ModelError(f"it is binary and has {len(labels)} labels, not 2: export it again")
    temperature = float(described.get("temperature", 1))
    if not 0 < temperature < np.inf or (temperature != 1 and scores != "logits"):
        raise ModelError(f"the temperature {temperature} of {scores} cannot be: export it again")
    least = described.get("threshold")
    if least is not None and not 0 <= float(least) <= 1:
        raise ModelError(f"the threshold {least} is no probability: export it again")
    none, least = (
        None if value is None else float(value) for value in (described.get("none_logit"), least)
    )
    if none is not None and (not np.isfinite(none) or scores != "logits"):
        raise ModelError(f"the none_logit {none} of {scores} cannot be: export it again")
    return Classes(labels, str(scores), temperature, none, least)


def _unique(names: list[str]) -> tuple[str, ...]:
    if not isinstance(names, list) or not names:
        raise ModelError(f"{names!r} is no list of names: export it again")
    told = tuple(str(name) for name in names)
    if len(set(told)) != len(told) or not all(name.strip() for name in told):
        raise ModelError(
            f"a name of {', '.join(told)} stands there twice, or is blank: export it again"
        )
    return told


def softmax(scores: Floats, temperature: float = 1.0) -> Floats:
    """Probabilities [..., classes] from logits; the largest is subtracted so that none overflows.

    Divided by the ``temperature`` and summed in float64, so that they add up to 1 as well as
    float32 can say.
    """
    below = scores.astype(np.float64) - scores.max(axis=-1, keepdims=True)
    powers = np.exp(below / temperature)
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True), np.float32)
