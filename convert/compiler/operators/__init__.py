"""One module for each operator, or family of them: reading, NumPy reference, C.

Each module ends with ``OPERATORS``, a tuple of its registrations; nothing else has to know of it.
``template.py`` shows the parts, and CONTRIBUTING.md the steps.
"""

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache

from convert.compiler.operators.common.definition import Operator

TEMPLATE = "template"
"""The module that shows how to write one; it registers nothing."""


@cache
def registry() -> Mapping[str, Operator]:
    """Every operator by its name in the file."""
    found: dict[str, Operator] = {}
    for module in pkgutil.iter_modules(__path__):
        if module.ispkg or module.name == TEMPLATE:
            continue
        imported = importlib.import_module(f"{__name__}.{module.name}")
        for operator in imported.OPERATORS:
            if operator.name in found:
                raise TypeError(f"{operator.name} is registered twice")
            found[operator.name] = operator
    return dict(sorted(found.items()))
