"""What an earlier ``python -m convert.web`` left in a folder."""

import base64
import re
from pathlib import Path

from convert import publish

_LISTED = re.compile(r'"([^"\n]+)": "sha256-([\w+/=]+)"')
_UNLISTED = ("sw.js", "version.js")  # the service worker, which checks the others, and its list


def require_own(folder: Path) -> None:
    """Raise OutputError when ``folder`` holds anything but an unchanged app."""
    try:
        text = (folder / "version.js").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        text = ""
    listed = {name: base64.b64decode(digest).hex() for name, digest in _LISTED.findall(text)}
    if listed:
        listed["index.html"] = listed.pop("./", "")
        listed |= dict.fromkeys(_UNLISTED, "")
    publish.require_own(folder, listed, "move it away, or choose another --out")
