"""What classify tells, in Python, JavaScript and Java, for each kind of scores a network gives."""

import json
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from runtime import worker
from runtime.interpreter import load
from tests.compiler import networks
from tests.compiler.builder import Builder
from tests.package import grammar, packaged
from tests.package.test_android import java_home


def ending(operator: str, outside: str = "INT8") -> bytes:
    """Five numbers through an operator, whose scale is fixed, in int8 or as real numbers."""
    b = Builder()
    x, y = b.tensor((1, 5), 0.05, 3), b.tensor((1, 5), 1 / 256, -128)
    b.add(operator, [x], y, **({"beta": 1.0} if operator == "SOFTMAX" else {}))
    if outside == "INT8":
        return b.pack([x], y)
    real = b.tensor((1, 5), dtype=outside)
    b.add("DEQUANTIZE", [y], real, version=2)
    return b.pack([x], real)


def softmax(scores: np.ndarray) -> np.ndarray:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def both(scores: np.ndarray) -> np.ndarray:
    second = np.clip(scores, 0, 1)
    return np.concatenate([1 - second, second], axis=1)


def clipped(scores: np.ndarray) -> np.ndarray:
    return np.clip(scores, 0, 1)


@dataclass(frozen=True)
class Kind:
    """A network, and how the probabilities of its classes come from its first output."""

    content: bytes
    classes: int
    told: Callable[[np.ndarray], np.ndarray]


KINDS = {
    "logits": Kind(networks.dense(), 3, softmax),
    "probabilities": Kind(ending("SOFTMAX"), 5, clipped),
    "real": Kind(ending("SOFTMAX", "FLOAT32"), 5, clipped),
    "independent": Kind(ending("LOGISTIC"), 5, clipped),
    "binary": Kind(networks.dense(1), 2, both),
    "several": Kind(networks.addition(), 12, softmax),
}
PYTHON = """
import importlib, json, sys
package = importlib.import_module(sys.argv[1])
network = package.Network()
told = [network.classify(*row) for row in json.load(sys.stdin)]
print(json.dumps([[one.label, one.probability, list(one.probabilities)] for one in told]))
"""
JAVASCRIPT = """
import { readFileSync } from "node:fs";
import { load } from "./index.js";
const network = await load();
const told = JSON.parse(readFileSync(0)).map((row) => network.classify(...row));
console.log(JSON.stringify(told.map((one) => [one.label, one.probability, one.probabilities])));
"""
JAVA = """
import java.util.Arrays;
public final class Tell {{
    public static void main(String[] words) {{
        try ({name} network = new {name}()) {{
            float[][][] rows = {{{rows}}};
            for (float[][] row : rows) {{
                {name}.Answer one = network.classify({arguments});
                System.out.println("[\\"" + one.label + "\\"," + one.probability + ","
                        + Arrays.toString(one.probabilities()) + "]");
            }}
        }}
    }}
}}
"""


@dataclass(frozen=True)
class Made:
    """The packages of a network, rows of numbers, and what LiteRT says of them."""

    packages: dict[str, Path]
    rows: list[list[list[float]]]
    expected: np.ndarray  # [row, class]

    def hold(self, told: list[tuple[str, float, list[float]]]) -> None:
        """Labels and probabilities are those that LiteRT's outputs stand for."""
        for (label, probability, probabilities), shares in zip(told, self.expected, strict=True):
            np.testing.assert_allclose(probabilities, shares, rtol=1e-5, atol=1e-7)
            assert label == f"c{np.argmax(shares)}"
            assert probability == probabilities[int(label[1:])]


@pytest.fixture(scope="module", params=KINDS)
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Made:
    kind, folder = KINDS[request.param], tmp_path_factory.mktemp(request.param)
    model, labels = folder / f"{request.param}.tflite", folder / "classes"
    model.write_bytes(kind.content)
    labels.write_text("".join(f"c{number}\n" for number in range(kind.classes)))
    network = load(model, "litert")
    rng = np.random.default_rng(5)
    codes = [rng.integers(-128, 128, (30, *one.shape)).astype(np.int8) for one in network.inputs]
    first = worker.run(model, codes, "litert", "default")[0].reshape(30, -1)
    output = network.outputs[0]
    reals = (first.astype(np.float64) - output.zero_point) * (output.scale or 1)
    given = [
        (code.reshape(30, -1).astype(np.float64) - one.zero_point) * one.scale
        for code, one in zip(codes, network.inputs, strict=True)
    ]
    packages = {
        name: packaged.make(name, model, folder / name, "--labels", str(labels))
        for name in ("python", "npm", "android", "swift")
    }
    rows = [[array[row].tolist() for array in given] for row in range(30)]
    return Made(packages, rows, kind.told(reals))


def test_python(made: Made) -> None:
    """The extension as gcc builds it where it lies."""
    source = made.packages["python"]
    (package,) = (source / "src").iterdir()
    packaged.run(
        *("gcc", "-O1", "-shared", "-fPIC", "-Wall", "-Wextra", "-Werror", "-I", source / "c"),
        *("-I", sysconfig.get_path("include"), package / "_network.c"),
        *(*(source / "c").glob("*.c"), "-o", package / "_network.abi3.so"),
    )
    done = subprocess.run(
        [sys.executable, "-c", PYTHON, package.name],
        input=json.dumps(made.rows),
        capture_output=True,
        text=True,
        cwd=source / "src",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    made.hold(json.loads(done.stdout))


def test_javascript(made: Made) -> None:
    """In Node.js."""
    done = subprocess.run(
        ["node", "--input-type=module", "-e", JAVASCRIPT],
        input=json.dumps(made.rows),
        capture_output=True,
        text=True,
        cwd=made.packages["npm"],
        check=False,
    )
    assert done.returncode == 0, done.stderr
    made.hold(json.loads(done.stdout))


def test_java(made: Made, tmp_path: Path) -> None:
    """On OpenJDK."""
    package, include = made.packages["android"], java_home() / "include"
    (source,) = package.rglob("src/**/*.java")
    (tmp_path / "Tell.java").write_text(
        "import com.example."
        + source.parent.name
        + "."
        + source.stem
        + ";"
        + JAVA.format(
            name=source.stem,
            rows=",".join(_literal(row) for row in made.rows),
            arguments=", ".join(f"row[{number}]" for number in range(len(made.rows[0]))),
        )
    )
    (library,) = (package / "src/main/cpp").glob("*_jni.c")
    packaged.run(
        *("gcc", "-shared", "-fPIC", "-I", include, "-I", include / "linux"),
        *(*library.parent.glob("*.c"), "-o", tmp_path / f"lib{library.stem}.so"),
    )
    packaged.run("javac", "-d", tmp_path, source, tmp_path / "Tell.java")
    words = ["java", f"-Djava.library.path={tmp_path}", "-cp", tmp_path, "Tell"]
    made.hold([json.loads(line) for line in packaged.run(*words).splitlines()])


def _literal(row: list[list[float]]) -> str:
    arrays = ("{" + ",".join(f"{number!r}f" for number in array) + "}" for array in row)
    return "{" + ",".join(arrays) + "}"


def test_swift_by_its_grammar(made: Made) -> None:
    """Every variant parses; none can be run here."""
    for path in made.packages["swift"].rglob("*.swift"):
        assert grammar.errors(path) == []
