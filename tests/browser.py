"""A real browser for the tests: Debian's Chromium, driven by Playwright, judged by axe-core.

``chromium`` starts it, ``open_page`` opens a page in it, ``violations`` and ``overflow`` judge.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

PROGRAM = "chromium"
ARGUMENTS = (
    "--no-sandbox",  # tests may run as root, where Chromium's sandbox refuses to start
    "--headless",
    "--disable-gpu",
    # nothing that speaks to anyone but the page under test
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
WIDTHS = {"phone": 360, "desktop": 1280}
"""CSS pixels that a page must be readable at."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """A running Chromium; it ends with the block."""
    program = shutil.which(PROGRAM)
    assert program, f"{PROGRAM} is not installed: run tests/tools.sh"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(ARGUMENTS))
        try:
            yield browser
        finally:
            browser.close()


def open_page(
    browser: Browser, url: str, width: int = WIDTHS["desktop"], *, dark: bool = False
) -> Page:
    """``url`` in a profile of its own; ``page.problems`` gathers errors and console warnings."""
    context = browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme="dark" if dark else "light"
    )
    page = context.new_page()
    page.problems = []
    page.on("pageerror", lambda error: page.problems.append(str(error)))
    page.on(
        "console",
        lambda told: page.problems.append(told.text) if told.type in ("error", "warning") else None,
    )
    page.on("requestfailed", lambda request: page.problems.append(f"not loaded: {request.url}"))
    page.goto(url)
    return page


def violations(page: Page) -> list[str]:
    """What axe-core finds on the page: a line for each element and rule; none is the aim."""
    found = Axe().run(page).response["violations"]
    return [
        f"{rule['id']} ({rule['impact']}): {rule['help']}: {' '.join(map(str, node['target']))}"
        for rule in found
        for node in rule["nodes"]
    ]


def overflow(page: Page) -> list[str]:
    """Elements that reach beyond the page's right edge, or whose content bulges out of them.

    What lies in a part that can be scrolled is in order.
    """
    return page.evaluate(
        """() => {
            const scrolls = (e) => e && (/auto|scroll/.test(getComputedStyle(e).overflowX)
                || scrolls(e.parentElement));
            const edge = document.documentElement.clientWidth + 0.5;
            const bulges = (e) => e instanceof HTMLElement
                && getComputedStyle(e).display !== 'inline'
                && e.clientWidth > 1 && e.scrollWidth > e.clientWidth + 1;
            return [...document.body.querySelectorAll('*')]
                .filter((e) => e.checkVisibility() && !scrolls(e))
                .filter((e) => bulges(e) || e.getBoundingClientRect().right > edge)
                .map((e) => `${e.tagName.toLowerCase()}.${e.className} ${e.textContent.trim()}`
                    .slice(0, 80));
        }"""
    )
