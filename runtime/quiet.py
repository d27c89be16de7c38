"""Native libraries' notes kept off standard error."""

import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator
from typing import IO


@contextlib.contextmanager
def stderr(told: list[str] | None = None) -> Iterator[None]:
    """Keep what is written to standard error; ``told`` gets it at the end.

    Native code writes to the file descriptor, so that is what is redirected.
    """
    sys.stderr.flush()
    kept = os.dup(2)
    with _nowhere() as notes:
        os.dup2(notes.fileno(), 2)
        try:
            yield
        finally:
            sys.stderr.flush()
            os.dup2(kept, 2)
            os.close(kept)
            notes.seek(0)
            if told is not None:
                told.append(notes.read().decode(errors="replace"))


def _nowhere() -> IO[bytes]:
    """A file without a name; in memory where there is such, so that no full disk matters."""
    if hasattr(os, "memfd_create"):
        return os.fdopen(os.memfd_create("notes"), "w+b")
    return tempfile.TemporaryFile()
