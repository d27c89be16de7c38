"""Processes that end when the one that started them does, however that ends."""

import ctypes
import signal
import sys
from collections.abc import Callable
from pathlib import Path

_SET_PDEATHSIG = 1  # from Linux's prctl.h
_LINUX = ctypes.CDLL(None) if sys.platform == "linux" else None


def end_with_parent() -> None:
    """Let the kernel kill this process when its parent ends. Does nothing but on Linux."""
    if _LINUX is not None:
        _LINUX.prctl(_SET_PDEATHSIG, signal.SIGKILL)


TIED: Callable[[], None] | None = end_with_parent if _LINUX is not None else None
"""``subprocess``'s ``preexec_fn`` for a child that shall not outlive its parent."""

_ROOT = str(Path(__file__).parents[1])
_RUN = (
    "import runpy, sys; sys.path.append(sys.argv.pop(1)); "
    "runpy.run_module(sys.argv.pop(1), run_name='__main__')"
)


def python(module: str) -> list[str]:
    """The command that runs one of our modules in a process of its own; arguments may follow.

    ``python -m`` would take a file of that name from the user's folder first.
    """
    return [sys.executable, "-P", "-c", _RUN, _ROOT, module]
