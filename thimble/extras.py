"""What an installation lacks: thimble's extras bring what some commands need."""

import re
from importlib import metadata

_DISTRIBUTIONS = {"PIL": "pillow", "serial": "pyserial"}
"""What pip calls a module, where it is another name."""


def needed(module: str | None) -> str | None:
    """The distribution with ``module``, if it is one of those that thimble can ask for."""
    if module is None:
        return None
    top = module.split(".")[0]
    name = _normal(_DISTRIBUTIONS.get(top, top))
    return name if name in _asked_for() else None


def _asked_for() -> set[str]:
    """The distributions that thimble's metadata name, of all extras."""
    rules = metadata.requires("thimble") or []
    return {_normal(re.split(r"[^\w.-]", rule, maxsplit=1)[0]) for rule in rules}


def _normal(name: str) -> str:
    """As PEP 503 compares names."""
    return re.sub(r"[-_.]+", "-", name).lower()
