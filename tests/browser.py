"""A real browser for the tests: Debian's Chromium, driven by Playwright, judged by axe-core.

``chromium`` starts it, ``served`` serves a folder, ``open_page`` opens a page, ``violations`` and
``overflow`` judge.
"""

import atexit
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

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
def chromium(*arguments: str) -> Iterator[Browser]:
    """A running Chromium, with further command-line arguments; it ends with the block."""
    program = shutil.which(PROGRAM)
    assert program, f"{PROGRAM} is not installed: run tests/tools.sh"
    browser = _playwright().chromium.launch(executable_path=program, args=[*ARGUMENTS, *arguments])
    try:
        yield browser
    finally:
        browser.close()


@cache
def _playwright() -> Playwright:
    """The driver: a process can have but one."""
    running = sync_playwright().start()
    atexit.register(running.stop)
    return running


class Silent(SimpleHTTPRequestHandler):
    """A file server that keeps its log to itself."""

    def log_message(self, *_arguments: object) -> None:
        pass


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address of a server of ``folder``."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Silent, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


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
