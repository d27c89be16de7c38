"""A network as a Python package: built, installed and used as its users do."""

import json
import subprocess
import sys
import tarfile
from pathlib import Path

import numpy as np
import pytest

from convert.package.targets.python import module
from runtime import machine
from tests.package import given, packaged
from tests.package.given import Case

USE = """
import importlib, sys
package = importlib.import_module(sys.argv[1])
network = package.Network()
network.self_test()
content, at, found = open(sys.argv[2], "rb").read(), 0, []
while at < len(content):
    arguments = []
    for one in package.INPUTS:
        arguments.append(content[at : at + one.size])
        at += one.size
    answers = network.run(*arguments)
    found += [answers] if isinstance(answers, bytes) else answers
sys.stdout.buffer.write(b"".join(found))
"""
CLASSIFY = """
import json, sys, nano
pixels = open(sys.argv[1], "rb").read()
network = nano.Network()
answers = [network.classify(pixels[at : at + 784]) for at in range(0, len(pixels), 784)]
told = [[one.label, one.index, one.probability, one.probabilities] for one in answers]
json.dump(told, sys.stdout)
"""
REFUSED = """
import array, nano
network = nano.Network()
def refused(kind, call):
    try:
        call()
    except kind as error:
        print(error)
    else:
        raise SystemExit(f"{call} was taken")
refused(ValueError, lambda: network.run(bytes(783)))
refused(ValueError, lambda: network.run(array.array("f", bytes(784))))
refused(ValueError, lambda: network.run(bytes(785)))
refused(ValueError, lambda: network.run(memoryview(bytes(1568))[::2]))
refused(TypeError, lambda: network.run([0] * 784))
refused(TypeError, lambda: network.run(bytes(784), bytes(784)))
refused(ValueError, lambda: network.predict([0.0] * 785))
refused(ValueError, lambda: network.predict(array.array("I", [0] * 784)))
refused(TypeError, lambda: network.predict(["ink"] * 784))
refused(TypeError, lambda: network.predict(None))
refused(TypeError, lambda: network.predict("abc"))
refused(ValueError, lambda: network.run(array.array("B", bytes(784))))
refused(ValueError, lambda: network.predict(memoryview(bytes(1568))[::2]))
refused(TypeError, lambda: nano.Network(1))
assert network.run(array.array("b", [5] * 784)) == network.run(bytes([5] * 784))
assert network.run(memoryview(bytes(784))) == network.run(bytearray(784))
assert network.predict([0.0] * 784) == network.predict(bytes(784))
network.predict([float("nan"), float("inf"), -float("inf"), *[1e30] * 781])
"""
THREADS = """
import sys, threading, nano
content = open(sys.argv[1], "rb").read()
rows = [content[at : at + 784] for at in range(0, len(content), 784)]
alone = nano.Network()
expected = [alone.run(row) for row in rows]
shared, wrong = nano.Network(), []
def work(network):
    for row, answer in zip(rows, expected):
        if network.run(row) != answer:
            wrong.append(row)
networks = (shared, shared, shared, nano.Network())
threads = [threading.Thread(target=work, args=[one]) for one in networks]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(len(wrong))
"""
STATE = """
import sys, new
network = new.Network()
row = bytes(range(1, 1 + new.INPUTS[0].size))
first, second = network.run(row), network.run(row)
network.reset()
print(first != second, network.run(row) == first)
"""


class Installed:
    """A virtual environment with packages of their own wheels, and nothing else."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        packaged.run(sys.executable, "-m", "venv", "--without-pip", folder / "venv")
        self.python = folder / "venv/bin/python"

    def install(self, file: Path) -> None:
        packaged.run(
            *(sys.executable, "-m", "pip", "--python", self.python, "install", "--quiet"),
            *("--no-deps", "--no-index", file),
        )

    def run(self, program: str, *words: str | Path) -> bytes:
        done = subprocess.run(
            [self.python, "-X", "dev", "-c", program, *words],
            capture_output=True,
            cwd=self.folder,
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout


def wheel(source: Path, out: Path) -> Path:
    """The wheel that pip builds of a source tree or an sdist, with what is installed here."""
    packaged.run(
        *(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"),
        *("--no-index", "--wheel-dir", out, source),
    )
    (found,) = out.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def digits() -> Case:
    return given.digits()


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source tree of nano."""
    out = tmp_path_factory.mktemp("python")
    words = ["--version", "1.2.3", "--author", "Ann O'Nym", "--licence", "mit OR LicenseRef-Acme-1"]
    return packaged.make("python", "nano", out, *words)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, source: Path) -> Installed:
    """An environment with nano."""
    found = Installed(tmp_path_factory.mktemp("installed"))
    built = wheel(source, found.folder / "nano")
    assert built.name.startswith("nano-1.2.3-cp311-abi3-")  # one for all Pythons from 3.11 on
    found.install(built)
    return found


def test_a_wheel_for_newer_computers(
    source: Path, digits: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The compiler's options choose the kernels; 0 bytes differ from LiteRT's."""
    if machine.target() != machine.X86_64_V3:
        pytest.skip("runs what is compiled for x86-64-v3")
    monkeypatch.setenv("CFLAGS", "-march=x86-64-v3")
    other = Installed(tmp_path)
    other.install(wheel(source, tmp_path / "wheel"))
    path = next(tmp_path.rglob("_network*.so"))
    assert "ymm" in packaged.run("objdump", "-d", path)
    found = other.run(USE, "nano", digits.write(tmp_path))
    assert digits.differing(found) == 0


def test_the_bytes_of_litert(place: Installed, digits: Case, tmp_path: Path) -> None:
    """0 bytes differ in 1,000 images."""
    found = place.run(USE, "nano", digits.write(tmp_path))
    assert digits.differing(found) == 0


def test_it_classifies_pixels(place: Installed, digits: Case, tmp_path: Path) -> None:
    """Labels and probabilities of pixels as they are: what LiteRT's logits say."""
    pixels = given.images(100)
    path = tmp_path / "pixels"
    path.write_bytes(pixels.tobytes())
    expected = given.probabilities(digits)[:100]
    for answer, shares in zip(json.loads(place.run(CLASSIFY, path)), expected, strict=True):
        label, index, probability, probabilities = answer
        assert index == int(np.argmax(shares))
        assert label == str(index)
        assert probability == probabilities[index]
        np.testing.assert_allclose(probabilities, shares, rtol=1e-5)


def test_what_does_not_fit_is_refused(place: Installed) -> None:
    """Each with a sentence that says what is taken, and no crash."""
    lines = place.run(REFUSED).decode().splitlines()
    assert lines[0] == "input takes int8 [1, 28, 28, 1], 784 bytes, not 783"
    assert lines[6] == "input takes int8 [1, 28, 28, 1], 784 numbers, not 785"
    assert "input takes int8 [1, 28, 28, 1], 784 numbers, not str" in lines
    assert "input takes int8 [1, 28, 28, 1], 784 numbers, not NoneType" in lines
    assert sum("not elements of the format 'B'" in line for line in lines) == 1
    assert sum("give a copy, as of numpy.ascontiguousarray" in line for line in lines) == 2


def test_threads_may_share_a_network(place: Installed, digits: Case, tmp_path: Path) -> None:
    """Four at once get what one alone gets."""
    assert place.run(THREADS, digits.write(tmp_path)).strip() == b"0"


@pytest.mark.parametrize("name", ["object", "new"])
def test_other_networks(name: str, place: Installed, tmp_path: Path) -> None:
    """Several inputs and outputs, of two types, and a state: LiteRT's bytes, from an sdist too."""
    case = given.odd(name, tmp_path)
    made = packaged.make("python", case.model, tmp_path / "made")
    build = "import setuptools.build_meta as b, sys; b.build_sdist(sys.argv[1])"
    packaged.run(sys.executable, "-c", build, tmp_path, cwd=made)
    (archive,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(archive) as packed:
        assert any(file.endswith(f"c/{name}.h") for file in packed.getnames())
    place.install(wheel(archive, tmp_path / "wheel"))
    assert case.differing(place.run(USE, module(name), case.write(tmp_path))) == 0
    packaged.require_example(made, case.model, place.run((made / "example.py").read_text()))


def test_a_state_can_be_reset(place: Installed, tmp_path: Path) -> None:
    """Behind a reset a sequence begins anew."""
    made = packaged.make("python", given.odd("new", tmp_path).model, tmp_path / "made")
    place.install(wheel(made, tmp_path / "wheel"))
    assert place.run(STATE).split() == [b"True", b"True"]


def test_types_and_example(place: Installed, source: Path) -> None:
    """The types hold, strictly: mypy finds nothing, and the example runs."""
    files = [str(path) for path in (source / "src/nano").glob("*.py*")]
    assert "Success" in packaged.run(sys.executable, "-m", "mypy", "--strict", *files, cwd=source)
    assert "Success" in packaged.run(
        sys.executable, "-m", "mypy", "--strict", source / "example.py", cwd=source / "src"
    )
    packaged.require_example(source, packaged.NANO, place.run((source / "example.py").read_text()))


def test_the_readme_is_run(place: Installed, source: Path) -> None:
    """What it shows, with pixels for its input."""
    place.run(f"input = bytes(784)\n{packaged.block(source, 'python')}")


@pytest.mark.parametrize(
    ("name", "expected"),
    [("KWS", "kws"), ("class_", "class_network"), ("json", "json_network"), ("a_1", "a_1")],
)
def test_names_of_modules(name: str, expected: str) -> None:
    """No keyword, and no module of Python's own."""
    assert module(name) == expected
