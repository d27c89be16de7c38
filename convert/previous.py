"""What an earlier export left, which a new one must not replace unasked."""

import re
import shlex
from pathlib import Path
from typing import Any

from convert import publish
from convert.report import document
from runtime.errors import DataError, OutputError

LATER = ("manifest.json", "robustness.json")
"""Files of ours that a manifest does not list with their sha256."""
_CURE = "move it away, choose another --out, or give --force"


def guard(source: str, *, force: bool) -> publish.Guard:
    """Lets a folder be replaced that holds an export of ``source`` and nothing else.

    ``source`` is the option that names the network: "--preset base".
    """

    def check(folder: Path) -> None:
        if force or not any(folder.iterdir()):
            return
        manifest = _manifest(folder)
        publish.require_own(folder, _written(manifest), _CURE)
        made_of = _source(str(manifest.get("command", "")))
        if made_of and made_of != source:
            raise OutputError(f"{folder} is the export of {made_of}, not of {source}: {_CURE}")

    return check


def _manifest(folder: Path) -> dict[str, Any]:
    """The manifest in ``folder``; without one, nothing in there is ours."""
    try:
        return document.load(folder / "manifest.json")
    except DataError:
        return {}


def _written(manifest: dict[str, Any]) -> dict[str, str]:
    """The sha256 of each file that an export wrote."""
    files = manifest.get("files", {})
    listed = {name: str(about.get("sha256", "")) for name, about in files.items()}
    return listed | (dict.fromkeys(LATER, "") if files else {})


def _source(command: str) -> str:
    """The option of an export's ``command`` that names the network."""
    try:
        words = shlex.split(command)
    except ValueError:
        return ""
    found = [at for at, word in enumerate(words[:-1]) if re.fullmatch("--(model|preset)", word)]
    return " ".join(words[found[0] : found[0] + 2]) if found else ""
