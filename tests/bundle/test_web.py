"""The note for the web, literally: its code with LiteRT.js in a real browser."""

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from runtime import worker
from runtime.dataset import Examples
from tests import browser
from tests.bundle.conftest import Bundle, Other


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser.chromium() as running:
        yield running


@pytest.fixture
def site(bundle: Bundle, litertjs: Path, tmp_path: Path) -> Iterator[str]:
    """What the note of a bundle for digits says to serve."""
    lay_out(bundle, litertjs, tmp_path)
    with browser.served(tmp_path) as address:
        yield address


@pytest.fixture
def other_site(other: Other, litertjs: Path, tmp_path: Path) -> Iterator[str]:
    """The same of a bundle for anything else."""
    lay_out(other, litertjs, tmp_path)
    with browser.served(tmp_path) as address:
        yield address


def lay_out(bundle: Bundle, litertjs: Path, folder: Path) -> None:
    """Put into ``folder`` what the note says, with the code blocks of the note."""
    note = (bundle.folder / "web.md").read_text()
    for kind, name in (("js", "network.js"), ("html", "index.html")):
        (code,) = re.findall(rf"```{kind}\n(.*?)```", note, re.DOTALL)
        (folder / name).write_text(code)
    # The page without its script: an import map alone.
    (folder / "empty.html").write_text(code.split('<script type="module">')[0])
    shutil.copytree(bundle.folder, folder / "bundle")
    (folder / "node_modules").symlink_to(litertjs / "node_modules")


def result(chromium: Browser, site: str) -> str:
    page = browser.open_page(chromium, site)
    page.wait_for_function("document.querySelector('#result').textContent !== 'running'")
    return str(page.text_content("#result"))


def test_the_page_of_the_note_finds_every_vector_equal(
    bundle: Bundle, site: str, chromium: Browser
) -> None:
    """uint8 and float32 run in LiteRT.js unmodified; int8 is refused, and the page says so."""
    expected = "LiteRT.js takes no int8" if bundle.io == "int8" else "20 of 20 equal"
    assert result(chromium, site) == expected


def test_the_page_of_any_other_bundle_does_too(
    other: Other, other_site: str, chromium: Browser
) -> None:
    """Pictures and arrays, classes, values and reconstructions: outputs and what they say."""
    count = len(json.loads((other.folder / "vectors.json").read_text())["vectors"])
    assert count >= 13
    expected = "LiteRT.js takes no int8" if other.io == "int8" else f"{count} of {count} equal"
    assert result(chromium, other_site) == expected


@pytest.mark.parametrize("bundle", ["uint8", "float32"], indirect=True)
def test_test_images_give_the_same_bytes_in_the_browser(
    bundle: Bundle, site: str, chromium: Browser, digits: Examples
) -> None:
    """Every embedded test digit: LiteRT.js's outputs are those of LiteRT's default kernels."""
    page = browser.open_page(chromium, f"{site}/empty.html")
    found = page.evaluate(
        """async (pictures) => {
            const { load } = await import("./network.js");
            const { output } = await load("bundle", "node_modules/@litertjs/core/wasm/");
            const answers = [];
            for (const pixels of pictures) answers.push(await output(pixels));
            return answers;
        }""",
        digits.inputs.reshape(len(digits), -1).tolist(),
    )
    model = bundle.folder / "model.tflite"
    assert found == worker.answers(model, digits.inputs, "litert", "default").tolist()
