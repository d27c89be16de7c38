"""The record of a search: an Optuna study in SQLite or PostgreSQL, the same for all who work on it.

What decides a search is kept in it and compared by everyone who joins. A trial that a worker left
is put back into the queue: at once by the worker itself where it is stopped, and by any other once
its heartbeat has failed where it died.
"""

import contextlib
import fcntl
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import optuna
import sqlalchemy.exc
from optuna.exceptions import DuplicatedStudyError, UpdateFinishedTrialError
from optuna.storages import RDBStorage, RetryHeartbeatStaleTrialCallback
from optuna.trial import FrozenTrial, TrialState

from runtime.errors import DataError
from train.search.place import is_file

FORMAT = 2
"""Of what is kept in a study; rises when that means something else."""
METRICS = ("log2 of error, %", "log2 of cost")
"""What is minimized: int8 error on the held-out part, and ``Cost.whole``. Of both the binary
logarithm: half the error is worth as much to the sampler as half the cost, wherever that is."""
HEARTBEAT = 10
"""Seconds from one sign of life of a worker to the next; after six without, it is given up."""
SILENT = 300.0
"""Seconds after which a trial is given up that a worker took and never gave a first sign of."""
BEGUN = "begun"
"""What has the number of a trial that a worker has begun; one that is queued again has another."""
RETRIES = 3
"""Times that a trial is taken up again, before it is taken for what kills workers."""
_SETUP = 20.0  # seconds within which a study that has begun says what it is of
_TERMS = "terms"
FIRST = "first"
"""What the first trials draw: not queued, so that what is taken up again comes before the next."""

optuna.logging.set_verbosity(optuna.logging.ERROR)
warnings.filterwarnings("ignore", category=optuna.exceptions.ExperimentalWarning)


@contextlib.contextmanager
def reached(url: str) -> Iterator[None]:
    """Turn what databases raise into one line."""
    shown = said(url)
    try:
        yield
    except sqlalchemy.exc.NoSuchModuleError as error:
        raise DataError(
            f"the storage {shown} is of no kind that is known here: give postgresql://USER@HOST/NAME"
        ) from error
    except (sqlalchemy.exc.SQLAlchemyError, optuna.exceptions.StorageInternalError) as error:
        cause = error.__cause__ if isinstance(error.__cause__, Exception) else error
        reason = str(getattr(cause, "orig", None) or cause).strip().splitlines()[0]
        if is_file(url):
            told = "cannot be used", "see that it can be read and written, or give another --name"
        else:
            told = "does not answer", "start it, and run the same command again; nothing is lost"
        raise DataError(f"the storage {shown} {told[0]} ({reason}): {told[1]}") from error


def said(url: str) -> str:
    """The URL of a storage without its password; raises DataError for what is none."""
    try:
        return sqlalchemy.engine.make_url(url).render_as_string()
    except (sqlalchemy.exc.ArgumentError, ValueError) as error:  # ValueError: a port of letters
        raise DataError(
            f"--storage {url!r} is no URL of a database: give postgresql://USER@HOST/NAME"
        ) from error


def connect(url: str, *, alone: bool, heartbeat: int = HEARTBEAT) -> RDBStorage:
    """The storage at ``url``; ``alone``: without signs of life, which nobody would look for.

    Raises DataError for one that is down, or that another version has made.
    """
    shown, local = said(url), is_file(url)
    options: dict[str, Any] = {"connect_args": {"timeout": 60}} if local else {"pool_size": 2}
    signs: dict[str, Any] = {} if alone else {
        "heartbeat_interval": heartbeat,
        "grace_period": 6 * heartbeat,
        "heartbeat_stale_trial_callback": retry,
    }  # fmt: skip
    try:
        with reached(url):
            return RDBStorage(url, engine_kwargs=options, **signs)
    except RuntimeError as error:  # Optuna's word for tables of another version
        raise DataError(
            f"the storage {shown} is of another version ({str(error).splitlines()[0]}): bring it "
            "to this one by optuna storage upgrade, or give another"
        ) from error
    except ImportError as error:
        raise DataError(f"--storage {shown} needs a driver: pip install {error.name}") from error


def retry(study: optuna.Study, trial: FrozenTrial) -> None:
    """Put ``trial``, which failed, back into the queue."""
    RetryHeartbeatStaleTrialCallback(max_retry=RETRIES)(study, trial)


def order(trials: Sequence[FrozenTrial], number: int) -> int:
    """Which trial that of this number is, from 0, of all ``trials`` that did not fail."""
    return number - sum(one.state is TrialState.FAIL for one in trials[:number])


def begin(
    storage: RDBStorage,
    name: str,
    terms: Mapping[str, Any],
    first: Callable[[], Sequence[Mapping[str, Any]]],
) -> optuna.Study:
    """The study of that name: joined, or made with the parameters that ``first`` gives.

    Raises DataError where it is a search of something else.
    """
    if name in optuna.get_all_study_names(storage):
        return _joined(storage, name, terms)
    parameters_of_first = first()
    try:
        study = optuna.create_study(
            storage=storage, study_name=name, directions=["minimize"] * len(METRICS)
        )
    except DuplicatedStudyError:  # another was quicker
        return _joined(storage, name, terms)
    study.set_metric_names(list(METRICS))
    study.set_user_attr(FIRST, [dict(one) for one in parameters_of_first])
    study.set_user_attr(_TERMS, dict(terms))
    return study


def require(study: optuna.Study, wanted: Sequence[Mapping[str, Any]]) -> None:
    """Queue the networks of these parameters that a search did not begin with."""
    for one in wanted:
        if dict(one) not in study.user_attrs.get(FIRST, []):
            study.enqueue_trial(dict(one), skip_if_exists=True)


def _joined(storage: RDBStorage, name: str, terms: Mapping[str, Any]) -> optuna.Study:
    study = optuna.load_study(study_name=name, storage=storage)
    compare(name, terms_of(study), terms)
    return study


def terms_of(study: optuna.Study) -> Mapping[str, Any]:
    """What a study is of; its maker may be about to say it."""
    until = time.monotonic() + _SETUP
    while _TERMS not in (known := study.user_attrs):
        if time.monotonic() > until:
            raise DataError(
                f"the study {study.study_name!r} is of no search, or who began it died at once: "
                "delete it, or give another --name"
            )
        time.sleep(0.2)
    found: Mapping[str, Any] = known[_TERMS]
    return found


def compare(name: str, kept: Mapping[str, Any], own: Mapping[str, Any]) -> None:
    """Raise DataError, naming all that differs, unless both are terms of the same search."""
    differ = [key for key in {**kept, **own} if kept.get(key) != own.get(key)]
    if not differ:
        return
    told = ", ".join(
        f"{key} {_short(kept.get(key))}, here {_short(own.get(key))}" for key in differ
    )
    raise DataError(
        f"the search {name!r} has another {' and '.join(differ)} ({told}): give what it began "
        "with, or another --name"
    )


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 160 else f"{text[:157]}..."


def load(storage: RDBStorage, name: str) -> optuna.Study:
    """The study of that name; raises DataError where there is none."""
    try:
        return optuna.load_study(study_name=name, storage=storage)
    except KeyError as error:
        raise DataError(f"there is no search {name!r} in that storage: start one first") from error


@contextlib.contextmanager
def at_work(folder: Path, study: optuna.Study) -> Iterator[None]:
    """Work on a study in a file; what the dead left is taken up, when nobody is alive."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "at-work").open("w") as sign:
        try:
            fcntl.flock(sign, fcntl.LOCK_EX | fcntl.LOCK_NB)
            take_up(study)
        except BlockingIOError:
            pass  # others are at work
        fcntl.flock(sign, fcntl.LOCK_SH)
        yield


def missed(study: optuna.Study, trials: Sequence[FrozenTrial], silent: float = SILENT) -> None:
    """Put back those of ``trials`` that were taken ``silent`` seconds ago and never begun."""
    since = datetime.now() - timedelta(seconds=silent)  # as Optuna notes times
    for trial in trials:
        has_begun = trial.user_attrs.get(BEGUN) == trial.number
        is_taken = trial.state is TrialState.RUNNING and not has_begun
        if is_taken and trial.datetime_start and trial.datetime_start < since:
            _put_back(study, trial)


def take_up(study: optuna.Study) -> None:
    """Put the trials that run back into the queue; nobody may be working on them."""
    for trial in study.get_trials(deepcopy=False, states=(TrialState.RUNNING,)):
        _put_back(study, trial)


def _put_back(study: optuna.Study, trial: FrozenTrial) -> None:
    """Fail ``trial`` and queue it, unless another was quicker."""
    with contextlib.suppress(UpdateFinishedTrialError, ValueError):
        study.tell(trial.number, state=TrialState.FAIL)
        retry(study, trial)
