"""Compiles generated models and runs them as a program of its own, under the sanitizers."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from convert import tflite
from convert.compiler.build import Compiled, compile_model
from convert.compiler.targets import Options

WARNINGS = (
    "-std=c99",
    "-Wall",
    "-Wextra",
    "-Wconversion",
    "-Wsign-conversion",
    "-Wpedantic",
    "-Wcast-qual",
    "-Werror",
)
SANITIZERS = ("-fsanitize=address,undefined", "-fno-sanitize-recover=all")

MAIN = """
#include <stdio.h>
#include <string.h>
{includes}
#define RUN(name, SIZE_IN, SIZE_OUT) do {{ \\
    static struct {{ int8_t before[64]; name##_arena arena; int8_t after[64]; }} m; \\
    memset(&m, 0x5a, sizeof m); \\
    if (name##_self_test(&m.arena) != 0) return 2; \\
    memset(&m, 0x5a, sizeof m); \\
    for (int i = 0; i < {count}; i++) {{ \\
        if (fread(name##_input(&m.arena), 1, SIZE_IN, stdin) != SIZE_IN) return 3; \\
        fwrite(name##_run(&m.arena), 1, SIZE_OUT, stdout); \\
    }} \\
    for (int i = 0; i < 64; i++) if (m.before[i] != 0x5a || m.after[i] != 0x5a) return 4; \\
    }} while (0)
int main(void)
{{
{calls}
    return 0;
}}
"""


def compile_all(models: Sequence[bytes], options: Options) -> list[Compiled]:
    """Each model compiled under a name of its own: m0, m1, ..."""
    return [
        compile_model(tflite.parse(content), f"m{number}", options)
        for number, content in enumerate(models)
    ]


def build(
    folder: Path,
    compiled: Sequence[Compiled],
    count: int,
    compiler: Sequence[str | Path],
    libraries: Sequence[str] = (),
) -> Path:
    """A program that feeds each model ``count`` inputs from its standard input, in turn."""
    includes, calls, sources = [], [], []
    for one in compiled:
        for name, content in one.files().items():
            (folder / name).write_bytes(content)
        name = one.unit.name
        includes.append(f'#include "{name}.h"')
        upper = name.upper()
        calls.append(f"    RUN({name}, {upper}_INPUT_SIZE, {upper}_OUTPUT_SIZE);")
        sources.append(folder / f"{name}.c")
    text = MAIN.format(includes="\n".join(includes), calls="\n".join(calls), count=count)
    (folder / "main.c").write_text(text)
    program = folder / "program"
    subprocess.run([*compiler, *sources, folder / "main.c", "-o", program, *libraries], check=True)
    return program


def run(
    program: Sequence[str | Path], compiled: Sequence[Compiled], inputs: Sequence[np.ndarray]
) -> list[np.ndarray]:
    """The answers of each model to its inputs, int8 [count, ...]."""
    done = subprocess.run(
        [*program], input=b"".join(x.tobytes() for x in inputs), capture_output=True, check=False
    )
    assert done.returncode == 0, (done.returncode, done.stderr.decode()[-2000:])
    answers, place = [], 0
    for one, given in zip(compiled, inputs, strict=True):
        shape = (len(given), *one.unit.network.output.shape[1:])
        size = int(np.prod(shape))
        chunk = np.frombuffer(done.stdout, np.int8, size, place)
        answers.append(chunk.reshape(shape))
        place += size
    return answers
