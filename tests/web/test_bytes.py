"""Same bytes: the networks in a real browser against LiteRT on this machine."""

import base64
import gzip

import numpy as np
import pytest
from playwright.sync_api import BrowserContext, Page

from convert import cutting, layers, tflite
from convert.web.__main__ import USUAL
from runtime import classifier, reading, worker
from runtime.dataset import Pixels
from runtime.tasks.digits import TASK
from tests.web.conftest import Site, visit
from train import data

OUTPUTS = """async ([name, wanted, pictures]) => {
    const { Network } = await import("./network.js");
    const { simd } = await import("./simd.js");
    if (simd !== wanted) throw new Error(`SIMD is ${simd}`);
    const { models } = await (await fetch("models.json")).json();
    const network = await Network.load(models.find((one) => one.name === name));
    const pixels = Uint8Array.from(atob(pictures), (c) => c.charCodeAt(0));
    const found = [];
    for (let at = 0; at < pixels.length; at += 784) {
        found.push(...network.outputs(pixels.subarray(at, at + 784))[0]);
    }
    return found;
}"""


def images(count: int) -> Pixels:
    """MNIST's test images where they are, else the embedded digits."""
    if folder := reading.find(None):
        return reading.judged_on(TASK, folder).inputs[:count]
    return data.embedded().inputs[:count]


def outputs(page: Page, name: str, pictures: Pixels, *, simd: bool) -> np.ndarray:
    """What the browser's network says of each picture, int8 [n, 10]."""
    found = []
    for start in range(0, len(pictures), 1000):
        encoded = base64.b64encode(pictures[start : start + 1000].tobytes()).decode()
        found += page.evaluate(OUTPUTS, [name, simd, encoded])
    return np.array(found, np.int8).reshape(len(pictures), -1)


@pytest.mark.parametrize("name", USUAL)
def test_ten_thousand_images(phone: BrowserContext, site: Site, name: str) -> None:
    """0 bytes differ from LiteRT's default kernels, with SIMD."""
    pictures = images(10_000)
    expected = worker.answers(classifier.find(name), pictures, "litert", "default")
    found = outputs(visit(phone, site.url), name, pictures, simd=True)
    assert int((found != expected.reshape(found.shape)).sum()) == 0


@pytest.mark.parametrize("name", USUAL)
def test_without_simd(phone: BrowserContext, site: Site, name: str) -> None:
    """0 bytes differ in the plain build either."""
    phone.add_init_script("WebAssembly.validate = () => false")
    pictures = images(1_000)
    expected = worker.answers(classifier.find(name), pictures, "litert", "default")
    found = outputs(visit(phone, site.url), name, pictures, simd=False)
    assert int((found != expected.reshape(found.shape)).sum()) == 0


MAPS = """async ([name, pixels]) => {
    const { Network } = await import("./network.js");
    const { models } = await (await fetch("models.json")).json();
    const network = await Network.load(models.find((one) => one.name === name));
    return network.maps(Uint8Array.from(pixels)).map((map) => [...map]);
}"""


@pytest.mark.parametrize("simd", [True, False])
def test_feature_maps(phone: BrowserContext, site: Site, simd: bool) -> None:
    """What the page shows of both blocks is what LiteRT has behind each max-pooling."""
    if not simd:
        phone.add_init_script("WebAssembly.validate = () => false")
    page = visit(phone, site.url)
    picture = images(8)[7]
    # int8 pixel = uint8 pixel - 128, because the scale is 1/255 and the zero point -128
    codes = (picture[None, ..., None] ^ 128).view(np.int8)
    for name in USUAL:
        model = tflite.read(classifier.find(name))
        pools = [i for i, one in enumerate(model.operators) if one.name == "MAX_POOL_2D"]
        found = page.evaluate(MAPS, [name, picture.ravel().tolist()])
        assert len(found) == len(pools) == 2
        for index, shown in zip(pools, found, strict=True):
            expected = layers.run(cutting.cut(model, index), codes, "litert", "default")
            assert shown == expected.ravel().tolist()


def test_weight(site: Site) -> None:
    """What a first visit loads is at most 150 KB compressed; the wasm of micro at most 20 KB."""
    later = [path.name for path in site.app.glob("*.wasm") if not path.name.startswith("small")]
    loaded = [path for path in site.app.iterdir() if path.name not in later]
    assert len(loaded) > 15
    assert sum(len(gzip.compress(path.read_bytes(), 9)) for path in loaded) <= 150_000
    micro = list(site.app.glob("micro.*.wasm"))
    assert len(micro) == 2
    assert max(path.stat().st_size for path in micro) <= 20_000
