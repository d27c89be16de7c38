"""The web app in a real browser, used as people use it."""

import json
from urllib.parse import urlsplit

import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, expect

from tests.browser import overflow, violations
from tests.web.conftest import FILMED, PHONE, SHOTS, Site, reads, upload, visit
from tests.web.strokes import DIGITS, touch


def test_every_digit_is_read_from_a_finger(phone: BrowserContext, site: Site) -> None:
    """Touch strokes on a phone, each digit read right, surely, and by every network."""
    page = visit(phone, site.url)
    for digit, strokes in DIGITS.items():
        touch(page, strokes)
        for name in ("base", "micro", "small"):
            page.check(f"[name=model][value={name}]")
            page.wait_for_selector(f"body[data-model={name}]")
            reads(page, digit)
        page.click("#clear")
    assert page.problems == []


def test_a_blank_pad_gives_no_answer(phone: BrowserContext, site: Site) -> None:
    """It asks for a digit and does not guess; undo and clear lead back to it."""
    page = visit(phone, site.url)
    assert page.inner_text("#hint") == "Draw a digit"
    assert page.inner_text("#said").strip() == ""
    touch(page, DIGITS["4"])
    reads(page, "4")
    assert not page.is_visible("#hint")
    page.click("#undo")
    page.click("#undo")
    expect(page.locator("#said")).to_have_text("")
    assert page.is_visible("#hint")


def test_two_digits_beside_each_other_are_two(phone: BrowserContext, site: Site) -> None:
    """What is drawn as a number is read as one, digit by digit."""
    page = visit(phone, site.url)
    for place, digit in ((0.0, "1"), (0.35, "7")):
        touch(page, [[(0.6 * x + place, 0.6 * y + 0.2) for x, y in s] for s in DIGITS[digit]])
    expect(page.locator("#said")).to_have_text("17")
    page.screenshot(path=SHOTS / "web-draw.png")
    bars = page.locator("#bars .best")
    expect(bars).to_contain_text("1")
    page.click("#said button:nth-child(2)")
    expect(bars).to_contain_text("7")
    assert violations(page) == []


def test_camera_reads_several_digits(phone: BrowserContext, site: Site) -> None:
    """A film of two digits: both are read, live."""
    phone.grant_permissions(["camera"])
    page = visit(phone, site.url)
    page.click("[data-mode=camera]")
    expect(page.locator("#said")).to_have_text(FILMED)
    page.screenshot(path=SHOTS / "web-camera.png")
    page.click("#freeze")
    assert page.get_attribute("#freeze", "aria-pressed") == "true"
    page.click("[data-mode=draw]")
    assert page.evaluate("document.getElementById('video').srcObject") is None
    assert page.problems == []


def test_denied_camera_is_told(phone: BrowserContext, site: Site) -> None:
    """Without permission the page says what to do, and goes on."""
    page = visit(phone, site.url)
    page.click("[data-mode=camera]")
    page.wait_for_selector("#problem:not(:empty)")
    assert "not allowed" in page.inner_text("#problem")
    page.click("[data-mode=draw]")
    assert page.inner_text("#problem") == ""
    touch(page, DIGITS["1"])
    reads(page, "1")


def test_without_simd(phone: BrowserContext, site: Site) -> None:
    """A browser without WebAssembly's SIMD gets the plain build, and the same answers."""
    phone.add_init_script("WebAssembly.validate = () => false")
    page = visit(phone, site.url)
    assert "without SIMD" in page.inner_text("#facts")
    touch(page, DIGITS["6"])
    reads(page, "6")


def test_choice_is_remembered_where_it_can_be(phone: BrowserContext, site: Site) -> None:
    """The next visit has the network that was chosen; a browser that keeps nothing still works."""
    page = visit(phone, site.url)
    page.check("[name=model][value=micro]")
    page.wait_for_selector("body[data-model=micro]")
    assert visit(phone, site.url).is_checked("[name=model][value=micro]")
    phone.add_init_script(
        "Object.defineProperty(window, 'localStorage', {get() { throw new Error('no'); }})"
    )
    page = visit(phone, site.url)
    assert page.is_checked("[name=model][value=small]")
    touch(page, DIGITS["7"])
    reads(page, "7")


def test_without_service_worker(phone: BrowserContext, site: Site) -> None:
    """A browser that has none, or no secure context, still reads digits."""
    phone.add_init_script("Object.defineProperty(navigator, 'serviceWorker', {value: undefined})")
    page = visit(phone, site.url)
    touch(page, DIGITS["9"])
    reads(page, "9")
    assert page.problems == []


def test_keyboard_alone(phone: BrowserContext, site: Site) -> None:
    """Everything can be reached with Tab; arrows and space draw."""
    page = visit(phone, site.url)
    reached = []
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate(
                "document.activeElement.id || document.activeElement.dataset.mode"
                " || document.activeElement.name || document.activeElement.parentElement.id"
            )
        )
        if reached[-1] == "model":
            break
    for wanted in ("draw", "camera", "picture", "pad", "undo", "clear", "examples", "model"):
        assert wanted in reached
    page.focus("#pad")
    page.keyboard.press("Space")
    for _ in range(15):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    reads(page, "1")
    page.keyboard.press("Escape")
    expect(page.locator("#said")).to_have_text("")
    page.focus("#examples button:nth-child(8)")
    page.keyboard.press("Enter")
    reads(page, "7")


@pytest.mark.parametrize("locale", ["en-GB", "fr-FR"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 390, 820, 1280])
def test_accessible_and_whole_at_every_size(
    browser: Browser, site: Site, locale: str, scheme: str, width: int
) -> None:
    """axe-core finds nothing, nothing is cut off, in both languages and by day and night."""
    size = {"width": width, "height": 800}
    context = browser.new_context(viewport=size, color_scheme=scheme, locale=locale, has_touch=True)
    page = visit(context, site.url)
    assert page.get_attribute("html", "lang") == locale[:2]
    assert violations(page) == []
    touch(page, DIGITS["3"])
    reads(page, "3")
    page.screenshot(path=SHOTS / f"web-{locale[:2]}-{scheme}-{width}.png", full_page=True)
    assert violations(page) == []
    assert overflow(page) == []
    upload(page, b"")
    page.wait_for_selector("#problem:not(:empty)")
    assert violations(page) == []
    context.close()


def test_both_languages_say_everything(phone: BrowserContext, site: Site) -> None:
    """The French page leaves no text in English."""
    english = visit(phone, site.url)
    context = phone.browser.new_context(**PHONE, locale="fr-CA")
    french = visit(context, site.url)
    texts = "[...document.querySelectorAll('[data-text]')].map((e) => e.textContent)"
    pairs = list(zip(english.evaluate(texts), french.evaluate(texts), strict=True))
    assert len(pairs) > 15
    same = [one for one, other in pairs if one == other]
    assert same == []
    context.close()


def test_nothing_goes_elsewhere(phone: BrowserContext, site: Site) -> None:
    """Every request goes to the app's own host, and its policy forbids any other."""
    hosts = set()
    phone.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    page = visit(phone, site.url)
    touch(page, DIGITS["0"])
    reads(page, "0")
    assert hosts == {urlsplit(site.url).netloc}
    refused = page.evaluate(
        """() => new Promise((done) => {
            document.addEventListener("securitypolicyviolation",
                (event) => done(event.effectiveDirective));
            fetch("http://127.0.0.2:9/").catch(() => {});
        })"""
    )
    assert refused == "connect-src"


def test_installable(phone: BrowserContext, site: Site) -> None:
    """The manifest has what browsers ask for, and its icons are what it says."""
    page = visit(phone, site.url)
    line = phone.new_cdp_session(page)
    found = line.send("Page.getAppManifest")
    assert found["errors"] == []
    manifest = json.loads(found["data"])
    assert manifest["display"] == "standalone"
    for icon in manifest["icons"]:
        size = Image.open(site.app / icon["src"]).size
        assert icon["sizes"] == f"{size[0]}x{size[1]}"
    errors = line.send("Page.getInstallabilityErrors")["installabilityErrors"]
    # the tests' profile is a private one, from which nothing is installed
    assert [one["errorId"] for one in errors if one["errorId"] != "in-incognito"] == []
