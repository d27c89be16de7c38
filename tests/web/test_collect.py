"""Collecting on the phone, and training on what was collected."""

import csv
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect

from convert.web.__main__ import main as make_web
from runtime import reading
from runtime.reading import propose
from runtime.reading.source import Source
from runtime.tasks.tensor import Arrays
from tests.browser import chromium, violations
from tests.web.conftest import PHONE, SHOTS, Site, film, visit
from tests.web.test_tensor import MOVE, SENSORS
from train import fit


@pytest.fixture(scope="module")
def digits_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The app of a bundled network: what it is for does not matter here."""
    app = tmp_path_factory.mktemp("web") / "app"
    assert make_web(["--model", "nano", "--out", str(app)]) == 0
    found = Site(app)
    yield found
    found.stop()


@pytest.fixture(scope="module")
def filming(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A browser with a camera."""
    path = tmp_path_factory.mktemp("film") / "digits.y4m"
    film(path)
    words = ("--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={path}")
    with chromium(*words) as found:
        yield found


@pytest.fixture
def pocket(filming: Browser) -> Iterator[BrowserContext]:
    """A phone in English with a camera and sensors."""
    context = filming.new_context(**PHONE, locale="en-GB", permissions=["camera", *SENSORS])
    yield context
    context.close()


def start(context: BrowserContext, site: Site) -> Page:
    page = visit(context, site.url)
    page.click("[data-mode=collect]")
    return page


def hold(page: Page, name: str, seconds: float) -> None:
    """Name a class, and keep the button pressed."""
    page.fill("#class", name)
    page.locator("#hold").scroll_into_view_if_needed()
    page.hover("#hold")
    page.mouse.down()
    page.wait_for_timeout(1000 * seconds)
    page.mouse.up()
    expect(page.locator("#hold")).to_have_text("Hold to collect")


def saved(page: Page, folder: Path) -> Path:
    """What the page gives as a zip, unpacked by Python."""
    with page.expect_download() as download:
        page.click("#save")
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    with zipfile.ZipFile(path) as packed:
        assert packed.testzip() is None
        packed.extractall(folder / path.stem)
    return folder / path.stem


def test_pictures_are_collected_and_learnt(
    pocket: BrowserContext, digits_site: Site, tmp_path: Path
) -> None:
    """A folder of pictures for each class, whatever it is called; training takes it as it is."""
    page = start(pocket, digits_site)
    page.click("#hold")
    expect(page.locator("#problem")).to_have_text("Name the class first.")
    page.wait_for_timeout(500)
    for name in ("cup", "thé & café"):
        hold(page, name, 3)
        assert page.inner_text("#problem") == ""
    page.screenshot(path=SHOTS / "web-collect.png")
    assert violations(page) == []
    folder = saved(page, tmp_path)
    assert sorted(one.name for one in folder.iterdir()) == ["cup", "thé & café"]
    for one in folder.iterdir():
        counts = len(list(one.iterdir()))
        assert counts >= 10
        assert f"{one.name} {counts} pictures" in page.inner_text("#gathered")
        with Image.open(next(one.iterdir())) as picture:
            assert picture.size == (640, 480)
    out = tmp_path / "trained"
    words = ["--data", str(folder), "--size", "16x16x3", "--preset", "nano", "--epochs", "1"]
    assert fit.main([*words, "--out", str(out)]) == 0
    assert (out / "float.keras").is_file()


def test_collected_things_stay_until_they_are_deleted(
    pocket: BrowserContext, digits_site: Site
) -> None:
    """Over a reload; the last one can be taken back, and deleting all asks once more."""
    page = start(pocket, digits_site)
    page.wait_for_timeout(500)
    hold(page, "cup", 0.9)
    before = page.locator("#gathered li").inner_text()
    page.reload()
    page.wait_for_selector("body[data-model]")
    page.click("[data-mode=collect]")
    assert page.input_value("#class") == "cup"
    expect(page.locator("#gathered li")).to_have_text(before.replace("\n", ""))
    page.click("#gathered button")
    expect(page.locator("#gathered")).not_to_have_text(before.replace("\n", ""))
    page.click("#forget")
    expect(page.locator("#forget")).to_have_text("Really delete all?")
    page.click("#forget")
    expect(page.locator("#gathered li")).to_have_count(0)
    assert page.is_disabled("#save")
    page.reload()
    page.wait_for_selector("body[data-model]")
    page.click("[data-mode=collect]")
    expect(page.locator("#gathered-none")).to_be_visible()


def test_keyboard_collects_too(pocket: BrowserContext, digits_site: Site) -> None:
    """Space held down is the button held down."""
    page = start(pocket, digits_site)
    page.wait_for_timeout(500)
    page.fill("#class", "cup")
    page.focus("#hold")
    page.keyboard.down("Space")
    page.wait_for_timeout(700)
    page.keyboard.up("Space")
    expect(page.locator("#gathered li")).to_contain_text("pictures")
    for name in ("a/b", "..", "c\\d"):
        page.fill("#class", name)
        page.click("#hold")
        expect(page.locator("#problem")).to_contain_text("no /")


def test_motion_is_collected_and_learnt(
    pocket: BrowserContext, digits_site: Site, tmp_path: Path
) -> None:
    """A recording for each press, with a header; windows of them are what training takes."""
    page = start(pocket, digits_site)
    page.check("[name=collect][value=motion]")
    page.evaluate(MOVE, 60_000)
    for name in ("still", "walk"):
        for _ in range(3):
            hold(page, name, 2.5)
    folder = saved(page, tmp_path)
    files = sorted(folder.rglob("*.csv"))
    assert [str(one.relative_to(folder)) for one in files] == [
        f"{name}/000{number}.csv" for name in ("still", "walk") for number in (1, 2, 3)
    ]
    rows = list(csv.reader(io.StringIO(files[0].read_text())))
    assert rows[0] == ["ax", "ay", "az", "gx", "gy", "gz"]
    assert 40 < len(rows) < 160  # fifty a second, where the machine keeps up
    source = Source(folder, window=20)
    task = propose.task("", source, None)
    assert isinstance(task, Arrays)
    found = reading.parts(task, source)["all"]
    assert found.names == ("still", "walk")
    assert found.inputs.shape[1:] == (20, 6)
    assert len(found) > 20
    out = tmp_path / "trained"
    words = ["--data", str(folder), "--window", "20/10", "--preset", "nano", "--epochs", "1"]
    assert fit.main([*words, "--out", str(out)]) == 0
    assert (out / "float.keras").is_file()


def test_nothing_collected_leaves_by_itself(pocket: BrowserContext, digits_site: Site) -> None:
    """While collecting no request goes anywhere."""
    page = start(pocket, digits_site)
    page.evaluate("navigator.serviceWorker.ready.then(() => null)")
    page.wait_for_timeout(500)
    sent: list[str] = []
    pocket.on("request", lambda request: sent.append(request.url))
    hold(page, "cup", 1)
    assert [url for url in sent if not url.startswith("blob:")] == []
