"""What a search begins with fits, is in the space, and is as wide as it can be."""

from dataclasses import replace

import optuna
import pytest

from runtime.errors import DataError
from tests.search.simulated import Costs
from train import presets
from train.network import Network
from train.search import space, starts
from train.search.judge import Refusal
from train.search.space import Range

LIMITS = (400, 2_500, 40_000)


def begun(limit: int, **block: object) -> list[Network]:
    """The networks that a search begins with, in the usual space but for ``block``."""
    usual = space.load()
    known = replace(usual, block={**usual.block, **block})
    found = starts.first(known, Costs(limit))
    assert len(set(map(str, found))) == len(found)
    return [read(one) for one in found]


def read(parameters: dict[str, object]) -> Network:
    """As a search draws what was queued."""
    study = optuna.create_study()
    study.enqueue_trial(parameters)
    return space.load().suggest(study.ask())


def wider(point: Network) -> Network:
    """With half as many channels again, and one more."""
    blocks = [replace(one, channels=3 * one.channels // 2 + 1) for one in point.blocks]
    return replace(point, blocks=tuple(blocks))


@pytest.mark.parametrize("limit", LIMITS)
def test_they_fit_and_wider_ones_do_not(limit: int) -> None:
    """Presets that fit, and designs that use what there is."""
    found, judge = begun(limit), Costs(limit)
    known = {one.network for one in presets.PRESETS.values()}
    designs = [one for one in found if one not in known]
    assert designs
    assert not [one.line() for one in found if isinstance(judge.cost(one), Refusal)]
    for one in designs:
        widest = max(block.channels for block in one.blocks)
        assert isinstance(judge.cost(wider(one)), Refusal) or widest > 30, one.line()


def test_presets_that_do_not_fit_start_none(capsys: pytest.CaptureFixture[str]) -> None:
    """With a line for each."""
    assert not {one.network for one in presets.PRESETS.values()} & set(begun(400))
    said = capsys.readouterr().out
    assert "the preset nano does not start the search: it does not fit (flash)" in said


def test_a_space_of_other_networks_has_starts_of_its_own() -> None:
    """No design is in it; nothing is said of that, and the search draws."""
    assert begun(40_000, kernel=("3x1",)) == []


def test_a_space_that_no_limit_allows_is_one_line() -> None:
    with pytest.raises(DataError, match="no network of this space fits, of"):
        begun(400, channels=Range(200, 300))
