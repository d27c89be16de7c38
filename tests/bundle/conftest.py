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
from runtime.contract import Contract
from runtime.dataset import Examples
from runtime.tasks.digits import TASK
from runtime.tasks.meaning import Classes
from tests.bundle import makers
from train import data

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Bundle:
    """A bundle, of the micro preset that comes with the runtime unless it is said otherwise."""

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
    content = packed(tflite.read(int8), request.param, digits)
    return Bundle(request.param, content, unpacked(content, tmp_path_factory))


def packed(graph: tflite.Model, io: str, digits: Examples) -> bytes:
    """A bundle of a network for digits."""
    known = Contract(TASK, (Classes(digits.names),))
    return build.files(graph, "micro", io, known, digits)[build.NAME]


def unpacked(content: bytes, factory: pytest.TempPathFactory) -> Path:
    """The folder where an archive is unpacked."""
    folder = factory.mktemp("bundle")
    zipfile.ZipFile(BytesIO(content)).extractall(folder)
    return folder


@dataclass(frozen=True)
class Other(Bundle):
    """A bundle of a network that is not for digits."""

    case: makers.Case


OTHERS = [(make.__name__, "uint8") for make in makers.MAKERS]
OTHERS += [("colour", "float32"), ("windows", "float32"), ("colour", "int8")]
OTHERS += [("autoencoder", io) for io in ("float32", "int8")]
"""Each network once, and every type with pictures, with arrays and with each rule of an output."""


@pytest.fixture(scope="session", params=OTHERS, ids="-".join)
def other(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Other:
    """A bundle of every kind of task and meaning in turn."""
    name, io = request.param
    case = makers.made(name)
    content = build.files(case.graph, name, io, case.contract, case.test)[build.NAME]
    return Other(io, content, unpacked(content, tmp_path_factory), case)


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
