"""The ecosystems for which a network can be packaged; each module has a ``KIND``.

A new one is a module here with its folder of templates, and is found by being there.
"""

import importlib
import pkgutil
from collections.abc import Mapping

from convert.package.targets.kind import Kind


def kinds() -> Mapping[str, Kind]:
    """By name, in alphabetical order."""
    modules = (
        importlib.import_module(f"{__name__}.{one.name}") for one in pkgutil.iter_modules(__path__)
    )
    found = [module.KIND for module in modules if hasattr(module, "KIND")]
    return {kind.name: kind for kind in sorted(found, key=lambda kind: kind.name)}
