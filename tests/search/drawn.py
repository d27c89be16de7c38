"""Points drawn from the default space, for the tests."""

import random

from train.network import Network
from train.search import space
from train.search.place import Drawn

DEFAULT = space.load()


def points(count: int, seed: int = 1) -> list[Network]:
    """So many that differ."""
    rng = random.Random(seed)  # noqa: S311 - no secret
    found: dict[str, Network] = {}
    while len(found) < count:
        point = DEFAULT.suggest(Drawn(rng))
        found.setdefault(point.key(), point)
    return list(found.values())
