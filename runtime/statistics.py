"""How far a measured figure can be trusted: intervals, a test, and what an average hides.

All intervals are for 95 %. Shares are 0..1. NumPy only, so that a device's accuracy is printed with
its interval wherever Python runs.
"""

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

REALS = npt.NDArray[np.floating[Any]]
BOOLS = npt.NDArray[np.bool_]

Z = 1.959963984540054
"""The normal distribution's two-sided 95 % point."""
SIGNIFICANT = 0.05
"""Below this p value a difference is more than chance explains."""
RESAMPLES = 2000
SEED = 20
"""Of the bootstrap: the same values give the same interval."""
BINS = 10
"""Of a reliability diagram, equally wide."""
_BLOCK = 2**22  # indices drawn at once: 32 MB


@dataclass(frozen=True)
class Interval:
    """Where the true figure lies with 95 % confidence."""

    low: float
    high: float


@dataclass(frozen=True)
class Paired:
    """McNemar's test of two networks on the same examples."""

    only_first: int  # examples that the first alone gets right
    only_second: int
    p: float  # 0..1: how often chance alone gives a difference as large

    @property
    def significant(self) -> bool:
        """Whether the two differ by more than chance explains."""
        return self.p < SIGNIFICANT


@dataclass(frozen=True)
class PerClass:
    """How well one class is read; None where there is nothing to divide by."""

    examples: int  # of this class
    read: int  # as this class
    precision: float | None  # share of what was read as this class that is of it
    recall: float | None  # share of this class that was read as it
    f1: float | None  # harmonic mean of both


@dataclass(frozen=True)
class Bin:
    """The answers with a confidence above ``low``, up to ``high``; the first has 0 too."""

    low: float
    high: float
    count: int
    confidence: float | None  # mean; None: no answer is that sure
    accuracy: float | None


@dataclass(frozen=True)
class Reliability:
    """Whether a network that says 80 % is right in 80 % of the cases."""

    bins: tuple[Bin, ...]
    error: float  # expected calibration error: the mean gap of the bins, weighted by count


def wilson(right: int, count: int) -> Interval:
    """Wilson's score interval for a share of ``right`` out of ``count``; 0 to 1 out of none."""
    if not 0 <= right <= count:
        raise ValueError(f"{right} of {count} is no share")
    if count == 0:
        return Interval(0.0, 1.0)
    share, shrink = right / count, 1 + Z**2 / count
    middle = (share + Z**2 / (2 * count)) / shrink
    reach = Z / shrink * math.sqrt(share * (1 - share) / count + (Z / (2 * count)) ** 2)
    # At either end the formula gives 0 and 1 exactly, which floating point misses.
    return Interval(
        0.0 if right == 0 else middle - reach, 1.0 if right == count else middle + reach
    )


def percent(right: int, count: int) -> str:
    """An accuracy with its interval for people: ``99.50 % (99.34 to 99.62)``."""
    found = wilson(right, count)
    share = right / count if count else math.nan
    return f"{100 * share:.2f} % ({100 * found.low:.2f} to {100 * found.high:.2f})"


def mean(values: REALS) -> Interval:
    """Interval for the mean of ``values`` [count], as of errors, by the percentile bootstrap.

    2,000 resamples from a fixed seed; assumes no distribution, so skewed errors are in order.
    Raises ValueError for no values.
    """
    if values.size == 0:
        raise ValueError("no values have no mean")
    flat = np.asarray(values, np.float64).ravel()
    generator = np.random.default_rng(SEED)
    rows = max(1, _BLOCK // flat.size)
    found = [
        flat[generator.integers(flat.size, size=(min(rows, RESAMPLES - done), flat.size))].mean(1)
        for done in range(0, RESAMPLES, rows)
    ]
    low, high = np.quantile(np.concatenate(found), (0.025, 0.975))
    return Interval(float(low), float(high))


def mcnemar(first_right: BOOLS, second_right: BOOLS) -> Paired:
    """Whether two networks' shares of right answers [count] differ by more than chance.

    The exact test: of the examples that only one of them gets right, each is as likely to be the
    one's as the other's. Exact for any count, where the chi-square form is so for large ones.
    """
    if first_right.shape != second_right.shape:
        raise ValueError(f"{first_right.shape} and {second_right.shape} are not the same examples")
    only_first = int(np.sum(first_right & ~second_right))
    only_second = int(np.sum(second_right & ~first_right))
    fewer, both = min(only_first, only_second), only_first + only_second
    logs = [
        math.lgamma(both + 1) - math.lgamma(k + 1) - math.lgamma(both - k + 1)
        for k in range(fewer + 1)
    ]
    tail = math.fsum(math.exp(log - both * math.log(2)) for log in logs)
    return Paired(only_first, only_second, min(1.0, 2 * tail))


def per_class(confusion: npt.ArrayLike) -> tuple[PerClass, ...]:
    """Precision, recall and F1 of each class, from counts [true class][read as]."""
    counts = np.asarray(confusion, np.int64)
    if counts.ndim != 2 or counts.shape[0] != counts.shape[1]:
        raise ValueError(f"a confusion matrix is square, this is {counts.shape}")
    hits = np.diag(counts).tolist()
    there, read = counts.sum(axis=1).tolist(), counts.sum(axis=0).tolist()
    return tuple(
        PerClass(true, said, _ratio(hit, said), _ratio(hit, true), _ratio(2 * hit, true + said))
        for hit, true, said in zip(hits, there, read, strict=True)
    )


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def reliability(confidence: REALS, right: BOOLS, bins: int = BINS) -> Reliability:
    """Confidence [count] in 0..1 of each answer against whether it was right [count]."""
    if confidence.shape != right.shape or confidence.size == 0:
        raise ValueError(f"{confidence.shape} confidences do not go with {right.shape} answers")
    if not (np.all(confidence >= 0) and np.all(confidence <= 1 + 1e-6)):
        raise ValueError("a confidence lies from 0 to 1")
    edges = np.linspace(0, 1, bins + 1)
    place = np.clip(np.searchsorted(edges, confidence) - 1, 0, bins - 1)
    found = tuple(
        _bin(float(low), float(high), confidence[place == n], right[place == n])
        for n, (low, high) in enumerate(pairwise(edges))
    )
    gaps = [one.count * abs((one.confidence or 0) - (one.accuracy or 0)) for one in found]
    return Reliability(found, math.fsum(gaps) / confidence.size)


def _bin(low: float, high: float, confidence: REALS, right: BOOLS) -> Bin:
    if confidence.size == 0:
        return Bin(low, high, 0, None, None)
    mean_confidence = float(np.mean(confidence, dtype=np.float64))
    return Bin(low, high, confidence.size, mean_confidence, float(np.mean(right)))


def roc_auc(scores: REALS, positive: BOOLS) -> float:
    """Area under the ROC curve: how often a positive example's score lies above a negative one's.

    Ties count half (Mann and Whitney's U over the number of pairs). Raises ValueError unless there
    are examples of both kinds.
    """
    if scores.shape != positive.shape:
        raise ValueError(f"{scores.shape} scores do not go with {positive.shape} examples")
    count = int(np.sum(positive))
    others = positive.size - count
    if count == 0 or others == 0:
        raise ValueError("the area needs positive and negative examples")
    _, place, ties = np.unique(scores, return_inverse=True, return_counts=True)
    middle = np.cumsum(ties) - (ties - 1) / 2  # mean rank, from 1, of each value
    ranks = float(np.sum(middle[place.ravel()][positive.ravel()]))
    return (ranks - count * (count + 1) / 2) / (count * others)
