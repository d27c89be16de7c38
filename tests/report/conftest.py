"""One report for all of these tests: of the bundled nano, on the embedded digits."""

import json
from pathlib import Path
from typing import Any

import pytest

from convert import artifacts, parity, tflite
from convert.artifacts import Provenance
from convert.feed import fed
from convert.network import Layers
from convert.parity import Question
from convert.quantizing import Made
from runtime.contract import Contract
from runtime.dataset import Examples
from runtime.tasks.digits import TASK
from runtime.tasks.meaning import Classes
from train import data, store
from train.loop import Epoch
from train.tf import configure

configure(0)
NANO = Path(__file__).parents[2] / "runtime/models/nano/model.tflite"
FINE_TUNING = (
    Epoch(1, rate=1e-4, loss=0.25, train_accuracy=0.91, validation_accuracy=0.93),
    Epoch(2, rate=1e-6, loss=0.125, train_accuracy=0.92, validation_accuracy=0.945),
)


@pytest.fixture(scope="session")
def digits() -> Examples:
    """The test part of the embedded digits, 359 images."""
    return data.split(data.embedded()).test


@pytest.fixture(scope="session")
def made(digits: Examples) -> dict[str, bytes]:
    """The files of an export of the bundled nano, which was not trained on these digits."""
    network = Layers(store.load(store.pretrained("nano")), "nano.keras")
    graph = tflite.read(NANO)
    contract = Contract(TASK, (Classes(digits.names),))
    asked = Question(contract, digits, fed(TASK, digits.inputs, graph))
    floats = network.predict([TASK.real(digits.inputs)])
    measured, reals = parity.measure(NANO, graph, asked, floats)
    result = Made(graph, contract, measured, floats, reals, FINE_TUNING)
    provenance = Provenance(
        "nano", "uint8", "nano.keras", {"--preset": "nano"}, "qat", 0.5, None, FINE_TUNING, None
    )
    return artifacts.collect(provenance, network, result, data.split(data.embedded()))


@pytest.fixture
def folder(made: dict[str, bytes], tmp_path: Path) -> Path:
    """Those files in a folder of one's own."""
    (tmp_path / "nano").mkdir()
    for name, content in made.items():
        (tmp_path / "nano" / name).write_bytes(content)
    return tmp_path / "nano"


@pytest.fixture(scope="session")
def found(made: dict[str, bytes]) -> dict[str, Any]:
    """The content of its report.json."""
    return json.loads(made["report.json"])
