"""Where a search keeps its files, and where its data come from."""

import hashlib
import http.client
import random
import shlex
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from runtime import console
from runtime.errors import DataError, OutputError
from runtime.options import Wanted
from runtime.reading import Source
from train import store

_PATIENCE = 30.0  # seconds without an answer
_KNOWN = (".npz", ".npy", ".csv")


@dataclass(frozen=True)
class Drawn:
    """Draws evenly, where no search is behind it."""

    rng: random.Random

    def suggest_categorical(self, name: str, choices: Sequence[Any]) -> Any:
        """One of ``choices``."""
        del name
        return self.rng.choice(choices)

    def suggest_int(self, name: str, low: int, high: int, *, log: bool) -> int:
        """A number from ``low`` to ``high``."""
        del name
        return (
            round(low * (high / low) ** self.rng.random()) if log else self.rng.randint(low, high)
        )


def is_file(url: str) -> bool:
    """Whether a storage is a file, and no server's."""
    return url.startswith("sqlite")


def make(folder: Path) -> None:
    """The folder of a search; raises OutputError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"cannot make {folder}: {error.strerror}") from error


def point(folder: Path, name: str, number: int) -> Path:
    """The path, without an ending, of what is kept of a trial's float network."""
    return folder / f"{name}-{number}"


def data_words(wanted: Wanted) -> str:
    """The options by which another command gets the same data."""
    told = wanted.options()
    if wanted.given and wanted.source is not None:
        told["--data"] = str(wanted.source.path)
    return "".join(f" {name} {shlex.quote(str(value))}" for name, value in told.items())


def fetched(wanted: Wanted, url: str | None, folder: Path) -> Wanted:
    """``wanted`` with the data at ``url``, which are kept in ``folder``; raises DataError."""
    if not url:
        return wanted
    parts = urlsplit(url)
    ending = PurePosixPath(parts.path).suffix.lower()
    if parts.scheme not in ("http", "https") or ending not in _KNOWN:
        raise DataError(
            f"--data-url {url} is not to be fetched: give http or https, and an .npz, .npy or "
            ".csv; object stores give such URLs"
        )
    digest = hashlib.sha256(url.encode()).hexdigest()[:12]
    path = folder / f"{PurePosixPath(parts.path).stem}-{digest}{ending}"
    console.note(f"fetching {url}")
    try:
        with urllib.request.urlopen(url, timeout=_PATIENCE) as answer:  # noqa: S310 - http(s) only
            store.write(path, answer.read())
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise DataError(f"{url} cannot be fetched ({error}): check it, or give --data") from error
    found = wanted.source or Source(path)
    return replace(wanted, source=replace(found, path=path), given=True)
