"""Results that appear whole or not at all.

A folder is built beside its place and exchanged with the previous one in a single step, so that
whoever looks, and whenever the process is killed, sees the old result or the new one.
"""

import contextlib
import ctypes
import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from runtime.errors import OutputError

_AT_FDCWD = -100  # from Linux's fcntl.h
_RENAME_EXCHANGE = 2  # from Linux's fs.h


class Claim:
    """The right to replace the folder ``target``; see ``claim``."""

    def __init__(self, target: Path) -> None:
        self._target = target

    def publish(self, contents: Mapping[str, bytes]) -> None:
        """Put a folder with these files, and no others, in the place of the target."""
        with _trouble(self._target), _staging(self._target) as staging:
            for name, content in contents.items():
                with (staging / name).open("wb") as sink:
                    sink.write(content)
                    # On the disk before the rename is: a power cut must not leave empty files.
                    os.fsync(sink.fileno())
            staging.chmod(0o755)
            _replace(staging, self._target)


@contextlib.contextmanager
def claim(target: Path) -> Iterator[Claim]:
    """Claim the folder ``target`` before the work that fills it.

    Raises OutputError when it cannot be written or another process has claimed it.
    """
    lock = _lock(target)
    with contextlib.closing(lock):  # the kernel frees the lock however the process ends
        with _trouble(target):
            _recover(target)
            with _staging(target):
                pass  # better to fail now than when the work is done
        yield Claim(target)


def files(target: Path, contents: Mapping[str, bytes], source: Path | None = None) -> None:
    """Write files into ``target``, each whole or not at all; raises OutputError.

    ``source`` is what they are made from, and is never written over.
    """
    if source is not None and any(_is_same(target / name, source) for name in contents):
        raise OutputError(f"{source} would be written over: choose another --name or --out")
    with _trouble(target):
        target.mkdir(parents=True, exist_ok=True)
        partial = {name: target / f".{name}.{os.getpid()}" for name in contents}
        try:
            for name, content in contents.items():
                partial[name].write_bytes(content)
            for name in contents:  # before the first: all of them or none
                if (target / name).is_dir():
                    raise OutputError(f"cannot write {target / name}: it is a folder")
            for name, path in partial.items():
                path.replace(target / name)
        finally:
            for path in partial.values():
                path.unlink(missing_ok=True)


def _is_same(path: Path, other: Path) -> bool:
    return path.resolve() == other.resolve()


def listed(contents: Mapping[str, bytes]) -> dict[str, dict[str, Any]]:
    """Size in bytes and sha256 of each file, as a manifest has them."""
    return {
        name: {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        for name, content in contents.items()
    }


@contextlib.contextmanager
def _trouble(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OutputError(f"cannot write {target}: {error.strerror or error}") from error


def _lock(target: Path) -> IO[bytes]:
    if target.exists() and not target.is_dir():
        raise OutputError(f"{target} is not a folder: name another with --out")
    with _trouble(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        lock = (target.parent / f".{target.name}.lock").open("wb")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        lock.close()
        raise OutputError(f"another process is writing {target}: wait for it") from error
    return lock


@contextlib.contextmanager
def _staging(target: Path) -> Iterator[Path]:
    staging = Path(tempfile.mkdtemp(prefix=_prefix(target), dir=target.parent))
    try:
        yield staging
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _prefix(target: Path) -> str:
    return f".{target.name}.new-"


def _aside(target: Path) -> Path:
    return target.parent / f".{target.name}.old"


def _recover(target: Path) -> None:
    """Clean up behind a process that was killed. The lock is held, so nobody is at work here."""
    for stale in target.parent.glob(f"{_prefix(target)}*"):
        shutil.rmtree(stale)
    aside = _aside(target)
    if aside.exists():
        if target.exists():
            shutil.rmtree(aside)
        else:
            aside.rename(target)


def _replace(staging: Path, target: Path) -> None:
    if not target.exists():
        staging.rename(target)
    elif not _exchange(staging, target):  # not Linux: two steps, which _recover mends if cut
        target.rename(_aside(target))
        staging.rename(target)
        shutil.rmtree(_aside(target))


def _exchange(left: Path, right: Path) -> bool:
    """Exchange two folders in one step, by Linux's renameat2; False where that is not to be had."""
    try:
        renameat2 = ctypes.CDLL(None).renameat2
    except (AttributeError, OSError):
        return False
    done = renameat2(_AT_FDCWD, bytes(left), _AT_FDCWD, bytes(right), _RENAME_EXCHANGE)
    return bool(done == 0)
