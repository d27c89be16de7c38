"""Pictures of a report, to look at: ``python -m tests.screenshots build/base/report.html``.

Each section at phone and desktop width, in light and in dark, goes to build/screenshots; an excerpt
becomes the README's picture, pictures/report.png.
"""

import sys
from pathlib import Path

from PIL import Image

from tests.browser import WIDTHS, chromium, open_page

OUT = Path("build/screenshots")
PICTURE = Path("pictures/report.png")
EXCERPT = """
nav, main > section:not(#errors, #robustness, #pictures), .scroll, footer, header > .tiles ~ p,
#errors .cards li:nth-child(n+7), #errors .errors:not(:last-child), #errors .soft,
#pictures > :is(:nth-child(5), :nth-child(6), :nth-child(n+9)) { display: none }"""
"""Leaves the verdict, one row of digits, the curves, and the maps of the first block."""


def main() -> None:
    """Take the pictures of the report that the command line names."""
    url = Path(sys.argv[1]).resolve().as_uri()
    OUT.mkdir(parents=True, exist_ok=True)
    with chromium() as browser:
        for device, width in WIDTHS.items():
            for dark in (False, True):
                page = open_page(browser, url, width, dark=dark)
                name = f"{device}-{'dark' if dark else 'light'}"
                for place in page.locator("header, main > section").all():
                    part = place.get_attribute("id") or "verdict"
                    place.screenshot(path=OUT / f"{name}-{part}.png")
        page = open_page(browser, url, 1100)
        page.locator("details.errors").last.evaluate("(group) => group.open = true")
        page.add_style_tag(content=EXCERPT)
        PICTURE.parent.mkdir(exist_ok=True)
        page.locator("body").screenshot(path=PICTURE)
    # A palette halves the size; this method keeps colours that are rare.
    picture = Image.open(PICTURE).convert("RGB")
    picture.quantize(256, Image.Quantize.MAXCOVERAGE).save(PICTURE, optimize=True)


if __name__ == "__main__":
    main()
