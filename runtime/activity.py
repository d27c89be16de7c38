"""Which native code is at work, noted where it can be read after the process has died of it."""

import contextlib
import mmap
from collections.abc import Iterator

_NOTE = mmap.mmap(-1, 4096)  # shared with processes made by fork; UTF-8, ends with a 0


@contextlib.contextmanager
def of(who: str) -> Iterator[None]:
    """Note that ``who`` is at work ("litert, on x.tflite")."""
    before = _NOTE[:]
    text = who.encode(errors="replace")[: len(_NOTE) - 1]
    _NOTE[: len(text) + 1] = text + b"\0"
    try:
        yield
    finally:
        _NOTE[:] = before


def current() -> str:
    """Who is at work; empty: nobody."""
    return _NOTE[:].split(b"\0")[0].decode(errors="replace")
