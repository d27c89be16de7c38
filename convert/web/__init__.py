"""The web app as static files: the page of ``runtime/web/app``, and networks in WebAssembly.

``models.json`` tells the page of the networks, ``version.js`` its service worker of the files, each
with the sha256 that the browser holds it to. The names of the networks' files carry their sha256,
so that any host may let them be cached for ever.
"""

import hashlib
import html
import json
from collections.abc import Mapping, Sequence
from typing import Any

from convert.web import icon
from convert.web.look import APP, Look
from convert.web.network import Network, integrity, load
from runtime.errors import ModelError
from runtime.tasks.meaning import Classes

__all__ = ["Look", "Network", "application", "load"]

"""The page's own files."""
_NAMED = ("<title>thimble</title>", "<h1>thimble</h1>")
"""Where the page says its name."""
_SHORT = 12
"""Characters of a name under an icon."""


def application(networks: Sequence[Network], first: str, look: Look) -> dict[str, bytes]:
    """All files of the app by name; ``first`` is the network that is shown first.

    Raises ModelError for networks that cannot be told apart, ImageError for a bad icon.
    """
    _require_apart(networks)
    files = {path.name: path.read_bytes() for path in sorted(APP.iterdir()) if path.is_file()}
    files["index.html"] = _named(files["index.html"].decode(), look.name).encode()
    files["theme.css"] = look.style()
    files |= look.icons()
    chosen = next(network for network in networks if network.name == first)
    files["manifest.webmanifest"] = json.dumps(manifest(chosen, look), indent=1).encode()
    largest_first = sorted(networks, key=lambda one: -one.path.stat().st_size)
    about = {
        "name": look.name,
        "words": look.words,
        "rate": look.rate,
        "first": first,
        "models": [network.about() for network in largest_first],
    }
    files["models.json"] = json.dumps(about, ensure_ascii=False).encode()
    later: dict[str, bytes] = {}
    for network in networks:
        for _, name, content in network.files():
            (files if network.name == first else later)[name] = content
    return files | later | _worker(files, later)


def _require_apart(networks: Sequence[Network]) -> None:
    names = [network.name for network in networks]
    if len(set(names)) < len(names):
        raise ModelError(f"two models have the same name ({', '.join(names)}): rename a file")


def _named(page: str, name: str) -> str:
    for place in _NAMED:
        page = page.replace(place, place.replace("thimble", html.escape(name)))
    return page


def _worker(files: Mapping[str, bytes], later: Mapping[str, bytes]) -> dict[str, bytes]:
    """What the service worker must know: ``files`` are kept at once, ``later`` when asked for."""

    def hashes(contents: Mapping[str, bytes]) -> str:
        kept = {name: integrity(content) for name, content in contents.items() if name != "sw.js"}
        if "index.html" in kept:
            kept["./"] = kept.pop("index.html")
        return json.dumps(kept, indent=1)

    lists = f"const FILES = {hashes(files)};\nconst LATER = {hashes(later)};\n"
    version = hashlib.sha256(lists.encode() + files["sw.js"]).hexdigest()[:12]
    return {"version.js": f'const VERSION = "{version}";\n{lists}'.encode()}


def manifest(network: Network, look: Look) -> dict[str, Any]:
    """What an installed app is called and looks like, and that pictures may be shared with it."""
    found: dict[str, Any] = {
        "name": look.name,
        "short_name": look.name[:_SHORT].strip(),
        "description": description(network),
        "start_url": "./",
        "scope": "./",
        "display": "standalone",
        "background_color": icon.PAPER,
        "theme_color": icon.PAPER,
        "icons": [
            {"src": f"icon-{size}.png", "sizes": f"{size}x{size}", "purpose": purpose}
            for size in (192, 512)
            for purpose in ("any", "maskable")
        ],
    }
    takes = _SHARED.get(network.contract.task.kind, ["image/*"])
    found["share_target"] = {
        "action": "./share",
        "method": "POST",
        "enctype": "multipart/form-data",
        "params": {"files": [{"name": "file", "accept": takes}]},
    }
    return found


_SHARED = {"tensor": ["text/csv", ".csv", ".npy"]}
"""The files that other apps may share with one of a task; with all others pictures."""


def description(network: Network) -> str:
    """One sentence, for stores and for who installs it."""
    task, first = network.contract.task, network.contract.outputs[0]
    if task.kind == "digits":
        return "Reads handwritten digits on your own device."
    if isinstance(first, Classes):
        named = ", ".join(first.labels[:5]) + (", ..." if len(first.labels) > 5 else "")
        return f"Tells {task.title} apart on your own device: {named}."
    return f"Measures {task.title} on your own device."
