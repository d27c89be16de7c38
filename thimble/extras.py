"""What an installation lacks: thimble's extras bring what some commands need."""

import json
import re
import shlex
from importlib import metadata
from urllib.parse import urlsplit
from urllib.request import url2pathname

_DISTRIBUTIONS = {"PIL": "pillow", "serial": "pyserial"}
"""What pip calls a module, where it is another name."""


OWN = ("thimble", "train", "convert", "runtime", "firmware")
"""The packages of this project: that one of their modules is missing is a bug."""


def version() -> str:
    """Of the installation; where there is none, of no release."""
    try:
        return metadata.version("thimble")
    except metadata.PackageNotFoundError:
        return "(not installed)"


def needed(module: str | None) -> str | None:
    """The distribution with ``module``; None where that is one of thimble's own."""
    if module is None:
        return None
    top = module.split(".")[0]
    return None if top in OWN else _normal(_DISTRIBUTIONS.get(top, top))


def install(extra: str) -> str:
    """The pip command that adds ``extra`` to this installation, from where it came.

    PEP 610 says where that is. Another project has the name on PyPI, so the name alone will not do.
    """
    try:
        origin = metadata.distribution("thimble").read_text("direct_url.json")
    except metadata.PackageNotFoundError:  # a clone that is run as it is
        origin = None
    place = urlsplit(json.loads(origin)["url"]) if origin else None
    if place is None or place.scheme != "file":
        return f"pip install '.[{extra}]', in a clone of thimble"
    return f"pip install {shlex.quote(f'{url2pathname(place.path)}[{extra}]')}"


def _normal(name: str) -> str:
    """As PEP 503 compares names."""
    return re.sub(r"[-_.]+", "-", name).lower()
