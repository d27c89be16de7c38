"""The web app's networks beside LiteRT.js in one browser: ``python -m tests.web.bench``.

Weighs what each needs to read a digit, and times inference and the way from an empty cache to the
first answer. Both read all of MNIST's test images, and their outputs are compared with LiteRT's in
Python. Times are the least of several rounds, in turn, in one run of the browser; their ratios are
what counts.
"""

import base64
import gzip
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
from playwright.sync_api import Browser, Page

from convert import tflite
from convert.bundle import border
from convert.web.__main__ import main as make_web
from runtime import classifier, console, reading, worker
from runtime.dataset import Pixels
from runtime.tasks.digits import TASK
from tests.browser import chromium, served
from train import data

LITERTJS = Path("build/litertjs/node_modules/@litertjs")
NETWORKS = ("base", "small")
ROUNDS, RUNS = 7, 300

_START = "start.html"
_PAGE = """<!doctype html><meta charset="utf-8"><title>bench</title>
<script type="importmap">{ "imports": {
  "@litertjs/core": "./litertjs/core/dist/index.js",
  "@litertjs/wasm-utils": "./litertjs/wasm-utils/dist/index.js"
} }</script>"""
OURS = """async (name) => {
    const { Network } = await import("./network.js");
    const { models } = await (await fetch("models.json")).json();
    const network = await Network.load(models.find((one) => one.name === name));
    window.read = (pixels) => network.outputs(pixels)[0];
}"""
THEIRS = """async (name) => {
    const { loadAndCompile, loadLiteRt, Tensor } = await import("@litertjs/core");
    await loadLiteRt("litertjs/core/wasm/");
    const compiled = await loadAndCompile(`${name}.tflite`, { accelerator: "wasm" });
    window.read = async (pixels) => {
        const input = new Tensor(pixels, [1, 28, 28, 1]);
        const [result] = await compiled.run(input);
        const values = Int8Array.from(result.toTypedArray(), (value) => value - 128);
        input.delete();
        result.delete();
        return values;
    };
}"""
TIMES = """async ([pixels, runs]) => {
    const picture = Uint8Array.from(pixels);
    await read(picture);
    const first = performance.now();
    for (let i = 0; i < runs; i++) await read(picture);
    return { first, each: (performance.now() - first) / runs };
}"""
OUTPUTS = """async (encoded) => {
    const pixels = Uint8Array.from(atob(encoded), (c) => c.charCodeAt(0));
    const found = [];
    for (let at = 0; at < pixels.length; at += 784) {
        found.push(...(await read(pixels.slice(at, at + 784))));
    }
    return found;
}"""


@dataclass(frozen=True)
class Row:
    """One runtime with one network. Times in milliseconds, the least of the rounds."""

    runtime: str
    network: str
    compressed: int  # bytes that travel, by gzip
    first: float  # from opening the page to the first answer
    each: float  # of an inference
    images: int
    differing: int  # bytes of the outputs, from LiteRT's in Python


@contextmanager
def site() -> Iterator[tuple[Path, str]]:
    """A folder and its address: the app, with LiteRT.js and its uint8 models beside it."""
    with tempfile.TemporaryDirectory(prefix="thimble-bench-") as name:
        app = Path(name) / "app"
        make_web(["--out", str(app)])
        (app / _START).write_text(_PAGE)
        for network in NETWORKS:
            content = border.with_io(tflite.read(classifier.find(network)), "uint8")
            (app / f"{network}.tflite").write_bytes(content)
        for package in ("core", "wasm-utils"):
            shutil.copytree(LITERTJS / package, app / "litertjs" / package)
        with served(app) as address:
            yield app, address


@contextmanager
def opened(
    browser: Browser, url: str, script: str, network: str
) -> Iterator[tuple[Page, set[str]]]:
    """A page with an empty cache that has loaded a network, and the files that it loaded."""
    context = browser.new_context()
    page = context.new_page()
    loaded: set[str] = set()
    page.on("request", lambda request: loaded.add(urlsplit(request.url).path[1:]))
    page.goto(f"{url}/{_START}")
    page.evaluate(script, network)
    yield page, loaded - {_START}
    context.close()


def differing(page: Page, network: str, images: Pixels) -> int:
    """Bytes of the outputs to ``images`` that are not those of LiteRT in Python."""
    expected = worker.answers(classifier.find(network), images, "litert", "default")
    found = []
    for start in range(0, len(images), 1000):
        encoded = base64.b64encode(images[start : start + 1000].tobytes()).decode()
        found += page.evaluate(OUTPUTS, encoded)
    return int((np.array(found, np.int8) != expected.ravel()).sum())


def rows(browser: Browser, app: Path, url: str, images: Pixels) -> Iterator[Row]:
    """Both runtimes with each network, in turn."""
    runtimes = (("thimble", OURS), ("LiteRT.js", THEIRS))
    picture = images[0].ravel().tolist()
    for network in NETWORKS:
        times: dict[str, list[dict[str, float]]] = {name: [] for name, _ in runtimes}
        weight, differ = {}, {}
        for number in range(ROUNDS):
            for name, script in runtimes:
                with opened(browser, url, script, network) as (page, loaded):
                    times[name].append(page.evaluate(TIMES, [picture, RUNS]))
                    if number == 0:
                        contents = [(app / one).read_bytes() for one in loaded]
                        weight[name] = sum(len(gzip.compress(one, 9)) for one in contents)
                        differ[name] = differing(page, network, images)
        for name, found in times.items():
            first, each = (min(one[key] for one in found) for key in ("first", "each"))
            yield Row(name, network, weight[name], first, each, len(images), differ[name])


def main() -> int:
    """Run the command; gives its exit status."""
    with site() as (app, url), chromium() as browser:
        folder = reading.find(None)
        images = reading.judged_on(TASK, folder).inputs if folder else data.embedded().inputs
        found = list(rows(browser, app, url, images))
    cells = [
        (
            row.runtime,
            row.network,
            f"{row.compressed / 1000:,.0f} KB",
            f"{row.first:,.0f} ms",
            f"{1000 * row.each:,.0f} µs",
            f"{row.images:,}",
            f"{row.differing:,}",
        )
        for row in found
    ]
    header = (
        "runtime",
        "network",
        "compressed",
        "to the first answer",
        "an inference",
        "images",
        "differing bytes",
    )
    print(console.table(header, cells))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
