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
    "Accuracy",
    "Confusion",
    "Errors",
    "Robustness",
    "Boards and cores",
    "The network",
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
        "[...document.querySelectorAll('data')].map((e) => [e.dataset.of, e.value, e.textContent])"
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
        shown = shown.removesuffix(" ms")
        number = float(shown.removesuffix(" %"))
        factor = 100 if shown.endswith(" %") else 1
        decimals = len(shown.removesuffix(" %").partition(".")[2])
        assert number == pytest.approx(factor * real, abs=0.5001 * 10**-decimals), path


def test_verdict_comes_first_with_five_numbers(page: Page, found: dict[str, Any]) -> None:
    """A sentence on how it went; accuracy, drop, and costs on a board with known cycles."""
    tiles = page.locator(".tiles > div")
    assert [tile.locator("dt").inner_text() for tile in tiles.all()] == [
        "Accuracy, int8",
        "Float minus int8",
        "Flash, bytes",
        "RAM, bytes",
        "An inference",
    ]
    big = [tile.locator(".big").inner_text() for tile in tiles.all()]
    assert big[0] == f"{100 * found['parity']['int8_accuracy']:.2f} %"
    board = next(row for row in found["costs"]["boards"] if row["board"] == "netduinoplus2")
    assert big[2:4] == [f"{board['image'][what]:,}" for what in ("flash", "ram")]
    assert float(big[4].removesuffix(" ms")) == pytest.approx(
        1000 * board["cycles"] / 168_000_000, rel=0.01
    )
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
        ("learning curves of the float model", "make pretrained PRESETS=nano"),
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
    """Under 300 KB, and nothing but the file itself is asked for."""
    content = made["report.html"]
    assert len(content) < 300_000
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
    for row in dense["costs"]["boards"]:
        row |= {"instructions": None, "cycles": None, "milliseconds": None}
    (tmp_path / "dense.html").write_text(maker.render(dense))
    opened = open_page(browser, (tmp_path / "dense.html").as_uri())
    assert "has no convolution" in opened.locator("#pictures").inner_text()
    assert opened.locator(".tiles .big").last.inner_text() == "\N{EN DASH}"


def test_a_board_is_picked(browser: Browser, url: str, found: dict[str, Any]) -> None:
    """Flash, RAM and time at the top become those of the board or core, at the clock given."""
    page = open_page(browser, url)

    def shown(name: str) -> str:
        return page.locator(f"[data-show={name}]").inner_text()

    for board in found["costs"]["boards"]:
        page.get_by_label("Costs on").select_option(f"board-{board['board']}")
        assert page.get_by_label("Clock").input_value() == str(board["clock"] // 1_000_000)
        assert shown("flash") == f"{board['image']['flash']:,}"
        assert shown("ram") == f"{board['image']['ram']:,}"
        assert f"{board['ram']:,}" in shown("ram-note")
        assert shown("name") == board["title"]
        if board["cycles"] is None:
            assert shown("time") == f"{board['instructions']:,}"
            assert "cycles are not known" in shown("time-note")
        else:
            assert board["core"] == "Cortex-M4"
            assert shown("time").endswith(" ms")
            assert "estimated" in shown("time-note")
    page.get_by_label("Costs on").select_option("core-cortex-m4-size")
    page.get_by_label("Clock").fill("100")
    row = next(
        row
        for row in found["costs"]["targets"]
        if (row["target"], row["optimize"]) == ("cortex-m4", "size")
    )
    assert shown("ram") == f"{row['image']['ram']:,}"
    assert float(shown("time").removesuffix(" ms")) == pytest.approx(
        row["cycles"] / 100_000, rel=0.01
    )
    assert page.problems == []


def test_errors_are_folded_and_filtered_by_class(
    browser: Browser, url: str, found: dict[str, Any]
) -> None:
    """At first no card is to be seen; a class opens the groups that have one of it."""
    page = open_page(browser, url)
    cards = page.locator("#errors li")
    assert cards.count() == len(found["judged"][0]["errors"])
    assert not any(card.is_visible() for card in cards.all())
    truths = [one["truth"] for one in found["judged"][0]["errors"]]
    page.get_by_label("True class").select_option(str(truths[0]))
    seen = [card.get_attribute("data-truth") for card in cards.all() if card.is_visible()]
    assert seen == [str(truths[0])] * truths.count(truths[0])
    page.get_by_label("True class").select_option("")
    assert not any(card.is_visible() for card in cards.all())


def test_it_reads_without_javascript(browser: Browser, url: str) -> None:
    """The figures are there, of one board; the errors unfold; what needs a script says so."""
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(url)
    assert not page.locator(".picker, .filter").first.is_visible()
    assert "takes JavaScript" in page.locator("noscript").inner_text()
    page.locator("summary").first.click()
    assert page.locator("#errors li").first.is_visible()


@pytest.mark.parametrize("device", WIDTHS)
def test_contents_stay_in_sight(browser: Browser, url: str, device: str) -> None:
    """However far one has scrolled, and they tell where one is."""
    page = open_page(browser, url, WIDTHS[device])
    page.locator("#flash").scroll_into_view_if_needed()
    page.evaluate("document.getElementById('flash').scrollIntoView({behavior: 'instant'})")
    # The page's policy forbids what Playwright waits with.
    current = page.locator("nav a[aria-current]")
    current.wait_for()
    for _ in range(50):
        if current.get_attribute("href") == "#flash":
            break
        page.wait_for_timeout(100)
    assert current.get_attribute("href") == "#flash"
    assert page.evaluate(
        "document.querySelector('nav').getBoundingClientRect().top"
    ) == pytest.approx(0, abs=26)


def test_no_other_script_may_run(browser: Browser, url: str, tmp_path: Path) -> None:
    """The page's policy lets the page's own script run, and none that got in."""
    content = Path(url.removeprefix("file://")).read_text()
    taken = content.replace("</body>", "<script>document.title = 'taken'</script></body>")
    (tmp_path / "taken.html").write_text(taken)
    page = open_page(browser, (tmp_path / "taken.html").as_uri())
    assert page.title() == "nano: int8 against float"
    assert page.locator(".picker").is_visible()


def test_names_of_classes_are_text(found: dict[str, Any], tmp_path: Path, browser: Browser) -> None:
    """A class called <b>&amp; stands there as it is spelled, and so does the data's name."""
    from convert.report import page as maker

    odd = json.loads(json.dumps(found))
    odd["judged"][0]["names"][0] = "<b>&amp;"
    odd["data"]["source"] = "<script>document.title = 'taken'</script>"
    (tmp_path / "odd.html").write_text(maker.render(odd))
    opened = open_page(browser, (tmp_path / "odd.html").as_uri())
    assert opened.title() == "nano: int8 against float"
    assert opened.locator(".confusion thead th").nth(1).inner_text() == "<b>&amp;"
