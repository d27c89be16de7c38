"""The work on a search: trial after trial, until its budget is spent."""

import time
from dataclasses import dataclass

import optuna
from optuna.exceptions import UpdateFinishedTrialError
from optuna.trial import FrozenTrial, TrialState

from runtime import console
from runtime.errors import DataError
from train.search import record, study
from train.search.record import Record, Row
from train.search.trial import Objective

_COUNTED = (TrialState.COMPLETE, TrialState.PRUNED, TrialState.RUNNING)


@dataclass(frozen=True)
class Budget:
    """When a search ends; None: that does not end it."""

    trials: int | None  # networks drawn, by all who work on it
    minutes: float | None  # of this command

    def left(self, known: optuna.Study, since: float) -> bool:
        """Whether another trial may begin."""
        if self.minutes is not None and time.monotonic() - since >= 60 * self.minutes:
            return False
        if self.trials is None:
            return True
        return len(known.get_trials(deepcopy=False, states=_COUNTED)) < self.trials

    def told(self, since: float) -> str:
        """The time left, for people."""
        if self.minutes is None:
            return ""
        left = max(0.0, self.minutes - (time.monotonic() - since) / 60)
        return f"; {left:.0f} min left"


def work(known: optuna.Study, objective: Objective, budget: Budget) -> None:
    """Do trials; raises DataError where the budget did not suffice for a single one."""
    since = time.monotonic()

    def tell(_: optuna.Study, trial: FrozenTrial) -> None:
        _progress(record.of(known), trial, budget.told(since))

    while budget.left(known, since):
        try:
            known.optimize(objective, n_trials=1, callbacks=[tell])
        except UpdateFinishedTrialError:
            console.note("a trial was taken over by another worker meanwhile, and counts there")
        except BaseException:
            _give_back(known)
            raise
    if not record.of(known).rows:
        raise DataError(
            "the budget ended before a single network was trained: give more --minutes or --trials; "
            "what was judged so far is kept"
        )


def _give_back(known: optuna.Study) -> None:
    """Put what failed last, and nobody has taken up again, back into the queue."""
    trials = known.get_trials(deepcopy=False)
    again = {number for one in trials for number in one.system_attrs.get("retry_history", ())}
    own = [one for one in trials if one.state is TrialState.FAIL and one.number not in again]
    if own:
        study.retry(known, own[-1])


def _progress(found: Record, trial: FrozenTrial, left: str) -> None:
    if "rung0" not in trial.user_attrs or "known" in trial.user_attrs:
        return
    (row,) = (one for one in found.rows if one.number == trial.number)
    best = max((one for one in found.rows if one.is_whole), key=_accuracy, default=None)
    so_far = f"; best {_percent(best)}, trial {best.number}" if best else ""
    refused = sum(found.refused.values())
    console.note(
        f"trial {trial.number}: {_percent(row)} after rung {len(row.rungs)}, {told(row)}; "
        f"{len(found.rows)} trained, {refused} refused{so_far}{left}"
    )


def _accuracy(row: Row) -> float:
    return row.accuracy


def _percent(row: Row) -> str:
    return f"{100 * row.accuracy:.2f} %"


def told(row: Row) -> str:
    """Costs and network, for people."""
    cost = row.cost
    sizes = f"flash {cost.flash:,}, RAM {cost.ram:,}"
    return f"{cost.instructions:,} instructions, {sizes}: {row.point.line()}"
