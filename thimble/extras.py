"""What an installation lacks: thimble's extras bring what some commands need."""

import json
import re
import shlex
from importlib import metadata
from urllib.parse import urlsplit
from urllib.request import url2pathname

_DISTRIBUTIONS = {"PIL": "pillow", "serial": "pyserial"}
"""What pip calls a module, where it is another name."""


def needed(module: str | None) -> str | None:
    """The distribution with ``module``, if it is one of those that thimble can ask for."""
    if module is None:
        return None
    top = module.split(".")[0]
    name = _normal(_DISTRIBUTIONS.get(top, top))
    return name if name in _asked_for() else None


def install(extra: str) -> str:
    """The pip command that adds ``extra`` to this installation, from where it came.

    PEP 610 says where that is. Another project has the name on PyPI, so the name alone will not do.
    """
    origin = metadata.distribution("thimble").read_text("direct_url.json")
    place = urlsplit(json.loads(origin)["url"]) if origin else None
    if place is None or place.scheme != "file":
        return f"pip install '.[{extra}]', in a clone of thimble"
    return f"pip install {shlex.quote(f'{url2pathname(place.path)}[{extra}]')}"


def _asked_for() -> set[str]:
    """The distributions that thimble's metadata name, of all extras."""
    rules = metadata.requires("thimble") or []
    return {_normal(re.split(r"[^\w.-]", rule, maxsplit=1)[0]) for rule in rules}


def _normal(name: str) -> str:
    """As PEP 503 compares names."""
    return re.sub(r"[-_.]+", "-", name).lower()
