"""Random models of one operator each, from a seed: shapes, strides, scales, ties, extremes.

Each module has ``MODELS``: what a kind of model is called, beginning with its operator's name, and
the function that makes one. Where only some modes run a kind, ``ONLY`` names them.
"""

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from functools import cache

from convert import tflite
from convert.compiler.arithmetic.match import Match
from convert.compiler.build import compile_model
from convert.compiler.targets.options import Options
from tests.compiler.models.base import Random

Make = Callable[[Random], bytes]


@cache
def kinds() -> Mapping[str, Make]:
    """Every kind of model."""
    found: dict[str, Make] = {}
    for module in _modules():
        assert not found.keys() & module.MODELS.keys()
        found |= module.MODELS
    return found


@cache
def only() -> Mapping[str, tuple[Match, ...]]:
    """The modes that run a kind, where not all do."""
    found: dict[str, tuple[Match, ...]] = {}
    for module in _modules():
        found |= getattr(module, "ONLY", {})
    return found


def kinds_for(match: Match) -> list[str]:
    """The kinds that a mode runs."""
    return [kind for kind in kinds() if match in only().get(kind, tuple(Match))]


@cache
def covering(match: Match) -> list[str]:
    """Kinds that bring every kernel that any does, each with one that those before it lack."""
    found, kept = set[str](), []
    for kind in kinds_for(match):
        unit = compile_model(tflite.parse(random(kind, 3)), "model", Options(match)).unit
        kernels = {step.kernel for step in unit.program.steps}
        if not kernels <= found:
            found |= kernels
            kept.append(kind)
    return kept


def _modules() -> list[object]:
    names = [module.name for module in pkgutil.iter_modules(__path__) if module.name != "base"]
    return [importlib.import_module(f"{__name__}.{name}") for name in names]


def random(kind: str, seed: int) -> bytes:
    """The model of that kind from ``seed``."""
    return kinds()[kind](Random(seed))
