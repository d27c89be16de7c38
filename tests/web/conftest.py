"""The web app, a server for it, and a phone's browser with a camera that shows digits."""

import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont
from playwright.sync_api import Browser, BrowserContext, Page, expect

from convert.web.__main__ import main as make_web
from runtime.web.server import Server
from tests.browser import chromium

expect.set_options(timeout=20_000)  # milliseconds: machines that test are busy
SHOTS = Path("build/screenshots")
PHONE = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "has_touch": True,
    "is_mobile": True,
}
FILMED = "27"
"""The digits that the camera sees."""


class Site:
    """A server that can be stopped."""

    def __init__(self, app: Path, cert: Path | None = None, key: Path | None = None) -> None:
        self.app = app
        self.server = Server(app, "127.0.0.1", 0, cert, key)
        self.url = f"http://localhost:{self.server.server_port}/"
        self._thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The app with its usual networks."""
    out = tmp_path_factory.mktemp("web") / "app"
    assert make_web(["--out", str(out)]) == 0
    return out


@pytest.fixture
def site(app: Path, tmp_path: Path) -> Iterator[Site]:
    """A server with a copy of the app, which a test may change."""
    copy = tmp_path / "site"
    shutil.copytree(app, copy)
    found = Site(copy)
    yield found
    found.stop()


def film(path: Path) -> None:
    """A few frames of black digits on grey paper, as Y4M."""
    rng = np.random.default_rng(8)
    picture = Image.new("L", (640, 480), 190)
    pen = ImageDraw.Draw(picture)
    font = ImageFont.load_default(size=170)
    for place, digit in enumerate(FILMED):
        pen.text((160 + 170 * place, 150), digit, 40, font)
    frames = b"YUV4MPEG2 W640 H480 F10:1 Ip A1:1 C420jpeg\n"
    for _ in range(5):
        noisy = np.asarray(picture, np.int16) + rng.integers(-3, 4, (480, 640))
        frames += b"FRAME\n" + noisy.clip(0, 255).astype(np.uint8).tobytes()
        frames += bytes([128]) * (2 * 320 * 240)
    path.write_bytes(frames)


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A browser whose camera is a film."""
    path = tmp_path_factory.mktemp("film") / "digits.y4m"
    film(path)
    with chromium(
        "--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={path}"
    ) as found:
        yield found


@pytest.fixture
def phone(browser: Browser) -> Iterator[BrowserContext]:
    """A phone in English."""
    context = browser.new_context(**PHONE, locale="en-GB")
    yield context
    context.close()


def visit(context: BrowserContext, url: str) -> Page:
    """The page, with its network ready; ``problems`` gathers what it complains of."""
    page = context.new_page()
    page.problems = []
    page.on("pageerror", lambda error: page.problems.append(str(error)))
    page.on("console", lambda told: page.problems.append(told.text))
    page.goto(url)
    page.wait_for_selector("body[data-model]")
    return page


def reads(page: Page, text: str) -> None:
    """Wait until the page says that it read ``text``."""
    expect(page.locator("#said")).to_have_text(text)


def until(page: Page, expression: str, seconds: float = 20) -> None:
    """Wait until ``expression`` holds; ``wait_for_function`` is what the page's policy forbids."""
    end = time.monotonic() + seconds
    while not page.evaluate(expression):
        assert time.monotonic() < end, f"{expression} has not come true"
        page.wait_for_timeout(50)


def controlled(page: Page) -> None:
    """Wait until the service worker answers for the page."""
    page.evaluate(
        """() => navigator.serviceWorker.controller || new Promise((done) =>
            navigator.serviceWorker.addEventListener("controllerchange", done, {once: true}))
            .then(() => null)"""
    )


def upload(page: Page, content: bytes, name: str = "picture.png") -> None:
    """Give the page a file."""
    page.click("[data-mode=picture]")
    kind = "image/png" if name.endswith("png") else "text/plain"
    page.set_input_files("#file", {"name": name, "mimeType": kind, "buffer": content})
