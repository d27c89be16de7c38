"""Intervals, tests and rates are SciPy's, or those that fractions give."""

import math
from fractions import Fraction

import numpy as np
import pytest
from scipy import stats

from runtime import statistics


@pytest.mark.parametrize(
    ("right", "count"), [(0, 10), (10, 10), (1, 3), (9950, 10_000), (355, 359), (0, 1), (50, 100)]
)
def test_wilson_is_scipys(right: int, count: int) -> None:
    """To the last digits, at the ends too."""
    expected = stats.binomtest(right, count).proportion_ci(0.95, "wilson")
    found = statistics.wilson(right, count)
    assert (found.low, found.high) == pytest.approx(tuple(expected), abs=1e-12)
    assert 0 <= found.low <= right / count <= found.high <= 1


def test_wilson_of_nothing_is_everything() -> None:
    """Without examples nothing is known, and more right than there are is a mistake."""
    assert statistics.wilson(0, 0) == statistics.Interval(0, 1)
    with pytest.raises(ValueError, match="11 of 10"):
        statistics.wilson(11, 10)


def test_an_accuracy_is_printed_with_its_interval() -> None:
    """In percent, two decimals; Newcombe 1998, table I: 81 of 263 by the score method."""
    assert statistics.percent(81, 263) == "30.80 % (25.53 to 36.62)"


@pytest.mark.parametrize("seed", range(3))
def test_bootstrap_is_scipys(seed: int) -> None:
    """As near as two sets of resamples are to each other, for skewed errors of three counts."""
    values = np.random.default_rng(seed).exponential(2.0, 40 * 6**seed).astype(np.float32)
    found = statistics.mean(values)
    expected = stats.bootstrap(
        (values,), np.mean, n_resamples=9999, method="percentile", rng=seed
    ).confidence_interval
    width = expected.high - expected.low
    assert found.low == pytest.approx(expected.low, abs=0.08 * width)
    assert found.high == pytest.approx(expected.high, abs=0.08 * width)
    assert found == statistics.mean(values)


def test_bootstrap_takes_many_values_in_blocks() -> None:
    """More than fit in a block at once, and the interval is the normal one."""
    values = np.random.default_rng(1).normal(5, 2, 5000)
    found = statistics.mean(values)
    reach = 1.96 * 2 / math.sqrt(5000)
    assert (found.high - found.low) / 2 == pytest.approx(reach, rel=0.08)
    assert statistics.mean(np.full(7, 3.0)) == statistics.Interval(3, 3)
    with pytest.raises(ValueError, match="no values"):
        statistics.mean(np.array([]))


@pytest.mark.parametrize(
    "counts", [(0, 0), (1, 0), (5, 5), (3, 12), (12, 3), (40, 90), (900, 1100)]
)
def test_mcnemar_is_the_exact_binomial_test(counts: tuple[int, int]) -> None:
    """SciPy's two-sided one, whichever network is named first, whatever both get right or wrong."""
    first = np.repeat([True, False, True, False], [*counts, 17, 4])
    second = np.repeat([False, True, True, False], [*counts, 17, 4])
    found = statistics.mcnemar(first, second)
    assert (found.only_first, found.only_second) == counts
    expected = stats.binomtest(counts[0], sum(counts)).pvalue if any(counts) else 1.0
    assert found.p == pytest.approx(expected, rel=1e-9)
    assert found.significant == (expected < 0.05)
    with pytest.raises(ValueError, match="same examples"):
        statistics.mcnemar(first, second[:-1])


def test_rates_of_each_class_are_fractions_of_counts() -> None:
    """Counted over single examples; a class that is never read, and one that never occurs."""
    confusion = [[5, 1, 0, 0], [2, 7, 0, 0], [1, 3, 0, 0], [0, 0, 0, 0]]
    pairs = [(t, r) for t, row in enumerate(confusion) for r, n in enumerate(row) for _ in range(n)]
    found = statistics.per_class(confusion)
    for label, one in enumerate(found):
        hits = sum(t == r == label for t, r in pairs)
        there, read = sum(t == label for t, _ in pairs), sum(r == label for _, r in pairs)
        assert (one.examples, one.read) == (there, read)
        assert one.precision == (float(Fraction(hits, read)) if read else None)
        assert one.recall == (float(Fraction(hits, there)) if there else None)
        if hits:
            precision, recall = Fraction(hits, read), Fraction(hits, there)
            assert one.f1 == float(2 * precision * recall / (precision + recall))
    assert (found[2].f1, found[3].f1) == (0, None)
    with pytest.raises(ValueError, match="square"):
        statistics.per_class([[1, 2]])


def test_reliability_counts_each_answer_once() -> None:
    """Every bin and the calibration error as fractions say; an edge belongs to the bin below."""
    confidence = [0, 0.1, 0.11, 0.55, 0.6, 0.95, 1, 1]
    right = [False, False, True, True, False, True, True, False]
    found = statistics.reliability(np.array(confidence), np.array(right))
    assert len(found.bins) == 10
    gap = Fraction(0)
    for number, one in enumerate(found.bins):
        low, high = Fraction(number, 10), Fraction(number + 1, 10)
        inside = [
            (Fraction(str(c)), r)
            for c, r in zip(confidence, right, strict=True)
            if low < Fraction(str(c)) <= high or (number == 0 and c == 0)
        ]
        assert one.count == len(inside)
        assert (one.low, one.high) == pytest.approx((float(low), float(high)))
        if not inside:
            assert one.confidence is None
            assert one.accuracy is None
            continue
        sure = sum(c for c, _ in inside) / len(inside)
        share = Fraction(sum(r for _, r in inside), len(inside))
        assert one.confidence == pytest.approx(float(sure))
        assert one.accuracy == float(share)
        gap += len(inside) * abs(sure - share)
    assert found.error == pytest.approx(float(gap / len(right)))


@pytest.mark.parametrize("confidence", [[0.5, 1.2], [-0.1, 0.5], [math.nan, 0.5], [0.5]])
def test_what_is_no_confidence_is_refused(confidence: list[float]) -> None:
    """Beyond 0 to 1, not a number, or not one for each answer."""
    with pytest.raises(ValueError, match="confidence"):
        statistics.reliability(np.array(confidence), np.array([True, False]))


@pytest.mark.parametrize("seed", range(4))
def test_area_under_the_roc_curve_is_scipys_u(seed: int) -> None:
    """Over the number of pairs, with ties (few distinct scores) and without."""
    generator = np.random.default_rng(seed)
    scores = generator.normal(size=200) if seed % 2 else generator.integers(0, 6, 200)
    positive = generator.random(200) < 0.3
    u = stats.mannwhitneyu(scores[positive], scores[~positive]).statistic
    expected = u / (positive.sum() * (~positive).sum())
    assert statistics.roc_auc(scores, positive) == pytest.approx(expected, rel=1e-12)


def test_area_needs_both_kinds() -> None:
    """It is 1 where all positives lie above; of one kind alone there is none."""
    assert statistics.roc_auc(np.array([1.0, 2, 3]), np.array([False, False, True])) == 1
    with pytest.raises(ValueError, match="positive and negative"):
        statistics.roc_auc(np.array([1.0, 2]), np.array([True, True]))
