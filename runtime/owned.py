"""Folders that belong to a process, and are cleared away when it is dead.

Whoever makes one holds a lock on it (flock), which the kernel frees however the process ends. So a
folder whose lock can be had is nobody's, and whoever comes next removes it; one that is locked
belongs to the living and is let be. Children made by fork share the lock.
"""

import contextlib
import fcntl
import os
import re
import shutil
import tempfile
from pathlib import Path

_RANDOM = "[a-z0-9_]{8}"  # what tempfile.mkdtemp puts behind a prefix
_TRIES = 100


class Folder:
    """A new folder in ``parent`` whose name begins with ``prefix``; OSError where none can be."""

    def __init__(self, parent: Path, prefix: str) -> None:
        self.path, self._lock = _made(parent, prefix)

    def remove(self) -> None:
        """End the ownership, and what is left of the folder."""
        shutil.rmtree(self.path, ignore_errors=True)
        os.close(self._lock)

    def __enter__(self) -> Path:
        return self.path

    def __exit__(self, *_error: object) -> None:
        self.remove()


def clear(parent: Path, prefix: str) -> None:
    """Remove the folders of dead processes in ``parent``; ``prefix`` is a regular expression."""
    with contextlib.suppress(OSError):  # what cannot be listed cannot be cleared
        for path in [Path(entry) for entry in os.scandir(parent) if _is_ours(entry, prefix)]:
            lock = _locked(path)
            if lock is not None:
                shutil.rmtree(path, ignore_errors=True)
                os.close(lock)


def _is_ours(entry: os.DirEntry[str], prefix: str) -> bool:
    return bool(
        re.fullmatch(prefix + _RANDOM, entry.name)
        and entry.is_dir(follow_symlinks=False)
        and entry.stat(follow_symlinks=False).st_uid == os.getuid()
    )


def _made(parent: Path, prefix: str) -> tuple[Path, int]:
    """A folder and the file descriptor that holds its lock.

    Between making and locking somebody may take it for a dead one's; then there is another try.
    """
    for _ in range(_TRIES):
        path = Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
        lock = _locked(path)
        if lock is not None:
            return path, lock
    raise OSError(f"cannot keep a folder in {parent}")


def _locked(path: Path) -> int | None:
    """The file descriptor with the lock on the folder ``path``; None: it is another's, or gone."""
    try:
        lock = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.path.samestat(os.fstat(lock), os.lstat(path)):
            return lock
    except OSError:  # locked, or gone in the meantime
        pass
    os.close(lock)
    return None
