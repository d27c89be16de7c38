"""What draws the networks of a search: Optuna's TPE, on what all trainings so far tell.

Most networks are stopped on a rung, and Optuna's samplers for several objectives learn nothing
from what was stopped. So the sampler does not look at the study itself but at two in memory, which
hold every network that was trained, one that was stopped with the error that it would have had in
the end, going by those that went on. One study is of error and cost, the other of error alone;
they take turns, for a curve of which the accurate end is what people look at first.
"""

import hashlib
import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any

import optuna
from optuna.distributions import BaseDistribution
from optuna.samplers import BaseSampler, TPESampler
from optuna.storages import InMemoryStorage
from optuna.trial import FrozenTrial, TrialState, create_trial

from train.search import record
from train.search import study as studies
from train.search.judge import Cost
from train.search.rungs import HOPELESS
from train.search.study import METRICS
from train.search.trial import Values, values

_STARTUP = 24  # trials that are drawn at random before the sampler learns from them
_DONE = (TrialState.COMPLETE, TrialState.PRUNED)


class Seeded(BaseSampler):
    """Optuna's TPE, of all parameters together, seeded anew for each trial.

    So what is drawn depends on the seed and on the trials before, and not on whether the search was
    interrupted. A trial is counted by those before it that did not fail: one that is taken up
    again stands where the failed one did. What others are at just now is not looked at: of hundreds
    of workers, that would be read anew for every parameter.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._place = 0  # of the trial that is drawn now, among those that did not fail
        self._first: list[dict[str, Any]] | None = None
        self._learned = Learned()

    def before_trial(self, study: optuna.Study, trial: FrozenTrial) -> None:
        """Learn from the trials that are done."""
        if self._first is None:
            self._first = study.user_attrs.get(studies.FIRST, [])
        trials = study.get_trials(deepcopy=False)
        self._place = studies.order(trials, trial.number)
        self._learned.update(trials)

    def infer_relative_search_space(
        self, study: optuna.Study, trial: FrozenTrial
    ) -> dict[str, BaseDistribution]:
        """All that was always drawn so far; nothing for what a search begins with."""
        del study
        if self._begins is not None:
            return {}
        return self._own("").infer_relative_search_space(self._known, trial)

    def sample_relative(
        self, study: optuna.Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> dict[str, Any]:
        """By a sampler that is new; nothing while too little is known."""
        del study
        if not search_space:
            return {}
        return self._own("").sample_relative(self._known, trial, search_space)

    def sample_independent(
        self,
        study: optuna.Study,
        trial: FrozenTrial,
        param_name: str,
        param_distribution: BaseDistribution,
    ) -> Any:
        """The same for a single parameter; or what the search begins with."""
        del study
        begins = self._begins or {}
        if param_name in begins:
            return begins[param_name]
        own = self._own(param_name)
        return own.sample_independent(self._known, trial, param_name, param_distribution)

    @property
    def _begins(self) -> dict[str, Any] | None:
        """What a search begins with at this place; None: it is drawn."""
        first = self._first or []
        return first[self._place] if self._place < len(first) else None

    @property
    def _known(self) -> optuna.Study:
        """The study whose turn it is."""
        return self._learned.curve if self._place % 2 == 0 else self._learned.accuracy

    def _own(self, name: str) -> TPESampler:
        """A new sampler for ``name``, a parameter, or for all together."""
        words = f"{self._seed} {self._place} {name}"
        seed = int.from_bytes(hashlib.sha256(words.encode()).digest()[:4], "big")
        return TPESampler(
            seed=seed, n_startup_trials=_STARTUP, multivariate=True, constant_liar=False
        )


class Learned:
    """What trainings tell, as two studies in memory; what is refused is in both, without a value.

    The error in the end of a network that was stopped is that of its last rung, times the median
    of what those that went on have gained from there, of all that were done before it.
    """

    def __init__(self) -> None:
        self._storage = InMemoryStorage()
        optuna.create_study(
            storage=self._storage, study_name="curve", directions=["minimize"] * len(METRICS)
        )
        optuna.create_study(storage=self._storage, study_name="accuracy")
        self._seen: set[int] = set()
        self._gains: defaultdict[int, list[float]] = defaultdict(list)  # logarithms, by rung
        self._least = math.inf
        self._load()

    def _load(self) -> None:
        """Make the studies anew: one keeps what samplers have read of it."""
        self.curve = optuna.load_study(storage=self._storage, study_name="curve")
        """Of error and cost, ``METRICS``; what was stopped as hopeless has no value."""
        self.accuracy = optuna.load_study(storage=self._storage, study_name="accuracy")
        """Of error alone."""

    def update(self, trials: Sequence[FrozenTrial]) -> None:
        """Add those of ``trials`` that are done and new."""
        for trial in trials:
            if trial.state in _DONE and trial.number not in self._seen:
                self._seen.add(trial.number)
                self._add(trial)
        self._load()

    def _add(self, trial: FrozenTrial) -> None:
        found = self._values(trial) if record.is_trained(trial) else None
        is_hopeless = False
        if found is not None:
            self._least = min(self._least, found[0])
            too_far = found[0] > self._least + math.log2(HOPELESS)
            is_hopeless = too_far and trial.state is TrialState.PRUNED
        self.curve.add_trial(_with(trial, None if is_hopeless else found))
        self.accuracy.add_trial(_with(trial, found and found[:1]))

    def _values(self, trial: FrozenTrial) -> Values:
        """``METRICS`` of a network that was trained, as they are or would have been."""
        cost = Cost(**trial.user_attrs["cost"])
        *before, (error, whole) = (values(one, cost) for one in record.rungs(trial))
        if trial.state is TrialState.COMPLETE:
            for number, (earlier, _) in enumerate(before):
                self._gains[number].append(error - earlier)
            return error, whole
        gains = self._gains[len(before)]
        return error + (median(gains) if gains else 0.0), whole


def _with(trial: FrozenTrial, found: Values | None) -> FrozenTrial:
    """``trial`` as if it had come to ``found``."""
    marks: Mapping[str, Any] = trial.system_attrs
    return create_trial(
        state=TrialState.PRUNED if found is None else TrialState.COMPLETE,
        values=found,
        params=trial.params,
        distributions=trial.distributions,
        system_attrs={name: marks[name] for name in marks if name.startswith("constraints")},
    )
