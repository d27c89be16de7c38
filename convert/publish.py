"""Results that appear whole or not at all.

A folder is built beside its place and exchanged with the previous one in a single step, so that
whoever looks, and whenever the process is killed, sees the old result or the new one.
"""

import contextlib
import ctypes
import errno
import fcntl
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from runtime import owned
from runtime.errors import OutputError

Guard = Callable[[Path], None]
"""Raises OutputError where what lies in a folder must not be replaced."""

_AT_FDCWD = -100  # from Linux's fcntl.h
_RENAME_EXCHANGE = 2  # from Linux's fs.h
_STAGING = r"\..*\.thimble-"  # how the names of folders begin that will be a target
_MARKS = (b"thimble", b"python -m convert.")  # one of them stands in every file
_STAGED = r"\.thimble-"  # and of those whose files will be in a target


class Claim:
    """The right to replace the folder ``target``; see ``claim``."""

    def __init__(self, target: Path, guard: Guard) -> None:
        self._target = target
        self._guard = guard

    def publish(self, contents: Mapping[str, bytes]) -> None:
        """Put a folder with these files, and no others, in the place of the target."""
        with _trouble(self._target), _staging(self._target) as staging:
            for name, content in contents.items():
                (staging / name).parent.mkdir(parents=True, exist_ok=True)
                with (staging / name).open("wb") as sink:
                    sink.write(content)
                    # On the disk before the rename is: a power cut must not leave empty files.
                    os.fsync(sink.fileno())
            staging.chmod(0o777 & ~_umask())
            if self._target.exists():
                self._guard(self._target)
            _replace(staging, self._target)


@contextlib.contextmanager
def claim(target: Path, guard: Guard) -> Iterator[Claim]:
    """Claim the folder ``target`` before the work that fills it.

    Where it is a link, the folder that it leads to is meant. Raises OutputError when it cannot be
    written, when another process has claimed it, or when ``guard`` does.
    """
    with contextlib.ExitStack() as held:
        with _trouble(target):
            place = _resolved(target)
            place.parent.mkdir(parents=True, exist_ok=True)
            held.enter_context(_lock(place, target))
            owned.clear(place.parent, _STAGING)
            _recover(place)
            if place.exists():
                guard(place)
            with _staging(place):
                pass  # better to fail now than when the work is done
        yield Claim(place, guard)


def require_own(folder: Path, written: Mapping[str, str], cure: str) -> None:
    """Raise OutputError when ``folder`` holds more than ``written``, or any of that was changed.

    ``written`` gives each file's sha256 in hexadecimal, or "" where any content will do.
    """
    folders = {".", *(str(parent) for name in written for parent in PurePosixPath(name).parents)}
    found = (path.relative_to(folder) for path in folder.rglob("*"))
    others = sorted(
        path.as_posix()
        for path in found
        if path.as_posix() not in folders | written.keys() and str(path.parent) in folders
    )
    changed = [
        f"{name}, changed since"
        for name, digest in written.items()
        if digest and (folder / name).is_file() and _digest(folder / name) != digest
    ]
    if others or changed:
        named = [*others, *changed]
        more = f" and {len(named) - 3} more" if len(named) > 3 else ""
        raise OutputError(
            f"{folder} holds files that would be lost ({', '.join(named[:3])}{more}): {cure}"
        )


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _resolved(target: Path) -> Path:
    """The folder that is meant, be it there or not."""
    try:
        place = target.resolve()
    except RuntimeError as error:  # how Python 3.11 tells it
        raise OSError(errno.ELOOP, "it is a link that leads to itself") from error
    if place.exists() and not place.is_dir():
        raise OutputError(f"{target} is not a folder: name another with --out")
    if place.is_mount() or place == place.parent:
        raise OutputError(f"{target} is a mount point and cannot be replaced: name a folder in it")
    return place


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def files(
    target: Path, contents: Mapping[str, bytes], source: Path | None = None, *, own: bool = False
) -> None:
    """Write files into ``target``, each whole or not at all; raises OutputError.

    ``source`` is what they are made from, and is never written over. With ``own`` only files that
    thimble made are, which say so.
    """
    if target.exists() and not target.is_dir():
        raise OutputError(f"{target} is not a folder: name another with --out")
    if source is not None and any(_is_same(target / name, source) for name in contents):
        raise OutputError(f"{source} would be written over: choose another --name or --out")
    for name in contents if own else ():
        if (target / name).is_file() and not _is_own(target / name):
            raise OutputError(
                f"{target / name} is not of thimble's making: move it away, or choose another name "
                "or folder"
            )
    with _trouble(target):
        target.mkdir(parents=True, exist_ok=True)
        owned.clear(target, _STAGED)
        with owned.Folder(target, ".thimble-") as staging:
            for name, content in contents.items():
                (staging / name).write_bytes(content)
            for name in contents:  # before the first: all of them or none
                if (target / name).is_dir():
                    raise OutputError(f"cannot write {target / name}: it is a folder")
            for name in contents:
                (staging / name).replace(target / name)


def _is_own(path: Path) -> bool:
    content = path.read_bytes()
    return not content or any(mark in content for mark in _MARKS)


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
        for one in target.parents:
            if one.exists() and not one.is_dir():
                what = "a file, not a folder" if one.is_file() else "not a folder"
                raise OutputError(f"{one} is {what}: name another with --out") from error
        raise OutputError(f"cannot write {target}: {error.strerror or error}") from error


@contextlib.contextmanager
def _lock(place: Path, target: Path) -> Iterator[None]:
    """Hold the lock of the folder ``place``, a file beside it that is gone afterwards."""
    path = place.parent / f".{place.name}.lock"
    lock = _locked(path, target)
    try:
        yield
    finally:
        if not os.fstat(lock).st_size:  # with content it is no lock of ours
            path.unlink(missing_ok=True)
        os.close(lock)  # the kernel does so however the process ends


def _locked(path: Path, target: Path) -> int:
    """The file descriptor of the lock ``path``."""
    if path.is_symlink() or (path.exists() and not path.is_file()):
        raise OutputError(f"{path} is in the way, it should be a file: remove it")
    while True:
        lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK, 0o666)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if path.exists() and os.path.samestat(os.fstat(lock), path.lstat()):
                return lock
        except BlockingIOError as error:
            os.close(lock)
            raise OutputError(f"another process is writing {target}: wait for it") from error
        os.close(lock)  # whoever had it has removed it: once more


def _staging(target: Path) -> owned.Folder:
    return owned.Folder(target.parent, f".{target.name}.thimble-")


def _aside(target: Path) -> Path:
    return target.parent / f".{target.name}.thimble-old"


def _recover(target: Path) -> None:
    """Clean up behind a process that was killed. The lock is held, so nobody is at work here."""
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
