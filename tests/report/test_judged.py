"""How good outputs are, by what they mean, is what NumPy and SciPy say of the same arrays."""

import jsonschema
import numpy as np
import pytest
from scipy import stats

from convert.report import document, judged, quality
from convert.report.judged import Pair


def valid(part: dict[str, object], kind: str) -> None:
    """Raise unless ``part`` is as the schema has it."""
    schema = document.load(document.SCHEMA)
    jsonschema.validate(part, {"$ref": f"#/$defs/{kind}", "$defs": schema["$defs"]})


def shares(seed: int, count: int = 400, classes: int = 3) -> np.ndarray:
    return np.random.default_rng(seed).dirichlet(np.ones(classes), count).astype(np.float32)


def with_examples(part: dict[str, object], *more: str) -> dict[str, object]:
    errors = [one | dict.fromkeys(("example", *more)) for one in part["errors"]]
    return part | {"errors": errors}


@pytest.mark.parametrize("has_float", [True, False])
def test_classes(has_float: bool) -> None:
    """Accuracies, interval, test, confusion and errors; without a float network those of int8."""
    truth = np.random.default_rng(9).integers(0, 3, 400)
    real, int8 = shares(1), shares(2)
    part = judged.classes(truth, Pair(real if has_float else None, int8), ("a", "b", "c"))
    right = {"float": real.argmax(1) == truth, "int8": int8.argmax(1) == truth}
    for name in ("float", "int8") if has_float else ("int8",):
        assert part[name]["accuracy"] == pytest.approx(right[name].mean())
    wrong = ~right["int8"] | (~right["float"] if has_float else False)
    assert [one["index"] for one in part["errors"]] == np.flatnonzero(wrong).tolist()
    if has_float:
        only = int(np.sum(right["float"] & ~right["int8"]))
        other = int(np.sum(right["int8"] & ~right["float"]))
        expected = stats.binomtest(only, only + other).pvalue
        assert part["paired"]["p"] == pytest.approx(expected)
    else:
        assert part["float"] is None
        assert part["paired"] is None
    assert sum(map(sum, part["confusion"])) == 400
    valid(with_examples(part), "classes")
    (svg,) = quality.charts(part)
    assert ("float" in svg.split("aria-label")[1]) == has_float


def test_many_classes_have_no_matrix_and_their_worst_pairs() -> None:
    """The most frequent one is NumPy's."""
    truth = np.arange(400) % 50
    answers = shares(3, 400, 50)
    part = judged.classes(truth, Pair(answers, answers), [str(n) for n in range(50)])
    assert part["confusion"] is None
    read = answers.argmax(1)
    counts = np.zeros((50, 50), int)
    np.add.at(counts, (truth, read), 1)
    np.fill_diagonal(counts, 0)
    assert part["confused"][0]["count"] == counts.max()
    valid(with_examples(part), "classes")


@pytest.mark.parametrize("has_float", [True, False])
def test_values(has_float: bool) -> None:
    """Errors, bias and explained variance by SciPy; the worst examples come first."""
    generator = np.random.default_rng(4)
    truth = generator.normal(5, 2, (500, 2)).astype(np.float32)
    real = (truth + generator.normal(0, 0.3, truth.shape)).astype(np.float32)
    int8 = (real + generator.normal(0.1, 0.2, truth.shape)).astype(np.float32)
    part = judged.values(truth, Pair(real if has_float else None, int8), ("x", "y"))
    for n, value in enumerate(part["values"]):
        error = int8[:, n].astype(float) - truth[:, n]
        found = value["int8"]
        assert found["mae"] == pytest.approx(np.abs(error).mean())
        assert found["rmse"] == pytest.approx(np.sqrt(np.mean(error**2)))
        assert found["bias"] == pytest.approx(error.mean())
        assert found["mae_low"] < found["mae"] < found["mae_high"]
        explained = 1 - np.sum(error**2) / np.sum((truth[:, n] - truth[:, n].mean()) ** 2)
        assert found["r2"] == pytest.approx(explained, abs=1e-6)
        assert sum(value["histogram"]["int8"]) == 500
        assert len(value["points"]["truth"]) == 300
        assert (value["float"] is None) == (not has_float)
    missed = np.abs((int8 - truth) / truth.std(axis=0)).sum(axis=1)
    assert part["errors"][0]["index"] == missed.argmax()
    valid(with_examples(part), "values")
    assert len(quality.charts(part)) == 4


@pytest.mark.parametrize("has_float", [True, False])
@pytest.mark.parametrize("threshold", [1.2, 40.0, None])
def test_reconstruction(has_float: bool, threshold: float | None) -> None:
    """Mean, what lies beyond the threshold, and the ROC area by Mann and Whitney's U."""
    generator = np.random.default_rng(5)
    anomalous = generator.random(300) < 0.2
    real = (generator.exponential(0.5, 300) + 1.5 * anomalous).astype(np.float32)
    int8 = (real + generator.normal(0, 0.1, 300)).astype(np.float32)
    part = judged.reconstruction(Pair(real if has_float else None, int8), threshold, anomalous)
    u = stats.mannwhitneyu(int8[anomalous], int8[~anomalous]).statistic
    pairs = anomalous.sum() * (~anomalous).sum()
    assert part["int8"]["auc"] == pytest.approx(u / pairs)
    assert part["int8"]["mean"] == pytest.approx(int8.mean(), rel=1e-6)
    if threshold is None:
        assert part["int8"]["beyond"] is None
        assert part["otherwise"] is None
    else:
        assert part["int8"]["found"] == np.sum(anomalous & (int8 > threshold))
        assert part["int8"]["false"] == np.sum(~anomalous & (int8 > threshold))
        different = int(np.sum((real > threshold) != (int8 > threshold)))
        assert part["otherwise"] == (different if has_float else None)
    valid(with_examples(part, "float_example", "int8_example"), "reconstruction")
    (svg,) = quality.charts(part)
    assert (">threshold<" in svg) == (threshold is not None)


def test_one_kind_alone_has_no_roc() -> None:
    """Nor has data without classes."""
    errors = np.array([0.1, 0.4, 0.2], np.float32)
    for anomalous in (None, np.zeros(3, bool), np.ones(3, bool)):
        part = judged.reconstruction(Pair(errors, errors), 0.3, anomalous)
        assert part["int8"]["auc"] is None
        assert part["int8"]["beyond"] == 1


def test_post_training_quantization_beside_what_is_published() -> None:
    """Its accuracy and interval, and whether both differ by more than chance, by SciPy."""
    truth = np.random.default_rng(9).integers(0, 3, 400)
    other, chosen = shares(6), shares(7)
    found = judged.other(Pair(other, chosen), truth, 1234)
    first, second = (one.argmax(1) == truth for one in (other, chosen))
    only = int(np.sum(first & ~second)), int(np.sum(second & ~first))
    assert found["figure"] == pytest.approx(first.mean())
    assert (found["paired"]["only_ptq"], found["paired"]["only_int8"]) == only
    assert found["paired"]["p"] == pytest.approx(stats.binomtest(only[0], sum(only)).pvalue)
    schema = document.load(document.SCHEMA)
    for part in (found, judged.other_errors(np.arange(9.0), 7)):
        jsonschema.validate(part, schema["properties"]["ptq"] | {"$defs": schema["$defs"]})
