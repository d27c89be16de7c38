"""What a search begins with: the presets, and usual designs as wide as the limits let them be."""

import random
from collections.abc import Iterator, Sequence
from typing import Any

from runtime import console
from runtime.errors import DataError
from train import presets
from train.network import Network, parse
from train.search import place
from train.search.judge import Costs, Refusal
from train.search.space import Space

_DESIGNS = (
    ("conv 5x5x{} max, conv 5x5x{} max, dense", (1, 2.5)),
    ("conv 3x3x{} max, conv 3x3x{} max, dense", (1, 2.5)),
    ("conv 5x5x{}/2, conv 3x3x{} same max, conv 3x3x{}, dense", (1, 2, 2.5)),
    ("conv 3x3x{}/2 same, separable 3x3x{}/2 same, separable 3x3x{} same, mean of maps, dense",
     (1, 2, 4)),
)  # fmt: skip
"""Networks with what each block has of a width: two of the presets' family, one that halves the map
before most of the work is done, one as networks for phones are."""
_WIDTHS = (2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 24, 32, 40, 48, 64)
_TRIED = 40  # networks that are costed, before a space is taken for one that no limits allow


def wanted(lines: Sequence[str], space: Space) -> list[dict[str, Any]]:
    """Parameters of the networks that ``--start`` names; raises DataError, naming it."""
    found = []
    for line in lines:
        try:
            found.append(space.parameters(parse(line)))
        except DataError as error:
            raise DataError(f"--start {line!r}: {error}") from error
    return found


def first(
    space: Space, judge: Costs, wanted: Sequence[dict[str, Any]] = ()
) -> list[dict[str, Any]]:
    """Parameters of the networks to begin with, ``wanted`` ones before all others.

    Raises DataError where no network of ``space`` fits.
    """
    drawn = [_widest(line, shares, space, judge) for line, shares in _DESIGNS]
    found = [*_presets(space, judge), *(one for one in drawn if one is not None)]
    if not found:
        _check(space, judge)
    usual = [space.parameters(one) for one in dict.fromkeys(found)]
    return [*wanted, *(one for one in usual if one not in wanted)]


def _presets(space: Space, judge: Costs) -> Iterator[Network]:
    """Those that are points of ``space`` and fit; a line says what keeps another out."""
    for one in presets.PRESETS.values():
        try:
            space.parameters(one.network)
        except DataError as error:
            console.note(f"the preset {one.name} does not start the search: {error}")
            continue
        cost = judge.cost(one.network)
        if isinstance(cost, Refusal):
            said = f"it does not fit ({cost.reason})"
            console.note(f"the preset {one.name} does not start the search: {said}")
        else:
            yield one.network


def _widest(line: str, shares: Sequence[float], space: Space, judge: Costs) -> Network | None:
    """The widest network of a design that fits and is in ``space``; None: there is none."""
    drawn = [parse(line.format(*(round(width * one) for one in shares))) for width in _WIDTHS]
    known = [point for point in drawn if _is_in(space, point)]
    low, high = 0, len(known)  # as many as fit are found between
    while low < high:
        middle = (low + high) // 2
        if isinstance(judge.cost(known[middle]), Refusal):
            high = middle
        else:
            low = middle + 1
    return known[low - 1] if low else None


def _is_in(space: Space, point: Network) -> bool:
    try:
        space.parameters(point)
    except DataError:
        return False
    return True


def _check(space: Space, judge: Costs) -> None:
    """Raise DataError where no network of ``space`` fits, as far as trying tells."""
    least, drawn = list(space.least()), random.Random(0)  # noqa: S311 - no secret
    reasons = []
    for number in range(len(least) + _TRIED):
        tried = least[number] if number < len(least) else space.suggest(place.Drawn(drawn))
        cost = judge.cost(tried)
        if not isinstance(cost, Refusal):
            return
        reasons.append(cost.reason)
    most = max(set(reasons), key=reasons.count)
    raise DataError(
        f"no network of this space fits, of {len(reasons)} that were tried, the smallest "
        f"among them (most need too much {most}): allow more, or let the space have smaller ones"
    )
