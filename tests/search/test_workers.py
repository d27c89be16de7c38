"""Several workers on one search, kept in a real PostgreSQL: none special, any may die."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import optuna
import pytest
from optuna.storages import RetryHeartbeatStaleTrialCallback
from optuna.trial import TrialState

from runtime.errors import DataError
from tests.search import postgres, simulated
from train.search import record, study

ROOT = Path(__file__).parents[2]
TRIALS = 40
DONE = (TrialState.COMPLETE, TrialState.PRUNED)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with postgres.served() as found:
        yield found


def worker(url: str, name: str, seconds: float = 0.3) -> subprocess.Popen[str]:
    words = ["-m", "tests.search.simulated", url, name, str(TRIALS), str(seconds)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        [sys.executable, *words], cwd=ROOT, env=environment, text=True, stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
    )  # fmt: skip


def known(url: str, name: str) -> optuna.Study:
    return study.load(study.connect(url, alone=False), name)


def started(url: str, name: str) -> None:
    """Wait until a third of the work is done."""
    for _ in range(600):
        try:
            if record.of(known(url, name)).trials > TRIALS // 3:
                return
        except DataError:  # there is no study yet
            pass
        time.sleep(0.2)
    raise AssertionError("the workers do nothing")


def processes(pid: int) -> list[str]:
    """Those of a worker: one that watches over it, and the one that works."""
    return [str(pid), *Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def in_training(found: optuna.Study, own: list[str]) -> bool:
    """Whether a worker is between two rungs."""
    running = found.get_trials(deepcopy=False, states=(TrialState.RUNNING,))
    return any(
        str(one.user_attrs.get("worker")).rpartition(":")[2] in own and "rung0" in one.user_attrs
        for one in running
    )


def hold_in_training(one: subprocess.Popen[str], found: optuna.Study, own: list[str]) -> None:
    """Stop a worker in the middle of a training: after a first rung, many a trial ends at once."""
    while True:
        assert one.poll() is None, "it was done before it could be held"
        if in_training(found, own):
            _signal(own, signal.SIGSTOP)
            time.sleep(0.5)  # for what it had sent to the server before
            if in_training(found, own):
                return
            _signal(own, signal.SIGCONT)
        time.sleep(0.05)


def _signal(own: list[str], what: signal.Signals) -> None:
    for pid in own:
        os.kill(int(pid), what)


def check_whole(found: optuna.Study) -> None:
    """No trial lost, none counted twice."""
    trials = [one for one in found.get_trials(deepcopy=False) if "beyond" not in one.user_attrs]
    done = [one for one in trials if one.state in DONE]
    assert len(done) == TRIALS
    assert Counter(one.state for one in trials).keys() <= {*DONE, TrialState.FAIL}
    failed = {one.number: one.params for one in trials if one.state is TrialState.FAIL}
    again = [
        (number, one)
        for one in done
        for number in RetryHeartbeatStaleTrialCallback.retry_history(one)
    ]
    assert sorted(number for number, _ in again) == sorted(failed)
    for number, one in again:
        assert failed[number].items() <= one.params.items()


def test_three_workers_one_of_them_killed(url: str) -> None:
    """In the middle of a training, without a chance to say so: others do its trial again."""
    workers = [worker(url, "killed", 1.0) for _ in range(3)]
    started(url, "killed")
    watched = known(url, "killed")
    own = processes(workers[1].pid)
    hold_in_training(workers[1], watched, own)
    workers[1].send_signal(signal.SIGKILL)
    for one in (workers[0], workers[2]):
        assert one.wait(timeout=300) == 0, one.stderr and one.stderr.read()
    found = known(url, "killed")
    check_whole(found)
    failed = [
        one
        for one in found.get_trials(deepcopy=False, states=(TrialState.FAIL,))
        if "beyond" not in one.user_attrs
    ]
    assert len(failed) == 1
    assert failed[0].user_attrs["worker"].rpartition(":")[2] in own


def test_workers_come_and_go(url: str) -> None:
    """One is stopped, one begins late: what was stopped is taken up at once."""
    first = worker(url, "moving")
    started(url, "moving")
    second = worker(url, "moving")
    first.send_signal(signal.SIGTERM)
    assert first.wait(timeout=60) == 143
    assert second.wait(timeout=300) == 0, second.stderr and second.stderr.read()
    check_whole(known(url, "moving"))


def test_a_worker_with_other_data_is_turned_away(url: str) -> None:
    """It says what differs, and takes no trial."""
    storage = study.connect(url, alone=False)
    study.begin(storage, "data", simulated.terms(), list)
    with pytest.raises(DataError, match="another data"):
        study.begin(storage, "data", simulated.terms(data="changed"), list)
    assert known(url, "data").trials == []


def test_a_storage_that_goes_down_is_one_line() -> None:
    """While a worker is at it: what was done is there when the server is back."""
    with postgres.served() as url:
        lost = worker(url, "down")
        started(url, "down")
    assert lost.wait(timeout=120) == 1
    told = lost.stderr.read() if lost.stderr else ""
    assert told.count("\n") == 1, told
    assert "does not answer" in told
