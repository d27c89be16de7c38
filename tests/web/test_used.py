"""The app as people use it who are in a hurry, see badly, or have an old phone."""

import time
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from convert.web.__main__ import USUAL
from tests.browser import overflow, violations
from tests.web.conftest import FILMED, PHONE, SHOTS, Site, reads, until, visit
from tests.web.strokes import DIGITS, touch


@pytest.fixture(scope="module")
def place(app: Path) -> Any:
    """A server of the app that no test changes."""
    found = Site(app)
    yield found
    found.stop()


def test_every_example_is_read_by_every_network(phone: BrowserContext, place: Site) -> None:
    """The app's own digits, rightly, and surely enough to say no doubt."""
    page = visit(phone, place.url)
    wrong = []
    for name in USUAL:
        page.check(f"[name=model][value={name}]")
        page.wait_for_selector(f"body[data-model={name}]")
        for digit in range(10):
            page.click("#clear")
            expect(page.locator("#said")).to_have_text("")
            page.click(f"#examples button:nth-child({digit + 1})")
            page.wait_for_selector("body.answered")
            page.wait_for_timeout(50)
            found = (page.inner_text("#said"), page.get_attribute("body", "class"))
            if found != (str(digit), "answered"):
                wrong.append((name, digit, *found))
    assert wrong == []


def test_the_later_choice_wins(phone: BrowserContext, place: Site) -> None:
    """Two networks chosen quickly, the first of which is slow: the second one reads."""
    phone.add_init_script("Object.defineProperty(navigator, 'serviceWorker', {value: undefined})")

    def slowly(route: Route) -> None:
        time.sleep(1.5)
        route.continue_()

    page = visit(phone, place.url)
    page.route("**/base.*.wasm", slowly)
    page.click("[name=model][value=base]")
    assert page.get_attribute("body", "aria-busy") == "true"
    page.click("[name=model][value=micro]")
    page.wait_for_selector("body[data-model=micro]")
    page.wait_for_timeout(2000)
    assert page.get_attribute("body", "data-model") == "micro"
    assert page.is_checked("[name=model][value=micro]")
    assert page.get_attribute("body", "aria-busy") is None
    touch(page, DIGITS["7"])
    reads(page, "7")


def test_without_webassembly(phone: BrowserContext, place: Site) -> None:
    """A message that says what to do, and no dead page without a word."""
    phone.add_init_script("delete window.WebAssembly")
    page = phone.new_page()
    page.goto(place.url)
    expect(page.locator("#problem")).to_contain_text("cannot run WebAssembly")
    assert violations(page) == []


def test_ink_keeps_up_on_a_slow_phone(phone: BrowserContext, place: Site) -> None:
    """At a quarter of this machine's speed, most frames come in time while somebody draws.

    Reading is in a worker, so that no frame waits for it: the longest task of the page stays short.
    """
    page = visit(phone, place.url)
    line = phone.new_cdp_session(page)
    line.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    page.evaluate(
        """() => {
            window.frames60 = [];
            let last = performance.now();
            const next = (now) => { window.frames60.push(now - last); last = now;
                window.running = requestAnimationFrame(next); };
            requestAnimationFrame(next);
        }"""
    )
    for digit in "23":
        touch(page, DIGITS[digit])
    frames = sorted(page.evaluate("window.frames60"))
    line.send("Emulation.setCPUThrottlingRate", {"rate": 1})
    assert len(frames) > 20
    median = frames[len(frames) // 2]
    assert median < 20, frames  # 60 a second are 16.7 ms each


def test_ink_is_as_fine_as_the_screen(phone: BrowserContext, place: Site) -> None:
    """The pad has the screen's own pixels, and keeps the drawing when the phone is turned."""
    page = visit(phone, place.url)
    touch(page, DIGITS["7"])
    reads(page, "7")
    size = "[pad.width / pad.clientWidth, pad.height / pad.clientHeight]"
    for found in page.evaluate(size):
        assert found == pytest.approx(PHONE["device_scale_factor"], abs=0.02)
    for width, height in ((844, 390), (568, 320), (320, 568), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(200)
        page.evaluate("scrollTo(0, 0)")
        reads(page, "7")
        for found in page.evaluate(size):
            assert found == pytest.approx(PHONE["device_scale_factor"], abs=0.02)
        pad, said = (page.locator(one).bounding_box() for one in ("#pad", "#said"))
        assert pad
        assert said
        assert said["y"] + said["height"] <= height, (width, height)
        if width > height:
            assert said["x"] >= pad["x"] + pad["width"]  # beside it
            assert pad["y"] + pad["height"] <= height
        assert overflow(page) == []
    reads(page, "7")
    assert page.evaluate("[...pad.getContext('2d').getImageData(0, 0, pad.width, pad.height).data]"
                         ".some((value) => value > 0)")  # fmt: skip


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_text_of_twice_the_size(browser: Browser, place: Site, width: int) -> None:
    """Who has set the browser's text to 200 % loses nothing."""
    size = {"width": width, "height": 844}
    context = browser.new_context(viewport=size, has_touch=True, locale="fr-FR")
    page = visit(context, place.url)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    touch(page, DIGITS["3"])
    reads(page, "3")
    assert overflow(page) == []
    assert page.evaluate("getComputedStyle(document.body).fontSize") == "32px"
    page.screenshot(path=SHOTS / f"web-text-{width}.png")
    context.close()


def test_forced_colours(browser: Browser, place: Site) -> None:
    """High contrast keeps what is chosen and what is best apart from the rest."""
    context = browser.new_context(**PHONE, forced_colors="active", locale="en-GB")
    page = visit(context, place.url)
    touch(page, DIGITS["3"])
    reads(page, "3")
    style = "(found) => getComputedStyle(document.querySelector(found)).backgroundColor"
    assert page.evaluate(style, ".best .level") != page.evaluate(style, ".best .bar")
    pressed, other = (f"[data-mode={mode}]" for mode in ("draw", "camera"))
    assert page.evaluate(style, pressed) != page.evaluate(style, other)
    page.screenshot(path=SHOTS / "web-forced.png", full_page=True)
    context.close()


ABLE = """
const constraints = [];
window.constraints = constraints;
MediaStreamTrack.prototype.getCapabilities = () => ({ torch: true, zoom: { min: 1, max: 4 } });
MediaStreamTrack.prototype.applyConstraints = async (wanted) => {
    constraints.push(...wanted.advanced);
};"""


def test_light_and_zoom_where_the_camera_has_them(phone: BrowserContext, place: Site) -> None:
    """They are offered, and reach the camera; a camera without them offers none."""
    phone.grant_permissions(["camera"])
    page = visit(phone, place.url)
    page.click("[data-mode=camera]")
    expect(page.locator("#said")).to_have_text(FILMED)
    assert not page.is_visible("#torch")
    assert not page.is_visible("#zoom")
    phone.add_init_script(ABLE)
    page.reload()
    page.wait_for_selector("body[data-model]")
    page.click("[data-mode=camera]")
    page.click("#torch")
    page.fill("#zoom", "2.5")
    until(page, "window.constraints.length >= 2")
    assert page.evaluate("window.constraints") == [{"torch": True}, {"zoom": 2.5}]
    assert violations(page) == []


def said_aloud(page: Page, seconds: float) -> int:
    """How often the live region changes."""
    page.evaluate(
        """() => { window.said60 = 0; new MutationObserver(() => { window.said60++; })
            .observe(document.getElementById("spoken"), {childList: true, characterData: true,
                subtree: true}); }"""
    )
    page.wait_for_timeout(1000 * seconds)
    return int(page.evaluate("window.said60"))


def test_the_live_region_is_calm(phone: BrowserContext, place: Site) -> None:
    """A film of the same digits is told once, not with each frame."""
    phone.grant_permissions(["camera"])
    page = visit(phone, place.url)
    page.click("[data-mode=camera]")
    expect(page.locator("#spoken")).to_contain_text("2 7")
    assert said_aloud(page, 3) <= 1
    assert page.locator("#read").get_attribute("aria-live") is None


def test_what_is_drawn_is_read_with_a_thin_pen(phone: BrowserContext, place: Site) -> None:
    """A thin pen leaves room for a long number."""
    page = visit(phone, place.url)
    page.click("#thin")
    for place_, digit in enumerate("1707"):
        strokes = [[(0.25 * x + 0.24 * place_, 0.3 * y + 0.3) for x, y in s] for s in DIGITS[digit]]
        touch(page, strokes)
    reads(page, "1707")
    page.screenshot(path=SHOTS / "web-thin.png")
