"""The record of a search: repeatable, resumable, shared, and never of two things at once."""

import signal
import sqlite3
from dataclasses import asdict
from pathlib import Path
from typing import Any

import optuna
import pytest
from optuna.trial import TrialState

from runtime.errors import DataError
from tests.search import simulated
from train.network import Network, parse
from train.search import record, run, sampler, space, study
from train.search.run import Budget
from train.search.trial import Objective

TRIALS = 60
FIRST = [parse(f"conv 3x3x{width} max, conv 3x3x6 max, dense") for width in (3, 4, 5)]
"""What a search here begins with."""


def begun(folder: Path, name: str = "x", **changes: Any) -> optuna.Study:
    folder.mkdir(exist_ok=True)
    parameters = space.load().parameters
    storage = study.connect(f"sqlite:///{folder / 'study.db'}", alone=True)
    terms = simulated.terms(**changes)
    known = study.begin(storage, name, terms, lambda: list(map(parameters, FIRST)))
    known.sampler = sampler.Seeded(1)
    return known


def seen(known: optuna.Study) -> list[dict[str, Any]]:
    """What a search has found, without the numbers that failures shift."""
    found = record.of(known)
    rows = [asdict(row) | {"number": 0} for row in found.rows]
    return [*rows, dict(found.refused), {"known": found.known}]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """A search that nothing interrupted."""
    known = begun(tmp_path_factory.mktemp("whole"))
    run.work(known, simulated.objective(), Budget(TRIALS, None))
    return seen(known)


def test_a_search_refuses_stops_and_finishes_networks(whole: list[dict[str, Any]]) -> None:
    """Some do not fit, some are stopped on a rung, some go through all."""
    *rows, refused, _ = whole
    assert refused["flash"] > 3
    assert {len(row["rungs"]) for row in rows} >= {1, 3}
    assert [row["point"] for row in rows[:3]] == [asdict(one) for one in FIRST]
    assert 0 < sum(row["is_whole"] for row in rows) < len(rows) / 1.5


def test_a_network_that_is_drawn_twice_is_trained_once(tmp_path: Path) -> None:
    """Also where blocks that it does not have were drawn differently."""
    log = tmp_path / "trained"
    known = begun(tmp_path)
    objective = Objective(space.load(), simulated.Costs(1 << 30), simulated.Lessons(log=log))
    point = parse("conv 3x3x4 max, conv 3x3x8 max, dense")
    drawn = objective.space.parameters(point)
    for kernel in ("1x1", "3x3"):
        known.enqueue_trial({**drawn, "3.kernel": kernel})
    run.work(known, objective, Budget(2, None))
    assert log.read_text().splitlines() == [point.key()]
    found = record.of(known)
    assert ([row.point for row in found.rows], found.known) == ([point], 1)


def test_what_comes_too_late_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A network that someone asks for when all trials are done waits for more of them."""
    run.work(begun(tmp_path), simulated.objective(), Budget(3, None))
    known = begun(tmp_path)
    study.require(known, [space.load().parameters(parse("conv 3x3x9 max, conv 3x3x2 max, dense"))])
    run.work(known, simulated.objective(), Budget(3, None))
    assert "queued, and not trained: 1; give more --trials" in capsys.readouterr().out
    run.work(known, simulated.objective(), Budget(4, None))
    assert record.of(known).waiting == 0
    assert "queued" not in capsys.readouterr().out


def test_the_same_seed_gives_the_same_search(whole: list[dict[str, Any]], tmp_path: Path) -> None:
    """Trial by trial; another seed does not."""
    again, other = begun(tmp_path / "a"), begun(tmp_path / "b")
    other.sampler = sampler.Seeded(2)
    for known in (again, other):
        run.work(known, simulated.objective(), Budget(TRIALS, None))
    assert seen(again) == whole
    assert seen(other) != whole


class Stops(simulated.Lessons):
    """A training in which someone presses Ctrl-C, or worse."""

    def results(self, point: Network) -> Any:
        yield next(iter(super().results(point)))
        raise KeyboardInterrupt


@pytest.mark.parametrize("at", [1, 9, 23, 44])
def test_a_resumed_search_equals_an_uninterrupted_one(
    whole: list[dict[str, Any]], tmp_path: Path, at: int
) -> None:
    """Stopped within a training, with Ctrl-C and then by a death, and begun anew each time."""
    usual = simulated.objective()
    broken = Objective(usual.space, usual.judge, Stops())
    run.work(begun(tmp_path), usual, Budget(at, None))
    with pytest.raises(KeyboardInterrupt):
        run.work(begun(tmp_path), broken, Budget(TRIALS, None))
    known = begun(tmp_path)
    assert record.of(known).waiting == 1
    run.work(known, usual, Budget(at + 8, None))
    dead = begun(tmp_path)
    dead.ask()  # and nobody ever tells
    known = begun(tmp_path)
    with study.at_work(tmp_path, known):
        run.work(known, usual, Budget(TRIALS, None))
    assert record.of(known).failed == 2
    assert seen(known) == whole


@pytest.mark.parametrize("when", ["before_trial", "after_trial"])
def test_a_trial_is_nobody_s_at_no_moment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    """Ctrl-C while a trial is taken gives it back; while it is told of, it is told of."""
    known = begun(tmp_path)
    usual = getattr(known.sampler, when)

    def pressed(*words: Any) -> None:
        signal.raise_signal(signal.SIGINT)
        usual(*words)

    monkeypatch.setattr(known.sampler, when, pressed)
    with pytest.raises(KeyboardInterrupt):
        run.one(known, simulated.objective())
    states = [one.state for one in known.get_trials()]
    given_back = [TrialState.FAIL, TrialState.WAITING]
    assert states == (given_back if when == "before_trial" else [TrialState.COMPLETE])


def test_a_search_of_something_else_is_told_apart(tmp_path: Path) -> None:
    """One line that says what differs; another name is another search."""
    begun(tmp_path)
    begun(tmp_path)
    with pytest.raises(DataError, match=r"another data \(data simulated, here other\).*--name"):
        begun(tmp_path, data="other")
    with pytest.raises(DataError, match="another seed and space"):
        begun(tmp_path, space="s", seed=2)
    assert begun(tmp_path, "y", data="other").trials == []


def test_a_storage_that_is_down_is_one_line() -> None:
    """Of PostgreSQL that nobody serves, of no URL at all; passwords are not shown."""
    with pytest.raises(DataError, match=r"does not answer .*nothing is lost") as raised:
        study.connect("postgresql://me:secret@127.0.0.1:9/x", alone=False)
    assert "secret" not in str(raised.value)
    assert "\n" not in str(raised.value)
    for url in ("somewhere", "postgresql://me@127.0.0.1:port/x"):
        with pytest.raises(DataError, match="no URL of a database"):
            study.connect(url, alone=False)
    with pytest.raises(DataError, match="of no kind that is known here: give postgresql"):
        study.connect("redis://127.0.0.1/0", alone=False)


def test_a_file_that_is_no_search_is_one_line(tmp_path: Path) -> None:
    """And not taken for a server that is down."""
    (tmp_path / "study.db").write_text("a file of mine, which is no database\n" * 99)
    with pytest.raises(DataError, match=r"cannot be used .*or give another --name") as raised:
        study.connect(f"sqlite:///{tmp_path / 'study.db'}", alone=True)
    assert "\n" not in str(raised.value)


def test_a_storage_of_another_version_is_one_line(tmp_path: Path) -> None:
    """Optuna says so of its tables."""
    begun(tmp_path)
    with sqlite3.connect(tmp_path / "study.db") as database:
        database.execute("UPDATE alembic_version SET version_num = 'v0.9.0.a'")
        database.execute("UPDATE version_info SET schema_version = 1")
    with pytest.raises(DataError, match="of another version") as raised:
        begun(tmp_path)
    assert "\n" not in str(raised.value)


def test_a_trial_that_was_taken_over_is_dropped(tmp_path: Path) -> None:
    """A worker that slept too long tells of a trial that another has: it counts once."""
    known = begun(tmp_path)
    usual = simulated.objective()

    class Late(simulated.Lessons):
        def results(self, point: Network) -> Any:
            (running,) = known.get_trials(states=(TrialState.RUNNING,))
            known.tell(running.number, state=TrialState.FAIL)
            study.retry(known, known.trials[running.number])
            object.__setattr__(late, "lesson", usual.lesson)
            yield from super().results(point)

    late = Objective(usual.space, usual.judge, Late())
    run.work(known, late, Budget(12, None))
    found = record.of(known)
    assert found.failed == 1
    assert found.trials == 12


def test_a_trial_that_was_taken_and_never_begun_is_put_back(tmp_path: Path) -> None:
    """By whom a death took before the first sign of life; also when that happens twice."""
    known = begun(tmp_path)
    for deaths in (1, 2):
        known.ask()
        study.missed(known, known.get_trials(), silent=60)
        assert record.of(known).running == 1
        study.missed(known, known.get_trials(), silent=-1)
        found = record.of(known)
        assert (found.running, found.waiting, found.failed) == (0, 1, deaths)
    run.work(known, simulated.objective(), Budget(4, None))
    assert record.of(known).trials == 4


def test_the_dashboard_opens_the_study(tmp_path: Path) -> None:
    """Optuna's own page has the study, its trials and what they are called."""
    import json
    from wsgiref.util import setup_testing_defaults

    from optuna_dashboard import wsgi

    known = begun(tmp_path)
    run.work(known, simulated.objective(), Budget(3, None))
    app = wsgi(study.connect(f"sqlite:///{tmp_path / 'study.db'}", alone=True))

    def get(path: str) -> Any:
        environment: dict[str, Any] = {"PATH_INFO": path}
        setup_testing_defaults(environment)
        return json.loads(b"".join(app(environment, lambda *_: None)))

    (listed,) = get("/api/studies")["study_summaries"]
    assert listed["study_name"] == "x"
    shown = get(f"/api/studies/{listed['study_id']}")
    assert len(shown["trials"]) == 3
    assert shown["objective_names"] == list(study.METRICS)


def test_a_budget_too_small_for_one_trial_is_one_line(tmp_path: Path) -> None:
    """And what was judged is kept."""
    with pytest.raises(DataError, match="before a single network was trained"):
        run.work(begun(tmp_path), simulated.objective(), Budget(None, 0.0))
