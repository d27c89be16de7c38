"""Fetch MNIST from its public mirrors into the user's cache."""

import gzip
import hashlib
import http.client
import os
import queue
import threading
import urllib.request
import zlib
from collections.abc import Sequence
from pathlib import Path

from runtime import console
from runtime.errors import DataError
from runtime.mnist import MNIST, IdxFile, locate

MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
)
PATIENCE = 8.0
"""Seconds after which mirrors that have not answered are given up, all together."""
_CHUNK = 1 << 16


def mnist(folder: Path, mirrors: Sequence[str] = MIRRORS, patience: float = PATIENCE) -> None:
    """Download what ``folder`` lacks of MNIST, verified by sha256; each file appears whole.

    Raises DataError when no mirror answers in time, a download breaks off, or a file is another.
    """
    files = [f for f in MNIST.values() if locate(folder, f) is None]
    if not files:
        return
    mirror = _first_answering(mirrors, f"{files[0].name}.gz", patience)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(f"cannot make the cache folder {folder}: {error.strerror}") from error
    for file in files:
        _fetch(mirror, file, folder, patience)


def _first_answering(mirrors: Sequence[str], name: str, patience: float) -> str:
    """The mirror that answers first. Threads, because a name look-up has no time-out of its own."""
    answers: queue.Queue[str] = queue.Queue()

    def ask(mirror: str) -> None:
        request = urllib.request.Request(mirror + name, method="HEAD")  # noqa: S310 - http(s) only
        try:
            with urllib.request.urlopen(request, timeout=patience):  # noqa: S310
                answers.put(mirror)
        except (OSError, http.client.HTTPException, ValueError):
            answers.put("")

    for mirror in mirrors:
        threading.Thread(target=ask, args=(mirror,), daemon=True).start()
    try:
        for _ in mirrors:
            if answer := answers.get(timeout=patience):
                return answer
    except queue.Empty:
        pass
    raise DataError("no mirror of MNIST answers: check the network, or pass --data DIR")


def _fetch(mirror: str, file: IdxFile, folder: Path, patience: float) -> None:
    url, target = f"{mirror}{file.name}.gz", folder / f"{file.name}.gz"
    partial = target.with_suffix(f".part{os.getpid()}")
    try:
        with (
            urllib.request.urlopen(url, timeout=patience) as answer,  # noqa: S310 - http(s) only
            partial.open("wb") as sink,
        ):
            chunks = iter(lambda: answer.read(_CHUNK), b"")
            total = -(-int(answer.headers.get("Content-Length") or 0) // _CHUNK)
            for chunk in console.progress(chunks, file.name, total):
                sink.write(chunk)
        _verify(partial, file, url)
        partial.replace(target)
    except (OSError, http.client.HTTPException) as error:
        raise DataError(f"the download of {url} broke off ({error}): try again") from error
    finally:
        partial.unlink(missing_ok=True)


def _verify(path: Path, file: IdxFile, url: str) -> None:
    try:
        with gzip.open(path) as stream:
            content = stream.read(file.size + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{url} gave a damaged file ({error}): try again") from error
    if hashlib.sha256(content).hexdigest() != file.sha256:
        raise DataError(f"{url} is not MNIST's {file.name}: its sha256 differs; try again")
