"""A result appears whole or not at all, whatever happens to the process that writes it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from convert import publish
from runtime.errors import OutputError

ROOT = Path(__file__).parents[1]
OLD, NEW = {"a": b"old a", "b": b"old b"}, {"a": b"new a" * 1000, "c": b"new c"}


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def leftovers(parent: Path) -> list[str]:
    """What lies in ``parent`` besides the result and its lock."""
    return sorted(p.name for p in parent.iterdir() if p.name not in ("out", ".out.lock"))


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A folder with a previous result."""
    with publish.claim(tmp_path / "out") as claim:
        claim.publish(OLD)
    return tmp_path / "out"


@pytest.mark.parametrize("exchange", [True, False], ids=["one step", "two steps"])
def test_new_result_replaces_the_old_one(
    out: Path, exchange: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exactly the new files are there, with and without an atomic exchange."""
    if not exchange:
        monkeypatch.setattr(publish, "_exchange", lambda *_: False)
    with publish.claim(out) as claim:
        claim.publish(NEW)
    assert content(out) == NEW
    assert leftovers(out.parent) == []


def test_linux_exchanges_in_one_step(tmp_path: Path) -> None:
    """The exchange itself is to be had here, and swaps two folders."""
    for name in ("left", "right"):
        (tmp_path / name).mkdir()
        (tmp_path / name / name).touch()
    assert publish._exchange(tmp_path / "left", tmp_path / "right")
    assert set(content(tmp_path / "left")) == {"right"}
    assert set(content(tmp_path / "right")) == {"left"}


def test_failure_leaves_the_old_result(out: Path) -> None:
    """An exception between claim and publish changes nothing."""
    with pytest.raises(ZeroDivisionError), publish.claim(out):
        _ = 1 / 0
    assert content(out) == OLD
    assert leftovers(out.parent) == []


def test_full_disk_leaves_the_old_result(out: Path) -> None:
    """When a file cannot be written to its end there is one clear line, and the old files stay."""
    script = """
import resource, signal, sys
from pathlib import Path
from convert import publish
from runtime.errors import OutputError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    with publish.claim(Path(sys.argv[1])) as claim:
        claim.publish({"a": b"x" * 5000})
except OutputError as error:
    print(error)
"""
    done = subprocess.run(
        [sys.executable, "-c", script, out], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith(f"cannot write {out}")
    assert content(out) == OLD
    assert leftovers(out.parent) == []


def test_two_writers_do_not_meet(out: Path) -> None:
    """The second is told to wait, and the first is not disturbed."""
    with publish.claim(out) as claim:
        with pytest.raises(OutputError, match="another process"), publish.claim(out):
            pass
        claim.publish(NEW)
    assert content(out) == NEW


def test_a_file_in_the_way_is_named(tmp_path: Path) -> None:
    """The output folder cannot be a file, and its parent neither."""
    (tmp_path / "out").write_text("mine")
    with pytest.raises(OutputError, match="out"), publish.claim(tmp_path / "out"):
        pass
    with pytest.raises(OutputError, match="out"), publish.claim(tmp_path / "out" / "deeper"):
        pass
    assert (tmp_path / "out").read_text() == "mine"


def test_interrupted_two_step_replacement_is_mended(out: Path) -> None:
    """Killed between the two renames, the next run finds the old result again."""
    out.rename(out.parent / ".out.old")
    with publish.claim(out):
        assert content(out) == OLD
    assert leftovers(out.parent) == []


def test_kill_at_any_moment_leaves_one_whole_result(out: Path) -> None:
    """A process that publishes without pause is killed 25 times; what is there is always whole."""
    script = """
import sys
from pathlib import Path
from convert import publish
turn = 0
while True:
    turn += 1
    with publish.claim(Path(sys.argv[1])) as claim:
        claim.publish({name: b"%d" % turn * 5000 for name in "abc"})
    print(turn, flush=True)
"""
    for attempt in range(25):
        writer = subprocess.Popen(
            [sys.executable, "-c", script, out], cwd=ROOT, stdout=subprocess.PIPE
        )
        assert writer.stdout is not None
        writer.stdout.readline()
        time.sleep(0.0007 * attempt)  # a different moment each time
        os.kill(writer.pid, signal.SIGKILL)
        writer.wait()
        writer.stdout.close()
        found = content(out)
        assert sorted(found) == ["a", "b", "c"]
        assert len(set(found.values())) == 1
        assert len(found["a"]) % 5000 == 0
    with publish.claim(out):
        assert leftovers(out.parent) == []


def test_files_are_each_replaced_whole(tmp_path: Path) -> None:
    """Single files appear beside what is there, and an unwritable folder is one clear line."""
    (tmp_path / "keep").write_bytes(b"mine")
    publish.files(tmp_path, {"x": b"1"})
    assert content(tmp_path) == {"keep": b"mine", "x": b"1"}
    with pytest.raises(OutputError, match="keep"):
        publish.files(tmp_path / "keep", {"x": b"1"})
