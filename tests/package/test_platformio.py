"""A library for PlatformIO: packed and validated by its own command."""

import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from tests.package import packaged


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("platformio")
    return packaged.make("platformio", "nano", out, "--author", 'Ann "O" Nym', "--licence", "MIT")


def pack(library: Path, work: Path) -> subprocess.CompletedProcess[str]:
    """``pio pkg pack``."""
    variables = {
        "PYTHONPATH": str(packaged.fetched("platformio")),
        "PLATFORMIO_CORE_DIR": str(work / "core"),
        "PLATFORMIO_SETTING_ENABLE_TELEMETRY": "no",
    }
    runner = Path(__file__).with_name("pio.py")
    words = [sys.executable, runner, "pkg", "pack", library, "-o", work / "packed"]
    (work / "packed").mkdir()
    return subprocess.run(
        list(map(str, words)),
        env=os.environ | variables,
        capture_output=True,
        text=True,
        check=False,
    )


def test_it_is_packed_by_its_own_command(library: Path, tmp_path: Path) -> None:
    """The archive holds every file, and the example is built and run from what it holds."""
    done = pack(library, tmp_path)
    assert not done.returncode, done.stdout + done.stderr
    archive = next((tmp_path / "packed").iterdir())
    assert archive.name == "nano-1.0.0.tar.gz"
    with tarfile.open(archive) as files:
        files.extractall(tmp_path / "unpacked", filter="data")
    unpacked = tmp_path / "unpacked"
    for path in library.rglob("*"):
        if path.is_file() and path.name != "library.json":  # to which it adds what it found
            assert (unpacked / path.relative_to(library)).read_bytes() == path.read_bytes()
    sources = [*(unpacked / "src").glob("*.c"), unpacked / "examples/nano/src/main.c"]
    packaged.run("gcc", "-I", unpacked / "src", *sources, "-o", tmp_path / "example")
    assert packaged.lines(packaged.run(tmp_path / "example")) == packaged.answers(packaged.NANO)


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        ('"1.0.0"', '"one"', "Invalid semantic versioning"),
        ('"MIT"', '"Mine"', "Invalid SPDX"),
        ('"name": "nano"', '"name": "a/b"', "not allowed"),
    ],
)
def test_its_check_can_fail(
    right: str, wrong: str, told: str, library: Path, tmp_path: Path
) -> None:
    """A manifest that is wrong is not packed."""
    broken = tmp_path / "broken"
    packaged.run("cp", "-r", library, broken)
    manifest = (broken / "library.json").read_text()
    assert right in manifest
    (broken / "library.json").write_text(manifest.replace(right, wrong, 1))
    done = pack(broken, tmp_path)
    assert done.returncode
    assert told in done.stdout + done.stderr
