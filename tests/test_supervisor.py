"""However a command ends, there is one line, the right status, and nothing left behind."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from runtime import owned

ROOT = Path(__file__).parents[1]
MODEL = ROOT / "runtime/models/nano/model.tflite"
COMMAND = """
import ctypes, os, signal, subprocess, sys, tempfile, time
from pathlib import Path
from runtime import activity, children, console

def main(argv):
    kept = tempfile.mkdtemp()
    child = subprocess.Popen(["sleep", "60"], stdout=-3, stderr=-3, preexec_fn=children.TIED)
    loose = subprocess.Popen(["setsid", "sleep", "60"], stdout=-3, stderr=-3)
    try:
        print(os.getpid(), child.pid, loose.pid, kept, flush=True)
        {body}
    finally:
        print("cleaned", flush=True)
    return 7

console.run(main)
"""
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="supervision is for Linux")


class Running:
    """A command that was started, what it said first, and how it ended."""

    def __init__(self, body: str, folder: Path, **more: object) -> None:
        environment = os.environ | {"TMPDIR": str(folder), "PYTHONPATH": str(ROOT)}
        self.process = subprocess.Popen(
            [sys.executable, "-c", COMMAND.format(body=body)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
            start_new_session=True,
            **more,
        )
        assert self.process.stdout
        *pids, kept = self.process.stdout.readline().split()
        self.pids = [int(pid) for pid in pids]
        self.kept = Path(kept)

    def end(self) -> tuple[int, list[str], list[str]]:
        """The exit status, and the lines of standard output and standard error."""
        assert self.process.stdout
        assert self.process.stderr
        said, error = self.process.stdout.read(), self.process.stderr.read()
        return self.process.wait(timeout=60), said.splitlines(), error.splitlines()


def lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def gone(pids: list[int]) -> bool:
    """Whether none of them lives, within a little time."""
    for _ in range(100):
        if not any(map(lives, pids)):
            return True
        time.sleep(0.05)
    return False


@pytest.fixture
def temporary(tmp_path: Path) -> Iterator[Path]:
    """A folder for temporary files, which must be empty at the end."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    yield folder
    assert list(folder.iterdir()) == []


def test_a_command_ends_with_its_own_status(temporary: Path) -> None:
    """Its temporary files lie in a folder of their own, which goes with it; so do its children."""
    running = Running("pass", temporary)
    assert running.kept.parent.parent == temporary
    assert running.end() == (7, ["cleaned"], [])
    assert gone(running.pids)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("ctypes.string_at(8)", "error: the command died of SIGSEGV"),
        ("os.abort()", "error: the command died of SIGABRT"),
        ("os.kill(os.getpid(), signal.SIGKILL)", "error: the command was killed (SIGKILL)"),
        (
            "with activity.of('litert, on x.tflite,'): ctypes.string_at(8)",
            "error: litert, on x.tflite, died of SIGSEGV: that interpreter",
        ),
    ],
)
def test_a_death_is_one_line(body: str, said: str, temporary: Path) -> None:
    """With the signal and with what was at work; status 1."""
    running = Running(body, temporary)
    status, _, (line,) = running.end()
    assert status == 1
    assert line.startswith(said)
    assert gone(running.pids)


@pytest.mark.parametrize("to_all", [False, True], ids=["supervisor", "group"])
@pytest.mark.parametrize(
    ("number", "expected"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 143)]
)
def test_signals_end_it_in_order(
    number: signal.Signals, expected: int, to_all: bool, temporary: Path
) -> None:
    """Sent to the supervisor alone or, as keys do, to all: it cleans up once."""
    running = Running("time.sleep(60)", temporary)
    (os.killpg if to_all else os.kill)(running.process.pid, number)
    status, said, error = running.end()
    assert (status, said, error) == (expected, ["cleaned"], ["interrupted"])
    assert gone(running.pids)


def test_nohup_stays_in_force(temporary: Path) -> None:
    """A signal that whoever started it ignores is ignored."""

    def ignore() -> None:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)

    running = Running("time.sleep(1)", temporary, preexec_fn=ignore)
    os.killpg(running.process.pid, signal.SIGHUP)
    assert running.end() == (7, ["cleaned"], [])


def test_a_killed_supervisor_takes_the_command_with_it(tmp_path: Path) -> None:
    """And the next command clears away its files, but not those of one that lives."""
    dead, living = Running("time.sleep(60)", tmp_path), Running("time.sleep(60)", tmp_path)
    dead.process.kill()
    dead.process.communicate()
    assert gone(dead.pids[:2])
    with contextlib.suppress(ProcessLookupError):
        os.kill(dead.pids[2], signal.SIGKILL)  # nobody's child, and not ours to know
    assert dead.kept.exists()
    Running("pass", tmp_path).end()
    assert not dead.kept.exists()
    assert living.kept.exists()
    living.process.terminate()
    living.end()
    assert list(tmp_path.iterdir()) == []


def test_only_what_is_ours_is_cleared(tmp_path: Path) -> None:
    """Neither what merely looks alike, nor a link to something, nor a file."""
    (tmp_path / "thimble-mine").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "thimble-run-abcdefgh").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "thimble-run-ijklmnop").touch()
    (tmp_path / "thimble-run-qrstuvwx").mkdir()
    before = {path.name for path in tmp_path.iterdir()}
    owned.clear(tmp_path, "thimble-run-")
    assert {path.name for path in tmp_path.iterdir()} == before - {"thimble-run-qrstuvwx"}
    with owned.Folder(tmp_path, "thimble-run-") as path:
        owned.clear(tmp_path, "thimble-run-")
        assert path.exists()
    assert not path.exists()


def test_a_closed_output_is_no_traceback(tmp_path: Path) -> None:
    """What would be printed is lost, and the command does its work."""
    words = [sys.executable, "-m", "convert.carray", MODEL, "--out", tmp_path]
    done = subprocess.run(
        ["sh", "-c", 'exec "$@" >&-', "sh", *words],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert len(list(tmp_path.iterdir())) == 2
