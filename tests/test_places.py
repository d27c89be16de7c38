"""Full disks, read-only places, full folders for temporary files: one line, nothing lost."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from convert import publish
from runtime.errors import OutputError
from tests.conftest import ROOT

MODEL = ROOT / "runtime/models/nano/model.tflite"
EXAMPLE = ROOT / "runtime/examples/zero.png"
OLD = {"a": b"old a", "b": b"old b"}


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small file system of its own, of 1 MB."""
    place = tmp_path / "disk"
    place.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", place]
    if os.geteuid() or subprocess.run(words, capture_output=True, check=False).returncode:
        pytest.skip("needs the right to mount")
    yield place
    subprocess.run(["mount", "-o", "remount,rw", place], check=False, capture_output=True)
    subprocess.run(["umount", place], check=True)


def fill(disk: Path, left: int) -> None:
    """Leave ``left`` bytes, in whole pages."""
    stat = os.statvfs(disk)
    (disk / "filler").write_bytes(bytes(max(0, stat.f_bavail * stat.f_frsize - left)))


def run(*words: object, stdout: int = subprocess.PIPE, **more: str) -> subprocess.CompletedProcess:
    """A command that must end well, or with status 1 and one line."""
    done = subprocess.run(
        [sys.executable, "-m", *map(str, words)],
        cwd=ROOT,
        env=os.environ | more,
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    assert done.returncode in (0, 1), done.stderr
    if done.returncode:
        assert done.stderr.startswith("error: ")
        assert done.stderr.count("\n") == 1
    return done


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("left", [0, 4_096, 40_000, 400_000])
def test_a_full_disk_leaves_the_previous_files(left: int, disk: Path) -> None:
    """The compiler's files are both new or both old, wherever the disk becomes full."""
    out = disk / "out"
    assert run("convert.compiler", MODEL, "--name", "net", "--out", out).returncode == 0
    before = content(out)
    fill(disk, left)
    done = run("convert.compiler", MODEL, "--name", "net", "--optimize", "size", "--out", out)
    after = content(out)
    assert sorted(after) == sorted(before)
    assert (after == before) == (done.returncode == 1)
    assert (done.returncode == 0) == (left == 400_000)
    if done.returncode:
        assert f"cannot write {out}" in done.stderr


@pytest.mark.parametrize("left", range(0, 60_000, 8_192))
def test_a_full_disk_leaves_the_previous_folder(left: int, disk: Path) -> None:
    """The same of a folder that is replaced whole."""
    with publish.claim(disk / "out", lambda _: None) as claim:
        claim.publish(OLD)
    fill(disk, left)
    new = {name: name.encode() * 10_000 for name in "abc"}
    said = ""
    try:
        with publish.claim(disk / "out", lambda _: None) as claim:
            claim.publish(new)
    except OutputError as error:
        said = str(error)
    assert ("No space left" in said) == bool(said) == (left < 36_000)
    assert content(disk / "out") == (OLD if said else new)
    assert {path.name for path in disk.iterdir()} == {"out", "filler"}


def test_a_read_only_place_is_one_line(disk: Path) -> None:
    """Before any work."""
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
    done = run("convert.export", "--preset", "nano", "--out", disk / "out")
    assert done.returncode == 1
    assert "Read-only file system" in done.stderr
    assert done.stdout == ""


def test_temporary_files_without_room(disk: Path) -> None:
    """What needs none works; what needs some is one line."""
    fill(disk, 0)
    full = {"TMPDIR": str(disk)}
    assert run("runtime.predict", "--model", "nano", EXAMPLE, **full).returncode == 0
    assert run("runtime.benchmark", "nano", "--runs", "5", **full).returncode == 0
    done = run("convert.compiler", MODEL, "--check", "2", **full)
    assert done.returncode == 0 or "No space left" in done.stderr
    assert {path.name for path in disk.iterdir()} <= {"filler"}


def test_an_output_that_takes_nothing_is_one_line() -> None:
    """A full disk behind standard output."""
    with Path("/dev/full").open("w") as full:
        for words in (
            ("runtime.predict", "--json", EXAMPLE),
            ("convert.compiler", MODEL, "--dump"),
        ):
            done = run(*words, stdout=full.fileno())
            assert done.returncode == 1
            assert "cannot be written: No space left" in done.stderr
