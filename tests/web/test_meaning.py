"""What the page says that outputs mean, run in node: what runtime.tasks.meaning says."""

import json
import subprocess

import numpy as np
import pytest

from runtime.tasks.meaning import Classes, Meaning, Reconstruction, Values
from tests.conftest import ROOT

LABELS = ("a", "b", "c", "d")


def node(meaning: Meaning, outputs: np.ndarray, given: np.ndarray) -> list[dict[str, object]]:
    """Each output as the page has it."""
    told = json.dumps([meaning.describe(), outputs.tolist(), given.tolist()])
    code = (
        "import { answer, isNone } from './runtime/web/app/meaning.js';"
        f"const [meaning, outputs, given] = {told};"
        "const f = (values) => Float32Array.from(values);"
        "const found = outputs.map((one, i) => answer(meaning, f(one), f(given[i])));"
        "console.log(JSON.stringify(found.map((one) => ({...one,"
        " none: one.kind === 'classes' && isNone(one, meaning),"
        " probabilities: [...(one.probabilities ?? [])], values: [...(one.values ?? [])]}))));"
    )
    words = ["node", "--input-type=module", "-e", code]
    return list(json.loads(subprocess.run(words, cwd=ROOT, capture_output=True, check=True).stdout))


@pytest.mark.parametrize(
    "meaning",
    [
        Classes(LABELS),
        Classes(LABELS, temperature=1.7, threshold=0.6),
        Classes(LABELS, "probabilities", threshold=0.4),
        Classes(LABELS, "independent"),
        Classes(LABELS[:2], "binary", threshold=0.8),
    ],
    ids=lambda one: f"{one.scores}-{one.threshold}",
)
def test_classes(meaning: Classes) -> None:
    """The same class, the same probabilities, and the same ones are none of them."""
    rng = np.random.default_rng(3)
    outputs = rng.normal(0, 2, (200, meaning.values)).astype(np.float32)
    if meaning.scores != "logits":  # what a softmax or a sigmoid gives is never put through another
        outputs = (1 / (1 + np.exp(-outputs))).astype(np.float32)
    scores = meaning.by_class(outputs)
    expected = meaning.probabilities(scores)
    found = node(meaning, outputs, outputs)
    probabilities = np.array([one["probabilities"] for one in found], np.float32)
    np.testing.assert_allclose(probabilities, expected, rtol=1e-6, atol=1e-9)
    assert [one["best"] for one in found] == scores.argmax(axis=1).tolist()
    limit = np.float32(meaning.threshold or 0)
    none = [bool(one["none"]) for one in found]
    assert none == (expected.max(axis=1) < limit).tolist()
    assert any(none) == (meaning.threshold is not None)


def test_values_and_reconstructions() -> None:
    """Numbers as they are; the mean squared error, and whether it is above the threshold."""
    rng = np.random.default_rng(4)
    given, found = (rng.normal(0, 1, (50, 6)).astype(np.float32) for _ in range(2))
    told = node(Values(("x", "y", "z", "u", "v", "w")), found, given)
    assert [one["values"] for one in told] == found.tolist()
    meaning = Reconstruction(6, 2.0)
    expected = meaning.errors(given, found)
    told = node(meaning, found, given)
    np.testing.assert_allclose([one["error"] for one in told], expected, rtol=1e-6)
    assert [one["isOdd"] for one in told] == (expected > 2).tolist()
    assert 0 < sum(bool(one["isOdd"]) for one in told) < 50
