"""report.html in a real browser: complete, legible, equal to report.json, and on its own."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser import WIDTHS, chromium, open_page, overflow, violations

SECTIONS = [
    "Runtimes and targets",
    "Confusion",
    "Wrongly read",
    "Robustness",
    "Layer by layer",
    "Filters and maps",
    "Histograms on the quantization grid",
    "The arena over time",
    "Flash map",
    "Training",
    "Origin",
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def url(made: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> str:
    path: Path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_bytes(made["report.html"])
    return path.as_uri()


@pytest.fixture(scope="module")
def page(browser: Browser, url: str) -> Page:
    return open_page(browser, url)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("device", WIDTHS)
def test_nothing_is_clipped_or_inaccessible(
    browser: Browser, url: str, device: str, dark: bool
) -> None:
    """At phone and desktop width, in light and dark: no violation, no overflow, no error."""
    page = open_page(browser, url, WIDTHS[device], dark=dark)
    assert overflow(page) == []
    # The shadows at the edges are gradients, on which axe-core does not judge contrast.
    page.add_style_tag(content=".scroll { background: none !important }")
    assert violations(page) == []
    assert page.problems == []


def test_print_is_light_and_fits_the_paper(browser: Browser, url: str) -> None:
    """In print, black on white whatever the screen was, and no table wider than A4's text."""
    page = open_page(browser, url, 703, dark=True)  # 210 mm less the margins
    page.emulate_media(media="print")
    colours = page.evaluate(
        "[document.body, document.querySelector('h1')].map((e) => getComputedStyle(e))"
        ".map((s, i) => i ? s.color : s.backgroundColor)"
    )
    assert colours == ["rgb(255, 255, 255)", "rgb(29, 28, 26)"]
    assert page.evaluate("document.documentElement.scrollWidth") <= 703
    assert not page.locator("nav").is_visible()


def test_every_figure_is_that_of_the_json(page: Page, found: dict[str, Any]) -> None:
    """Each says where it is from; its value is the JSON's, its text that value, rounded."""
    figures = page.evaluate(
        "[...document.querySelectorAll('data')].map((e) => [e.dataset.of, e.value, e.innerText])"
    )
    assert len(figures) > 300
    for path, value, text in figures:
        real: Any = found
        for name in path.split("."):
            real = real[int(name)] if isinstance(real, list) else real[name]
        assert value == ("" if real is None else str(real)), path
        if real is None:
            assert text == "\N{EN DASH}"
            continue
        shown = text.replace(",", "").replace("\N{MINUS SIGN}", "-").replace("+", "")
        number = float(shown.removesuffix(" %"))
        factor = 100 if shown.endswith(" %") else 1
        decimals = len(shown.removesuffix(" %").partition(".")[2])
        assert number == pytest.approx(factor * real, abs=0.5001 * 10**-decimals), path


def test_verdict_comes_first_with_five_numbers(page: Page, found: dict[str, Any]) -> None:
    """Accuracy, drop, flash, RAM, instructions, and a sentence that says how it went."""
    tiles = page.locator(".tiles > div")
    assert [tile.locator("dt").inner_text() for tile in tiles.all()] == [
        "Accuracy, int8",
        "Lost to float",
        "Flash, bytes",
        "RAM, bytes",
        "Instructions",
    ]
    big = [tile.locator(".big").inner_text() for tile in tiles.all()]
    assert big[0] == f"{100 * found['parity']['int8_accuracy']:.2f} %"
    assert big[3] == f"{found['costs']['arena']['bytes']:,}"
    assert "of embedded 8x8 digits (not MNIST)" in page.locator("header").inner_text()


def test_sections_are_all_there_in_order(page: Page) -> None:
    """Each has a heading that the navigation leads to, and something below it."""
    sections = page.locator("main > section")
    assert sections.locator("h2").all_inner_texts() == SECTIONS
    targets = [link.get_attribute("href") for link in page.locator("nav a").all()]
    assert targets == [f"#{section.get_attribute('id')}" for section in sections.all()]
    for section in sections.all():
        assert len(section.inner_text()) > 100


def test_what_was_not_run_is_named_with_its_command(page: Page) -> None:
    """At the top by name, and in its section with what to do."""
    top = page.locator("header").inner_text()
    for name, command in (
        ("robustness curves", "python -m convert.sweep build/nano/model.tflite"),
        ("validation on a board", "python -m firmware.validate"),
        ("instructions counted on every core", "make bench"),
        ("learning curves of the float model", "python -m train.fit"),
    ):
        assert name in top
        (told,) = page.locator(".missing", has_text=name).all_inner_texts()
        assert told.startswith("Not run")
        assert command in told
    assert page.locator(".missing").count() == 4


def test_pictures_speak_to_those_who_cannot_see_them(page: Page) -> None:
    """Every plot and image has a text of its own, and tables have captions."""
    texts = page.evaluate("[...document.querySelectorAll('svg')].map((e) => e.ariaLabel)")
    texts += page.evaluate("[...document.querySelectorAll('img')].map((e) => e.alt)")
    assert len(texts) > 20
    assert all(texts)
    assert page.locator("table:not(:has(caption))").count() == 0
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map((e) => e.id)")
    assert len(ids) == len(set(ids))


def test_it_is_one_file_that_needs_nothing(
    made: dict[str, bytes], browser: Browser, url: str
) -> None:
    """Under 3 MB, and nothing but the file itself is asked for."""
    content = made["report.html"]
    assert len(content) < 3_000_000
    asked: list[str] = []
    context = browser.new_context(offline=True)
    page = context.new_page()
    page.on("request", lambda request: asked.append(request.url))
    page.goto(url)
    assert [one for one in asked if not one.startswith("data:")] == [url]
    assert not re.search(rb"/(home|root|tmp|work)/", content)


def test_a_network_of_dense_layers_says_what_it_has_not(
    found: dict[str, Any], tmp_path: Path, browser: Browser
) -> None:
    """No convolution, no filters: the section says so; unknown instructions are a dash."""
    from convert.report import page as maker

    dense = json.loads(json.dumps(found))
    dense["pictures"] |= {"filters": [], "maps": []}
    dense["costs"]["targets"][0]["instructions"] = None
    (tmp_path / "dense.html").write_text(maker.render(dense))
    opened = open_page(browser, (tmp_path / "dense.html").as_uri())
    assert "has no convolution" in opened.locator("#pictures").inner_text()
    assert opened.locator(".tiles .big").last.inner_text() == "\N{EN DASH}"


def test_names_of_classes_are_text(found: dict[str, Any], tmp_path: Path, browser: Browser) -> None:
    """A class called <b>&amp; stands there as it is spelled, and so does the data's name."""
    from convert.report import page as maker

    odd = json.loads(json.dumps(found))
    odd["labels"][0] = "<b>&amp;"
    odd["data"]["source"] = "<script>document.title = 'taken'</script>"
    (tmp_path / "odd.html").write_text(maker.render(odd))
    opened = open_page(browser, (tmp_path / "odd.html").as_uri())
    assert opened.title() == "nano: int8 against float"
    assert opened.locator(".confusion thead th").nth(1).inner_text() == "<b>&amp;"
