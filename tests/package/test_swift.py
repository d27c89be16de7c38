"""A network as a Swift package: its C built by clang and run, its Swift parsed; no Swift is run."""

import base64
import re
import subprocess
from pathlib import Path

import numpy as np
import pytest

from convert.package.targets import swift
from runtime import worker
from runtime.interpreter import load
from tests.package import given, grammar, packaged
from tests.package.given import Case

HERE = Path(__file__).parent
STRICT = ("-Wall", "-Wextra", "-Wconversion", "-Wsign-conversion", "-Wpedantic", "-Wcast-qual")
_ARM64 = ("--target=aarch64-linux-gnu", "-O2", "-static", "-ffp-contract=on", *STRICT, "-Werror")
COMPILERS = {
    "clang": ("clang", "-std=c11", "-O2", *STRICT, "-Werror"),
    "sanitized": ("gcc", "-fsanitize=undefined,address", "-fno-sanitize-recover=all"),
    # As Apple's compiler does, which contracts expressions to fused multiplications.
    "arm64": ("clang", *_ARM64),
    "arm64 with SDOT": ("clang", *_ARM64, "-march=armv8.2-a+dotprod"),
    "arm64 by GCC": ("aarch64-linux-gnu-gcc", "-std=gnu11", "-O2", "-static", "-Werror"),
}
EMULATED = {
    "arm64": ("qemu-aarch64-static", "-cpu", "cortex-a53"),
    "arm64 with SDOT": ("qemu-aarch64-static", "-cpu", "cortex-a76"),
    "arm64 by GCC": ("qemu-aarch64-static", "-cpu", "cortex-a53"),
}
"""What runs the programs that are not for this machine: an Arm without SDOT, one that has it."""


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Case]:
    folder = tmp_path_factory.mktemp("models")
    odd = {name: given.odd(name, folder) for name in given.ODD}
    return {"nano": given.digits(), **odd}


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory, cases: dict[str, Case]) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("swift")
    return {
        name: packaged.make("swift", "nano" if name == "nano" else case.model, folder / name)
        for name, case in cases.items()
    }


def program(compiler: str, package: Path, case: Case, out: Path) -> Path:
    """The C of a package with a program that calls it as Swift does."""
    folder = package / f"Sources/C{swift.module_name(case.name)}"
    sizes = {
        kind: ",".join(str(array[0].nbytes) for array in arrays)
        for kind, arrays in (("INPUT", case.inputs), ("OUTPUT", case.outputs))
    }
    packaged.run(
        *(*COMPILERS[compiler], f"-I{folder / 'include'}", f"-DNAME={case.name}"),
        f'-DRAW_HEADER="{case.name}_raw.h"',
        *(f"-D{kind}_SIZES={told}" for kind, told in sizes.items()),
        *(HERE / "harness.c", *sorted(folder.glob("*.c")), "-o", out),
    )
    return out


@pytest.mark.parametrize("compiler", COMPILERS)
@pytest.mark.parametrize("name", ["nano", *given.ODD])
def test_the_bytes_of_litert(
    name: str, compiler: str, packages: dict[str, Path], cases: dict[str, Case], tmp_path: Path
) -> None:
    """0 bytes differ through the functions that Swift calls; nothing is warned of."""
    case = cases[name]
    done = subprocess.run(
        [*EMULATED.get(compiler, ()), program(compiler, packages[name], case, tmp_path / "run")],
        input=case.write(tmp_path).read_bytes(),
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    assert case.differing(done.stdout) == 0


@pytest.mark.parametrize("name", ["nano", *given.ODD])
def test_it_is_swift_by_its_grammar(name: str, packages: dict[str, Path]) -> None:
    """Every Swift file parses."""
    files = sorted(packages[name].rglob("*.swift"))
    assert [path.name for path in files if path.name in ("Package.swift", "main.swift")]
    assert {path.name: grammar.errors(path) for path in files} == {one.name: [] for one in files}


@pytest.mark.parametrize("name", ["nano", "object", "new"])
def test_the_readme_tells_litert_s_answer(
    name: str, packages: dict[str, Path], cases: dict[str, Case]
) -> None:
    """What the example prints, which no compiler was at hand for."""
    packaged.require_example(
        packages[name], cases[name].model, packaged.block(packages[name], "text")
    )


def test_the_grammar_finds_errors(packages: dict[str, Path], tmp_path: Path) -> None:
    """The check is one that can fail."""
    text = (packages["nano"] / "Package.swift").read_text()
    (tmp_path / "Package.swift").write_text(text.replace("products: [", "products: {", 1))
    assert grammar.errors(tmp_path / "Package.swift")


@pytest.mark.parametrize("name", ["nano", "object", "new"])
def test_the_vectors_are_litert_s(
    name: str, packages: dict[str, Path], cases: dict[str, Case]
) -> None:
    """What XCTest would compare: LiteRT's answers to the same inputs in sequence."""
    model = cases[name].model
    (tests,) = packages[name].glob("Tests/*/*.swift")
    network = load(model, "litert")
    columns = [network.inputs, network.outputs]
    found: list[list[list[np.ndarray]]] = [[[] for _ in column] for column in columns]
    for kind, column, kept in zip(("inputs", "outputs"), columns, found, strict=True):
        for row in re.findall(rf'{kind}: \[(".*")\]', tests.read_text()):
            for text, tensor, to in zip(row.split(", "), column, kept, strict=True):
                content = base64.b64decode(text.strip('"'), validate=True)
                to.append(np.frombuffer(content, tensor.dtype).reshape(tensor.shape))
    inputs, outputs = ([np.stack(column) for column in both] for both in found)
    assert len(inputs[0]) == 2
    for answer, expected in zip(
        outputs, worker.run(model, inputs, "litert", "default"), strict=True
    ):
        np.testing.assert_array_equal(answer, expected)


def test_the_module_map_names_a_header(packages: dict[str, Path]) -> None:
    """Clang imports the module as Swift does."""
    folder = packages["nano"] / "Sources/CNano/include"
    source = folder.parent / "use.m"
    source.write_text("@import CNano;\nunsigned long size(void) { return nano_raw_size(); }\n")
    packaged.run("clang", "-fmodules", "-fsyntax-only", "-I", folder, source)
    source.unlink()


@pytest.mark.parametrize(
    ("name", "expected"),
    [("kws_ds_cnn", "KwsDsCnn"), ("array", "ArrayModel"), ("network", "NetworkModel")],
)
def test_names_of_modules(name: str, expected: str) -> None:
    """A module hides no type of Swift's and no module of Apple's."""
    assert swift.module_name(name) == expected
