"""The web app in a real browser, used as people use it."""

import io
import json
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from PIL import Image, ImageDraw, ImageFont
from playwright.sync_api import Browser, BrowserContext, Page, expect

from convert.web.__main__ import main as make_web
from tests.browser import overflow, violations
from tests.web.conftest import FILMED, PHONE, SHOTS, Site, answer, controlled, visit
from tests.web.strokes import DIGITS, touch


def picture(
    text: str, size: tuple[int, int] = (300, 200), ink: int = 20, paper: int = 235
) -> bytes:
    """A PNG with a line of text in it."""
    drawn = Image.new("L", size, paper)
    ImageDraw.Draw(drawn).text(
        (size[0] / 2, size[1] / 2),
        text,
        ink,
        ImageFont.load_default(size=0.65 * size[1]),
        anchor="mm",
    )
    sink = io.BytesIO()
    drawn.save(sink, "PNG")
    return sink.getvalue()


def upload(page: Page, content: bytes, name: str = "picture.png") -> None:
    page.click("[data-mode=picture]")
    kind = "image/png" if name.endswith("png") else "text/plain"
    page.set_input_files("#file", {"name": name, "mimeType": kind, "buffer": content})


def test_every_digit_is_read_from_a_finger(phone: BrowserContext, site: Site) -> None:
    """Touch strokes on a phone, each digit read right, surely, and by every network."""
    page = visit(phone, site.url)
    for digit, strokes in DIGITS.items():
        touch(page, strokes)
        for name in ("base", "micro", "small"):
            page.check(f"[name=model][value={name}]")
            page.wait_for_selector(f"body[data-model={name}]")
            assert answer(page) == digit, name
        page.click("#clear")
    assert page.problems == []


def test_a_blank_pad_gives_no_answer(phone: BrowserContext, site: Site) -> None:
    """It asks for a digit and does not guess; undo and clear lead back to it."""
    page = visit(phone, site.url)
    assert page.inner_text("#hint") == "Draw a digit"
    assert page.inner_text("#digits").strip() == ""
    touch(page, DIGITS["4"])
    assert answer(page) == "4"
    assert not page.is_visible("#hint")
    page.click("#undo")
    page.click("#undo")
    expect(page.locator("#digits")).to_have_text("")
    assert page.is_visible("#hint")


def test_two_digits_beside_each_other_are_two(phone: BrowserContext, site: Site) -> None:
    """What is drawn as a number is read as one, digit by digit."""
    page = visit(phone, site.url)
    for place, digit in ((0.0, "1"), (0.35, "7")):
        touch(page, [[(0.6 * x + place, 0.6 * y + 0.2) for x, y in s] for s in DIGITS[digit]])
    expect(page.locator("#digits")).to_have_text("17")
    page.screenshot(path=SHOTS / "web-draw.png")
    bars = page.locator("#bars .best")
    expect(bars).to_contain_text("1")
    page.click("#digits button:nth-child(2)")
    expect(bars).to_contain_text("7")
    assert violations(page) == []


def test_offline_after_the_first_visit(phone: BrowserContext, site: Site) -> None:
    """With the server stopped and the network cut, a reload still reads digits."""
    page = visit(phone, site.url)
    controlled(page)
    site.stop()
    phone.set_offline(True)
    expect(page.locator("#offline")).to_contain_text("Offline now")
    page.reload()
    page.wait_for_selector("body[data-model=small]")
    touch(page, DIGITS["3"])
    assert answer(page) == "3"


def make(folder: Path, *arguments: str) -> dict[str, bytes]:
    assert make_web(["--out", str(folder), *arguments]) == 0
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def deploy(site: Site, files: dict[str, bytes]) -> None:
    for path in site.app.iterdir():
        path.unlink()
    for name, content in files.items():
        (site.app / name).write_bytes(content)


def test_new_model_is_taken(phone: BrowserContext, site: Site, tmp_path: Path) -> None:
    """After a deployment the next visit has the new model, by itself, and offline too."""
    page = visit(phone, site.url)
    controlled(page)
    old = page.inner_text(".hash")
    deploy(site, make(tmp_path / "next", "--model", "micro"))
    page.reload()
    page.wait_for_selector("body[data-model=micro]")
    assert page.inner_text(".hash") != old
    site.stop()
    phone.set_offline(True)
    page.reload()
    page.wait_for_selector("body[data-model=micro]")
    touch(page, DIGITS["7"])
    assert answer(page) == "7"


def test_work_is_not_taken_away_by_an_update(
    phone: BrowserContext, site: Site, tmp_path: Path
) -> None:
    """While something is drawn, the page offers the new version instead of taking it."""
    page = visit(phone, site.url)
    controlled(page)
    touch(page, DIGITS["2"])
    assert answer(page) == "2"
    deploy(site, make(tmp_path / "next", "--model", "micro"))
    page.evaluate("navigator.serviceWorker.ready.then((ready) => ready.update())")
    page.wait_for_selector("#update:not([hidden])")
    assert answer(page) == "2"
    page.click("#reload")
    page.wait_for_selector("body[data-model=micro]")


def test_deployment_that_is_damaged_is_refused(
    phone: BrowserContext, site: Site, tmp_path: Path
) -> None:
    """A network that is not what was published is not taken: the version before stays."""
    page = visit(phone, site.url)
    controlled(page)
    files = make(tmp_path / "next", "--model", "micro")
    for name in files:
        if name.endswith(".wasm"):
            files[name] = files[name][:-1] + bytes([files[name][-1] ^ 1])
    deploy(site, files)
    state = page.evaluate(
        """async () => {
            const registration = await navigator.serviceWorker.ready;
            await registration.update().catch(() => {});
            while (registration.installing) await new Promise((done) => setTimeout(done, 50));
            return registration.waiting === null && (await caches.keys()).length;
        }"""
    )
    assert state == 1
    page.reload()
    page.wait_for_selector("body[data-model=small]")
    touch(page, DIGITS["7"])
    assert answer(page) == "7"


def test_network_that_is_damaged_is_refused(phone: BrowserContext, site: Site) -> None:
    """Choosing a network whose file fails its hash keeps the one before, and says so."""
    page = visit(phone, site.url)
    for path in site.app.glob("base.*.wasm"):
        path.write_bytes(path.read_bytes()[:-1] + b"\0")
    page.check("[name=model][value=base]")
    page.wait_for_selector("#problem:not(:empty)")
    assert "The one before stays" in page.inner_text("#problem")
    assert page.is_checked("[name=model][value=small]")
    touch(page, DIGITS["5"])
    assert answer(page) == "5"


def test_camera_reads_several_digits(phone: BrowserContext, site: Site) -> None:
    """A film of two digits: both are read, live."""
    phone.grant_permissions(["camera"])
    page = visit(phone, site.url)
    page.click("[data-mode=camera]")
    expect(page.locator("#digits")).to_have_text(FILMED)
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
    assert answer(page) == "1"


def test_pictures_are_read(phone: BrowserContext, site: Site) -> None:
    """From files: dark or light, one digit or several."""
    page = visit(phone, site.url)
    for text, ink, paper in (("5", 20, 235), ("3", 240, 30), ("27", 0, 255)):
        upload(page, picture(text, ink=ink, paper=paper))
        expect(page.locator("#digits")).to_have_text(text)
    upload(page, picture("6", (8000, 6250)))  # 50 megapixels
    expect(page.locator("#digits")).to_have_text("6", timeout=30_000)
    examples = Path("runtime/examples")
    for name, digit in (("seven.jpg", "7"), ("two.jpg", "2"), ("zero.png", "0")):
        page.set_input_files("#file", examples / name)
        expect(page.locator("#digits")).to_have_text(digit)


def huge() -> bytes:
    sink = io.BytesIO()
    Image.new("1", (9000, 8000), 1).save(sink, "PNG")
    return sink.getvalue()


@pytest.mark.parametrize(
    ("content", "name", "says"),
    [
        (b"", "empty.png", "not a picture"),
        (b"hello", "notes.txt", "not a picture"),
        (picture("7")[:40], "cut.png", "not a picture"),
        (huge(), "huge.png", "64 megapixels"),
        (picture("", (2, 2)), "tiny.png", "too small"),
        (picture(""), "blank.png", "nothing to read"),
        (picture("", paper=0), "black.png", "nothing to read"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_read_is_told(
    phone: BrowserContext, site: Site, content: bytes, name: str, says: str
) -> None:
    """One clear line for a file that has nothing to read in it, and the next one works."""
    page = visit(phone, site.url)
    upload(page, content, name)
    page.wait_for_selector("#problem:not(:empty)")
    assert says in page.inner_text("#problem")
    assert page.inner_text("#digits").strip() == ""
    upload(page, picture("4"))
    assert answer(page) == "4"
    assert page.inner_text("#problem") == ""


def test_a_picture_can_be_pasted(phone: BrowserContext, site: Site) -> None:
    """A picture on the clipboard is read wherever one is."""
    page = visit(phone, site.url)
    page.evaluate(
        """(bytes) => {
            const transfer = new DataTransfer();
            transfer.items.add(new File([Uint8Array.from(bytes)], "a.png", {type: "image/png"}));
            document.dispatchEvent(new ClipboardEvent("paste", {clipboardData: transfer}));
        }""",
        list(picture("2")),
    )
    assert answer(page) == "2"


def test_what_is_no_digit_is_not_read_surely(phone: BrowserContext, site: Site) -> None:
    """Letters get an answer, since the network knows only digits, but the page shows doubts."""
    page = visit(phone, site.url)
    doubts = 0
    for letter in "ABEFHKMPRWXY":
        upload(page, picture(letter))
        expect(page.locator("#sure")).not_to_have_text("")
        doubts += "not sure" in page.inner_text("#sure")
        page.evaluate("document.getElementById('sure').textContent = ''")
    assert doubts >= 1


def test_without_simd(phone: BrowserContext, site: Site) -> None:
    """A browser without WebAssembly's SIMD gets the plain build, and the same answers."""
    phone.add_init_script("WebAssembly.validate = () => false")
    page = visit(phone, site.url)
    assert "without SIMD" in page.inner_text("#facts")
    touch(page, DIGITS["6"])
    assert answer(page) == "6"


def test_without_service_worker(phone: BrowserContext, site: Site) -> None:
    """A browser that has none, or no secure context, still reads digits."""
    phone.add_init_script("Object.defineProperty(navigator, 'serviceWorker', {value: undefined})")
    page = visit(phone, site.url)
    touch(page, DIGITS["9"])
    assert answer(page) == "9"
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
    assert answer(page) == "1"
    page.keyboard.press("Escape")
    expect(page.locator("#digits")).to_have_text("")
    page.focus("#examples button:nth-child(8)")
    page.keyboard.press("Enter")
    assert answer(page) == "7"


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
    assert answer(page) == "3"
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
    assert answer(page) == "0"
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
