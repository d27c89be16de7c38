"""The web app's networks beside LiteRT.js in one browser: ``python -m tests.web.bench``.

Weighs what each needs to read a digit, and times inference and the way from an empty cache to the
first answer. Both read the same picture with the same network, and must give the same logits. Times
are the least of several rounds, in turn, in one run of the browser; their ratios are what counts.
"""

import gzip
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser

from convert import tflite
from convert.bundle import border
from convert.web.__main__ import main as make_web
from runtime import classifier, console
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
OURS = """async ([name, pixels, runs]) => {
    const { Network } = await import("./network.js");
    const { models } = await (await fetch("models.json")).json();
    const network = await Network.load(models.find((one) => one.name === name));
    const read = () => network.outputs(pixels);
    const logits = Array.from(read());
    const first = performance.now();
    for (let i = 0; i < runs; i++) read();
    return { logits, first, each: (performance.now() - first) / runs };
}"""
THEIRS = """async ([name, pixels, runs]) => {
    const { loadAndCompile, loadLiteRt, Tensor } = await import("@litertjs/core");
    await loadLiteRt("litertjs/core/wasm/");
    const compiled = await loadAndCompile(`${name}.tflite`, { accelerator: "wasm" });
    const data = Uint8Array.from(pixels);
    async function read() {
        const input = new Tensor(data, [1, 28, 28, 1]);
        const [result] = await compiled.run(input);
        const values = result.toTypedArray().slice();
        input.delete();
        result.delete();
        return values;
    }
    const logits = Array.from(await read(), (value) => value - 128);
    const first = performance.now();
    for (let i = 0; i < runs; i++) await read();
    return { logits, first, each: (performance.now() - first) / runs };
}"""


@dataclass(frozen=True)
class Row:
    """One runtime with one network. Times in milliseconds, the least of the rounds."""

    runtime: str
    network: str
    compressed: int  # bytes that travel, by gzip
    first: float  # from opening the page to the first answer
    each: float  # of an inference


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


def measure(
    browser: Browser, url: str, script: str, network: str
) -> tuple[dict[str, Any], set[str]]:
    """What a page with an empty cache finds, and the files that it loaded."""
    context = browser.new_context()
    page = context.new_page()
    loaded: set[str] = set()
    page.on("request", lambda request: loaded.add(urlsplit(request.url).path[1:]))
    page.goto(f"{url}/{_START}")
    pixels = data.embedded().images[0].ravel().tolist()
    found: dict[str, Any] = page.evaluate(script, [network, pixels, RUNS])
    context.close()
    return found, loaded - {_START}


def rows(browser: Browser, app: Path, url: str) -> Iterator[Row]:
    """Both runtimes with each network, in turn."""
    for network in NETWORKS:
        found: dict[str, list[dict[str, Any]]] = {"thimble": [], "LiteRT.js": []}
        loaded = {}
        for _ in range(ROUNDS):
            for runtime, script in (("thimble", OURS), ("LiteRT.js", THEIRS)):
                result, loaded[runtime] = measure(browser, url, script, network)
                found[runtime].append(result)
        logits = [result["logits"] for results in found.values() for result in results]
        assert all(one == logits[0] for one in logits), "the runtimes do not agree"
        for runtime, results in found.items():
            first, each = (min(one[key] for one in results) for key in ("first", "each"))
            weight = sum(len(gzip.compress((app / one).read_bytes(), 9)) for one in loaded[runtime])
            yield Row(runtime, network, weight, first, each)


def main() -> int:
    """Run the command; gives its exit status."""
    with site() as (app, url), chromium() as browser:
        found = list(rows(browser, app, url))
    cells = [
        (
            row.runtime,
            row.network,
            f"{row.compressed / 1000:,.0f} KB",
            f"{row.first:,.0f} ms",
            f"{1000 * row.each:,.0f} µs",
        )
        for row in found
    ]
    header = ("runtime", "network", "compressed", "to the first answer", "an inference")
    print(console.table(header, cells))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
