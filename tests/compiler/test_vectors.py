"""Kernels for WebAssembly, AVX2 and NEON give the runtimes' bytes, with and without vectors."""

import subprocess
from pathlib import Path

import pytest

from convert import tflite
from convert.compiler.arithmetic.match import Match
from convert.compiler.build import compile_model
from convert.compiler.targets.options import Options, Target
from runtime import classifier
from tests.compiler import harness, models, vectors
from tests.compiler.models import classic
from tests.compiler.models.base import Random
from tests.compiler.test_cores import LINEAR, check, expected_of, used
from tests.compiler.test_exact import INPUTS
from tests.compiler.vectors import MACHINES

KERNELS = ("conv_lanes", "depthwise_lanes", "dense_lanes")
TARGETS = (Target.WASM, Target.X86_64_V3, Target.AARCH64)


def contents_for(kernel: str) -> list[bytes]:
    """Random models that ``kernel`` is for: shapes, strides, dilations, paddings, extremes."""
    if kernel == "dense_lanes":
        return [models.random("FULLY_CONNECTED", seed) for seed in range(10)]
    if kernel == "depthwise_lanes":
        return [models.random("DEPTHWISE_CONV_2D", seed) for seed in range(8)] + [
            classic.depthwise(Random(seed), channels=1 + 7 * seed % 41, widest=(11, 30)[seed % 2])
            for seed in range(8)
        ]
    return [models.random("CONV_2D", seed) for seed in range(8)] + [
        classic.conv_pool(
            Random(seed),
            channels=(1, 3, 4, 8, 17)[seed % 5],
            taps=(1, 2, 3, 5)[seed % 4],
            pooled=(0, 2, 2, 3)[seed % 7 % 4],
            most=40,
        )
        for seed in range(12)
    ]


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("target", TARGETS)
def test_kernel_equals_the_runtime_without_vectors(
    target: Target, kernel: str, tmp_path: Path
) -> None:
    """In portable C, under the sanitizers: 0 differing bytes, nothing outside the arena."""
    compiled, given, expected = expected_of(contents_for(kernel), Options(target=target))
    assert used(compiled, kernel) > 0.6 * len(compiled)
    compiler = [*harness.SANITIZED, *harness.WARNINGS]
    check(
        harness.run([harness.build(tmp_path, compiled, INPUTS, compiler)], compiled, given),
        expected,
    )


@pytest.mark.parametrize("match", [Match.XNNPACK, Match.TFLM])
@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("name", MACHINES)
def test_kernel_equals_the_runtime_with_vectors(
    name: str, kernel: str, match: Match, tmp_path: Path
) -> None:
    """With the machine's own instructions: 0 differing bytes; on x86 under the sanitizers."""
    machine = MACHINES[name]
    if not machine.is_here:
        pytest.skip(f"this machine has no {machine.flag}")
    compiled, given, expected = expected_of(contents_for(kernel), Options(match, machine.target))
    assert used(compiled, kernel) > 0.6 * len(compiled)
    check(vectors.run(tmp_path, machine, compiled, given), expected)


@pytest.mark.parametrize("match", list(Match))
@pytest.mark.parametrize("name", MACHINES)
def test_bundled_models_equal_the_runtime_with_vectors(
    name: str, match: Match, tmp_path: Path
) -> None:
    """The presets, on noise and extremes."""
    machine = MACHINES[name]
    if not machine.is_here:
        pytest.skip(f"this machine has no {machine.flag}")
    contents = [classifier.find(preset).read_bytes() for preset in classifier.bundled()]
    compiled, given, expected = expected_of(contents, Options(match, machine.target))
    check(vectors.run(tmp_path, machine, compiled, given), expected)


@pytest.mark.parametrize("name", MACHINES)
def test_every_shape_and_width_with_vectors(name: str, tmp_path: Path) -> None:
    """Groups, batches, rows, 16-bit activations, 4-bit weights: what is left to plain C."""
    machine = MACHINES[name]
    if not machine.is_here or not machine.compiler:
        pytest.skip("needs a machine that takes any input")
    contents = [models.random(kind, seed) for kind in LINEAR for seed in range(4)]
    compiled, given, expected = expected_of(contents, Options(target=machine.target))
    check(vectors.run(tmp_path, machine, compiled, given), expected)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("compiler", ["gcc", "clang", "clang of the machine"])
def test_compilers_build_it_without_a_warning(
    compiler: str, target: Target, model_path: Path, tmp_path: Path
) -> None:
    """Clean under every warning, as portable C and with vectors."""
    compiled = compile_model(tflite.read(model_path), "model", Options(target=target))
    words = [compiler, *harness.WARNINGS, "-O2"]
    if compiler not in ("gcc", "clang"):
        own = {
            Target.WASM: ["--target=wasm32", "-msimd128"],
            Target.X86_64_V3: ["-march=x86-64-v3"],
            Target.AARCH64: ["--target=aarch64-linux-gnu", "-march=armv8.2-a+dotprod"],
        }
        words = ["clang", *own[target], "-ffreestanding", *words[1:]]
    for name, content in compiled.files().items():
        (tmp_path / name).write_bytes(content)
    subprocess.run([*words, "-c", "model.c", "-o", "model.o"], cwd=tmp_path, check=True)
