"""The recipe that a float network was trained by, kept beside it as ``NAME.toml``."""

import json
import tomllib
from dataclasses import fields
from pathlib import Path
from typing import Any

from runtime.errors import DataError
from train.augment import LEVELS
from train.presets import Recipe


def dump(recipe: Recipe, about: str) -> bytes:
    """The content of ``NAME.toml``; ``about`` is a comment of one line."""
    values = {field.name: getattr(recipe, field.name) for field in fields(Recipe)}
    # JSON's strings, numbers and booleans are TOML's.
    written = [f"{name} = {json.dumps(value)}" for name, value in values.items()]
    lines = [f"# {about}", "[recipe]", *written]
    return ("\n".join(lines) + "\n").encode()


def beside(model: Path) -> Recipe | None:
    """What ``NAME.toml`` beside ``NAME.keras`` says; None: there is none, or it is of other things.

    Raises DataError for a recipe that cannot be read.
    """
    path = model.with_suffix(".toml")
    if not path.is_file():
        return None
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8")).get("recipe")
        return None if found is None else _recipe(found)
    except (OSError, ValueError, TypeError) as error:
        raise DataError(
            f"{path} is no recipe ({error}): remove it, or export the network from its search again"
        ) from error


def _recipe(found: dict[str, Any]) -> Recipe:
    recipe = Recipe(**found)
    texts, counts = (recipe.augmentation, recipe.teacher), (recipe.epochs, recipe.qat_epochs)
    rates = recipe.peak_rate, recipe.qat_rate
    kinds = ((texts, str), (counts, int), (rates, float), ((recipe.drawings,), bool))
    if any(type(one) is not kind for values, kind in kinds for one in values):
        raise TypeError("a value of another kind than is written there")
    if recipe.augmentation not in LEVELS or recipe.qat_epochs < 0 or recipe.qat_rate <= 0:
        raise ValueError("an augmentation, epochs or rate that cannot be")
    return recipe
