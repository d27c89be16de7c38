"""What a study has come to: its networks as rows, those worth having, and what was refused."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import optuna
from optuna.trial import FrozenTrial, TrialState

from train.network import Network, read
from train.search.judge import Cost

BEYOND = "beyond"
"""What marks a trial that was begun when all were done already: it is none."""


@dataclass(frozen=True)
class Row:
    """A network that was trained."""

    number: int  # of its trial
    point: Network
    cost: Cost
    rungs: tuple[float, ...]  # int8 accuracies on the held-out part, 0..1
    is_whole: bool  # whether it went through all rungs

    @property
    def accuracy(self) -> float:
        """The last one."""
        return self.rungs[-1]

    @property
    def costs(self) -> tuple[int, int, int]:
        """Instructions, flash, RAM."""
        return self.cost.instructions, self.cost.flash, self.cost.ram


@dataclass(frozen=True)
class Record:
    """All that a search has found so far."""

    rows: Sequence[Row]  # by number
    refused: Mapping[str, int]  # networks that were not trained, by the reason
    known: int  # trials that drew a network once more
    failed: int  # trials that were taken up again
    running: int
    waiting: int

    @property
    def trials(self) -> int:
        """All that are done."""
        return len(self.rows) + sum(self.refused.values()) + self.known

    def best(self, cost: int | None = None) -> list[Row]:
        """The whole networks that none is better than; by ``cost`` alone, 0 to 2, where given."""
        whole = [row for row in self.rows if row.is_whole]
        chosen = [row for row in whole if not any(_beats(one, row, cost) for one in whole)]
        return sorted(chosen, key=lambda row: (row.costs[cost or 0], row.number))


def _beats(one: Row, other: Row, cost: int | None) -> bool:
    own, others = (one.costs, other.costs)
    if cost is not None:
        own, others = (one.costs[cost], 0, 0), (other.costs[cost], 0, 0)
    no_worse = one.accuracy >= other.accuracy and all(
        a <= b for a, b in zip(own, others, strict=True)
    )
    same = one.accuracy == other.accuracy and own == others
    return no_worse and (not same or one.number < other.number)


def of(study: optuna.Study) -> Record:
    """The record of ``study``, as it is now."""
    trials = study.get_trials(deepcopy=False)
    done = [one for one in trials if one.state in (TrialState.COMPLETE, TrialState.PRUNED)]
    states = Counter(one.state for one in trials if BEYOND not in one.user_attrs)
    return Record(
        [_row(one) for one in done if is_trained(one)],
        Counter(one.user_attrs["refused"] for one in done if "refused" in one.user_attrs),
        sum("known" in one.user_attrs for one in done),
        states[TrialState.FAIL],
        states[TrialState.RUNNING],
        states[TrialState.WAITING],
    )


def is_trained(trial: FrozenTrial) -> bool:
    """Whether a network was trained in it, that was trained in no other one."""
    return "rung0" in trial.user_attrs and "known" not in trial.user_attrs


def rungs(trial: FrozenTrial) -> tuple[float, ...]:
    """The int8 accuracies that its network came to, 0..1."""
    known = trial.user_attrs
    return tuple(known[name] for name in sorted(known) if name.startswith("rung"))


def _row(trial: FrozenTrial) -> Row:
    known = trial.user_attrs
    return Row(
        trial.number,
        read(known["point"]),
        Cost(**known["cost"]),
        rungs(trial),
        trial.state is TrialState.COMPLETE,
    )
