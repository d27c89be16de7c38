"""Signals that wait while something is done that must not be left half done."""

import contextlib
import signal
import threading
import time
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

INTERRUPTING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""What asks a command to end."""
_PATIENCE = 1.0  # seconds: who asks again after them is not kept waiting


class Held:
    """Keeps back what would interrupt the main thread, until ``let`` or the end.

    Only signals that Python handles are kept back; entered in another thread, it does nothing.
    """

    def __init__(self) -> None:
        self._usual: dict[int, Callable[[int, FrameType | None], Any]] = {}
        self._came: tuple[int, float] | None = None  # the first signal, and when

    def __enter__(self) -> "Held":
        self._hold()
        return self

    def __exit__(self, *_: object) -> None:
        self._release()

    @contextlib.contextmanager
    def let(self) -> Iterator[None]:
        """Let what was kept back come now, and what comes meanwhile."""
        try:
            self._release()
            yield
        finally:
            self._hold()

    def _hold(self) -> None:
        if threading.current_thread() is not threading.main_thread():
            return
        for number in INTERRUPTING:
            usual = signal.getsignal(number)
            if callable(usual) and usual != self._keep:  # one may come in the midst of a release
                self._usual[number] = usual
                signal.signal(number, self._keep)

    def _release(self) -> None:
        for number, usual in self._usual.items():
            signal.signal(number, usual)
        self._usual.clear()
        came, self._came = self._came, None
        if came is not None:
            signal.raise_signal(came[0])

    def _keep(self, number: int, frame: FrameType | None) -> None:
        now = time.monotonic()
        if self._came is None:
            self._came = number, now
        elif now - self._came[1] >= _PATIENCE:
            self._came = None
            self._usual[number](number, frame)
