"""A network as an npm package: packed, installed, run in Node.js and in Chromium, types checked."""

import base64
import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser

from convert.package.targets import npm
from runtime import image
from tests.browser import chromium, open_page, served
from tests.package import given, packaged
from tests.package.given import Case

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
IN_PAGE = """async ([name, inputs, plain]) => {
    if (plain) WebAssembly.validate = () => false;
    const [package, { run }] = await Promise.all([
        import(`./node_modules/${name}/index.js`), import("./harness.mjs")]);
    const network = await package.load();
    const content = Uint8Array.from(atob(inputs), (c) => c.charCodeAt(0)).buffer;
    return [...run(package, network, content, false)];
}"""


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Case]:
    folder = tmp_path_factory.mktemp("models")
    odd = {name: given.odd(name, folder) for name in given.ODD}
    return {"nano": given.digits(), **odd}


@pytest.fixture(scope="module")
def names(cases: dict[str, Case]) -> dict[str, str]:
    """What each package is called in the registry, by the library's name."""
    return {name: name.replace("_", "-") for name in cases} | {"fs": "fs-network"}


@pytest.fixture(scope="module")
def user(tmp_path_factory: pytest.TempPathFactory, cases: dict[str, Case]) -> Path:
    """A user's folder, into which npm has installed every package from its tarball."""
    folder = tmp_path_factory.mktemp("npm")
    made = [
        packaged.make("npm", "nano" if name == "nano" else case.model, folder / name)
        for name, case in cases.items()
    ]
    packaged.run("npm", "pack", "--silent", "--pack-destination", folder, *made)
    project = folder / "user"
    project.mkdir()
    (project / "package.json").write_text('{"name": "user", "private": true, "type": "module"}')
    quiet = ("--silent", "--offline", "--no-audit", "--no-fund", "--ignore-scripts")
    packaged.run("npm", "install", *quiet, *sorted(folder.glob("*.tgz")), cwd=project)
    for file in ("harness.mjs", "digits.mjs", "use.ts"):
        shutil.copy(HERE / file, project)
    (project / "index.html").write_text("<!doctype html><title>user</title>")
    return project


def node(user: Path, *words: str | Path) -> bytes:
    done = subprocess.run(["node", *words], cwd=user, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


@pytest.mark.parametrize("way", ["arrays", "views", "plain"])
@pytest.mark.parametrize("name", ["nano", *given.ODD])
def test_the_bytes_of_litert_in_node(  # noqa: PLR0913, PLR0917 - fixtures
    name: str,
    way: str,
    user: Path,
    cases: dict[str, Case],
    names: dict[str, str],
    tmp_path: Path,
) -> None:
    """0 bytes differ, by arrays, by views of its memory, and in the module without SIMD."""
    case = cases[name]
    words = [names[name], case.write(tmp_path), way, "plain" if way == "plain" else "simd"]
    assert case.differing(node(user, "harness.mjs", *words)) == 0


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.mark.parametrize("plain", [False, True], ids=["simd", "plain"])
@pytest.mark.parametrize("name", ["nano", "object", "new"])
def test_the_bytes_of_litert_in_chromium(  # noqa: PLR0913, PLR0917 - fixtures
    name: str,
    plain: bool,
    user: Path,
    cases: dict[str, Case],
    names: dict[str, str],
    browser: Browser,
) -> None:
    """0 bytes differ on a page that imports the package as it was installed."""
    case = cases[name]
    inputs = base64.b64encode(case.write(user).read_bytes()).decode()
    with served(user) as address:
        page = open_page(browser, address)
        found = page.evaluate(IN_PAGE.replace("package", "found"), [names[name], inputs, plain])
        assert case.differing(bytes(found)) == 0
        problems = [one for one in page.problems if "favicon" not in one and "404" not in one]
        assert problems == []
        page.context.close()


def test_it_classifies_pixels(user: Path, cases: dict[str, Case], tmp_path: Path) -> None:
    """Labels and probabilities of pixels as they are: what LiteRT's logits say."""
    path = tmp_path / "pixels"
    path.write_bytes(given.images(100).tobytes())
    answers = json.loads(node(user, "digits.mjs", "classify", path))
    expected = given.probabilities(cases["nano"])[:100]
    for (label, index, probability, probabilities), shares in zip(answers, expected, strict=True):
        assert label == str(index) == str(np.argmax(shares))
        assert probability == probabilities[index]
        np.testing.assert_allclose(probabilities, shares, rtol=1e-5)


def test_it_reads_digits_of_a_picture(user: Path) -> None:
    """The digits in a photograph, as the web app and Python find them."""
    picture = Image.open(ROOT / "runtime/examples/two.jpg").convert("RGBA")
    (user / "picture").write_bytes(picture.tobytes())
    program = f"""
        import {{ readFileSync }} from "node:fs";
        import {{ load }} from "nano";
        const data = new Uint8ClampedArray(readFileSync("picture"));
        const network = await load();
        const [width, height] = {list(picture.size)};
        console.log(JSON.stringify(network.readDigits({{ data, width, height }})));
    """
    found = json.loads(node(user, "--input-type=module", "-e", program))
    expected = image.digits(picture)
    assert [one["label"] for one in found] == ["2"]
    assert [(one["x"], one["y"]) for one in found] == [tuple(one.box[:2]) for one in expected]


def test_what_does_not_fit_is_refused(user: Path, tmp_path: Path) -> None:
    """Other arrays, lengths and counts, each in words; two networks do not share memory."""
    path = tmp_path / "pixels"
    path.write_bytes(bytes(784))
    lines = node(user, "digits.mjs", "refused", path).decode().splitlines()
    assert lines[0] == "input takes 784 numbers, [1,28,28,1], not 783"
    assert lines[1] == "input takes an Int8Array of int8 [1,28,28,1]"
    wanted = "input takes 784 numbers, [1,28,28,1]"
    assert f"{wanted}, in an array, not null" in lines
    assert f"{wanted}; that at 0 is none, but string" in lines


def test_types(user: Path) -> None:
    """TypeScript takes what the package can do, and nothing else."""
    compiler = ROOT / "build/typescript/node_modules/typescript/bin/tsc"
    if not compiler.is_file():
        pytest.skip("needs build/typescript: run tests/tools.sh, connected")
    options = {"noEmit": True, "strict": True, "target": "es2022", "module": "nodenext"}
    libraries = {"lib": ["es2022", "dom"], "types": []}
    settings = {"compilerOptions": options | libraries, "files": ["use.ts"]}
    (user / "tsconfig.json").write_text(json.dumps(settings))
    packaged.run("node", compiler, cwd=user)


def test_the_example_and_what_is_packed(user: Path) -> None:
    """Only what runs is packed, and the example that the README speaks of."""
    installed = user / "node_modules/nano"
    packed = {"LICENSE", "README.md", "app", "example.mjs", "index.d.ts", "index.js"}
    packed |= {"package.json", "plain.wasm", "simd.wasm"}
    assert {path.name for path in installed.iterdir()} == packed
    made = user.parent / "nano/nano-npm"
    packaged.require_example(made, packaged.NANO, node(installed, "example.mjs"))
    for file in (made / "app").iterdir():
        assert file.read_bytes() == (npm.APP / file.name).read_bytes()


@pytest.mark.parametrize("name", given.ODD)
def test_other_examples(
    name: str, user: Path, cases: dict[str, Case], names: dict[str, str]
) -> None:
    """Several inputs and outputs, of several types, and a state."""
    installed = user / "node_modules" / names[name]
    step = 0.02 if name == "class" else 1.0  # the scale of its first operator
    packaged.require_example(installed, cases[name].model, node(installed, "example.mjs"), step)


def test_the_readme_is_run(user: Path) -> None:
    """What it shows, with an input and a white picture."""
    before = """
        const input = new Int8Array(784);
        const imageData = { data: new Uint8ClampedArray(1024).fill(255), width: 16, height: 16 };
    """
    node(
        user,
        *("--input-type=module", "-e"),
        before + packaged.block(user / "node_modules/nano", "js"),
    )


def test_every_import_is_packed(user: Path) -> None:
    """What a file of the package imports lies in it, so that no bundler is needed."""
    installed = user / "node_modules/nano"
    for file in installed.rglob("*.js"):
        for name in re.findall(r'^import .* from "(.*)";', file.read_text(), re.MULTILINE):
            assert (file.parent / name).is_file()
