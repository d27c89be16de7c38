"""What the tests share: the data they run on, small models, and a way to run commands."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from runtime import console, dataset, reading
from runtime import mnist as mnist_files
from runtime.dataset import Examples
from tests import tiny

ROOT = Path(__file__).parents[1]
# A shell's background jobs ignore Ctrl-C, and so would the commands that the tests interrupt.
signal.signal(signal.SIGINT, signal.default_int_handler)
Command = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def model_path() -> Path:
    """The bundled default model."""
    return ROOT / "runtime/models/base/model.tflite"


@pytest.fixture(scope="session")
def mnist() -> Examples:
    """MNIST's test part; a test that takes this is left out where there is no MNIST."""
    folder = reading.find(None)
    if folder is None or not mnist_files.is_mnist(folder):
        pytest.skip(f"needs MNIST: set {dataset.ENVIRONMENT} to its folder")
    return mnist_files.read_mnist(folder, "test")


@pytest.fixture(autouse=True)
def _spoken(monkeypatch: pytest.MonkeyPatch) -> None:
    """A command that a test ran with --json or --quiet does not silence the next one's."""
    monkeypatch.setattr(console, "_output", console.Output.TEXT)


@pytest.fixture
def no_mnist(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As on a machine with no MNIST and no network."""
    monkeypatch.delenv(dataset.ENVIRONMENT, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr("train.download.MIRRORS", ("http://127.0.0.1:9/",))


@pytest.fixture(scope="session")
def run() -> Command:
    """Run ``python -m MODULE ARGUMENTS`` as a user does, from the project's folder."""

    def call(
        *words: str | Path, env: dict[str, str] | None = None, **more: object
    ) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", *map(str, words)]
        variables = os.environ | {"PYTHONPATH": str(ROOT)} | (env or {})
        options = {"cwd": ROOT, "capture_output": True, "text": True} | more
        return subprocess.run(command, env=variables, check=False, **options)

    return call


@pytest.fixture
def class_folder(tmp_path: Path) -> Path:
    """A folder of pictures with two classes of ten: vertical bars and rings."""
    from PIL import Image, ImageDraw

    rng = np.random.default_rng(7)
    for name in ("bar", "ring"):
        (tmp_path / "pictures" / name).mkdir(parents=True)
        for i in range(10):
            picture = Image.new("L", (40, 40), 255)
            draw = ImageDraw.Draw(picture)
            x, y = rng.integers(-3, 4, 2)
            if name == "bar":
                draw.line((20 + x, 6 + y, 20 - x, 34 + y), fill=0, width=4)
            else:
                draw.ellipse((10 + x, 8 + y, 30 + x, 32 + y), outline=0, width=4)
            picture.save(tmp_path / "pictures" / name / f"{i}.png")
    return tmp_path / "pictures"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests of a file on one worker, which share what is costly; spread those marked."""
    for item in items:
        group = item.nodeid if item.get_closest_marker("spread") else str(item.path)
        item.add_marker(pytest.mark.xdist_group(group))


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The tiny networks, by name."""
    folder = tmp_path_factory.mktemp("models")
    return {name: tiny.write(folder, name) for name in tiny.MADE}
