"""Parity says what is so: known answers, planted differences, real runtimes."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from convert import audit, parity, tflite
from runtime import worker
from runtime.contract import Contract
from runtime.dataset import Examples
from runtime.errors import BackendError
from runtime.tasks.digits import TASK
from runtime.tasks.meaning import Classes

NAMES = ("a", "b", "c")
SCALE, ZERO = 0.5, -3


@pytest.fixture
def output() -> tflite.Tensor:
    return tflite.Tensor("logits", "INT8", (1, 3), (1, 3), (SCALE,), (ZERO,), 0, b"")


CONTRACT = Contract(TASK, (Classes(NAMES),))


def measure(output: tflite.Tensor, floats: np.ndarray | None) -> parity.Parity:
    """Parity on four blank images whose classes are 0, 1, 2 and 0."""
    images = np.zeros((4, 28, 28), np.uint8)
    examples = Examples(images, np.array([0, 1, 2, 0]), NAMES, "four blank images")
    graph = SimpleNamespace(tensors=[output], outputs=(0,))
    asked = parity.Question(CONTRACT, examples, images[..., None].astype(np.int8))
    given = [] if floats is None else [floats]
    found, _ = parity.measure(Path("x"), graph, asked, given)
    return found


@pytest.fixture
def plant(monkeypatch: pytest.MonkeyPatch) -> Callable[[dict[tuple[str, str], np.ndarray]], None]:
    """Let the runtimes answer what a test says."""

    def do(answers: dict[tuple[str, str], np.ndarray]) -> None:
        monkeypatch.setattr(parity, "RUNTIMES", tuple(answers))
        monkeypatch.setattr(parity.interpreter, "installed", lambda: [who[0] for who in answers])
        monkeypatch.setattr(parity.interpreter, "version", lambda _: "1")
        monkeypatch.setattr(
            parity.worker,
            "run",
            lambda _, __, backend, kernels, **_more: [answers[backend, kernels][:, None]],
        )

    return do


STEPS = np.array([[7, -3, -3], [-3, 7, -3], [-3, 7, -3], [7, -3, -3]], np.int8)


def test_equal_networks(plant, output: tflite.Tensor) -> None:
    """Logits that int8 holds exactly: no error at all, and the confusion matrix by hand."""
    plant({parity.NAMED: STEPS})
    logits = ((STEPS.astype(np.float32) - ZERO) * SCALE).astype(np.float32)
    found = measure(output, logits)
    assert found.real is not None
    assert found.real == found.int8
    assert (found.real.measure, found.real.figure, found.real.count) == ("accuracy", 0.75, 4)
    assert (found.first.disagreements, found.drop) == (0, 0)
    (one,) = found.outputs
    assert (one.rmse, one.sqnr_db) == (0, float("inf"))
    assert one.cosine == pytest.approx(1)
    assert found.first.confusion == ((2, 0, 0), (0, 1, 0), (0, 1, 0))


def test_known_error(plant, output: tflite.Tensor) -> None:
    """One logit of twelve off by 3: RMSE 3/sqrt(12), SQNR from the powers, one prediction lost."""
    plant({parity.NAMED: STEPS})
    logits = ((STEPS.astype(np.float32) - ZERO) * SCALE).astype(np.float32)
    logits[2, 2] = 6  # the float network reads the third image right
    found = measure(output, logits)
    assert found.real is not None
    assert found.real.figure == 1
    assert found.first.paired is not None
    assert (found.first.paired.only_first, found.first.paired.only_second) == (1, 0)
    assert found.drop == pytest.approx(25)
    assert found.first.disagreements == 1
    assert found.outputs[0].rmse == pytest.approx(6 / np.sqrt(12))
    assert found.outputs[0].sqnr_db == pytest.approx(10 * np.log10((4 * 25 + 36) / 36))


def test_without_a_float_network_the_runtimes_are_compared(plant, output: tflite.Tensor) -> None:
    """A model that is int8 already is judged by itself, and nothing is said of a drop."""
    plant({parity.NAMED: STEPS})
    found = measure(output, None)
    assert found.int8 is not None
    assert (found.real, found.first.paired, found.outputs, found.drop) == (None, None, (), 0)
    assert found.int8.figure == 0.75


def test_planted_difference_between_runtimes(plant, output: tflite.Tensor) -> None:
    """Two bytes in one image differ, by up to 12 steps, and change one prediction."""
    other = STEPS.copy()
    other[0] = [-5, -3, -2]
    plant({parity.NAMED: STEPS, ("litert", "reference"): other})
    first, second = measure(output, np.zeros((4, 3), np.float32)).runtimes
    assert (first.images_differing, first.outputs_differing) == (0, 0)
    assert second.predictions_differing == 1
    assert second.images_differing == 0.25
    assert second.outputs_differing == pytest.approx(2 / 12)
    assert second.largest_difference == 12
    assert second.accuracy == 0.5


def test_every_runtime_runs_the_bundled_model(model_path: Path) -> None:
    """LiteRT, TensorFlow and tflite-runtime give int8 logits within a few steps of each other."""
    images = np.random.default_rng(1).integers(0, 256, (8, 28, 28), np.uint8)
    answers = [worker.answers(model_path, images, *who).astype(int) for who in parity.RUNTIMES]
    assert all(answer.shape == (8, 10) for answer in answers)
    assert all(np.abs(answer - answers[0]).max() <= 4 for answer in answers)
    assert np.ptp(answers[0]) > 10


def test_crashing_interpreter_is_one_error(tmp_path: Path) -> None:
    """A model that no interpreter takes is reported with the interpreter's name."""
    path = tmp_path / "bad.tflite"
    path.write_bytes(b"\0" * 64)
    with pytest.raises(BackendError, match="litert"):
        worker.run(path, [np.zeros((1, 1, 28, 28), np.uint8)], "litert", "default")


def test_bundled_model_passes_the_audit(model_path: Path) -> None:
    """The default model is int8 from end to end."""
    audit.check(tflite.read(model_path))
