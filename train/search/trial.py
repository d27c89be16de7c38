"""One trial: draw a network, cost it, and train it as far as it is worth it."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Protocol

import optuna
from optuna.trial import FrozenTrial, TrialState

from train.network import Network, read
from train.search.judge import Cost, Costs, Refusal
from train.search.rungs import Rung, Standing, goes_on
from train.search.space import Space

Values = tuple[float, ...]
LEAST_ERROR = 0.001
"""In %: what a network counts as that makes no error on the held-out part."""
_GONE = (TrialState.FAIL, TrialState.WAITING)


class Lessons(Protocol):
    """What trains."""

    @property
    def rungs(self) -> Sequence[Rung]:
        """What a training goes through."""

    def results(self, point: Network) -> Iterator[float]:
        """The int8 accuracy on the held-out part after each rung, 0..1."""


@dataclass(frozen=True)
class Objective:
    """What Optuna minimizes: ``study.METRICS``."""

    space: Space
    judge: Costs
    lesson: Lessons

    def __call__(self, trial: optuna.Trial) -> Values:
        """The values of a network that went through all rungs; raises TrialPruned for others."""
        point = self.space.suggest(trial)
        trial.set_user_attr("point", asdict(point))
        trial.set_user_attr("line", point.line())
        cost = self.judge.cost(point)
        if isinstance(cost, Refusal):
            trial.set_user_attr("refused", cost.reason)
            trial.set_constraint("limits", cost.excess)
            raise optuna.TrialPruned
        trial.set_user_attr("cost", asdict(cost))
        if (same := _trained(trial, point)) is not None:
            trial.set_user_attr("known", same)
            raise optuna.TrialPruned
        return self._train(trial, point, cost)

    def _train(self, trial: optuna.Trial, point: Network, cost: Cost) -> Values:
        accuracy, last = 0.0, len(self.lesson.rungs) - 1
        for number, accuracy in enumerate(self.lesson.results(point)):
            trial.set_user_attr(f"rung{number}", accuracy)
            own = Standing(1 - accuracy, cost.whole)
            if number < last and not goes_on(own, _standings(trial, number)):
                raise optuna.TrialPruned
        return values(accuracy, cost)


def values(accuracy: float, cost: Cost) -> Values:
    """``study.METRICS`` of a network with an ``accuracy`` of 0..1."""
    error = max(100 * (1 - accuracy), LEAST_ERROR)
    return math.log2(error), math.log2(cost.whole)


def _others(trial: optuna.Trial) -> list[FrozenTrial]:
    known = trial.study.get_trials(deepcopy=False)
    return [one for one in known if one.number != trial.number and one.state not in _GONE]


def _trained(trial: optuna.Trial, point: Network) -> int | None:
    """The number of another trial of ``point`` that was trained; None: there is none."""
    for one in _others(trial):
        finished = one.state in (TrialState.COMPLETE, TrialState.PRUNED)
        if finished and "rung0" in one.user_attrs and read(one.user_attrs["point"]) == point:
            return one.number
    return None


def _standings(trial: optuna.Trial, rung: int) -> list[Standing]:
    """Those of all other networks that have come to ``rung``."""
    found = []
    for one in _others(trial):
        if f"rung{rung}" in one.user_attrs:
            cost = Cost(**one.user_attrs["cost"])
            found.append(Standing(1 - one.user_attrs[f"rung{rung}"], cost.whole))
    return found
