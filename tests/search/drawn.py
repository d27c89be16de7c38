"""Points drawn from the default space, for the tests."""

import random

from train.search import space
from train.search.place import Drawn
from train.search.point import Point

DEFAULT = space.load()


def points(count: int, seed: int = 1) -> list[Point]:
    """So many that differ."""
    rng = random.Random(seed)  # noqa: S311 - no secret
    found: dict[str, Point] = {}
    while len(found) < count:
        point = DEFAULT.suggest(Drawn(rng))
        found.setdefault(point.key(), point)
    return list(found.values())
