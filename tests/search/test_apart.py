"""Trainings in another process give what they give in this one, and end with it."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from runtime.errors import BackendError, DataError
from tests.search.simulated import Lessons
from train.network import Network, parse
from train.search.apart import Apart

ONE, OTHER = (parse(f"conv 3x3x{width} max, conv 3x3x6 max, dense") for width in (3, 4))


@dataclass(frozen=True)
class Told(Lessons):
    """A training that notes which process it is in, and fails or dies for one network."""

    folder: Path = Path()
    how: str = ""

    def results(self, point: Network) -> Iterator[float]:
        """The usual ones."""
        with (self.folder / "processes").open("a") as log:
            log.write(f"{os.getpid()}\n")
        if point == OTHER and self.how == "fails":
            raise DataError("what it learns from is wrong")
        if point == OTHER and self.how == "dies":
            os.kill(os.getpid(), signal.SIGKILL)
        yield from super().results(point)


def processes(folder: Path) -> list[int]:
    return [int(line) for line in (folder / "processes").read_text().split()]


def is_alive(pid: int) -> bool:
    state = Path(f"/proc/{pid}/stat")
    return state.exists() and state.read_text().rpartition(")")[2].split()[0] != "Z"


def test_results_are_the_same(tmp_path: Path) -> None:
    """Of a network that is stopped, too; each process trains so many, and none is left."""
    lesson = Told(folder=tmp_path)
    with closing(Apart(lesson, networks=2)) as apart:
        for point in (ONE, OTHER, ONE):
            assert list(apart.results(point)) == list(Lessons().results(point))
            assert next(apart.results(point)) == next(Lessons().results(point))
    found = processes(tmp_path)
    assert found[0::2] == found[1::2]
    assert len(set(found)) == 3
    assert os.getpid() not in found
    assert not any(map(is_alive, found))


def test_a_mistake_is_told(tmp_path: Path) -> None:
    """As it was raised there; the process lives on."""
    with closing(Apart(Told(folder=tmp_path, how="fails"))) as apart:
        with pytest.raises(DataError, match="what it learns from is wrong"):
            list(apart.results(OTHER))
        assert len(list(apart.results(ONE))) == 3
    assert len(set(processes(tmp_path))) == 1


def test_a_death_is_told(tmp_path: Path) -> None:
    """The next network gets a process of its own."""
    with closing(Apart(Told(folder=tmp_path, how="dies"))) as apart:
        with pytest.raises(BackendError, match=r"has died.*what was done is kept"):
            list(apart.results(OTHER))
        assert len(list(apart.results(ONE))) == 3
    assert len(set(processes(tmp_path))) == 2


def test_an_interrupted_training_answers_nothing_else(tmp_path: Path) -> None:
    """Ctrl-C in the middle of a rung: what comes next is not the answer to that."""
    lesson = Told(seconds=0.5, folder=tmp_path)
    with closing(Apart(lesson)) as apart:
        results = apart.results(ONE)
        next(results)
        signal.signal(signal.SIGALRM, _interrupt)
        signal.setitimer(signal.ITIMER_REAL, 0.1)
        with pytest.raises(KeyboardInterrupt):
            next(results)
        assert list(apart.results(OTHER)) == list(Lessons().results(OTHER))
    time.sleep(0.1)
    assert not any(map(is_alive, processes(tmp_path)))


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt
