"""What the tests of the bundle share: one bundle of each kind, unpacked."""

import os
import zipfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pytest

from convert import tflite
from convert.bundle import border, build
from runtime import classifier
from runtime.dataset import Examples
from train import data

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Bundle:
    """A bundle of the micro preset that comes with the runtime."""

    io: str
    content: bytes  # of the archive
    folder: Path  # where it is unpacked


@pytest.fixture(scope="session")
def int8() -> Path:
    """The int8 model that the bundles are made of."""
    return classifier.find("micro")


@pytest.fixture(scope="session")
def digits() -> Examples:
    """The embedded digits' test part: hundreds of pictures, on every machine."""
    return data.split(data.embedded()).test


@pytest.fixture(scope="session", params=border.IO)
def bundle(
    request: pytest.FixtureRequest,
    int8: Path,
    digits: Examples,
    tmp_path_factory: pytest.TempPathFactory,
) -> Bundle:
    """Each kind of bundle in turn."""
    content = build.bundle(tflite.read(int8), "micro", request.param, digits)
    folder = tmp_path_factory.mktemp(request.param)
    zipfile.ZipFile(BytesIO(content)).extractall(folder)
    return Bundle(request.param, content, folder)


def fetched(name: str) -> Path:
    """What tests/tools.sh fetched; a test that takes it is left out where there is no network."""
    folder = ROOT / "build" / name
    if not folder.exists() and os.environ.get("THIMBLE_OFFLINE") == "1":
        pytest.skip(f"THIMBLE_OFFLINE=1: {name} cannot be fetched")
    assert folder.exists(), f"{name} is not there: run tests/tools.sh"
    return folder


@pytest.fixture(scope="session")
def litertjs() -> Path:
    """LiteRT.js as npm installs it: a folder with node_modules."""
    return fetched("litertjs")


@pytest.fixture(scope="session")
def metadata_tools() -> Path:
    """TensorFlow's own reader of metadata: a folder to import tensorflow_lite_support from."""
    return fetched("tflite-support")
