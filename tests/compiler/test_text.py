"""The generated C is C that a firmware team would take: clean, contained, small."""

import subprocess
from pathlib import Path

import numpy as np
import pytest

from convert import tflite
from convert.carray import c_name
from convert.compiler.arithmetic.match import Match
from convert.compiler.build import Compiled, compile_model
from convert.compiler.targets.options import Options, Target
from convert.compiler.toolchain import measure
from tests.compiler import harness, models
from tests.compiler.builder import Builder
from tests.compiler.models import classic
from tests.compiler.models.base import Random

MODES = list(Match)
ARM = ["arm-none-eabi-gcc", "-mthumb", "-ffreestanding"]


def write(folder: Path, compiled: Compiled) -> Path:
    for name, content in compiled.files().items():
        (folder / name).write_bytes(content)
    return folder / f"{compiled.unit.name}.c"


@pytest.fixture(params=MODES)
def source(request: pytest.FixtureRequest, model_path: Path, tmp_path: Path) -> Path:
    """The bundled model's C, in each mode."""
    return write(tmp_path, compile_model(tflite.read(model_path), "model", Options(request.param)))


@pytest.mark.parametrize("compiler", ["gcc", "clang"])
def test_no_warning(source: Path, compiler: str) -> None:
    """Clean under every warning that the project promises, with two compilers."""
    words = [compiler, *harness.WARNINGS, "-O2", "-c", source, "-o", source.with_suffix(".o")]
    subprocess.run(words, check=True)


@pytest.mark.parametrize("match", MODES)
def test_no_warning_in_any_kernel(match: Match, tmp_path: Path) -> None:
    """The same for a model of each operator, so for every kernel."""
    for kind in models.covering(match):
        compiled = compile_model(tflite.parse(models.random(kind, 3)), c_name(kind), Options(match))
        source = write(tmp_path, compiled)
        for compiler in ("gcc", "clang"):
            words = [compiler, *harness.WARNINGS, "-O2", "-c", source, "-o", tmp_path / "x.o"]
            subprocess.run(words, check=True)


def test_header_is_valid_cpp(source: Path) -> None:
    """A C++ program includes the header, links the C and passes the self-test."""
    program = source.with_suffix("")
    caller = source.with_name("caller.cpp")
    caller.write_text(
        '#include "model.h"\n#include "model.h"\nstatic model_arena arena;\n'
        "int main() { return model_self_test(&arena); }\n"
    )
    subprocess.run(["gcc", "-std=c99", "-c", source, "-o", source.with_suffix(".o")], check=True)
    words = ["g++", "-std=c++11", "-Wall", "-Wextra", "-Wpedantic", "-Werror", caller]
    subprocess.run([*words, source.with_suffix(".o"), "-o", program], check=True)
    assert subprocess.run([program], check=False).returncode == 0


def test_a_network_without_operators_compiles(tmp_path: Path) -> None:
    """Its outputs lie where its inputs do, of which a compiler says nothing."""
    b = Builder()
    x, y = b.tensor((1, 6), 0.1, 0), b.tensor((1, 2, 3), 0.1, 0)
    b.add("RESHAPE", [x, b.ints(1, 2, 3)], y, newShape=[1, 2, 3])
    content = b.pack([x], [y, y])
    source = write(tmp_path, compile_model(tflite.parse(content), "net"))
    words = ["gcc", *harness.WARNINGS, "-c", source, "-o", tmp_path / "net.o"]
    subprocess.run(words, check=True)


@pytest.mark.parametrize("match", MODES)
def test_cppcheck_finds_nothing(match: Match, tmp_path: Path) -> None:
    """Static analysis of every kernel is silent; on small models, whose tables it reads in time."""
    for kind in models.covering(match):
        compiled = compile_model(tflite.parse(models.random(kind, 3)), c_name(kind), Options(match))
        write(tmp_path, compiled)
    words = ["cppcheck", "--enable=warning,performance,portability", "--std=c99", "--quiet"]
    done = subprocess.run(
        [*words, "--error-exitcode=1", tmp_path], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("core", ["cortex-m0", "cortex-m4"])
@pytest.mark.parametrize("level", ["-Os", "-O2", "-O3"])
def test_needs_no_library(source: Path, core: str, level: str) -> None:
    """On a Cortex-M nothing is undefined but the compiler's own arithmetic helpers."""
    target = source.with_suffix(".o")
    subprocess.run([*ARM, f"-mcpu={core}", level, "-c", source, "-o", target], check=True)
    listed = subprocess.run(
        ["arm-none-eabi-nm", "-u", target], capture_output=True, text=True, check=True
    )
    assert all(name.startswith("__aeabi_") for name in listed.stdout.split() if name != "U")


@pytest.mark.parametrize(
    "target", [Target.GENERIC, Target.CORTEX_M0, Target.CORTEX_M4, Target.CORTEX_M55]
)
def test_no_kernel_needs_a_library(target: Target, tmp_path: Path) -> None:
    """The same for a model of each operator: compilers make memset of more than loops."""
    core = "cortex-m3" if target is Target.GENERIC else target
    contents = [models.random(kind, 3) for kind in models.covering(Match.XNNPACK)]
    contents += [classic.depthwise(Random(seed), channels=4 * seed) for seed in (1, 2, 3)]
    contents += [models.random(kind, 5) for kind in ("FULLY_CONNECTED", "CONV_2D")]
    contents += [
        classic.conv_pool(Random(seed), channels=channels, taps=taps, pooled=True)
        for seed, (channels, taps) in enumerate([(1, 3), (1, 5), (4, 3), (3, 5)])
    ]
    for number, content in enumerate(contents):
        compiled = compile_model(tflite.parse(content), f"m{number}", Options(target=target))
        source = write(tmp_path, compiled)
        for level in ("-Os", "-O2"):  # and as a hosted compiler, which takes more liberties
            abi = "hard" if target is Target.CORTEX_M55 else "soft"
            words = [*ARM[:-1], f"-mcpu={core}", f"-mfloat-abi={abi}", level, "-c", source]
            subprocess.run([*words, "-o", tmp_path / f"m{number}{level}.o"], check=True)
    listed = subprocess.run(
        ["arm-none-eabi-nm", "-A", "-u", *tmp_path.glob("*.o")],
        capture_output=True,
        text=True,
        check=True,
    )
    needed = {line.split()[-1] for line in listed.stdout.splitlines()}
    assert all(name.startswith("__aeabi_") for name in needed), listed.stdout


def test_cost_is_what_was_predicted(model_path: Path) -> None:
    """Tables are as predicted but for the structs, there is no static RAM, code is small."""
    compiled = compile_model(tflite.read(model_path), "model")
    cost = measure(compiled, "arm-none-eabi-gcc -mcpu=cortex-m4 -mthumb -Os")
    assert cost.ram == 0
    assert 0 <= cost.tables - compiled.unit.program.flash < 600
    assert cost.code < 3_000
    assert 0 < cost.stack < 300


def test_arena_is_within_the_marks(model_path: Path) -> None:
    """Base runs in 5.5 KB, as promised; the plan reaches its lower bound."""
    unit = compile_model(tflite.read(model_path), "model").unit
    assert unit.arena <= 5.5 * 1024
    assert unit.plan.size == unit.plan.lower_bound


def test_several_models_in_one_program(tmp_path: Path) -> None:
    """Names do not collide, whatever the modes."""
    contents = [models.random("CONV_2D", seed) for seed in range(3)]
    compiled = [
        compile_model(tflite.parse(content), f"net{number}", Options(match))
        for number, (content, match) in enumerate(zip(contents, MODES, strict=True))
    ]
    program = harness.build(tmp_path, compiled, 0, ["gcc", *harness.WARNINGS[:3]])
    nothing = [[np.empty((0, *one.unit.network.input.shape), np.int8)] for one in compiled]
    harness.run([program], compiled, nothing)


def test_the_first_line_says_how_to_make_it_again(source: Path) -> None:
    """Line 1 of both files is the command."""
    for path in (source, source.with_suffix(".h")):
        assert path.read_text().startswith("/* Made by: python -m convert.compiler model.tflite ")
