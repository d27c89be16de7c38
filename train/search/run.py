"""The work on a search: trial after trial, until its budget is spent."""

import os
import platform
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import optuna
from optuna.exceptions import UpdateFinishedTrialError
from optuna.storages import RetryHeartbeatStaleTrialCallback
from optuna.trial import FrozenTrial, TrialState

from runtime import console, held
from runtime.errors import DataError
from train.search import record, study
from train.search.record import Record, Row
from train.search.trial import Objective, Values

Callback = Callable[[optuna.Study, FrozenTrial], None]
_POLL = 1.0
"""Seconds from one look at the last trials of others to the next."""
_TAKEN = "a trial was taken over by another worker meanwhile, and counts there"
_FAILED = "Cannot tell a FAIL trial."
"""What Optuna says to who tells of a trial that was given up."""
_DONE = (TrialState.COMPLETE, TrialState.PRUNED)


@dataclass(frozen=True)
class Budget:
    """When a search ends; None: that does not end it."""

    trials: int | None  # networks drawn, by all who work on it
    minutes: float | None  # of this command

    def is_over(self, since: float) -> bool:
        """Whether the time is up."""
        return self.minutes is not None and time.monotonic() - since >= 60 * self.minutes

    def left(self, trials: Sequence[FrozenTrial]) -> int:
        """Trials that may begin besides those that run; -1: all are done, and none runs."""
        if self.trials is None:
            return 1
        done = sum(one.state in _DONE for one in trials)
        running = sum(one.state is TrialState.RUNNING for one in trials)
        left = max(0, self.trials - done - running)
        return left if left or running else -1

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
        if record.is_trained(trial):
            _progress(record.of(known), trial, budget.told(since))

    limited = bounded(objective, budget.trials)
    while not budget.is_over(since):
        # Of many workers each reading of what others are at takes its time: one for all questions.
        trials = known.get_trials(deepcopy=False)
        study.missed(known, trials)
        left = budget.left(trials)
        if left < 0:
            break
        if left:
            one(known, limited, [tell])
        else:  # others are at the last ones; should they die, these are taken up again
            time.sleep(_POLL)
            optuna.storages.fail_stale_trials(known)
    if not record.of(known).rows:
        raise DataError(
            "the budget ended before a single network was trained: give more --minutes or "
            "--trials; what was judged so far is kept"
        )
    if waiting := record.of(known).waiting:
        console.note(f"queued, and not trained: {waiting}; give more --trials or --minutes")


class BeyondError(Exception):
    """A trial that several workers began at once, when there was but one to do."""


def bounded(objective: Objective, trials: int | None) -> Callable[[optuna.Trial], Values]:
    """``objective``, for no more than ``trials``; those that are taken up again are done."""

    def checked(trial: optuna.Trial) -> Values:
        known = trial.study.get_trials(deepcopy=False)
        number = trial.number
        again = RetryHeartbeatStaleTrialCallback.retried_trial_number(known[number]) is not None
        if trials is not None and not again and study.order(known, number) >= trials:
            trial.set_user_attr(record.BEYOND, True)
            raise BeyondError
        trial.set_user_attr(study.BEGUN, trial.number)
        trial.set_user_attr("worker", f"{platform.node()}:{os.getpid()}")
        return objective(trial)

    return checked


def one(
    known: optuna.Study,
    objective: Callable[[optuna.Trial], Values],
    tell: Sequence[Callback] = (),
) -> None:
    """Do a trial; one that is interrupted goes back into the queue.

    Nothing interrupts what Optuna does to take it and to tell of it: it would be nobody's trial.
    """
    with held.Held() as signals:

        def interruptible(trial: optuna.Trial) -> Values:
            with signals.let():
                return objective(trial)

        _one(known, interruptible, tell)


def _one(
    known: optuna.Study, objective: Callable[[optuna.Trial], Values], tell: Sequence[Callback]
) -> None:
    try:
        known.optimize(objective, n_trials=1, callbacks=tell, catch=(BeyondError,))
    except UpdateFinishedTrialError:
        console.note(_TAKEN)
    except BaseException as error:
        if isinstance(error, ValueError) and str(error) == _FAILED:
            console.note(_TAKEN)
            return
        _give_back(known)
        raise


def _give_back(known: optuna.Study) -> None:
    """Put what failed last, and nobody has taken up again, back into the queue."""
    trials = known.get_trials(deepcopy=False)
    again = {number for one in trials for number in one.system_attrs.get("retry_history", ())}
    failed = [one for one in trials if one.state is TrialState.FAIL and one.number not in again]
    own = [one for one in failed if record.BEYOND not in one.user_attrs]
    if own:
        study.retry(known, own[-1])


def _progress(found: Record, trial: FrozenTrial, left: str) -> None:
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
