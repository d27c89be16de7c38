"""search.html: in a real browser, at every width, in both themes, with what the search found."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import optuna
import pytest
from playwright.sync_api import Browser

from convert.search import page
from runtime.options import Wanted
from tests.browser import chromium, open_page, overflow, violations
from tests.search import simulated
from train import presets
from train.search import record, run, sampler, space, study
from train.search.run import Budget

TERMS = {
    "space": "0" * 64,
    "thimble": "0",
    "rungs": [{"share": 0.1, "epochs": 4}],
    "costs": {"limits": {"target": "cortex-m0", "board": None, "flash": 12_000}},
}


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> optuna.Study:
    """A search that began with a preset."""
    folder = tmp_path_factory.mktemp("search")
    storage = study.connect(f"sqlite:///{folder / 'study.db'}", alone=True)
    whole = space.load()
    first = [whole.parameters(presets.find("nano").network)]
    found = study.begin(storage, "x", simulated.terms(**TERMS), lambda: first)
    found.sampler = sampler.Seeded(1)
    usual = simulated.objective()
    wide = type(usual)(usual.space, simulated.Costs(4_000), usual.lesson)
    run.work(found, wide, Budget(80, None))
    return found


@pytest.fixture(scope="module")
def path(known: optuna.Study, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = Path("my searches/x")
    asked = SimpleNamespace(name="x", folder=folder, wanted=Wanted(), is_local=True)
    path = tmp_path_factory.mktemp("page") / "search.html"
    path.write_text(page.render(page.told(known, asked)))
    return path


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.mark.parametrize("width", [320, 360, 768, 1280])
@pytest.mark.parametrize("dark", [False, True])
def test_it_is_readable_everywhere(browser: Browser, path: Path, width: int, dark: bool) -> None:
    """Nothing sticks out, nothing is in the way of a screen reader, nothing is fetched."""
    shown = open_page(browser, path.as_uri(), width, dark=dark)
    assert shown.problems == []
    assert overflow(shown) == []
    assert violations(shown) == []


def test_it_shows_what_was_found(browser: Browser, path: Path, known: optuna.Study) -> None:
    """Every whole network has a dot in each curve and a row with its figures; so has the preset."""
    found = record.of(known)
    whole = [row for row in found.rows if row.is_whole]
    shown = open_page(browser, path.as_uri())
    assert shown.locator(".networks tbody tr").count() == len(whole)
    for row in whole:
        text = shown.locator(f"#t{row.number}").inner_text()
        assert row.point.line() in text
        assert f"{100 * row.accuracy:.2f} %" in text
        assert f"{row.cost.instructions:,}" in text
    assert shown.locator("#curves svg").count() == 3
    assert "nano" in shown.locator("#networks").inner_text()
    lines = shown.locator(".parallel path:not(.axis)").count()
    assert lines == len(found.rows)
    text = shown.locator("header").inner_text()
    assert f"{found.trials} networks were drawn" in text
    assert f"{found.refused['flash']} for flash" in text
    commands = shown.locator("body").text_content() or ""
    assert "--name x --target cortex-m0 --out 'my searches' --export " in commands
    assert "thimble export --model 'my searches/x/x-'" in commands


def test_what_mattered_is_what_mattered(known: optuna.Study) -> None:
    """In the simulation accuracy follows from the number of weights: channels, not activations."""
    shares = dict(page.importances(known, record.of(known)))
    assert 0.9 < sum(shares.values()) <= 1.0 + 1e-9

    def of(part: str) -> float:
        return sum(share for name, share in shares.items() if name.endswith(f".{part}"))

    assert of("channels") > 3 * of("activation")


def test_a_link_leads_to_the_row(browser: Browser, path: Path) -> None:
    """From a dot by the keyboard."""
    shown = open_page(browser, path.as_uri())
    dot = shown.locator("#curves a").first
    dot.focus()
    shown.keyboard.press("Enter")
    assert shown.evaluate("location.hash") == dot.get_attribute("href")
