"""Pictures of the app for the documents: ``python -m tests.web.pictures FOLDER``.

FOLDER holds the apps draw, image and motion, each made by ``convert.web``. A phone's screen of each
goes to pictures/web-*.png; more sizes, by day and by night, go to build/screenshots.
"""

import sys
from pathlib import Path

import skimage
from PIL import Image
from playwright.sync_api import BrowserContext, Page

from tests.browser import chromium
from tests.web.conftest import PHONE, SHOTS, Site, film, visit
from tests.web.strokes import DIGITS, touch
from tests.web.test_tensor import MOVE, SENSORS

PICTURES = Path("pictures")
SIZES = {"phone": (390, 844), "lying": (844, 390), "tablet": (820, 1180), "desktop": (1280, 800)}
CAT = Path(skimage.__file__).parent / "data" / "chelsea.png"


def draw(page: Page) -> None:
    """A 17."""
    for place, digit in ((0.0, "1"), (0.35, "7")):
        touch(page, [[(0.6 * x + place, 0.6 * y + 0.2) for x, y in s] for s in DIGITS[digit]])


def camera(page: Page) -> None:
    """What the film shows."""
    page.click("[data-mode=camera]")


def image(page: Page) -> None:
    """A cat."""
    page.set_input_files("#file", CAT)


def motion(page: Page) -> None:
    """A phone that is moved."""
    page.evaluate(MOVE, 10_000)
    page.click("#listen")
    page.wait_for_timeout(2500)


def collect(page: Page) -> None:
    """Some pictures of a class."""
    page.click("[data-mode=collect]")
    page.wait_for_timeout(700)
    page.fill("#class", "two digits")
    page.hover("#hold")
    page.mouse.down()
    page.wait_for_timeout(1500)
    page.mouse.up()


SCENES = {
    "draw": ("draw", draw),
    "camera": ("draw", camera),
    "image": ("image", image),
    "motion": ("motion", motion),
    "collect": ("image", collect),
}
"""By what the picture is called: the app, and what is done in it."""
SHOWN = ("draw", "camera", "image", "collect")
"""Those that stand in the documents."""


def shoot(context: BrowserContext, url: str, scene: str, path: Path) -> None:
    """A picture of what the screen shows."""
    page = visit(context, url)
    SCENES[scene][1](page)
    page.wait_for_timeout(1200)
    page.evaluate("scrollTo(0, 0)")
    page.screenshot(path=path)
    page.close()


def small(path: Path, to: Path) -> None:
    """With a palette, which is a third of the size."""
    picture = Image.open(path).convert("RGB")
    picture.quantize(256, Image.Quantize.MAXCOVERAGE).save(to, optimize=True)


def main() -> None:
    """Take them all."""
    SHOTS.mkdir(parents=True, exist_ok=True)
    film(SHOTS / "digits.y4m")
    source = f"--use-file-for-fake-video-capture={SHOTS / 'digits.y4m'}"
    with chromium("--use-fake-device-for-media-stream", source) as browser:
        for scene, (app, _) in SCENES.items():
            site = Site(Path(sys.argv[1]) / app)
            for size, (width, height) in SIZES.items():
                for scheme in ("light", "dark"):
                    view = {"width": width, "height": height}
                    told = {**PHONE, "viewport": view, "color_scheme": scheme}
                    asked = [] if scene == "image" else ["camera", *SENSORS]
                    context = browser.new_context(**told, locale="en-GB", permissions=asked)
                    shoot(context, site.url, scene, SHOTS / f"{scene}-{size}-{scheme}.png")
                    context.close()
            site.stop()
            if scene in SHOWN:
                small(SHOTS / f"{scene}-phone-light.png", PICTURES / f"web-{scene}.png")


if __name__ == "__main__":
    main()
