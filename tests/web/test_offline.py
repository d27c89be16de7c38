"""The web app without network, and when another version is deployed."""

from pathlib import Path

from playwright.sync_api import BrowserContext, expect

from convert.web.__main__ import main as make_web
from tests.web.conftest import PHONE, Site, controlled, reads, until, visit
from tests.web.strokes import DIGITS, touch


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
    reads(page, "3")


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
    reads(page, "7")


def test_work_is_not_taken_away_by_an_update(
    phone: BrowserContext, site: Site, tmp_path: Path
) -> None:
    """While something is drawn, the page offers the new version instead of taking it."""
    page = visit(phone, site.url)
    controlled(page)
    touch(page, DIGITS["2"])
    reads(page, "2")
    deploy(site, make(tmp_path / "next", "--model", "micro"))
    page.evaluate("navigator.serviceWorker.ready.then((ready) => ready.update())")
    page.wait_for_selector("#update:not([hidden])")
    reads(page, "2")
    page.mouse.wheel(0, 3000)
    page.wait_for_timeout(200)
    bar = page.locator("#update").bounding_box()
    assert bar
    assert 0 <= bar["y"] < PHONE["viewport"]["height"] - bar["height"]  # in sight
    assert len(page.evaluate("caches.keys()")) == 2  # nothing was taken from the page that is open
    page.click("#reload")
    page.wait_for_selector("body[data-model=micro]")
    reads(page, "2")  # what was drawn is still there
    until(page, "caches.keys().then((keys) => keys.length === 1)")


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
    reads(page, "7")


def test_network_that_is_damaged_is_refused(phone: BrowserContext, site: Site) -> None:
    """Choosing a network whose file fails its hash keeps the one before, and says so."""
    page = visit(phone, site.url)
    for path in site.app.glob("base.*.wasm"):
        content = path.read_bytes()
        path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    page.click("[name=model][value=base]")  # not check(), which wants it to stay checked
    page.wait_for_selector("#problem:not(:empty)")
    assert "The one before stays" in page.inner_text("#problem")
    assert page.is_checked("[name=model][value=small]")
    touch(page, DIGITS["5"])
    reads(page, "5")


def test_a_worker_has_a_policy_of_its_own(phone: BrowserContext, site: Site) -> None:
    """Kept files come from any host; the worker's keeps what forbids it to speak to others."""
    page = visit(phone, site.url)
    controlled(page)
    site.stop()
    policy = page.evaluate(
        """fetch("worker.js").then((found) => found.headers.get("Content-Security-Policy"))"""
    )
    assert "default-src 'none'" in policy
