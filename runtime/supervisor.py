"""A command in a process of its own, so that however it ends there is one clear line and no litter.

Native code dies of files that no check foresaw: interpreters abort, or read where nothing is. The
supervisor forks before any work is done, and waits. It says what the command died of and what it
was at, ends the processes that are left of it, and removes its temporary files. If the supervisor
is killed, the kernel kills the command, and whoever comes next removes the files.

For Linux; elsewhere a command runs as it is.
"""

import contextlib
import ctypes
import os
import select
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import NoReturn

from runtime import activity, children, owned
from runtime.errors import Terminated
from runtime.held import INTERRUPTING

PREFIX = "thimble-run-"
"""What the names of temporary folders begin with."""

_SET_CHILD_SUBREAPER = 36  # from Linux's prctl.h
_TWICE = 1.0  # seconds: within them a second signal is the same one


def run(command: Callable[[], int], fail: Callable[[str], None]) -> NoReturn:
    """Leave the process with the status that ``command`` gives in a process of its own.

    Where it dies of a signal, that is 1 after ``fail`` was called with what happened.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    folder, supervisor = _scratch(), os.getpid()
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, INTERRUPTING)  # none is lost while both begin
    pipe = _caught()
    child = os.fork()
    if child:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        _supervise(child, pipe, folder, fail)
    children.end_with_parent()
    if os.getppid() != supervisor:  # it ended before the kernel knew
        os._exit(1)
    signal.set_wakeup_fd(-1)
    for end in pipe:
        os.close(end)
    _listen()
    signal.pthread_sigmask(signal.SIG_SETMASK, mask)
    if folder is not None:
        os.environ["TMPDIR"] = str(folder.path)
        tempfile.tempdir = None
    status = command()
    for number in INTERRUPTING:  # Python at its end would give them back to the system: to die
        signal.signal(number, signal.SIG_IGN)
    sys.exit(status)


def _scratch() -> owned.Folder | None:
    """A folder for all temporary files of the command."""
    try:
        parent = Path(tempfile.gettempdir())
        owned.clear(parent, PREFIX)
        return owned.Folder(parent, PREFIX)
    except OSError:  # a command that needs one will say so
        return None


def _listen() -> None:
    """Turn signals into exceptions, so that what is to be cleaned up is."""
    last = -_TWICE

    def stop(number: int, _frame: FrameType | None) -> None:
        nonlocal last
        now = time.monotonic()
        once, last = now - last >= _TWICE, now  # a key reaches the supervisor, too
        if once:
            raise KeyboardInterrupt if number == signal.SIGINT else Terminated

    for number in INTERRUPTING:
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, stop)


def _caught() -> tuple[int, int]:
    """A pipe, its reading end first, to which each signal that comes writes its number.

    Whichever thread it reaches: libraries have started some, which no mask of this one covers.
    """
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    signal.set_wakeup_fd(writing)
    for number in (*INTERRUPTING, signal.SIGCHLD):
        if signal.getsignal(number) != signal.SIG_IGN:  # as nohup has it
            signal.signal(number, lambda *_: None)
    return reading, writing


def _supervise(
    child: int, pipe: tuple[int, int], folder: owned.Folder | None, fail: Callable[[str], None]
) -> NoReturn:
    """Pass signals on until the command has ended; then clean up, and leave as it did."""
    ctypes.CDLL(None).prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    status = _wait(child, pipe[0])
    _end_rest()
    if folder is not None:
        folder.remove()
    if status < 0:
        fail(_epitaph(-status))
    sys.stderr.flush()
    os._exit(1 if status < 0 else status)


def _wait(child: int, reading: int) -> int:
    """The exit status of the process ``child``; below 0: minus the signal that it died of."""
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        select.select([reading], [], [], 1)
        for one in _pending(reading):
            if one in INTERRUPTING:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(child, one)


def _pending(reading: int) -> bytes:
    return os.read(reading, 64) if select.select([reading], [], [], 0)[0] else b""


def _end_rest() -> None:
    """Kill what the command has left behind, which is now this process's."""
    while left := _children():
        for pid in left:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)


def _children() -> list[int]:
    lists = Path("/proc/self/task").glob("*/children")
    try:
        return [int(pid) for path in lists for pid in path.read_text().split()]
    except OSError:  # a kernel that does not list them
        return []


def _epitaph(number: int) -> str:
    """What is said of a command that died of a signal."""
    try:
        name = signal.Signals(number).name
    except ValueError:
        name = f"signal {number}"
    who = activity.current()
    if number == signal.SIGKILL:
        return f"{who or 'the command'} was killed (SIGKILL): see whether the memory suffices"
    if who:
        return f"{who} died of {name}: that interpreter cannot run this file, give it another"
    return f"the command died of {name}: please report it"
