"""Signals come when they may, and none is lost."""

import signal
from collections.abc import Iterator

import pytest

from runtime import held
from runtime.held import Held


@pytest.fixture
def told() -> Iterator[list[str]]:
    """What happens, in its order; a signal is one of these things."""
    events: list[str] = []
    usual = signal.signal(signal.SIGINT, lambda *_: events.append("signal"))
    yield events
    signal.signal(signal.SIGINT, usual)


def press() -> None:
    signal.raise_signal(signal.SIGINT)


def test_a_signal_waits_for_the_end(told: list[str]) -> None:
    """Then usual handlers are back."""
    with Held():
        press()
        told.append("done")
    assert told == ["done", "signal"]
    press()
    assert told == ["done", "signal", "signal"]


def test_a_signal_comes_where_it_is_let(told: list[str]) -> None:
    """What came before, and what comes meanwhile; behind that it waits again."""
    with Held() as signals:
        press()
        told.append("taken")
        with signals.let():
            told.append("let")
            press()
            told.append("long work")
        press()
        told.append("told of")
    assert told == ["taken", "signal", "let", "signal", "long work", "told of", "signal"]


def test_an_interruption_where_it_is_let_leaves_the_rest_held(told: list[str]) -> None:
    """What cleans up after it is not interrupted."""
    signal.signal(signal.SIGINT, signal.default_int_handler)

    def work() -> None:
        with Held() as signals:
            press()
            try:
                with signals.let():
                    told.append("let")
            finally:
                press()
                told.append("cleaned up")

    with pytest.raises(KeyboardInterrupt):
        work()
    assert told == ["cleaned up"]


def test_who_insists_is_not_kept_waiting(told: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A second signal is the same one, unless it comes later."""
    with Held():
        press()
        press()
        told.append("held")
        monkeypatch.setattr(held, "_PATIENCE", 0)
        press()
        told.append("done")
    assert told == ["held", "signal", "done"]


def test_what_is_ignored_stays_ignored(told: list[str]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with Held():
        press()
    assert told == []
