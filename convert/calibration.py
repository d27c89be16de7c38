"""How sure a classifier's answers are in truth, and when it has none: fitted on held-out examples.

The temperature is the one under which held-out examples are least surprising (Guo, Pleiss, Sun,
Weinberger, "On calibration of modern neural networks", 2017). The threshold weighs right answers
that would be refused against what belongs to no class and would be accepted.
"""

from dataclasses import dataclass, replace

import numpy as np

from runtime.dataset import OTHER, Examples, Floats, Labels
from runtime.tasks.meaning import Classes

LEAST = 100
"""Held-out examples that it takes; with fewer nothing is fitted."""
COLDEST, HOTTEST = 0.25, 4.0
"""Limits of the temperature: a few examples that are all right would have it go to 0."""
DEAR = 30.0
"""How much worse it is to refuse a right answer than to accept what belongs to no class."""
SPARED = 0.001
"""Share of right answers that may be refused where nothing is known that belongs to no class."""
_STEPS = 60  # of the search; each makes its range smaller by a golden section
_GRID = np.arange(0, 100) / 100


@dataclass(frozen=True)
class HeldOut:
    """What a network gives for held-out examples."""

    scores: Floats  # [count, classes]
    labels: Labels  # [count], OTHER for what belongs to none


def of(meaning: Classes, answers: Floats, judged: Examples, *, is_taught: bool) -> Classes:
    """``meaning`` calibrated by the ``answers`` [count, ...] to what was ``judged``.

    ``is_taught``: the network learnt from others like those in it that logits below 0 are none.
    """
    has_others = bool((judged.labels == OTHER).any())
    if is_taught and has_others and meaning.scores == "logits":
        meaning = replace(meaning, none_logit=0.0)
    return fitted(meaning, HeldOut(meaning.by_class(answers), judged.labels))


def fitted(meaning: Classes, found: HeldOut) -> Classes:
    """``meaning`` with a temperature and a threshold; as it is where too little was held out."""
    if len(found.labels) < LEAST:
        return meaning
    if meaning.scores == "logits":
        meaning = replace(meaning, temperature=temperature(meaning, found))
    return replace(meaning, threshold=threshold(meaning, found))


def temperature(meaning: Classes, found: HeldOut) -> float:
    """The temperature of the least surprise, to three digits."""
    low, high = np.log(COLDEST), np.log(HOTTEST)
    golden = (5**0.5 - 1) / 2
    for _ in range(_STEPS):
        left, right = high - golden * (high - low), low + golden * (high - low)
        if surprise(meaning, found, float(np.exp(left))) < surprise(
            meaning, found, float(np.exp(right))
        ):
            high = right
        else:
            low = left
    return float(f"{np.exp((low + high) / 2):.3g}")


def surprise(meaning: Classes, found: HeldOut, temperature: float) -> float:
    """The mean negative logarithm of what is true, by its probability at that ``temperature``.

    What belongs to no class counts where the network has a probability for that.
    """
    known = found.labels != OTHER
    scores, labels = found.scores.astype(np.float64), found.labels
    if meaning.none_logit is None:
        scores, labels = scores[known], labels[known]
    else:
        none = np.full((len(scores), 1), meaning.none_logit)
        scores = np.concatenate([scores, none], axis=1)  # OTHER, -1, is the last
    hot = scores / temperature
    hot -= hot.max(axis=1, keepdims=True)
    own = np.take_along_axis(hot, labels[:, None] % hot.shape[1], axis=1)[:, 0]
    return float(np.mean(np.log(np.exp(hot).sum(axis=1)) - own))


def threshold(meaning: Classes, found: HeldOut) -> float:
    """The probability, in hundredths, below which an answer is none of the classes."""
    largest = meaning.probabilities(found.scores).max(axis=1)
    known = found.labels != OTHER
    right = largest[known & (found.scores.argmax(axis=1) == found.labels)]
    refused = (right[:, None] < _GRID).mean(axis=0) if len(right) else np.zeros(len(_GRID))
    if known.all():
        return float(_GRID[np.flatnonzero(refused <= SPARED)[-1]])
    accepted = (largest[~known][:, None] >= _GRID).mean(axis=0)
    return float(_GRID[np.argmin(DEAR * refused + accepted)])
