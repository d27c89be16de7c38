"""A network as an Android library: its class and its JNI, compiled and run on OpenJDK."""

import os
import re
import shutil
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest

from convert.package.targets import android
from tests.package import given, grammar, packaged
from tests.package.given import Case

HERE = Path(__file__).parent
STRICT = "-Wall -Wextra -Wconversion -Wsign-conversion -Wpedantic -Wcast-qual -Werror"


def java_home() -> Path:
    """Of the JDK whose javac is on the path."""
    program = shutil.which("javac")
    assert program, "javac is not installed: run tests/tools.sh"
    return Path(program).resolve().parents[1]


class Built:
    """Libraries with their classes in one folder, as an app has them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.libraries: list[Path] = []

    def add(self, model: str | Path) -> Path:
        """Package a model and build its C by its own CMake file."""
        found = packaged.make("android", model, self.folder / Path(model).stem)
        build = self.folder / f"build-{Path(model).stem}"
        home = os.environ.get("JAVA_HOME")
        os.environ["JAVA_HOME"] = str(java_home())
        try:
            packaged.run(
                *("cmake", "-G", "Ninja", "-S", found / "src/main/cpp", "-B", build),
                *(f"-DCMAKE_C_FLAGS={STRICT}", "-DCMAKE_BUILD_TYPE=Debug"),
            )
        finally:
            os.environ.pop("JAVA_HOME") if home is None else os.environ.update(JAVA_HOME=home)
        packaged.run("cmake", "--build", build)
        shutil.copy(next(build.glob("*_jni.so")), self.folder)
        self.libraries.append(found)
        return found

    def compile(self) -> None:
        """Every class and program, for the oldest Java that Android's tools take."""
        sources = [path for one in self.libraries for path in one.rglob("src/**/*.java")]
        example = self.libraries[0] / "example/Example.java"
        classes = ("-d", self.folder / "classes")
        packaged.run(
            "javac", "--release", "8", "-Xlint:all,-options", "-Werror", *classes, *sources, example
        )
        tests = sorted(HERE.glob("*.java"))
        packaged.run("javac", "-cp", self.folder / "classes", *classes, *tests)

    def run(self, *words: str | Path) -> str:
        """What a program prints; the JVM has nothing to say of the C's use of it."""
        printed = packaged.run(
            *("java", "-Xcheck:jni", "-Xmx64m", f"-Djava.library.path={self.folder}"),
            *("-cp", self.folder / "classes", *words),
        )
        assert "WARNING" not in printed
        assert "FATAL" not in printed
        return printed


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Case]:
    folder = tmp_path_factory.mktemp("models")
    odd = {name: given.odd(name, folder) for name in given.ODD}
    return {"nano": given.digits(), **odd}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, cases: dict[str, Case]) -> Built:
    found = Built(tmp_path_factory.mktemp("android"))
    for name, case in cases.items():
        found.add("nano" if name == "nano" else case.model)
    found.compile()
    return found


@pytest.mark.parametrize("way", ["arrays", "buffers"])
@pytest.mark.parametrize("name", ["nano", *given.ODD])
def test_the_bytes_of_litert(
    name: str, way: str, built: Built, cases: dict[str, Case], tmp_path: Path
) -> None:
    """0 bytes differ, by arrays of each type and by direct buffers."""
    case = cases[name]
    type_name = f"{android.package_name(name)}.{android.class_name(name)}"
    words = [type_name, case.write(tmp_path), tmp_path / "outputs"]
    built.run("Harness", *words, *(["buffers"] if way == "buffers" else []))
    assert case.differing((tmp_path / "outputs").read_bytes()) == 0


@pytest.fixture(scope="module")
def pixels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pixels") / "pixels"
    path.write_bytes(given.images(100).tobytes())
    return path


def test_it_classifies_pixels(built: Built, cases: dict[str, Case], pixels: Path) -> None:
    """Labels and probabilities of pixels as they are: what LiteRT's logits say."""
    answers = built.run("Digits", "classify", pixels).splitlines()
    expected = given.probabilities(cases["nano"])[:100]
    assert len(answers) == len(expected)
    for answer, shares in zip(answers, expected, strict=True):
        label, index, probability, *probabilities = answer.split()
        assert label == index == str(np.argmax(shares))
        assert probability == probabilities[int(index)]
        np.testing.assert_allclose(np.array(probabilities, float), shares, rtol=1e-5)


def test_what_does_not_fit_is_refused(built: Built, pixels: Path) -> None:
    """Wrong lengths, numbers of no tensor, use after close; memory outlives what leads to it."""
    lines = built.run("Digits", "refused", pixels).splitlines()
    assert lines[0] == "input takes 784 elements, not 783"
    assert lines[3] == "there is no input of that number"
    assert lines[-1] == "the network is closed"


def test_threads_may_share_a_network(built: Built, pixels: Path) -> None:
    """Four at once get what one alone gets."""
    assert built.run("Digits", "threads", pixels).split() == ["0"]


def test_the_example_runs(built: Built) -> None:
    """It prints what the network answers."""
    packaged.require_example(built.libraries[0], packaged.NANO, built.run("Example"))


@pytest.mark.parametrize("name", given.ODD)
def test_other_examples(name: str, built: Built, cases: dict[str, Case], tmp_path: Path) -> None:
    """Several inputs and outputs, of several types, and a state."""
    (library,) = (one for one in built.libraries if one.name == f"{name}-android")
    classes = built.folder / "classes"
    words = ["--release", "8", "-Xlint:all,-options", "-Werror", "-cp", classes, "-d", tmp_path]
    packaged.run("javac", *words, library / "example/Example.java")
    printed = packaged.run(
        *("java", f"-Djava.library.path={built.folder}"),
        *("-cp", f"{tmp_path}:{classes}", "Example"),
    )
    step = 0.02 if name == "class" else 1.0  # the scale of its first operator
    packaged.require_example(library, cases[name].model, printed, step)


def test_the_readme_is_run(built: Built, tmp_path: Path) -> None:
    """Its commands for a computer."""
    library = shutil.copytree(built.libraries[0], tmp_path / "nano")
    text = (library / "README.md").read_text()
    told = text[text.index("On a computer:") :].split("\n\n")[0].replace("\n", " ")
    commands = " && ".join(re.findall("`([^`]*(?:cmake|javac)[^`]*)`", told))
    script = f"export JAVA_HOME='{java_home()}'; {commands}"
    assert packaged.run("sh", "-ec", script, cwd=library).endswith(packaged.block(library, "text"))


def test_what_gradle_reads(built: Built) -> None:
    """The build file parses as Kotlin, the manifest as XML; both speak of the class's package."""
    library = built.libraries[0]
    assert grammar.errors(library / "build.gradle.kts") == []
    assert 'namespace = "com.example.nano"' in (library / "build.gradle.kts").read_text()
    assert ET.parse(library / "src/main/AndroidManifest.xml").getroot().tag == "manifest"  # noqa: S314
    rules = (library / "consumer-rules.pro").read_text()
    assert "-keep class com.example.nano.Nano {" in rules


def test_another_group(tmp_path: Path) -> None:
    """The class, the rules and the C speak of the package that was asked for."""
    made = packaged.make("android", "nano", tmp_path, "--group", "org.acme.ml")
    told = {
        path: path.read_text()
        for path in made.rglob("*")
        if path.is_file() and path.suffix != ".md"
    }
    assert "package org.acme.ml.nano;" in told[made / "src/main/java/org/acme/ml/nano/Nano.java"]
    assert '"org/acme/ml/nano/Nano"' in told[made / "src/main/cpp/nano_jni.c"]
    assert "com.example" not in "".join(told.values())


@pytest.mark.parametrize("group", ["Org.acme", "org.acme-1", "org..acme", "org.new", "org.1a", ""])
def test_a_wrong_group_is_refused(
    group: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In one line, with nothing written."""
    with pytest.raises(SystemExit) as caught:
        packaged.make("android", "nano", tmp_path, "--group", group)
    assert caught.value.code == 2
    assert "argument --group: " in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("name", "class_name", "package"),
    [
        ("kws_ds_cnn", "KwsDsCnn", "com.example.kwsdscnn"),
        ("new", "New", "com.example.newnetwork"),
        ("object", "ObjectNetwork", "com.example.object"),
        ("KWS", "KWS", "com.example.kws"),
    ],
)
def test_names(name: str, class_name: str, package: str) -> None:
    """No keyword in the package, no class that hides one of Java's."""
    assert android.class_name(name) == class_name
    assert android.package_name(name) == package
