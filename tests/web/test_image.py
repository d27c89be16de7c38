"""An app for pictures of one's own classes: camera, gallery, and the same bytes as Python."""

import io
import json
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import skimage
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect

from convert.web.__main__ import main as make_web
from runtime.classifier import Classifier
from tests.browser import chromium, overflow, violations
from tests.bundle import makers
from tests.web.conftest import PHONE, SHOTS, Site, until, visit
from tests.web.heard import LISTEN, taken
from tests.web.strokes import DIGITS, touch
from tests.web.test_photo import OWN

COUNT = 20
"""Pictures of each class whose answers are compared."""
NAME = "Cups & cats"


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A network for pictures of 32x24 pixels in colour, with its contract."""
    case = makers.made("colour")
    folder = tmp_path_factory.mktemp("colour")
    (folder / "model.tflite").write_bytes(case.graph.content)
    (folder / "contract.json").write_text(json.dumps(case.contract.describe()))
    return folder / "model.tflite"


@pytest.fixture(scope="module")
def image_site(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The app of that network, with words of its own."""
    folder = tmp_path_factory.mktemp("web")
    words = folder / "words.json"
    first = labels(model)[0]
    words.write_text(json.dumps({"fr": {"labels": {first: "premier"}, "tagline": "Des tasses"}}))
    app = folder / "app"
    arguments = ["--name", NAME, "--color", "#0a7f5a", "--words", str(words), "--out", str(app)]
    assert make_web(["--model", str(model), *arguments]) == 0
    found = Site(app)
    yield found
    found.stop()


def labels(model: Path) -> tuple[str, ...]:
    return Classifier(model).labels


def photographs() -> list[Path]:
    """Twenty of each class of the folder that is named, else those that scikit-image ships."""
    if folder := os.environ.get(OWN):
        classes = [one for one in sorted(Path(folder).iterdir()) if one.is_dir()]
        return [path for one in classes for path in sorted(one.glob("*.*"))[:COUNT]]
    shipped = Path(skimage.__file__).parent / "data"
    return [shipped / name for name in ("astronaut.png", "chelsea.png", "coffee.png", "camera.png")]


@pytest.fixture(scope="module")
def filming(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A browser whose camera sees photographs, one after the other."""
    path = tmp_path_factory.mktemp("film") / "photographs.y4m"
    frames = b"YUV4MPEG2 W640 H480 F5:1 Ip A1:1 C420jpeg\n"
    for picture in photographs()[:: max(1, len(photographs()) // 8)]:
        with Image.open(picture) as opened:
            seen = opened.convert("RGB").resize((640, 480)).convert("YCbCr")
        light, blue, red = np.moveaxis(np.asarray(seen), 2, 0)
        planes = (light, blue[::2, ::2], red[::2, ::2])
        frames += (b"FRAME\n" + b"".join(one.tobytes() for one in planes)) * 2
    path.write_bytes(frames)
    words = ("--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={path}")
    with chromium(*words) as found:
        yield found


@pytest.fixture
def pocket(filming: Browser) -> Iterator[BrowserContext]:
    """A phone in English, with a camera."""
    context = filming.new_context(**PHONE, locale="en-GB")
    yield context
    context.close()


def test_gallery_gives_pythons_bytes(pocket: BrowserContext, image_site: Site, model: Path) -> None:
    """Photographs from files: every byte of every answer is Python's for the same pixels.

    Lossless ones are also read by Python itself, so that decoding is the same too.
    """
    python = Classifier(model)
    pocket.add_init_script(LISTEN)
    page = visit(pocket, image_site.url)
    for path in photographs():
        page.set_input_files("#file", path)
        until(page, "window.read.some(({ codes }) => codes)")
        ((picture, codes),) = taken(page)
        assert codes == python.raw(python.task.picture(picture)).ravel().tolist(), path
        if path.suffix == ".png":
            assert codes == python.raw(python.task.read(path)).ravel().tolist(), path
    assert page.problems == []


def test_camera_gives_pythons_bytes(pocket: BrowserContext, image_site: Site, model: Path) -> None:
    """A film of photographs: whatever frames were seen, the bytes are Python's for those pixels."""
    python = Classifier(model)
    pocket.grant_permissions(["camera"])
    pocket.add_init_script(LISTEN)
    page = visit(pocket, image_site.url)
    expect(page.locator("[data-mode=camera]")).to_have_attribute("aria-pressed", "true")
    until(
        page,
        "new Set(window.read.filter((one) => one.codes).map((one) => String(one.codes))).size > 2",
    )
    frames = taken(page)
    for picture, codes in frames:
        assert picture.size == (640, 480)
        assert codes == python.raw(python.task.picture(picture)).ravel().tolist()
    assert page.problems == []


def picture() -> bytes:
    sink = io.BytesIO()
    with Image.open(photographs()[0]) as opened:
        opened.convert("RGB").save(sink, "PNG")
    return sink.getvalue()


def give(page: Page) -> None:
    """Open a picture."""
    page.set_input_files("#file", {"name": "a.png", "mimeType": "image/png", "buffer": picture()})
    page.wait_for_selector("body.answered")


def test_answers_have_bars_and_a_threshold(
    pocket: BrowserContext, image_site: Site, model: Path
) -> None:
    """As many bars as classes, five at most; what is below the threshold is not sure."""
    page = visit(pocket, image_site.url)
    give(page)
    shares = page.locator("#bars .share").all_inner_texts()
    assert len(shares) == min(5, len(labels(model)))
    found = Classifier(model).predict(Image.open(io.BytesIO(picture())))
    assert page.inner_text("#bars li:first-child .name") == found.label
    page.fill("#least", "0")
    assert page.inner_text("#said") == found.label
    page.fill("#least", "0.99")
    assert page.inner_text("#said") == "Not sure"
    assert found.label in page.inner_text("#sure")
    page.reload()
    page.wait_for_selector("body[data-model]")
    assert page.input_value("#least") == "0.99"


def test_last_answers_can_be_seen_again(pocket: BrowserContext, image_site: Site) -> None:
    """The strip keeps what was opened or kept from the camera; a tap shows it again."""
    pocket.grant_permissions(["camera"])
    page = visit(pocket, image_site.url)
    page.wait_for_selector("body.answered")
    page.click("#keep")
    expect(page.locator("#strip li")).to_have_count(1)
    give(page)
    expect(page.locator("#strip li")).to_have_count(2)
    said = page.inner_text("#strip li:last-child span")
    page.click("#strip li:last-child button")
    expect(page.locator("[data-mode=picture]")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#said")).to_have_text(said)
    assert violations(page) == []


def test_held_frame_stays(pocket: BrowserContext, image_site: Site) -> None:
    """What is held is the frame that was read, and nothing is read until it goes on."""
    pocket.grant_permissions(["camera"])
    pocket.add_init_script(LISTEN)
    page = visit(pocket, image_site.url)
    page.wait_for_selector("body.answered")
    page.click("#freeze")
    page.wait_for_timeout(400)
    held = taken(page)[-1][0]
    shown = page.evaluate(
        """() => { const { width, height } = shown; return [...shown.getContext("2d")
            .getImageData(0, 0, width, height).data.subarray(0, 400)]; }"""
    )
    assert shown == list(held.tobytes()[:400])
    page.wait_for_timeout(400)
    assert taken(page) == []
    page.click("#freeze")
    until(page, "window.read.some(({ codes }) => codes)")


def test_camera_rests_while_hidden(pocket: BrowserContext, image_site: Site) -> None:
    """It stops with the page, and comes back with it; front and back can be chosen."""
    pocket.grant_permissions(["camera"])
    pocket.add_init_script(
        """Object.defineProperty(document, "hidden", {get: () => window.away === true});
        const ask = MediaDevices.prototype.getUserMedia;
        window.asked = [];
        MediaDevices.prototype.getUserMedia = function (wanted) {
            window.asked.push(wanted.video.facingMode);
            return ask.call(this, wanted);
        };"""
    )
    page = visit(pocket, image_site.url)
    page.wait_for_selector("body.answered")
    turn = """(away) => { window.away = away;
        document.dispatchEvent(new Event("visibilitychange")); }"""
    page.evaluate(turn, True)
    assert page.evaluate("document.getElementById('video').srcObject") is None
    page.evaluate(turn, False)
    until(page, "document.getElementById('video').srcObject !== null")
    page.click("#turn")
    until(page, "window.asked.length === 3")
    assert page.evaluate("window.asked") == ["environment", "environment", "user"]


def test_another_app_shares_a_picture(pocket: BrowserContext, image_site: Site) -> None:
    """The manifest takes pictures; what is shared is read by the page that opens."""
    page = visit(pocket, image_site.url)
    page.evaluate("navigator.serviceWorker.ready")
    page.reload()
    page.wait_for_selector("body[data-model]")
    manifest = json.loads((image_site.app / "manifest.webmanifest").read_text())
    (field,) = manifest["share_target"]["params"]["files"]
    landed = page.evaluate(
        """async ([bytes, name, action]) => {
            const body = new FormData();
            body.set(name, new File([Uint8Array.from(bytes)], "a.png", {type: "image/png"}));
            const response = await fetch(action, {method: "POST", body, redirect: "manual"});
            return response.type;
        }""",
        [list(picture()), field["name"], manifest["share_target"]["action"]],
    )
    assert landed == "opaqueredirect"  # a browser follows it, to here
    page.goto(f"{image_site.url}?shared")
    page.wait_for_selector("body.answered")
    assert page.is_visible("#shown")


def test_networks_of_two_tasks(pocket: BrowserContext, model: Path, tmp_path: Path) -> None:
    """Side by side in one app: what can be read follows the choice, there and back."""
    out = tmp_path / "app"
    assert make_web(["--model", "nano", "--model", str(model), "--out", str(out)]) == 0
    site = Site(out)
    page = visit(pocket, site.url)
    name = model.parent.name
    for _ in range(2):
        touch(page, DIGITS["7"])
        expect(page.locator("#said")).to_have_text("7")
        page.check(f"[name=model][value={name}]")
        page.wait_for_selector(f"body[data-model={name}]")
        assert page.locator("[data-mode=draw]").count() == 0
        give(page)
        assert page.inner_text("#bars li:first-child .name") in labels(model)
        page.check("[name=model][value=nano]")
        page.wait_for_selector("body[data-model=nano]")
        assert page.inner_text("[data-mode][aria-pressed=true]") == "Draw"
        expect(page.locator("#said")).to_have_text("7")  # the drawing is still there
        page.click("#clear")
    assert page.problems == []
    site.stop()


@pytest.mark.parametrize(
    ("width", "height", "scheme"),
    [(320, 568, "light"), (390, 844, "dark"), (844, 390, "light"), (820, 1180, "dark"),
     (1280, 800, "light")],
)  # fmt: skip
def test_accessible_and_whole_at_every_size(
    filming: Browser, image_site: Site, width: int, height: int, scheme: str
) -> None:
    """axe-core finds nothing, nothing is cut off, and the answer is in sight, in French too."""
    context = filming.new_context(
        viewport={"width": width, "height": height},
        color_scheme=scheme,
        locale="fr-FR",
        has_touch=True,
        permissions=["camera"],
    )
    page = visit(context, image_site.url)
    page.wait_for_selector("body.answered")
    page.screenshot(path=SHOTS / f"web-image-{scheme}-{width}x{height}.png")
    assert page.title() == NAME
    assert page.text_content("#tagline") == "Des tasses"
    box = page.locator("#said").bounding_box()
    assert box
    assert box["y"] + box["height"] <= height
    give(page)
    assert violations(page) == []
    assert overflow(page) == []
    context.close()
