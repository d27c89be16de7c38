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


def anything(_folder: Path) -> None:
    """A guard that lets any folder be replaced."""


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def leftovers(parent: Path) -> list[str]:
    """What lies in ``parent`` besides the result."""
    return sorted(p.name for p in parent.iterdir() if p.name != "out")


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A folder with a previous result."""
    with publish.claim(tmp_path / "out", anything) as claim:
        claim.publish(OLD)
    return tmp_path / "out"


@pytest.mark.parametrize("exchange", [True, False], ids=["one step", "two steps"])
def test_new_result_replaces_the_old_one(
    out: Path, exchange: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exactly the new files are there, with and without an atomic exchange."""
    if not exchange:
        monkeypatch.setattr(publish, "_exchange", lambda *_: False)
    with publish.claim(out, anything) as claim:
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
    with pytest.raises(ZeroDivisionError), publish.claim(out, anything):
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
anything = lambda folder: None
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    with publish.claim(Path(sys.argv[1]), anything) as claim:
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
    with publish.claim(out, anything) as claim:
        with pytest.raises(OutputError, match="another process"), publish.claim(out, anything):
            pass
        claim.publish(NEW)
    assert content(out) == NEW


def test_a_file_in_the_way_is_named(tmp_path: Path) -> None:
    """The output folder cannot be a file, and its parent neither."""
    (tmp_path / "out").write_text("mine")
    with pytest.raises(OutputError, match="out"), publish.claim(tmp_path / "out", anything):
        pass
    with (
        pytest.raises(OutputError, match="out"),
        publish.claim(tmp_path / "out" / "deeper", anything),
    ):
        pass
    assert (tmp_path / "out").read_text() == "mine"


def test_interrupted_two_step_replacement_is_mended(out: Path) -> None:
    """Killed between the two renames, the next run finds the old result again."""
    out.rename(out.parent / ".out.thimble-old")
    with publish.claim(out, anything):
        assert content(out) == OLD
    assert leftovers(out.parent) == []


def test_kill_at_any_moment_leaves_one_whole_result(out: Path) -> None:
    """A process that publishes without pause is killed 25 times; what is there is always whole."""
    script = """
import sys
from pathlib import Path
from convert import publish
anything = lambda folder: None
turn = 0
while True:
    turn += 1
    with publish.claim(Path(sys.argv[1]), anything) as claim:
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
    with publish.claim(out, anything):
        pass
    assert leftovers(out.parent) == []


def test_files_are_each_replaced_whole(tmp_path: Path) -> None:
    """Single files appear beside what is there, and an unwritable folder is one clear line."""
    (tmp_path / "keep").write_bytes(b"mine")
    publish.files(tmp_path, {"x": b"1"})
    assert content(tmp_path) == {"keep": b"mine", "x": b"1"}
    with pytest.raises(OutputError, match="keep"):
        publish.files(tmp_path / "keep", {"x": b"1"})


def test_what_the_killed_leave_is_cleared_by_any_name(out: Path) -> None:
    """Folders that were being filled, for whatever target; never those of the living."""
    with publish.claim(out.parent / "living", anything):
        script = """
import os, signal, sys
from pathlib import Path
from convert import publish
with publish.claim(Path(sys.argv[1]), lambda folder: None) as claim:
    held = publish._staging(Path(sys.argv[1]))
    os.kill(os.getpid(), signal.SIGKILL)
"""
        target = out.parent / "dead [*]"
        subprocess.run([sys.executable, "-c", script, target], cwd=ROOT, check=False)
        assert any(name.startswith(".dead") for name in leftovers(out.parent))
        with publish._staging(out.parent / "living") as kept, publish.claim(out, anything):
            assert kept.exists()
            assert not list(out.parent.glob(".dead*thimble*"))


def test_folders_of_users_are_let_be(out: Path) -> None:
    """What merely has such a name stays: folders with another ending, the user's own lock."""
    for name in (".out.old", ".out.new-abcdefgh", ".thimble-", ".out.thimble-old.txt"):
        (out.parent / name).mkdir()
    (out.parent / ".out.lock").write_text("mine")
    before = leftovers(out.parent)
    with publish.claim(out, anything) as claim:
        claim.publish(NEW)
    assert leftovers(out.parent) == before
    assert (out.parent / ".out.lock").read_text() == "mine"


@pytest.mark.parametrize("kind", ["link", "dangling", "folder", "fifo"])
def test_a_lock_that_is_none_is_named(kind: str, out: Path) -> None:
    """Instead of being followed, emptied or waited for."""
    lock, mine = out.parent / ".out.lock", out.parent / "mine"
    mine.write_text("mine")
    if kind == "folder":
        lock.mkdir()
    elif kind == "fifo":
        os.mkfifo(lock)
    else:
        lock.symlink_to(mine if kind == "link" else "nothing")
    with (
        pytest.raises(OutputError, match=r"\.out\.lock is in the way"),
        publish.claim(out, anything),
    ):
        pass
    assert mine.read_text() == "mine"
    assert content(out) == OLD


def test_a_link_is_followed(out: Path) -> None:
    """The folder that it leads to gets the result, and the link stays."""
    link = out.parent / "link"
    link.symlink_to(out)
    with publish.claim(link, anything) as claim:
        claim.publish(NEW)
    assert link.is_symlink()
    assert content(out) == NEW
    link.unlink()
    link.symlink_to(link)
    with pytest.raises(OutputError, match="link"), publish.claim(link, anything):
        pass


def test_a_mount_point_is_named() -> None:
    """The root of a file system cannot be exchanged with another folder."""
    for place in (Path("/"), Path("/proc")):
        with pytest.raises(OutputError, match="mount point"), publish.claim(place, anything):
            pass


def test_the_guard_is_asked_before_and_at_the_end(out: Path) -> None:
    """What a user puts there meanwhile is not lost either."""

    def guard(folder: Path) -> None:
        publish.require_own(folder, dict.fromkeys(OLD, ""), "move it away")

    with publish.claim(out, guard) as claim:
        (out / "mine").write_text("mine")
        with pytest.raises(OutputError, match="mine"):
            claim.publish(NEW)
    lost = pytest.raises(OutputError, match=r"would be lost \(mine\): move it away")
    with lost, publish.claim(out, guard):
        raise AssertionError
    assert content(out) == OLD | {"mine": b"mine"}
    assert leftovers(out.parent) == []


def test_changed_files_are_users_own(out: Path) -> None:
    """By their sha256, which another program computes here."""
    told = subprocess.run(
        ["sha256sum", "a", "b"], cwd=out, capture_output=True, text=True, check=True
    )
    written = {name: digest for digest, name in map(str.split, told.stdout.splitlines())}
    publish.require_own(out, written, "")
    (out / "b").write_bytes(b"old B")
    with pytest.raises(OutputError, match="b, changed since"):
        publish.require_own(out, written, "")


@pytest.mark.parametrize("name", ["glob [a-z]*?", "-rf", "a\nb", "é" * 80, ".hidden"])
def test_odd_names_are_names(name: str, tmp_path: Path) -> None:
    """No character of a name means anything."""
    (tmp_path / "glob a").mkdir()
    for files in (OLD, NEW):
        with publish.claim(tmp_path / name, anything) as claim:
            claim.publish(files)
        assert content(tmp_path / name) == files
    assert {path.name for path in tmp_path.iterdir()} == {name, "glob a"}


def test_modes_are_as_the_user_has_them(tmp_path: Path) -> None:
    """A folder is as open as umask says."""
    before = os.umask(0o027)
    try:
        with publish.claim(tmp_path / "out", anything) as claim:
            claim.publish(NEW)
    finally:
        os.umask(before)
    assert (tmp_path / "out").stat().st_mode & 0o777 == 0o750


def test_only_own_files_are_written_over(tmp_path: Path) -> None:
    """Where a command chooses the names; what says that thimble made it is its own."""
    (tmp_path / "net.c").write_text("int mine;")
    with pytest.raises(OutputError, match=r"net\.c is not of thimble's making: move it away"):
        publish.files(tmp_path, {"net.h": b"", "net.c": b""}, own=True)
    assert content(tmp_path) == {"net.c": b"int mine;"}
    (tmp_path / "net.c").write_text("/* Made by: python -m convert.compiler net.tflite */")
    publish.files(tmp_path, {"net.c": b"/* thimble */"}, own=True)
    publish.files(tmp_path, {"net.c": b"new"}, own=True)
    assert content(tmp_path) == {"net.c": b"new"}
    with pytest.raises(OutputError, match="is not a folder: name another with --out"):
        publish.files(tmp_path / "net.c", {"x": b""})
