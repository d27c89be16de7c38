"""What the sampler learns from, held to sums done by hand."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from statistics import median

import optuna
import pytest
from optuna.trial import FrozenTrial, TrialState, create_trial

from tests.search import simulated
from train.network import Network
from train.search import run, space
from train.search import study as studies
from train.search.judge import Cost
from train.search.run import Budget
from train.search.sampler import Learned, Seeded
from train.search.study import METRICS
from train.search.trial import Objective

COST = Cost(8_000, 1_000, 1_000, 1)  # whole: 2,000


def search() -> optuna.Study:
    return optuna.create_study(directions=["minimize"] * len(METRICS))


def add(study: optuna.Study, errors: Sequence[float], cost: Cost = COST, rungs: int = 3) -> None:
    """A network with these errors in percent, stopped unless it went through all rungs."""
    is_whole = len(errors) == rungs
    rung = {f"rung{number}": 1 - error / 100 for number, error in enumerate(errors)}
    study.add_trial(
        create_trial(
            state=TrialState.COMPLETE if is_whole else TrialState.PRUNED,
            values=[math.log2(errors[-1]), math.log2(cost.whole)] if is_whole else None,
            user_attrs={"cost": asdict(cost), **rung},
        )
    )


def found(study: optuna.Study) -> list[list[float] | None]:
    """The values of all trials, no longer as logarithms."""
    trials = study.get_trials()
    return [one.values and [pytest.approx(2**value) for value in one.values] for one in trials]


def test_stopped_networks_count_with_the_error_that_they_would_have_had() -> None:
    """Those that went on come from 8 % to 3 % in the median, and from a second rung to half."""
    study, learned = search(), Learned()
    for errors in ([8, 4, 2], [8, 5, 3], [8, 8, 4]):
        add(study, errors)
    learned.update(study.get_trials())
    add(study, [12])
    add(study, [10, 6], Cost(1_000, 1_000, 1_000, 1))
    learned.update(study.get_trials())
    errors = [2, 3, 4, 4.5, 3]
    assert [one and one[0] for one in found(learned.accuracy)] == errors
    assert found(learned.curve) == [
        [error, cost] for error, cost in zip(errors, [2000, 2000, 2000, 2000, 1000], strict=True)
    ]


def test_a_hopeless_network_is_on_no_curve() -> None:
    """However cheap it is; to accuracy it says as much as others."""
    study, learned = search(), Learned()
    add(study, [8, 4, 2])
    add(study, [40], Cost(1, 1, 1, 1))
    learned.update(study.get_trials())
    assert found(learned.curve)[1] is None
    assert found(learned.accuracy)[1] == [10]


def test_what_was_not_trained_has_no_value() -> None:
    """What was refused keeps by how much it is too large."""
    study, learned = search(), Learned()
    study.add_trial(create_trial(state=TrialState.PRUNED, system_attrs={"constraints:limits": 0.5}))
    learned.update(study.get_trials())
    for known in (learned.curve, learned.accuracy):
        (trial,) = known.get_trials()
        assert trial.values is None
        assert trial.constraints == {"limits": 0.5}


def test_a_network_that_another_trial_has_counts_there_alone() -> None:
    """One that was interrupted keeps the rungs of before, and may find it trained meanwhile."""
    study, learned = search(), Learned()
    marks = {"cost": asdict(COST), "rung0": 0.9, "known": 0}
    study.add_trial(create_trial(state=TrialState.PRUNED, user_attrs=marks))
    learned.update(study.get_trials())
    assert found(learned.accuracy) == [None]


def test_trials_count_once() -> None:
    study, learned = search(), Learned()
    add(study, [8, 4, 2])
    learned.update(study.get_trials())
    learned.update(study.get_trials())
    assert len(learned.accuracy.get_trials()) == 1


class Weighed(simulated.Lessons):
    """Trainings of which weights alone decide, so that there is something to learn."""

    def results(self, point: Network) -> Iterator[float]:
        cost = simulated.Costs(1 << 30).cost(point)
        assert isinstance(cost, Cost)
        for number in range(len(self.rungs)):
            yield 1 - min(0.9, cost.flash**-0.5 / (number + 1))


def test_what_is_drawn_gets_better(tmp_path: Path) -> None:
    """For accuracy alone, what is more accurate than by chance, and dearer than for the curve."""
    storage = studies.connect(f"sqlite:///{tmp_path / 'study.db'}", alone=True)
    known = studies.begin(storage, "x", simulated.terms(), list)
    known.sampler = Seeded(1)
    objective = Objective(space.load(), simulated.Costs(), Weighed())
    run.work(known, objective, Budget(110, None))
    drawn = [one for one in known.trials if "rung0" in one.user_attrs]
    chance = [one for one in drawn if one.number < 24]
    accurate = [one for one in drawn if one.number >= 60 and one.number % 2]
    frugal = [one for one in drawn if one.number >= 60 and one.number % 2 == 0]

    def error(trials: list[FrozenTrial]) -> float:
        return median(1 - one.user_attrs["rung0"] for one in trials)

    def flash(trials: list[FrozenTrial]) -> float:
        return median(one.user_attrs["cost"]["flash"] for one in trials)

    assert error(accurate) < 0.9 * error(chance)
    assert flash(accurate) > 1.2 * flash(frugal)
