"""All kernels that one network may need stand in one file: their names must not collide."""

import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from convert import tflite
from convert.compiler.arithmetic.match import Match
from convert.compiler.build import Unit, compile_model
from convert.compiler.emit import kernels, memories
from convert.compiler.targets.options import Options, Target
from runtime import classifier
from runtime.errors import ModelError
from tests.compiler import models
from tests.compiler.models import classic
from tests.compiler.models.base import Random

STATIC = ["gcc", "-std=c99", "-O1", "-w", "-c", "-fsyntax-only"]


def units(options: Options) -> Iterator[Unit]:
    """Networks that bring every kernel, and convolutions that bring those of a core."""
    contents = [
        models.random(kind, seed) for kind in models.covering(options.match) for seed in (3, 5)
    ]
    contents += [
        classic.conv_pool(Random(seed), channels=channels, taps=taps, pooled=seed % 2 > 0)
        for seed, (channels, taps) in enumerate((c, t) for c in (1, 3, 4, 16) for t in (1, 3, 5))
    ]
    contents += [classic.depthwise(Random(seed), channels=4 * seed) for seed in (1, 2, 3, 4)]
    contents += [classifier.find(name).read_bytes() for name in classifier.bundled()]
    for content in contents:
        with suppress(ModelError):  # an AVR has no double, and no room for the largest
            yield compile_model(tflite.parse(content), "model", options).unit


@pytest.mark.parametrize("match", list(Match))
@pytest.mark.parametrize("target", list(Target))
def test_kernels_of_any_network_compile_together(
    target: Target, match: Match, tmp_path: Path
) -> None:
    """The C of every operator in one file: no function, struct or macro is there twice."""
    options = Options(match, target)
    called = {
        name for unit in units(options) for step in unit.program.steps for name in step.kernels
    }
    found = kernels.needed({*called, "types", "crc32"}, match, options.kernels)
    assert len(found) > (40 if target is Target.AVR else 50)
    parts = [kernel.text for kernel in found]
    if target is Target.AVR:
        flash = kernels.find("flash", options.kernels).text
        parts = [flash, *(memories.told_apart(kernel.text, kernel.flash) for kernel in found)]
    source = tmp_path / "all.c"
    source.write_text("#include <stdint.h>\n" + "\n\n".join(parts) + "\n")
    done = subprocess.run([*STATIC, source], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
