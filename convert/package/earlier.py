"""What an earlier ``python -m convert.package`` left in a folder: ``thimble.json`` lists it."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from convert import publish

LIST = "thimble.json"
"""The file that lists the others of a library, with their sha256."""
_CURE = "move it away, choose another --out, or give --force"


def listed(contents: Mapping[str, bytes], command: str) -> dict[str, bytes]:
    """``contents`` with the file that lists them."""
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
    about = {"made_by": command, "files": dict(sorted(digests.items()))}
    return {**contents, LIST: (json.dumps(about, indent=1, ensure_ascii=False) + "\n").encode()}


def guard(*, force: bool) -> publish.Guard:
    """Raises OutputError when a folder holds anything but an unchanged library; never by force."""

    def check(folder: Path) -> None:
        if force or not any(folder.iterdir()):
            return
        publish.require_own(folder, {**_read(folder), LIST: ""}, _CURE)

    return check


def _read(folder: Path) -> dict[str, str]:
    try:
        found = json.loads((folder / LIST).read_text(encoding="utf-8"))["files"]
        return {str(name): str(digest) for name, digest in found.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}
