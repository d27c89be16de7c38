"""What the packages of Android, npm, Python and Swift have in common."""

import json
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from convert.compiler import __main__ as compiler
from tests.compiler import networks
from tests.package import grammar, packaged
from tests.package.test_android import java_home

PLACES = {
    "android": "src/main/cpp",
    "python": "c",
    "swift": "Sources/CNano",
}
CORES = {
    "android": {"generic", "aarch64"},
    "python": {"generic", "aarch64", "x86-64-v3"},
    "swift": {"generic", "aarch64"},
}
LABELS = ['grün "?"', "b\\n%s \\(x) ${y}", "三 {{name}} */ '''"]
DESCRIPTION = 'It tells """three""" apart: \\user */ // {{name}} ${x} <!-- é -->'
PRINT = """
import com.example.dense.Dense;
import java.io.PrintStream;
public final class Print {
    public static void main(String[] words) throws Exception {
        PrintStream out = new PrintStream(System.out, true, "UTF-8");
        for (String label : Dense.LABELS) out.println(label);
    }
}
"""


@pytest.mark.parametrize("kind", PLACES)
def test_the_c_is_the_compilers(kind: str, tmp_path: Path) -> None:
    """Byte for byte what the compiler writes, for each core."""
    made = packaged.make(kind, "nano", tmp_path / "made")
    cores = made / PLACES[kind] / "cores"
    assert {path.name for path in cores.iterdir()} == CORES[kind]
    for core in CORES[kind]:
        words = ["--name", "nano", "--out", str(tmp_path), "--target", core, "--quiet"]
        compiler.main([str(packaged.NANO), *words])
        for end, name in (("c", "nano.inc"), ("h", "nano.h")):
            assert (cores / core / name).read_bytes() == (tmp_path / f"nano.{end}").read_bytes()


def test_only_plain_c(tmp_path: Path) -> None:
    """With the core that is named; the C lies where users look for it first."""
    made = packaged.make("swift", "nano", tmp_path / "made", "--core", "x86-64-v3", "--for=python")
    compiler.main([str(packaged.NANO), "--name", "nano", "--out", str(tmp_path), "--quiet"])
    for name in ("nano.c", "nano.h"):
        assert (made / PLACES["swift"] / name).read_bytes() == (tmp_path / name).read_bytes()
    assert "exclude" not in (made / "Package.swift").read_text()


@pytest.mark.parametrize("kind", [*PLACES, "npm"])
def test_what_it_says_of_itself(kind: str, tmp_path: Path) -> None:
    """README and LICENSE: figures, what it equals, what was run and what was not; no gaps."""
    words = ["--version", "2.3.4", "--author", "Ann Nym", "--url", "https://acme.example/nano"]
    made = packaged.make(kind, "nano", tmp_path, *words)
    readme = (made / "README.md").read_text()
    for told in ("3,428", "880", "LiteRT's default kernels", "Ann Nym", "2.3.4", "not run"):
        assert told in readme
    assert "Apache License" in (made / "LICENSE").read_text()
    files = [path for path in made.rglob("*") if path.is_file() and path.suffix != ".wasm"]
    texts = [path.read_text() for path in files]
    assert not [text for text in texts if re.search(r"\{\{\w+\}\}", text)]
    # Swift's packages have their version from the repository's tag.
    assert kind == "swift" or any("2.3.4" in text for text in texts if text != readme)


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Packages of a network with labels and a description that every language stumbles over."""
    folder = tmp_path_factory.mktemp("odd")
    (folder / "dense.tflite").write_bytes(networks.dense())
    (folder / "classes").write_text("\n".join(LABELS) + "\n", encoding="utf-8")
    words = ["--labels", str(folder / "classes"), "--description", DESCRIPTION]
    words += ["--author", 'Ann "the\\pen" Nym']
    return {
        kind: packaged.make(kind, folder / "dense.tflite", folder / kind, *words)
        for kind in [*PLACES, "npm"]
    }


def test_odd_texts_in_python(odd: dict[str, Path]) -> None:
    """The labels are what they are, and pyproject.toml is read."""
    scope: dict[str, object] = {}
    text = (odd["python"] / "src/dense/__init__.py").read_text()
    exec(text.split("@dataclass")[0].replace("from dense import _network", ""), scope)  # noqa: S102
    assert scope["LABELS"] == tuple(LABELS)
    project = tomllib.loads((odd["python"] / "pyproject.toml").read_text())["project"]
    assert project["description"] == DESCRIPTION
    assert project["authors"] == [{"name": 'Ann "the\\pen" Nym'}]


def test_odd_texts_in_javascript(odd: dict[str, Path]) -> None:
    """The labels are what they are, and package.json is read."""
    program = 'import { labels } from "./index.js"; console.log(JSON.stringify(labels));'
    words = ["node", "--input-type=module", "-e", program]
    printed = packaged.run(*words, cwd=odd["npm"])
    assert json.loads(printed) == LABELS
    assert json.loads((odd["npm"] / "package.json").read_text())["description"] == DESCRIPTION


def test_odd_texts_in_java(odd: dict[str, Path], tmp_path: Path) -> None:
    """The labels are what they are."""
    (tmp_path / "Print.java").write_text(PRINT)
    cpp = odd["android"] / "src/main/cpp"
    include = java_home() / "include"
    packaged.run(
        *("gcc", "-shared", "-fPIC", "-I", include, "-I", include / "linux"),
        *(*cpp.glob("*.c"), "-o", tmp_path / "libdense_jni.so"),
    )
    sources = [*odd["android"].rglob("src/**/*.java"), tmp_path / "Print.java"]
    packaged.run("javac", "-encoding", "UTF-8", "-d", tmp_path, *sources)
    java = ["java", f"-Djava.library.path={tmp_path}", "-cp", tmp_path, "Print"]
    done = subprocess.run(list(map(str, java)), capture_output=True, check=True)
    assert done.stdout.decode().splitlines() == LABELS


def test_odd_texts_in_swift(odd: dict[str, Path]) -> None:
    """The files parse, and no label interpolates."""
    files = sorted(odd["swift"].rglob("*.swift"))
    assert {path.name: grammar.errors(path) for path in files} == {one.name: [] for one in files}
    text = next(path.read_text() for path in files if path.name == "DenseNetwork.swift")
    assert r'"b\u{5c}n%s \u{5c}(x) ${y}"' in text


def test_the_same_package_twice_is_the_same(tmp_path: Path) -> None:
    """Same input, same bytes, WebAssembly too."""
    first, second = (packaged.make("npm", "nano", tmp_path / word) for word in ("one", "two"))
    for path in first.rglob("*"):
        if path.is_file():
            assert path.read_bytes() == (second / path.relative_to(first)).read_bytes()
