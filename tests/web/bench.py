"""thimble's networks beside LiteRT.js in one browser: ``python -m tests.web.bench``.

Five networks, as ``thimble package --for npm`` makes them: two presets, and three of
``convert.networks``. Weighs what each runtime needs to run one, and times an inference and the way
from an empty cache to the first answer. Both get the same int8 inputs, MNIST's test images or
random ones, and their outputs are compared with those of LiteRT in Python. LiteRT.js takes no int8,
so its models have a border of uint8, one operator on each side. Times are the least of several
rounds, in turn, in one run of the browser, an inference's that of 20 in a row; their ratios are
what counts.
"""

import argparse
import base64
import gzip
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
from ai_edge_litert import schema_py_generated as schema
from playwright.sync_api import Browser, Page

from convert import tflite
from convert.bundle import border
from convert.compiler import samples
from convert.compiler.frontend.read import read
from convert.package.__main__ import main as package
from runtime import classifier, console, numbers, reading, worker
from runtime.tasks.digits import TASK
from tests.browser import chromium, served
from train import data

LITERTJS = Path("build/litertjs/node_modules/@litertjs")
NETWORKS = Path("build/networks")
PRESETS = ("base", "small")
PUBLIC = ("ds_cnn", "mobilenet", "resnet8")
ROUNDS, SECONDS = 5, 0.5
"""How often each network is loaded anew, and how long inferences are timed each time."""
RANDOM = 400  # inputs that are no images
_CHUNK = 4_000_000  # bytes of inputs that go to the page at a time

_START = "start.html"
_PAGE = """<!doctype html><meta charset="utf-8"><title>bench</title>
<script type="importmap">{ "imports": {
  "@litertjs/core": "./litertjs/core/dist/index.js",
  "@litertjs/wasm-utils": "./litertjs/wasm-utils/dist/index.js"
} }</script>"""
OURS = """async ([name]) => {
    const { load } = await import(`./${name}/index.js`);
    const network = await load();
    window.prepare = (codes) => codes;
    window.read = (codes) => network.run(codes);
    window.stored = (codes) => codes;
}"""
THEIRS = """async ([name, shape]) => {
    const { loadAndCompile, loadLiteRt, Tensor } = await import("@litertjs/core");
    await loadLiteRt("litertjs/core/wasm/");
    const compiled = await loadAndCompile(`${name}.tflite`, { accelerator: "wasm" });
    window.prepare = (codes) => Uint8Array.from(codes, (code) => code + 128);
    window.read = async (values) => {
        const input = new Tensor(values, shape);
        const [result] = await compiled.run(input);
        const found = result.toTypedArray();
        input.delete();
        result.delete();
        return found;
    };
    window.stored = (values) => Int8Array.from(values, (value) => value - 128);
}"""
TIMES = """async ([code, count, seconds]) => {
    const input = prepare(new Int8Array(count).fill(code).map((one, i) => one + 37 * i));
    await read(input);
    const first = performance.now();
    let each = Infinity;
    while (performance.now() - first < 1000 * seconds) {
        const start = performance.now();
        for (let i = 0; i < 20; i++) await read(input);
        each = Math.min(each, (performance.now() - start) / 20);
    }
    return { first, each };
}"""
OUTPUTS = """async ([encoded, size]) => {
    const codes = Int8Array.from(atob(encoded), (c) => c.charCodeAt(0));
    const found = [];
    for (let at = 0; at < codes.length; at += size) {
        found.push(...stored(await read(prepare(codes.slice(at, at + size)))));
    }
    return found;
}"""


@dataclass(frozen=True)
class Network:
    """A network, and int8 inputs with what LiteRT in Python answers to them."""

    name: str
    path: Path
    inputs: np.ndarray  # [n, 1, ...]
    expected: np.ndarray  # [n, 1, ...]


@dataclass(frozen=True)
class Row:
    """One runtime with one network. Times in milliseconds, the least of the rounds."""

    runtime: str
    network: str
    compressed: int  # bytes that travel, by gzip
    first: float  # from opening the page to the first answer
    each: float  # of an inference
    inputs: int
    differing: int  # bytes of the outputs, from LiteRT's in Python


def networks(names: Sequence[str], images: int) -> Iterator[Network]:
    """The networks of those names; the public ones are built where they are not yet."""
    for name in names:
        path = classifier.find(name) if name in PRESETS else NETWORKS / f"{name}.tflite"
        if not path.is_file():
            from convert.networks import main as build  # brings TensorFlow

            build([name, "--out", str(NETWORKS), "--quiet"])
        given = _digits(images) if name in PRESETS else _random(path)
        (expected,) = worker.run(path, [given], "litert", "default")
        yield Network(name, path, given, expected)


def _digits(count: int) -> np.ndarray:
    """MNIST's test images where they are, else the embedded digits: pixel - 128."""
    folder = reading.find(None)
    images = reading.judged_on(TASK, folder).inputs if folder else data.embedded().inputs
    return (images[:count].astype(np.int16) - 128).astype(np.int8)[:, None, :, :, None]


def _random(path: Path) -> np.ndarray:
    (found,) = samples.random(read(tflite.read(path)), RANDOM, 0)
    return found


def for_litertjs(path: Path) -> bytes:
    """The model with a border of uint8 and a batch of 1.

    LiteRT.js takes no tensor where the batch is -1, as converters leave it.
    """
    content = border.with_io(tflite.read(path), "uint8")
    model = schema.ModelT.InitFromPackedBuf(content, 0)
    for tensor in model.subgraphs[0].tensors:
        tensor.shapeSignature = None
    return border.pack(model)


@contextmanager
def site(found: Sequence[Network]) -> Iterator[tuple[Path, str]]:
    """A folder and its address: each network's package, LiteRT.js and its uint8 models."""
    with tempfile.TemporaryDirectory(prefix="thimble-bench-") as name:
        folder = Path(name) / "site"
        folder.mkdir()
        (folder / _START).write_text(_PAGE)
        for one in found:
            copy = Path(name) / f"{one.name}.tflite"  # by itself: a network and nothing of its task
            shutil.copy(one.path, copy)
            package([str(copy), "--for", "npm", "--out", name, "--quiet"])
            (Path(name) / f"{one.name}-npm").rename(folder / one.name)
            (folder / f"{one.name}.tflite").write_bytes(for_litertjs(one.path))
        for part in ("core", "wasm-utils"):
            shutil.copytree(LITERTJS / part, folder / "litertjs" / part)
        with served(folder) as address:
            yield folder, address


@contextmanager
def opened(
    browser: Browser, url: str, script: str, one: Network
) -> Iterator[tuple[Page, set[str]]]:
    """A page with an empty cache that has loaded a network, and the files that it loaded."""
    context = browser.new_context()
    page = context.new_page()
    loaded: set[str] = set()
    page.on("request", lambda request: loaded.add(urlsplit(request.url).path[1:]))
    page.goto(f"{url}/{_START}")
    page.evaluate(script, [one.name, list(one.inputs.shape[1:])])
    yield page, loaded - {_START}
    context.close()


def differing(page: Page, one: Network) -> int:
    """Bytes of the outputs that are not those of LiteRT in Python."""
    size = one.inputs[0].size
    step = max(1, _CHUNK // size)
    found = []
    for start in range(0, len(one.inputs), step):
        encoded = base64.b64encode(one.inputs[start : start + step].tobytes()).decode()
        found += page.evaluate(OUTPUTS, [encoded, size])
    return int((np.array(found, np.int8) != one.expected.ravel()).sum())


def rows(browser: Browser, folder: Path, url: str, one: Network) -> Iterator[Row]:
    """Both runtimes with a network, in turn."""
    runtimes = (("thimble", OURS), ("LiteRT.js", THEIRS))
    times: dict[str, list[dict[str, float]]] = {name: [] for name, _ in runtimes}
    weight, differ = {}, {}
    for number in range(ROUNDS):
        for name, script in runtimes:
            with opened(browser, url, script, one) as (page, loaded):
                times[name].append(page.evaluate(TIMES, [number, one.inputs[0].size, SECONDS]))
                if number == 0:
                    contents = [(folder / file).read_bytes() for file in loaded]
                    weight[name] = sum(len(gzip.compress(content, 9)) for content in contents)
                    differ[name] = differing(page, one)
    for name, taken in times.items():
        first, each = (min(round_[key] for round_ in taken) for key in ("first", "each"))
        yield Row(name, one.name, weight[name], first, each, len(one.inputs), differ[name])


def table(found: Sequence[Row]) -> str:
    """Two lines for each network, and how many times lighter and faster ours is."""
    theirs = {row.network: row for row in found if row.runtime != "thimble"}
    cells = []
    for row in found:
        other = theirs[row.network]
        times = [other.compressed / row.compressed, other.first / row.first, other.each / row.each]
        ratios = [f" ({one:.1f}x)" if row.runtime == "thimble" else "" for one in times]
        cells.append(
            (
                row.network,
                row.runtime,
                f"{row.compressed / 1000:,.0f} KB{ratios[0]}",
                f"{row.first:,.0f} ms{ratios[1]}",
                f"{1000 * row.each:,.0f} µs{ratios[2]}",
                f"{row.inputs:,}",
                f"{row.differing:,}",
            )
        )
    header = ("network", "runtime", "compressed", "to the first answer", "an inference", "inputs")
    return console.table((*header, "differing bytes"), cells)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; gives its exit status, 1 where bytes differ."""
    parser = argparse.ArgumentParser("python -m tests.web.bench", description=__doc__)
    known = [*PRESETS, *PUBLIC]
    parser.add_argument(
        "networks", nargs="*", metavar="NETWORK", help=f"of {', '.join(known)}; all"
    )
    parser.add_argument(
        "--images", type=numbers.whole(1), default=10_000, metavar="N", help="of MNIST, to compare"
    )
    options = parser.parse_args(argv)
    if unknown := sorted({*options.networks} - {*known}):
        parser.error(f"there is no network {unknown[0]}: choose {', '.join(known)}")
    chosen = list(networks(options.networks or known, options.images))
    with site(chosen) as (folder, url), chromium() as browser:
        found = [row for one in chosen for row in rows(browser, folder, url, one)]
    print(table(found))
    return int(any(row.differing for row in found))


if __name__ == "__main__":
    raise SystemExit(main())
